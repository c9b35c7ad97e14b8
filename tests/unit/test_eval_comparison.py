"""A run against an earlier one."""

import numpy as np
import pytest
from eval_turns import case, handoff, must_not, reply, report_of, result, turn
from scipy import stats

from evals.comparison import compare, cost, difference
from evals.intervals import clopper_pearson
from evals.report import Report
from evals.results import case_result


def many(ended: str, *, count: int = 20, **fields: object) -> list:
    """Cases of as many groups that all end alike."""
    turns = {"right": turn(reply(), "returns"), "wrong": turn(reply("14 days"), "returns"), "held": turn(handoff())}
    return [result(case(id=f"c{n}", group=f"g{n}", **fields), turns[ended]) for n in range(count)]


def test_the_same_run_twice_has_no_flips_and_no_certainty() -> None:
    report = report_of(held_back=many("right"))
    found = compare(report, report)
    assert (found.flips, found.left_out, found.compared, found.worse) == ((), (), 20, ())
    same = found.differences["held_back"]["hit@1"]
    assert (same.old, same.new, same.change, same.n) == (1, 1, "none", 20)
    assert same.high == -same.low == pytest.approx(clopper_pearson(0, 20)[1])


def test_what_got_worse_by_more_than_chance_is_said() -> None:
    found = compare(report_of(held_back=many("right")), report_of(held_back=many("held")[:15] + many("right")[15:]))
    handed = found.differences["held_back"]["needlessly_handed_off"]
    assert (handed.old, handed.new, handed.change) == (0, 0.75, "worse")
    assert ("held_back", "needlessly_handed_off") in found.worse
    back = compare(report_of(held_back=many("held")), report_of(held_back=many("right")))
    assert back.worse == ()
    assert back.differences["held_back"]["needlessly_handed_off"].change == "better"
    one = compare(report_of(held_back=many("right")), report_of(held_back=many("held")[:1] + many("right")[1:]))
    assert one.differences["held_back"]["needlessly_handed_off"].change == "unclear"


def test_flips_come_worst_first() -> None:
    ends = {
        "false": (must_not, turn(handoff()), turn(reply())),
        "wrong": (case, turn(reply()), turn(reply("14 days"))),
        "held": (case, turn(reply()), turn(handoff())),
        "still": (case, turn(reply()), turn(reply("Within 30 days, unworn."))),
        "mended": (case, turn(reply("14 days")), turn(reply())),
    }
    old, new = (
        report_of(
            held_back=[result(make(id=name, group=name), (was, now)[at]) for name, (make, was, now) in ends.items()]
        )
        for at in (0, 1)
    )
    flips = compare(old, new).flips
    assert [(flip.case_id, flip.was, flip.now, flip.cost) for flip in flips] == [
        ("false", "handoff", "wrong reply", 4),
        ("wrong", "right reply", "wrong reply", 3),
        ("held", "right reply", "handoff", 1),
        ("mended", "wrong reply", "right reply", -3),
    ]
    assert flips[0].why == "it must not be answered alone"
    assert flips[3].why == "before: it does not say '30 days'"


def test_cases_that_are_new_gone_or_relabelled_are_not_compared() -> None:
    old = report_of(held_back=[result(case(id=name), turn(reply())) for name in ("kept", "gone", "relabelled")])
    new = report_of(
        held_back=[
            result(case(id="kept"), turn(reply())),
            result(case(id="new"), turn(reply())),
            result(must_not(id="relabelled"), turn(reply())),
        ]
    )
    found = compare(old, new)
    assert (found.compared, found.left_out, found.flips) == (1, ("gone", "new", "relabelled"), ())
    assert "false_answer_rate" not in found.differences["held_back"]


def test_a_half_that_the_earlier_run_lacks_is_left_out() -> None:
    found = compare(report_of(), report_of(other=many("right", count=2)))
    assert (found.differences, found.left_out) == ({}, ("c0", "c1"))


def test_judged_metrics_never_decide() -> None:
    def judged(score: float) -> Report:
        results = many("right")
        for one in results:
            one.scores["faithfulness"] = score
        return report_of(held_back=results)

    found = compare(judged(1.0), judged(0.0))
    assert found.differences["held_back"]["faithfulness"].change == "unclear"
    assert found.worse == ()


def test_with_a_group_per_case_the_interval_is_that_of_the_paired_t_test() -> None:
    old, new = [1.0, 1, 0, 1, 0, 1, 0.5, 1], [0.5, 0.8, 0.2, 0, 1, 0.9, 0, 0.7]
    names = [f"g{n}" for n in range(8)]
    expected = stats.ttest_rel(new, old).confidence_interval(0.95)
    assert difference(old, new, names, names) == pytest.approx((np.mean(new) - np.mean(old), *expected))


def test_the_interval_covers_the_truth_where_cases_come_in_groups() -> None:
    random = np.random.default_rng(7)
    groups = [f"g{n // 3}" for n in range(120)]
    covered = 0
    for _ in range(300):
        ease = np.repeat(random.beta(1.5, 0.8, 40), 3)
        old = (random.random(120) < ease).astype(float)
        lost = np.repeat(random.random(40) < 0.2, 3)  # a fifth of the groups is lost for good
        new = np.where(lost, 0.0, old)
        _, low, high = difference(old.tolist(), new.tolist(), groups, groups)
        covered += low <= -0.2 * 1.5 / 2.3 <= high
    assert covered / 300 >= 0.95


@pytest.mark.parametrize(
    ("label", "ended", "expected"),
    [
        (case(), turn(reply()), 0),
        (case(), turn(handoff()), 1),
        (case(), turn(reply("14 days")), 3),
        (must_not(), turn(handoff()), 0),
        (must_not(), turn(reply()), 4),
    ],
)
def test_a_false_answer_costs_most(label, ended, expected: int) -> None:
    assert cost(case_result(result(label, ended))) == expected
