"""Snapshots in folders, on Qdrant's embedded engine: the default, without a server.

    home/index/current                  name of the current snapshot, replaced by rename
    home/index/snapshots/<name>/        one immutable snapshot, sealed by its manifest.json
    home/index/building/                what a publish has not finished; swept by the next
    home/index/open/<random>/           one reader's own copy, locked while its process lives

A reader never opens a published folder itself: opening changes files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import qdrant_edge as edge
from filelock import FileLock, Timeout

from assistant.errors import NoSnapshot, PublishBusy, SnapshotDamaged, SnapshotError
from assistant.retrieval.index import folders, payload
from assistant.retrieval.index.bm25 import Bm25Encoder
from assistant.retrieval.index.port import Among, Hit, IndexedPassage, Manifest, Scope, Vector

if TYPE_CHECKING:
    from qdrant_edge import ConditionType

_PATIENCE: Final = 2.0  # seconds that a publish waits for another one
_EXACT: Final = edge.SearchParams(exact=True)


class EmbeddedIndex:
    """A PassageIndex in `home`/index; any number of processes may publish and read at once."""

    def __init__(self, home: Path) -> None:
        self._root = home / "index"
        self._snapshots = self._root / "snapshots"
        self._building = self._root / "building"
        self._open = self._root / "open"
        self._current = self._root / "current"
        with self._writing():
            for folder in (self._snapshots, self._building, self._open):
                folder.mkdir(parents=True, exist_ok=True)

    def publish(self, passages: Sequence[IndexedPassage], *, embedder: str, articles: dict[str, str]) -> Manifest:
        """Write a new snapshot and make it current; see PassageIndex.publish.

        Raises:
            KnowledgeError: no passages, two with one id, or vectors of different lengths.
            PublishBusy: another process is publishing.
            SnapshotError: the disk is full or may not be written.
        """
        with self._writing(), self._publishing():
            self._sweep_building()
            number = payload.next_number(self._names())
            manifest = payload.describe(passages, number=number, embedder=embedder, articles=articles)
            unfinished = self._building / manifest.snapshot
            _build(unfinished, passages, manifest)
            folders.seal(unfinished, manifest)
            folders.move(unfinished, self._snapshots / manifest.snapshot)
            folders.write(self._current, manifest.snapshot)
            self._prune()
        return manifest

    def current(self) -> str | None:
        """Name of the current snapshot; None before the first publish."""
        try:
            return self._current.read_text("utf-8").strip() or None
        except FileNotFoundError:
            return None

    def open(self, snapshot: str) -> EmbeddedSnapshot:
        """Copy a snapshot, verify it and open the copy; see PassageIndex.open.

        Raises:
            NoSnapshot: there is none of that name.
            SnapshotDamaged: it is truncated, half-built, altered, or of another version.
            SnapshotError: the copy cannot be written.
        """
        with self._writing(), ExitStack() as closing:
            own = closing.enter_context(self._own_folder())
            manifest = folders.copy(self._snapshots / snapshot, own)
            shard = edge.EdgeShard.load(str(own))
            closing.callback(shard.close)
            count = shard.count(edge.CountRequest())
            if count != manifest.passages:
                raise SnapshotDamaged(
                    f"snapshot {snapshot} holds {count} of {manifest.passages} passages; {folders.REMEDY}"
                )
            return EmbeddedSnapshot(shard, manifest, closing.pop_all())

    def snapshots(self) -> list[str]:
        """Names of the complete snapshots, oldest first."""
        return [name for name in self._names() if (self._snapshots / name / folders.SEAL).exists()]

    def close(self) -> None:
        """Nothing is held between calls."""

    def _names(self) -> list[str]:
        return payload.in_order(path.name for path in self._snapshots.iterdir())

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise SnapshotError(
                f"{self._root} cannot be written ({error}); free disk space or correct the permissions"
            ) from None

    @contextmanager
    def _publishing(self) -> Iterator[None]:
        try:
            with FileLock(self._root / "publish.lock", timeout=_PATIENCE):
                yield
        except Timeout:
            raise PublishBusy(
                f"another `handrail sync` is publishing to {self._root}; wait until it ends and try again"
            ) from None

    def _sweep_building(self) -> None:
        for leftover in self._building.iterdir():
            folders.discard(leftover)

    def _prune(self) -> None:
        """Remove old snapshots, each at once: a reader finds a whole folder or none."""
        for name in self._names()[: -payload.KEPT]:
            folders.move(self._snapshots / name, self._building / name)
        self._sweep_building()

    @contextmanager
    def _own_folder(self) -> Iterator[Path]:
        """Give a new folder for one copy, locked until it is left; sweep the copies of dead processes."""
        own = self._open / uuid4().hex
        lock = _lock_of(own)
        with FileLock(self._root / "open.lock"):
            for other in self._open.iterdir():
                _sweep_if_dead(other)
            own.mkdir()
            lock.acquire(blocking=False)
        try:
            yield own
        finally:
            folders.discard(own)
            lock.release()


def verified(home: Path) -> Manifest:
    """What the current snapshot of a home folder holds, after a look at each of its files; nothing is written.

    Raises:
        NoSnapshot: nothing has been published.
        SnapshotDamaged: it is truncated, half-built, altered, or of another version.
    """
    root = home / "index"
    if not (root / "current").exists():
        raise NoSnapshot("nothing has been published yet; run `handrail sync`")
    return folders.verify(root / "snapshots" / (root / "current").read_text("utf-8").strip())


class EmbeddedSnapshot:
    """One reader's own copy of a snapshot."""

    def __init__(self, shard: edge.EdgeShard, manifest: Manifest, closing: ExitStack) -> None:
        self._shard = shard
        self._manifest = manifest
        self._encoder = Bm25Encoder(manifest.average_length)
        self._closing = closing

    @property
    def manifest(self) -> Manifest:
        """What the snapshot holds."""
        return self._manifest

    def dense(self, vector: Vector, scope: Scope, limit: int, among: Among = None) -> list[Hit]:
        """Find the nearest passages in scope by cosine; see Snapshot.dense."""
        return self._search(edge.Query.Nearest(vector.tolist(), using=payload.DENSE), scope, limit, among)

    def sparse(self, text: str, scope: Scope, limit: int, among: Among = None) -> list[Hit]:
        """Find the best passages in scope by BM25; see Snapshot.sparse."""
        words = self._encoder.question(text)
        if not words.indices:
            return []
        query = edge.Query.Nearest(edge.SparseVector(words.indices, words.values), using=payload.SPARSE)
        return self._search(query, scope, limit, among)

    def close(self) -> None:
        """Close the engine and remove the copy."""
        self._closing.close()

    def _search(self, query: edge.Query, scope: Scope, limit: int, among: Among) -> list[Hit]:
        confined = _filter(scope, among)

        def search(depth: int) -> list[tuple[dict[str, Any] | None, float]]:
            request = edge.QueryRequest(
                limit=depth, query=query, filter=confined, params=_EXACT, with_payload=["passage"]
            )
            return [(point.payload, point.score) for point in self._shard.query(request)]

        return payload.ranked(search, limit)


