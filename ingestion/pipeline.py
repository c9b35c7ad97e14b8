"""Sync: read the articles, split them, embed what is new, publish a snapshot. All at once or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from filelock import FileLock, Timeout

from assistant.answering.sentences import lines_of
from assistant.errors import ArticleError, KnowledgeError, NoSnapshot, PublishBusy, SnapshotDamaged, SnapshotError
from assistant.evidence import Passage, Word
from assistant.retrieval.embedder import Embedder, embed_passages, embedded_lines, embedded_text
from assistant.retrieval.embedding_cache import FILE, CachedEmbedder, EmbeddingCache
from assistant.retrieval.index.port import FORMAT, IndexedPassage, Manifest, PassageIndex
from ingestion.chunking import split
from ingestion.sources import Source

BATCH = 64  # texts embedded between two writes to disk

Progress = Callable[[int, int], None]


class Refused(Word):
    """An article that is not in the snapshot, and why."""

    path: str
    why: str


class SyncReport(Word):
    """What a sync did. `added` to `unchanged` are article ids, compared with the snapshot before.

    `published` is false when nothing had changed; `snapshot` is then the one already current. `embedded` counts
    the passages whose text was new.
    """

    snapshot: str
    published: bool
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()
    passages: int
    embedded: int
    took_seconds: float


class _Knowledge(NamedTuple):
    passages: list[Passage]
    digests: dict[str, str]  # by article id
    refused: list[Refused]


def _silent(done: int, total: int) -> None:
    """Show nothing."""


def sync(
    source: Source,
    embedder: Embedder,
    index: PassageIndex,
    cache: Path,
    *,
    progress: Progress = _silent,
    patience: float = 10.0,
) -> SyncReport:
    """Bring the index up to date with the source; without a change nothing is published.

    Args:
        source: where the articles are.
        embedder: makes the vectors; not loaded when no text is new.
        index: where the snapshot is published.
        cache: folder for remembered embeddings.
        progress: called with the texts embedded so far and all texts; a passage has several (see `_texts`).
        patience: seconds to wait for another sync on the same cache.

    Raises:
        KnowledgeError: there is no article, or every one is refused; the current snapshot stays.
        EmbedderUnavailable: the embedding model cannot be loaded.
        PublishBusy: another sync is at work.
        SnapshotError: the index cannot be written.
    """
    started = monotonic()
    with _alone(cache, patience):
        knowledge = _read(source)
        before = _current(index)
        if before and _is_current(before, knowledge, embedder):
            manifest, embedded = before, 0
        else:
            manifest, embedded = _publish(knowledge, embedder, index, cache, progress)
    return SyncReport(
        snapshot=manifest.snapshot,
        published=manifest is not before,
        **_changes(before.articles if before else {}, knowledge.digests),
        refused=tuple(knowledge.refused),
        passages=len(knowledge.passages),
        embedded=embedded,
        took_seconds=monotonic() - started,
    )


@contextmanager
def _alone(cache: Path, patience: float) -> Iterator[None]:
    lock = FileLock(cache / "sync.lock", timeout=patience)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise PublishBusy("another `handrail sync` is at work; wait until it ends and try again") from None
    except OSError as error:
        raise SnapshotError(f"{cache} cannot be written ({error}); correct its permissions") from None
    try:
        yield
    finally:
        lock.release()


def _read(source: Source) -> _Knowledge:
    knowledge = _Knowledge([], {}, [])
    for article in source.articles():
        if isinstance(article, ArticleError):
            knowledge.refused.append(Refused(path=article.path, why=article.why))
            continue
        passages = split(article)
        if passages:
            knowledge.passages.extend(passages)
            knowledge.digests[article.id] = _digest(passages)
        else:
            why = "no text is left without images and HTML; write the article's text or delete the file"
            knowledge.refused.append(Refused(path=article.path, why=why))
    if not knowledge.passages:
        reasons = "".join(f"\n  {refused.path}: {refused.why}" for refused in knowledge.refused[:5])
        raise KnowledgeError(f"no article can be used ({len(knowledge.refused)} refused); correct them:{reasons}")
    return knowledge


def _digest(passages: Iterable[Passage]) -> str:
    """Digest what customers could notice of an article: a new owner changes nothing, a new split does."""
    return sha256("\n".join(passage.model_dump_json() for passage in passages).encode()).hexdigest()


def _current(index: PassageIndex) -> Manifest | None:
    name = index.current()
    if name is None:
        return None
    try:
        with closing(index.open(name)) as snapshot:
            return snapshot.manifest
    except (SnapshotDamaged, NoSnapshot):
        return None


def _is_current(manifest: Manifest, knowledge: _Knowledge, embedder: Embedder) -> bool:
    wanted = (FORMAT, embedder.name, knowledge.digests)
    return (manifest.format, manifest.embedder, manifest.articles) == wanted


def _publish(
    knowledge: _Knowledge, embedder: Embedder, index: PassageIndex, cache: Path, progress: Progress
) -> tuple[Manifest, int]:
    """Embed what is new and publish; gives the manifest and the number of passages whose text was new."""
    passages = knowledge.passages
    texts = list(dict.fromkeys(text for passage in passages for text in _texts(passage)))
    with EmbeddingCache(cache / FILE, embedder.name) as memory:
        known = memory.known(texts)
        new = [text for text in texts if text not in known]
        done = len(known)
        progress(done, len(texts))
        for batch in _batches(new):
            memory.remember(dict(zip(batch, embedder.embed(batch), strict=True)))
            done += len(batch)
            progress(done, len(texts))
        vectors = embed_passages(CachedEmbedder(embedder, cache), passages)
        indexed = [IndexedPassage(passage, vector) for passage, vector in zip(passages, vectors, strict=True)]
        manifest = index.publish(indexed, embedder=embedder.name, articles=knowledge.digests)
        memory.keep_only(texts)
    return manifest, sum(embedded_text(passage) not in known for passage in passages)


def _texts(passage: Passage) -> list[str]:
    """What is embedded of a passage: what its own vector is made of, and the lines that its sentences are chosen by."""
    return [*embedded_lines(passage), *lines_of(passage)]


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    """Texts of like length side by side spare the model padding."""
    ordered = sorted(texts, key=len)
    return (ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH))


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    return {
        "added": tuple(sorted(after.keys() - before.keys())),
        "changed": tuple(sorted(name for name in after.keys() & before.keys() if after[name] != before[name])),
        "removed": tuple(sorted(before.keys() - after.keys())),
        "unchanged": tuple(sorted(name for name in after.keys() & before.keys() if after[name] == before[name])),
    }
