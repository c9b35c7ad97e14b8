"""A memory of embeddings on disk, so that only new text is embedded."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from assistant.errors import HandrailError
from assistant.retrieval.index.port import Vector

_TABLE = """
CREATE TABLE IF NOT EXISTS embeddings (
    embedder TEXT NOT NULL, text_sha256 BLOB NOT NULL, vector BLOB NOT NULL,
    PRIMARY KEY (embedder, text_sha256)
) WITHOUT ROWID
"""
_PATIENCE = 30.0  # seconds to wait for another process's write


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
        query = "SELECT vector FROM embeddings WHERE embedder = ? AND text_sha256 = ?"
        with self._using():
            found = {text: self._connection.execute(query, self._key(text)).fetchone() for text in texts}
        return {text: np.frombuffer(row[0], np.float32) for text, row in found.items() if row}

    def remember(self, vectors: Mapping[str, Vector]) -> None:
        """Add vectors, each shape `(dimensions,)`; they are on disk when this returns."""
        rows = [(*self._key(text), vector.astype(np.float32).tobytes()) for text, vector in vectors.items()]
        with self._using():
            self._connection.executemany("INSERT OR REPLACE INTO embeddings VALUES (?, ?, ?)", rows)

    def keep_only(self, texts: Iterable[str]) -> None:
        """Forget this embedder's vectors of all other texts."""
        kept = {digest for _, digest in map(self._key, texts)}
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

    def _key(self, text: str) -> tuple[str, bytes]:
        return self._embedder, sha256(text.encode()).digest()


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
