"""Wakes those who follow a conversation: at once for what this process writes, soon for what others write."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager

from assistant.errors import StorageUnavailable

log = logging.getLogger("handrail")

LastEvents = Callable[[Sequence[str]], Awaitable[dict[str, int]]]


class Listener:
    """Somebody who follows a conversation. `seq` is the last event they have; whoever reads on keeps it so."""

    def __init__(self, seq: int) -> None:
        self.seq = seq
        self.heard = asyncio.Event()


class Bell:
    """Rings for every listener of a conversation."""

    def __init__(self) -> None:
        self._listeners: defaultdict[str, set[Listener]] = defaultdict(set)
        self.closed = False

    def ring(self, conversation_id: str) -> None:
        """Wake everyone who listens to a conversation."""
        for listener in self._listeners.get(conversation_id, ()):
            listener.heard.set()

    @contextmanager
    def listening(self, conversation_id: str, seq: int = 0) -> Iterator[Listener]:
        """A listener whom every ring wakes; clear `heard` before looking, so that no ring is missed."""
        listener = Listener(seq)
        self._listeners[conversation_id].add(listener)
        try:
            yield listener
        finally:
            self._listeners[conversation_id].discard(listener)
            if not self._listeners[conversation_id]:
                del self._listeners[conversation_id]

    async def watch(self, last_events: LastEvents, seconds: float) -> None:
        """Ring for what other processes write, for ever.

        One query for all conversations with listeners, every so many seconds: the database is asked as often for a
        thousand streams as for one.

        Args:
            last_events: gives the `seq` of the last event of each of these conversations.
            seconds: between two looks.
        """
        while True:
            await asyncio.sleep(seconds)
            try:
                found = await last_events(list(self._listeners)) if self._listeners else {}
            except StorageUnavailable as error:
                log.warning("cannot look for events that other processes wrote: %s", error)
                continue
            except Exception:  # a bug must not become silence: the next look may find them
                log.exception("cannot look for events that other processes wrote")
                continue
            for conversation_id, last in found.items():
                for listener in self._listeners.get(conversation_id, ()):
                    if listener.seq < last:
                        listener.heard.set()

    def close(self) -> None:
        """Wake everyone for the last time: the service stops."""
        self.closed = True
        for conversation_id in self._listeners:
            self.ring(conversation_id)
