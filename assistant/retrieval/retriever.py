"""What do we know about it? Dense and sparse search for each question, fused, in scope, from one snapshot."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeVar

from assistant.errors import SnapshotDamaged
from assistant.evidence import ScoredPassage
from assistant.retrieval.fusion import fused, take_turns
from assistant.retrieval.index.port import Hit, Scope, Snapshot, Vector

if TYPE_CHECKING:
    from assistant.retrieval.embedder import Embedder

DEPTH: Final = 60  # places searched by either search
Asked = TypeVar("Asked", str, Vector)


class Retriever:
    """Finds the passages that bear on a question."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def retrieve(
        self,
        questions: Sequence[str],
        snapshot: Snapshot,
        scope: Scope,
        limit: int,
        topics: Mapping[str, float] = MappingProxyType({}),
    ) -> tuple[ScoredPassage, ...]:
        """Find the `limit` best passages in scope for the parts of one message, best first; `topics` are preferred.

        The parts take turns, so that each finds its best passages near the top. `score` is a passage's best fused
        score over the parts (with several parts it need not fall with the rank), `similarity` its best cosine and
        `overlap` its best BM25, 0 where it shares no word with any part.

        Raises:
            SnapshotDamaged: the snapshot's vectors come from another embedder.
            SnapshotError: the index does not answer.
            EmbedderUnavailable: the questions cannot be embedded.
        """
        self._check(snapshot)
        parts = list(dict.fromkeys(questions))
        if not parts:
            return ()
        vectors = self._embedder.embed(parts)
        found = [_search(snapshot, scope, text, vector, topics) for text, vector in zip(parts, vectors, strict=True)]
        best: dict[str, ScoredPassage] = {}
        for passages in found:
            for name, scored in passages.items():
                best[name] = _better(best.get(name), scored)
        rankings = [sorted(passages, key=lambda name: (-passages[name].score, name)) for passages in found]
        return tuple(best[name] for name in take_turns(rankings)[:limit])

    def _check(self, snapshot: Snapshot) -> None:
        manifest = snapshot.manifest
        made = (manifest.embedder, manifest.dimensions)
        used = (self._embedder.name, self._embedder.dimensions)
        if made != used:
            raise SnapshotDamaged(
                f"snapshot {manifest.snapshot} was made with {made[0]} ({made[1]} dimensions), questions are"
                f" embedded with {used[0]} ({used[1]}); run `handrail sync`, or set embedder.name back"
            )


def _search(
    snapshot: Snapshot, scope: Scope, text: str, vector: Vector, topics: Mapping[str, float]
) -> dict[str, ScoredPassage]:
    """The passages near one question by either search, each with both its scores."""
    dense = {hit.passage.id: hit for hit in snapshot.dense(vector, scope, DEPTH)}
    sparse = {hit.passage.id: hit for hit in snapshot.sparse(text, scope, DEPTH)}
    only_sparse = [name for name in sparse if name not in dense]
    only_dense = [name for name in dense if name not in sparse]
    dense |= {hit.passage.id: hit for hit in _among(snapshot.dense, vector, scope, only_sparse)}
    sparse |= {hit.passage.id: hit for hit in _among(snapshot.sparse, text, scope, only_dense)}
    overlaps = {name: sparse[name].score if name in sparse else 0.0 for name in dense}
    return {
        name: ScoredPassage(
            passage=hit.passage,
            score=fused(hit.score, overlaps[name], topics.get(hit.passage.topic, 0.0)),
            similarity=hit.score,
            overlap=overlaps[name],
        )
        for name, hit in dense.items()
    }


def _among(
    search: Callable[[Asked, Scope, int, Sequence[str]], list[Hit]], asked: Asked, scope: Scope, names: Sequence[str]
) -> list[Hit]:
    return search(asked, scope, len(names), names) if names else []


def _better(one: ScoredPassage | None, other: ScoredPassage) -> ScoredPassage:
    """The same passage with the higher of each score."""
    if one is None:
        return other
    return other.model_copy(
        update={name: max(getattr(one, name), getattr(other, name)) for name in ("score", "similarity", "overlap")}
    )
