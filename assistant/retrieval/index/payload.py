"""What both adapters share: how a passage is stored and found again, and how a snapshot is described."""

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final
from uuid import UUID, uuid5

from assistant.errors import KnowledgeError
from assistant.evidence import Passage, now
from assistant.retrieval.index.bm25 import average_length
from assistant.retrieval.index.port import Hit, IndexedPassage, Manifest, Scope

DENSE: Final = "dense"
SPARSE: Final = "bm25"
KEPT: Final = 5  # snapshots that stay readable, the current one included
BATCH: Final = 256  # passages written at a time

# Names of the payload fields that a scope filters on.
FROM: Final = "from"
TO: Final = "to"
KEYWORDS: Final = ("audience", "locale", "regions")

_NAME: Final = re.compile(r"\d{6,}-[0-9a-f]{8}")
_EVERYWHERE: Final = "*"
_NAMESPACE: Final = UUID("5f0b9f3e-6d3c-5c53-9d0f-6f1f3f1c7a11")
_DECIMALS: Final = 5  # below the float noise in which two engines, or two rows of one, differ


def point_id(passage_id: str) -> str:
    """Make the engine's id of a passage: a UUID, because it takes no other strings."""
    return str(uuid5(_NAMESPACE, passage_id))


def payload_of(passage: Passage) -> dict[str, Any]:
    """Hold the passage and what a scope filters on; dates are ordinal days, open ends the extremes."""
    return {
        "passage": passage.model_dump_json(),
        FROM: (passage.effective_from or date.min).toordinal(),
        TO: passage.effective_to.toordinal() if passage.effective_to else date.max.toordinal() + 1,
        "audience": passage.audience,
        "locale": passage.locale,
        "regions": list(passage.regions) or [_EVERYWHERE],
    }


def keywords_of(scope: Scope) -> dict[str, list[str]]:
    """List, per payload field, the keywords of which a passage must have one."""
    wanted: dict[str, list[str]] = {}
    if scope.audience != "agents":
        wanted["audience"] = ["public"]
    if scope.locale is not None:
        wanted["locale"] = [scope.locale]
    if scope.region is not None:
        wanted["regions"] = [scope.region, _EVERYWHERE]
    return wanted


def ranked(search: Callable[[int], Iterable[tuple[dict[str, Any] | None, float]]], limit: int) -> list[Hit]:
    """Take the `limit` best hits, best first, ties by passage id.

    Args:
        search: gives the payloads and scores of at most so many points, best first, ties in any order. It is
            asked for more until the last place is not shared with a passage left out.
        limit: the most hits wanted.
    """
    if limit < 1:
        return []
    depth = limit + 1
    while True:
        hits = [_hit(payload, score) for payload, score in search(depth)]
        if len(hits) < depth or hits[-1].score < hits[limit - 1].score:
            return sorted(hits, key=lambda hit: (-hit.score, hit.passage.id))[:limit]
        depth *= 4


def _hit(payload: dict[str, Any] | None, score: float) -> Hit:
    return Hit(_passage((payload or {})["passage"]), round(score, _DECIMALS))


@lru_cache(maxsize=4096)  # a turn reads some two hundred, many of them again and again
def _passage(stored: str) -> Passage:
    return Passage.model_validate_json(stored)


def describe(passages: Sequence[IndexedPassage], *, number: int, embedder: str, articles: dict[str, str]) -> Manifest:
    """Make the manifest of snapshot number `number`.

    Raises:
        KnowledgeError: no passages, two with one id, or vectors of different lengths.
    """
    dimensions = _dimensions(passages)
    digest = hashlib.sha256()
    for item in passages:
        digest.update(item.passage.model_dump_json().encode() + b"\n")
    return Manifest(
        snapshot=f"{number:06d}-{digest.hexdigest()[:8]}",
        published_at=now(),
        embedder=embedder,
        dimensions=dimensions,
        average_length=average_length(item.passage for item in passages),
        passages=len(passages),
        digest=digest.hexdigest(),
        articles=articles,
    )


def _dimensions(passages: Sequence[IndexedPassage]) -> int:
    if not passages:
        raise KnowledgeError("there are no passages to publish: check that the knowledge folder holds articles")
    seen: set[str] = set()
    for item in passages:
        if item.passage.id in seen:
            raise KnowledgeError(f"two passages have the id {item.passage.id}: give each article an id of its own")
        seen.add(item.passage.id)
    shapes = {item.vector.shape for item in passages}
    if len(shapes) > 1:
        raise KnowledgeError(f"vectors of different shapes {sorted(shapes)}: embed every passage with one model")
    return int(passages[0].vector.shape[0])


def in_order(names: Iterable[str]) -> list[str]:
    """Keep those of `names` that name a snapshot, oldest first."""
    return sorted((name for name in names if _NAME.fullmatch(name)), key=_number)


def next_number(names: Sequence[str]) -> int:
    """Count on from the last of these snapshots (oldest first)."""
    return _number(names[-1]) + 1 if names else 1


def _number(name: str) -> int:
    return int(name.partition("-")[0])


def batches(passages: Sequence[IndexedPassage]) -> Iterable[Sequence[IndexedPassage]]:
    """Cut the passages into pieces that fit one write."""
    return (passages[start : start + BATCH] for start in range(0, len(passages), BATCH))
