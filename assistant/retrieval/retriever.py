"""What do we know about it? Dense and sparse search for each question, fused, in scope, from one snapshot."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import fmean as mean
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeVar

from assistant.errors import SnapshotDamaged
from assistant.evidence import Passage, ScoredPassage
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
        before: str = "",
    ) -> tuple[ScoredPassage, ...]:
        """Find the `limit` best passages in scope for the parts of one message, best first; `topics` are preferred.

        The parts take turns, so that each finds its best passages near the top. `score` is a passage's best fused
        score over the parts (with several parts it need not fall with the rank), `similarity` its best cosine and
        `overlap` its best BM25, 0 where it shares no word with any part. What was said `before` is heard as well: each
        part is searched by itself and behind it, and the scores of the two are averaged.

        Raises:
            SnapshotDamaged: the snapshot's vectors come from another embedder.
            SnapshotError: the index does not answer.
            EmbedderUnavailable: the questions cannot be embedded.
        """
        self._check(snapshot)
        parts = [(text, f"{before}\n{text}") if before else (text,) for text in dict.fromkeys(questions)]
        if not parts:
            return ()
        vectors = iter(self._embedder.embed([wording for part in parts for wording in part]))
        found = [_search(snapshot, scope, [(wording, next(vectors)) for wording in part], topics) for part in parts]
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
    snapshot: Snapshot, scope: Scope, wordings: Sequence[tuple[str, Vector]], topics: Mapping[str, float]
) -> dict[str, ScoredPassage]:
    """The passages near any wording of a question by either search, each with its mean scores over the wordings."""
    dense = [_by_id(snapshot.dense(vector, scope, DEPTH)) for _, vector in wordings]
    sparse = [_by_id(snapshot.sparse(text, scope, DEPTH)) for text, _ in wordings]
    names = dict.fromkeys(name for hits in (*dense, *sparse) for name in hits)
    for (text, vector), near, sharing in zip(wordings, dense, sparse, strict=True):
        near |= _by_id(_among(snapshot.dense, vector, scope, [name for name in names if name not in near]))
        sharing |= _by_id(_among(snapshot.sparse, text, scope, [name for name in names if name not in sharing]))
    return {
        name: _scored(
            dense[0][name].passage,
            mean(near[name].score for near in dense),
            mean(sharing[name].score if name in sharing else 0.0 for sharing in sparse),
            topics,
        )
        for name in names
    }


def _scored(passage: Passage, similarity: float, overlap: float, topics: Mapping[str, float]) -> ScoredPassage:
    score = fused(similarity, overlap, topics.get(passage.topic, 0.0))
    return ScoredPassage(passage=passage, score=score, similarity=similarity, overlap=overlap)


def _by_id(hits: Iterable[Hit]) -> dict[str, Hit]:
    return {hit.passage.id: hit for hit in hits}


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
