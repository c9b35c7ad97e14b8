"""What Handrail keeps: the home folder, the snapshot of the articles, the database."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from assistant.doctor.finding import Finding, advice, ok, wrong
from assistant.evidence import now
from assistant.retrieval.index import open_index
from assistant.retrieval.index.embedded import verified
from assistant.retrieval.index.port import Manifest
from assistant.settings import Settings
from assistant.storage.inspection import inspect
from ingestion.article import Article
from ingestion.sources.markdown import MarkdownSource

MB = 1_000_000
LEAST, ENOUGH = 200 * MB, 1_000 * MB  # disk space: a publish writes a snapshot beside the current one
LONG_WAL = 200 * MB


def home(settings: Settings) -> Iterator[Finding]:
    """The home folder: there, writable, private, with room."""
    folder = settings.home.resolve()
    if not folder.exists():
        above = next(parent for parent in folder.parents if parent.exists())
        if not os.access(above, os.W_OK | os.X_OK):
            yield wrong("home folder", f"{folder} cannot be made", f"give this user the right to write to {above}")
            return
        yield ok("home folder", f"{folder} will be made at the first start")
        folder = above
    elif not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        yield wrong("home folder", f"{folder} is no folder that can be written", "choose another with --home")
        return
    else:
        yield ok("home folder", f"{folder} can be written")
        yield from _privacy(folder)
    yield _room(folder)


def _privacy(folder: Path) -> Iterator[Finding]:
    others = folder.stat().st_mode & 0o007
    if others and os.name == "posix":
        remedy = f"chmod o-rwx {folder}"
        yield advice("home folder", "other users of this machine can read what customers wrote", remedy)


def _room(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    said = f"{free / 1e9:.1f} GB free"
    if free < LEAST:
        return wrong("disk space", said, "free some: neither messages nor snapshots can be written soon")
    return ok("disk space", said) if free >= ENOUGH else advice("disk space", said, "free some before it runs out")


def snapshot(settings: Settings) -> Iterator[Finding]:
    """The current snapshot: there, whole, of the embedder in use, and of the articles in the folder."""
    manifest = _on_server(settings) if settings.qdrant.url else verified(settings.home)
    age = (now() - manifest.published_at).days
    held = f"{manifest.passages} passages of {len(manifest.articles)} articles, {age} days old"
    if manifest.embedder != settings.embedder.name:
        made = f"made with the embedder {manifest.embedder}, not {settings.embedder.name}"
        yield wrong("snapshot", made, "run `handrail sync`")
        return
    yield ok("snapshot", f"{manifest.snapshot} is whole: {held}")
    found = {article.id for article in MarkdownSource(settings.knowledge).articles() if isinstance(article, Article)}
    if differing := found ^ manifest.articles.keys():
        said = f"{len(differing)} articles are in the folder or in the snapshot, not in both"
        yield advice("snapshot", said, "run `handrail sync`")


def _on_server(settings: Settings) -> Manifest:
    with closing(open_index(settings)) as index, closing(index.open(index.current() or "")) as found:
        return found.manifest


def database(settings: Settings) -> Iterator[Finding]:
    """The database: it answers, and its tables are of this version."""
    found = inspect(settings.database_url)
    if found is None:
        yield ok("database", "will be made at the first start")
        return
    size = f"{found.kind}, {found.size / MB:.1f} MB"
    if found.revision == found.newest:
        yield ok("database", f"answers ({size})")
    elif found.known:
        said = f"its tables are of an earlier version ({size})"
        yield advice("database", said, "make a backup; the next start brings them up to date")
    else:
        said = f"a newer version of Handrail wrote it (revision {found.revision})"
        yield wrong("database", said, "install that version")
    if found.damage:
        yield wrong("database", f"is damaged: {found.damage}", "stop the service and restore a backup")
    if found.wal > LONG_WAL:
        remedy = "look for a process that keeps a read open; a restart folds it into the database"
        yield advice("database", f"its write-ahead log has {found.wal / MB:.0f} MB", remedy)
    if abs(found.clock_seconds) > 2:
        said = f"its clock is {found.clock_seconds:+.0f} s off this machine's"
        yield advice("database", said, "synchronise both clocks: leases on messages go by them")
