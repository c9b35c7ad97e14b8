import numpy as np
import pytest

from evals.intervals import clopper_pearson, interval


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [  # Clopper and Pearson's exact intervals, as in statistical tables
        (0, 10, 0.0, 0.3085),
        (1, 10, 0.0025, 0.4450),
        (5, 10, 0.1871, 0.8129),
        (10, 10, 0.6915, 1.0),
        (3, 100, 0.0062, 0.0852),
    ],
)
def test_exact_intervals_are_those_of_the_tables(hits: int, n: int, low: float, high: float) -> None:
    assert clopper_pearson(hits / n, n) == pytest.approx((low, high), abs=5e-5)


def test_cases_that_are_groups_of_their_own_count_one_each() -> None:
    scores = [1.0] * 5 + [0.0] * 5
    found = interval(scores, [str(i) for i in range(10)])
    assert (found.value, found.n) == (0.5, 10)
    assert (found.low, found.high) == pytest.approx((0.1871, 0.8129), abs=0.02)


def test_wordings_that_fail_together_say_less_than_wordings_that_fail_apart() -> None:
    groups = [str(i // 4) for i in range(80)]
    together = interval([float(i < 8) for i in range(80)], groups)
    apart = interval([float(i % 10 == 0) for i in range(80)], groups)
    assert together.value == apart.value == 0.1
    assert together.high > apart.high + 0.05


def test_without_a_failure_each_group_counts_once() -> None:
    groups = [str(i // 3) for i in range(60)]
    assert interval([0.0] * 60, groups)[:3] == pytest.approx((0.0, 0.0, 1 - 0.025 ** (1 / 20)))
    assert interval([1.0] * 60, groups)[:3] == pytest.approx((1.0, 0.025 ** (1 / 20), 1.0))


def test_one_group_is_worth_one_case() -> None:
    assert interval([1.0, 0.0, 1.0], ["a"] * 3)[1:3] == pytest.approx(clopper_pearson(2 / 3, 1))


def test_groups_that_all_score_the_same_mean_are_worth_every_case() -> None:
    assert interval([1.0, 0.0] * 10, [str(i // 2) for i in range(20)])[1:3] == pytest.approx(clopper_pearson(0.5, 20))


@pytest.mark.parametrize("truth", [0.05, 0.15, 0.5])
def test_the_interval_covers_the_truth_in_most_runs(truth: float) -> None:
    """Groups of two to four cases whose own rates differ (correlation within a group .3), 40 groups, 400 runs."""
    random = np.random.default_rng(7)
    covered = []
    for _ in range(400):
        rates = random.beta(truth * (1 / 0.3 - 1), (1 - truth) * (1 / 0.3 - 1), 40)
        groups = np.repeat(np.arange(40), random.integers(2, 5, 40))
        scores = (random.random(len(groups)) < rates[groups]).astype(float)
        found = interval(list(scores), [str(group) for group in groups])
        covered.append(found.low <= truth <= found.high)
    assert np.mean(covered) >= 0.93
