import math

from hypothesis import given
from hypothesis import strategies as st

from assistant.retrieval.fusion import K, reciprocal_rank, take_turns

ids = st.text("abcdefghij", min_size=1, max_size=2)
rankings = st.lists(st.lists(ids, unique=True, max_size=15), max_size=5)


@given(rankings, st.randoms())
def test_the_order_of_the_rankings_does_not_matter(given_rankings: list[list[str]], random: object) -> None:
    shuffled = list(given_rankings)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert reciprocal_rank(shuffled) == reciprocal_rank(given_rankings)


@given(rankings)
def test_every_id_is_fused_once_best_first(given_rankings: list[list[str]]) -> None:
    fused = reciprocal_rank(given_rankings)
    names = [name for name, _ in fused]
    assert sorted(names) == sorted({name for ranking in given_rankings for name in ranking})
    assert fused == sorted(fused, key=lambda scored: (-scored[1], scored[0]))
    for name, score in fused:
        shares = [1 / (K + ranking.index(name) + 1) for ranking in given_rankings if name in ranking]
        assert math.isclose(score, sum(shares))


@given(rankings)
def test_moving_up_in_a_ranking_never_lowers_the_score(given_rankings: list[list[str]]) -> None:
    before = dict(reciprocal_rank(given_rankings))
    for number, ranking in enumerate(given_rankings):
        if len(ranking) > 1:
            risen = ranking[-1]
            moved = [*given_rankings[:number], [risen, *ranking[:-1]], *given_rankings[number + 1 :]]
            assert dict(reciprocal_rank(moved))[risen] > before[risen]


@given(rankings, st.integers(1, 5))
def test_the_best_of_every_part_stand_near_the_top(given_rankings: list[list[str]], best: int) -> None:
    merged = take_turns(given_rankings)
    assert len(merged) == len(set(merged))
    assert set(merged) == {name for ranking in given_rankings for name in ranking}
    top = set(merged[: best * len(given_rankings)])
    for ranking in given_rankings:
        assert set(ranking[:best]) <= top
