from hypothesis import given
from hypothesis import strategies as st

from assistant.retrieval.fusion import fused, take_turns

ids = st.text("abcdefghij", min_size=1, max_size=2)
rankings = st.lists(st.lists(ids, unique=True, max_size=15), max_size=5)
cosines = st.floats(-1, 1)
overlaps = st.floats(0, 200)


@given(cosines, overlaps, overlaps)
def test_more_shared_words_never_lower_the_score(cosine: float, one: float, other: float) -> None:
    assert fused(cosine, max(one, other), 0.5) >= fused(cosine, min(one, other), 0.5)


@given(cosines, cosines, overlaps)
def test_a_nearer_passage_never_scores_lower(one: float, other: float, overlap: float) -> None:
    assert fused(max(one, other), overlap, 0.5) >= fused(min(one, other), overlap, 0.5)


@given(rankings, st.integers(1, 5))
def test_the_best_of_every_part_stand_near_the_top(given_rankings: list[list[str]], best: int) -> None:
    merged = take_turns(given_rankings)
    assert len(merged) == len(set(merged))
    assert set(merged) == {name for ranking in given_rankings for name in ranking}
    top = set(merged[: best * len(given_rankings)])
    for ranking in given_rankings:
        assert set(ranking[:best]) <= top
