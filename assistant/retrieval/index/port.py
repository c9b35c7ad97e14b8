"""The port to a passage index: numbered, immutable snapshots, one of them current.

A publish is all or nothing: `current` moves to the new snapshot after it is complete, or not at all. A reader
opens a snapshot by name and keeps it for a whole turn, whatever is published meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.evidence import Passage, Word

FORMAT = 2  # grows when the layout of a snapshot changes

Vector = NDArray[np.float32]
Among = Collection[str] | None  # passage ids that a search is confined to


class Manifest(Word):
    """What a snapshot holds. It is written last, so a snapshot with one is whole.

    `articles` maps an article's id to the digest of its content, `passages` is their number, `digest` covers
    all passages with all their fields in order, and `dimensions` is the length of a dense vector.
    """

    format: int = FORMAT
    snapshot: str
    published_at: datetime
    embedder: str
    dimensions: int
    average_length: float  # mean passage length in words without stop words, BM25's avg_len
    passages: int
    digest: str
    articles: dict[str, str]


@dataclass(frozen=True)
class IndexedPassage:
    """A passage and its dense vector (unit length, shape `(dimensions,)`)."""

    passage: Passage
    vector: Vector


@dataclass(frozen=True)
class Scope:
    """Who may see what: only passages in force on `day`, for this locale, region and audience.

    `locale` None: any. `region` None: passages of every region; otherwise those of that region and those that
    hold everywhere. Audience "public" sees public passages only, "agents" sees all.
    """

    day: date
    locale: str | None = None
    region: str | None = None
    audience: str = "public"


@dataclass(frozen=True)
class Hit:
    """A passage found, with the engine's score: cosine (dense) or BM25 (sparse)."""

    passage: Passage
    score: float


class Snapshot(Protocol):
    """One opened snapshot. Thread-safe for reading."""

    @property
    def manifest(self) -> Manifest:
        """What the snapshot holds."""

    def dense(self, vector: Vector, scope: Scope, limit: int, among: Among = None) -> list[Hit]:
        """Find the nearest passages in scope by cosine, best first, ties by id; `among` these ids, if given."""

    def sparse(self, text: str, scope: Scope, limit: int, among: Among = None) -> list[Hit]:
        """Find the best passages in scope by BM25 likewise; none that shares no word with `text`."""

    def close(self) -> None:
        """Release it; no reader may use it afterwards."""


class PassageIndex(Protocol):
    """Where snapshots live."""

    def publish(self, passages: Sequence[IndexedPassage], *, embedder: str, articles: dict[str, str]) -> Manifest:
        """Write a new snapshot and make it current: all at once or not at all.

        Args:
            passages: at least one; ids unique.
            embedder: name of the model that made the vectors.
            articles: article id to digest of its content.

        Raises:
            KnowledgeError: no passages, two with one id, or vectors of different lengths.
            PublishBusy: another publish is under way.
        """

    def current(self) -> str | None:
        """Name of the current snapshot; None before the first publish. Cheap: asked once a turn."""

    def open(self, snapshot: str) -> Snapshot:
        """Open a snapshot for reading.

        Raises:
            SnapshotDamaged: it is truncated, half-built, or of another format; the message names the remedy.
            NoSnapshot: there is none of that name.
        """

    def snapshots(self) -> list[str]:
        """Names of the complete snapshots, oldest first."""

    def close(self) -> None:
        """Release what the index holds."""
