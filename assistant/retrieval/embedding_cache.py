"""Vectors kept on disk: ingestion embeds only new text, and the service finds what ingestion embedded."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from assistant.errors import HandrailError
from assistant.retrieval.embedder import Embedder, Fronted, Vectors
from assistant.retrieval.index.port import Vector

FILE = "embeddings.sqlite"  # in the cache folder

_TABLE = """
CREATE TABLE IF NOT EXISTS embeddings (
    embedder TEXT NOT NULL, text_sha256 BLOB NOT NULL, vector BLOB NOT NULL,
    PRIMARY KEY (embedder, text_sha256)
) WITHOUT ROWID
"""
_SELECT = "SELECT vector FROM embeddings WHERE embedder = ? AND text_sha256 = ?"
_PATIENCE = 30.0  # seconds to wait for another process's write
_READER_PATIENCE = 0.2  # a turn rather embeds than waits


class EmbeddingCache:
    """Vectors of one embedder by the digest of their text, in an SQLite file that several processes may share.

    A damaged file is replaced by an empty one: everything in it can be computed again.

    Raises:
        HandrailError: the file cannot be opened or written.
    """

    def __init__(self, file: Path, embedder: str) -> None:
        self._file, self._embedder = file, embedder
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._connection = _open(file)
        except (OSError, sqlite3.OperationalError) as error:
            raise HandrailError(f"{file} cannot be opened ({error}); correct its permissions") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def known(self, texts: Iterable[str]) -> dict[str, Vector]:
        """Give the vectors of those texts that are remembered."""
        with self._using():
            return _known(self._connection, self._embedder, texts)

    def remember(self, vectors: Mapping[str, Vector]) -> None:
        """Add vectors, each shape `(dimensions,)`; they are on disk when this returns."""
        rows = [
            (self._embedder, _digest(text), vector.astype(np.float32).tobytes()) for text, vector in vectors.items()
        ]
        with self._using():
            self._connection.executemany("INSERT OR REPLACE INTO embeddings VALUES (?, ?, ?)", rows)

    def keep_only(self, texts: Iterable[str]) -> None:
        """Forget this embedder's vectors of all other texts."""
        kept = set(map(_digest, texts))
        query = "SELECT text_sha256 FROM embeddings WHERE embedder = ?"
        with self._using():
            stored = {digest for (digest,) in self._connection.execute(query, (self._embedder,))}
            self._connection.executemany(
                "DELETE FROM embeddings WHERE embedder = ? AND text_sha256 = ?",
                [(self._embedder, digest) for digest in stored - kept],
            )

    @contextmanager
    def _using(self) -> Iterator[None]:
        try:
            with self._connection:
                yield
        except sqlite3.OperationalError as error:
            raise HandrailError(
                f"{self._file} cannot be used ({error}); correct its permissions or free disk space"
            ) from None


class CachedEmbedder(Fronted):
    """An embedder that first looks into a cache folder and writes nothing there: customers' words stay in memory.

    Where the file is missing, locked or damaged, the model does all the work.
    """

    def __init__(self, embedder: Embedder, cache: Path) -> None:
        super().__init__(embedder)
        self._file = cache / FILE

    def embed(self, texts: Sequence[str]) -> Vectors:
        """See Embedder; only texts that are not kept reach the model."""
        known = self._known(texts)
        new = [text for text in dict.fromkeys(texts) if text not in known]
        known.update(zip(new, self._embedder.embed(new), strict=True) if new else ())
        return np.stack([known[text] for text in texts]) if texts else self._embedder.embed(())

    def _known(self, texts: Iterable[str]) -> dict[str, Vector]:
        with suppress(sqlite3.Error):
            address = f"{self._file.resolve().as_uri()}?mode=ro"
            with closing(sqlite3.connect(address, uri=True, timeout=_READER_PATIENCE)) as connection:
                return _known(connection, self.name, texts)
        return {}


def _known(connection: sqlite3.Connection, embedder: str, texts: Iterable[str]) -> dict[str, Vector]:
    found = {text: connection.execute(_SELECT, (embedder, _digest(text))).fetchone() for text in texts}
    return {text: np.frombuffer(row[0], np.float32) for text, row in found.items() if row}


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "replace")).digest()


def _open(file: Path) -> sqlite3.Connection:
    if file.exists() and not _is_sound(file):
        for path in (file, file.with_name(f"{file.name}-journal")):
            path.unlink(missing_ok=True)
    connection = sqlite3.connect(file, timeout=_PATIENCE)
    connection.execute(_TABLE)
    return connection


def _is_sound(file: Path) -> bool:
    with closing(sqlite3.connect(file, timeout=_PATIENCE)) as connection:
        try:
            return bool(connection.execute("PRAGMA quick_check").fetchone() == ("ok",))
        except sqlite3.OperationalError:
            raise  # locked or unreadable says nothing about damage
        except sqlite3.DatabaseError:
            return False
