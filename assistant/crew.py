"""The crew: works conversations in the background, so many at once; the others wait in line."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from assistant.errors import HandrailError

SWEEP_SECONDS = 2.0

log = logging.getLogger("handrail")


class Crew:
    """Takes conversations and has each worked as soon as one of `at_once` places is free.

    What has no place yet lies in the database, not here: a line of any length loses nothing in a crash.
    """

    def __init__(self, work: Callable[[str], Awaitable[None]], at_once: int) -> None:
        self._work = work
        self._places = asyncio.Semaphore(at_once)
        self._waiting: dict[str, asyncio.Task[None]] = {}
        self._at_work: set[asyncio.Task[None]] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False

    def sweep(self, unanswered: Callable[[], Awaitable[list[tuple[str, str]]]]) -> None:
        """Take what is unanswered, (conversation id, message id) each, now and every two seconds."""
        self._spawn(self._sweep(unanswered))

    def take(self, conversation_id: str) -> None:
        """Have a conversation worked; nothing where it waits for a place already, or the crew closes."""
        if not self._closing and conversation_id not in self._waiting:
            self._waiting[conversation_id] = self._spawn(self._in_turn(conversation_id))

    async def close(self, seconds: float) -> None:
        """Stop: sweep no more, drop who waits, give those at work so many seconds to finish, then stop them too."""
        self._closing = True
        for task in self._tasks - self._at_work:
            task.cancel()
        if self._at_work:
            await asyncio.wait(set(self._at_work), timeout=seconds)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _in_turn(self, conversation_id: str) -> None:
        async with self._places:
            self._at_work.add(self._waiting.pop(conversation_id))
            await self._work(conversation_id)

    async def _sweep(self, unanswered: Callable[[], Awaitable[list[tuple[str, str]]]]) -> None:
        while True:
            try:
                for conversation_id in {conversation_id for conversation_id, _ in await unanswered()}:
                    self.take(conversation_id)
            except HandrailError as error:
                log.warning("cannot look for unanswered messages: %s", error)
            except Exception:  # a bug must not become silence: the next look may find them
                log.exception("cannot look for unanswered messages")
            await asyncio.sleep(SWEEP_SECONDS)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._at_work.discard(task)
        if not task.cancelled() and task.exception():
            log.error("a task of the desk failed", exc_info=task.exception())
