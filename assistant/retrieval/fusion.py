"""Putting searches together: pure functions, the same for every index adapter."""

from collections.abc import Sequence
from typing import Final

WEIGHT: Final = 0.01  # of BM25 against the cosine; chosen on the fitted cases and one half of TechQA
TOPIC_WEIGHT: Final = 0.2  # of the topic that the question is likely about; chosen on the fitted cases


def fused(similarity: float, overlap: float, topic_share: float) -> float:
    """One score of a passage: cosine + WEIGHT · BM25 + TOPIC_WEIGHT · probability of the passage's topic.

    A linear combination of scores rather than of ranks: it keeps how much better one passage is than the next (Bruch,
    Gai & Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", TOIS 2023), and long questions, whose BM25 is
    higher, lean on their words more than short ones.
    """
    return similarity + WEIGHT * overlap + TOPIC_WEIGHT * topic_share


def take_turns(rankings: Sequence[Sequence[str]]) -> list[str]:
    """Merge rankings of several questions: each in turn places its best id that is not placed yet.

    The n best of every ranking stand among the first n · len(rankings). Fusing would not do that: an id in
    the middle of two rankings outscores the first of one.
    """
    placed: dict[str, None] = {}
    waiting = [iter(ranking) for ranking in rankings]
    while waiting:
        still_waiting = []
        for names in waiting:
            name = next((name for name in names if name not in placed), None)
            if name is not None:
                placed[name] = None
                still_waiting.append(names)
        waiting = still_waiting
    return list(placed)
