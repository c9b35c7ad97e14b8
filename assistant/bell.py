"""Wakes the readers of a conversation in this process; readers in other processes poll."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


class Bell:
    """One asyncio event per listener."""

    def __init__(self) -> None:
        self._listeners: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    def ring(self, conversation_id: str) -> None:
        """Wake everyone who listens to a conversation."""
        for heard in self._listeners.get(conversation_id, ()):
            heard.set()

    @contextmanager
    def listening(self, conversation_id: str) -> Iterator[asyncio.Event]:
        """An event that every ring sets; clear it before looking, so that no ring is missed."""
        heard = asyncio.Event()
        self._listeners[conversation_id].add(heard)
        try:
            yield heard
        finally:
            self._listeners[conversation_id].discard(heard)
            if not self._listeners[conversation_id]:
                del self._listeners[conversation_id]


async def heard_within(heard: asyncio.Event, seconds: float) -> bool:
    """Wait for a ring, at most so long; whether there was one."""
    try:
        async with asyncio.timeout(seconds):
            return await heard.wait()
    except TimeoutError:
        return False
