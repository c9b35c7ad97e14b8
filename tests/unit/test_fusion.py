import pytest

from assistant.retrieval.fusion import TOPIC_WEIGHT, WEIGHT, fused, take_turns


def test_the_score_follows_the_formula() -> None:
    assert fused(0.5, 12.0, 0.9) == pytest.approx(0.5 + WEIGHT * 12.0 + TOPIC_WEIGHT * 0.9)
    assert fused(0.5, 0.0, 0.0) == 0.5


def test_nothing_to_merge() -> None:
    assert take_turns([]) == []
    assert take_turns([[], []]) == []


def test_the_parts_of_a_message_take_turns() -> None:
    shipping, refunds = ["s1", "both", "s2", "s3"], ["r1", "both", "r2"]
    assert take_turns([shipping, refunds]) == ["s1", "r1", "both", "r2", "s2", "s3"]


def test_a_single_ranking_stays_as_it_is() -> None:
    assert take_turns([["c", "a", "b"]]) == ["c", "a", "b"]
