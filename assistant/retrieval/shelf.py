"""The snapshot that this process answers from, exchanged while turns run.

A turn leases one snapshot and keeps it from start to end. A newer one opens in the background; the old one
closes after its last lease.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock, Thread
from typing import Final

from assistant.errors import NoSnapshot, SnapshotDamaged, SnapshotError
from assistant.retrieval.index.port import Manifest, PassageIndex, Snapshot

_CLOSED: Final = "the shelf is closed because the service is stopping; start it again to ask"

_log = logging.getLogger("handrail")


@dataclass(frozen=True)
class ShelfStatus:
    """What is served now, if anything, and why it is not the current snapshot where it is not."""

    snapshot: str | None
    manifest: Manifest | None
    problem: str | None


@dataclass
class _Held:
    """An open snapshot; it closes when it is retired and no lease is left."""

    snapshot: Snapshot
    leases: int = 0
    retired: bool = False

    @property
    def name(self) -> str:
        return self.snapshot.manifest.snapshot

    @property
    def spent(self) -> bool:
        return self.retired and not self.leases


class Shelf:
    """Leases of the current snapshot, for any number of threads. The index stays its owner's to close."""

    def __init__(self, index: PassageIndex) -> None:
        self._index = index
        self._state = Lock()  # guards what follows; never held while a snapshot opens or closes
        self._held: _Held | None = None
        self._seen: str | None = None  # the current snapshot that was opened, is opening or is damaged
        self._problem: str | None = None
        self._opener: Thread | None = None
        self._closed = False
        self._first = Lock()  # held while the first snapshot opens

    @contextmanager
    def lease(self) -> Iterator[Snapshot]:
        """Give one snapshot for a whole turn.

        Raises:
            NoSnapshot: nothing has been published.
            SnapshotError: no snapshot opens; SnapshotDamaged when they are damaged.
        """
        held = self._take()
        try:
            yield held.snapshot
        finally:
            with self._state:
                held.leases -= 1
                spent = held.spent
            if spent:
                held.snapshot.close()

    def warm(self) -> None:
        """Open the current snapshot now, so that the first turn need not wait; raises as `lease` does."""
        with self.lease():
            pass

    def status(self) -> ShelfStatus:
        """Say what is served."""
        with self._state:
            manifest = self._held.snapshot.manifest if self._held else None
            return ShelfStatus(manifest.snapshot if manifest else None, manifest, self._problem)

    def close(self) -> None:
        """Close the snapshot, after the leases that still run; no new ones are given."""
        with self._first, self._state:
            self._closed = True
        if self._opener:
            self._opener.join()
        self._put(None)

    def _take(self) -> _Held:
        self._follow()
        with self._state:
            if self._held is None:
                raise SnapshotError(_CLOSED)
            self._held.leases += 1
            return self._held

    def _follow(self) -> None:
        """Look at `current` once; open what is new there."""
        with self._first:
            if self._held is None:
                self._open_first()
        try:
            current = self._index.current()
        except SnapshotError as error:
            self._note(str(error))
            return
        with self._state:
            if self._held and current == self._held.name:
                self._problem = None
            if current in (None, self._seen) or self._closed or (self._opener and self._opener.is_alive()):
                return
            self._seen = current
            self._opener = Thread(target=self._open_next, args=(current,), name="snapshot-opener", daemon=True)
            self._opener.start()

    def _open_first(self) -> None:
        if self._closed:
            raise SnapshotError(_CLOSED)
        current = self._index.current()
        if current is None:
            raise NoSnapshot("nothing has been published yet; run `handrail sync`")
        try:
            opened = self._index.open(current)
        except (SnapshotDamaged, NoSnapshot) as error:
            self._note(str(error))
            opened = self._open_earlier(current, error)
        self._seen = current
        self._put(opened)

    def _open_earlier(self, current: str, damage: SnapshotError) -> Snapshot:
        for name in reversed([name for name in self._index.snapshots() if name < current]):
            try:
                return self._index.open(name)
            except SnapshotDamaged as error:
                self._note(str(error))
        raise damage

    def _open_next(self, name: str) -> None:
        try:
            opened = self._index.open(name)
        except SnapshotDamaged as error:
            self._note(str(error))
        except SnapshotError as error:
            self._note(str(error))
            with self._state:
                self._seen = None  # not the snapshot's fault: try again at the next lease
        else:
            self._put(opened)
            with self._state:
                self._problem = None

    def _put(self, opened: Snapshot | None) -> None:
        """Serve `opened` from now on; close the one before if nobody leases it."""
        with self._state:
            before, self._held = self._held, _Held(opened) if opened else None
            if before:
                before.retired = True
            spent = before is not None and before.spent
        if before and spent:
            before.snapshot.close()

    def _note(self, problem: str) -> None:
        """Remember a problem; say it once, not at every lease."""
        with self._state:
            if problem != self._problem:
                _log.warning("%s", problem)
            self._problem = problem