def _filter(scope: Scope, among: Among) -> edge.Filter:
    day = scope.day.toordinal()
    must: list[ConditionType] = [
        edge.FieldCondition(payload.FROM, range=edge.RangeFloat(lte=day)),
        edge.FieldCondition(payload.TO, range=edge.RangeFloat(gt=day)),
    ]
    for key, wanted in payload.keywords_of(scope).items():
        must.append(edge.FieldCondition(key, match=edge.MatchAny(wanted)))
    if among is not None:
        must.append(edge.HasIdCondition({payload.point_id(name) for name in among}))
    return edge.Filter(must=must)


def _build(folder: Path, passages: Sequence[IndexedPassage], manifest: Manifest) -> None:
    folder.mkdir()
    shard = edge.EdgeShard.create(str(folder), _config(manifest.dimensions))
    for field in (payload.FROM, payload.TO):
        shard.update(edge.UpdateOperation.create_field_index(field, edge.PayloadSchemaType.Integer))
    for field in payload.KEYWORDS:
        shard.update(edge.UpdateOperation.create_field_index(field, edge.PayloadSchemaType.Keyword))
    encoder = Bm25Encoder(manifest.average_length)
    for batch in payload.batches(passages):
        shard.update(edge.UpdateOperation.upsert_points([_point(item, encoder) for item in batch]))
    shard.flush()
    shard.close()


def _config(dimensions: int) -> edge.EdgeConfig:
    return edge.EdgeConfig(
        vectors={payload.DENSE: edge.EdgeVectorParams(size=dimensions, distance=edge.Distance.Cosine)},
        sparse_vectors={payload.SPARSE: edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf)},
        wal_enabled=False,  # a snapshot without its seal is thrown away, so a log would protect nothing
    )


def _point(item: IndexedPassage, encoder: Bm25Encoder) -> edge.Point:
    words = encoder.passage(item.passage)
    return edge.Point(
        id=payload.point_id(item.passage.id),
        vector={
            payload.DENSE: item.vector.tolist(),
            payload.SPARSE: edge.SparseVector(words.indices, words.values),
        },
        payload=payload.payload_of(item.passage),
    )


def _lock_of(folder: Path) -> FileLock:
    # Not thread-local: the thread that closes a snapshot is seldom the one that opened it.
    return FileLock(folder / "reader.lock", thread_local=False)


def _sweep_if_dead(folder: Path) -> None:
    with suppress(Timeout, FileNotFoundError), _lock_of(folder).acquire(blocking=False):
        folders.discard(folder)
