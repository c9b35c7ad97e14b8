import pytest

from assistant.retrieval.fusion import reciprocal_rank, take_turns


def test_scores_follow_the_formula() -> None:
    fused = dict(reciprocal_rank([["a", "b"], ["b", "c"]]))
    assert fused == pytest.approx({"b": 1 / 61 + 1 / 62, "a": 1 / 61, "c": 1 / 62})


def test_what_both_rankings_hold_comes_first_and_ties_go_by_id() -> None:
    assert [name for name, _ in reciprocal_rank([["z", "b"], ["a", "b"]])] == ["b", "a", "z"]


def test_nothing_to_fuse() -> None:
    assert reciprocal_rank([]) == []
    assert reciprocal_rank([[], []]) == []
    assert take_turns([]) == []


def test_the_parts_of_a_message_take_turns() -> None:
    shipping, refunds = ["s1", "both", "s2", "s3"], ["r1", "both", "r2"]
    assert take_turns([shipping, refunds]) == ["s1", "r1", "both", "r2", "s2", "s3"]


def test_a_single_ranking_stays_as_it_is() -> None:
    assert take_turns([["c", "a", "b"]]) == ["c", "a", "b"]
