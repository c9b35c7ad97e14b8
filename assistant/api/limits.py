"""Limits, counted in this process: what is done how often, over moving windows, and how many streams are open."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from assistant.errors import TooBusy, TooManyRequests
from assistant.settings import Limits

RETRY_SECONDS = 5


class Streams:
    """The event streams that are open, so many at once for a conversation and in all."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._open: Counter[str] = Counter()

    @property
    def open(self) -> int:
        """How many are open."""
        return self._open.total()

    @contextmanager
    def one(self, conversation_id: str) -> Iterator[None]:
        """Count a stream as long as the block runs.

        Raises:
            TooManyRequests: the conversation has as many as it may.
            TooBusy: this process has.
        """
        if self._open[conversation_id] >= self._limits.streams_per_conversation:
            raise TooManyRequests(RETRY_SECONDS, "streams")
        if self.open >= self._limits.streams:
            raise TooBusy("too many pages follow their chats just now; try again in a few seconds")
        self._open[conversation_id] += 1
        try:
            yield
        finally:
            self._open[conversation_id] -= 1
            if not self._open[conversation_id]:
                del self._open[conversation_id]


class RateLimits:
    """Who may do what how often. Each method counts one use, or raises TooManyRequests and counts none."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._windows = MovingWindowRateLimiter(MemoryStorage())

    def message(self, conversation_id: str, address: str) -> None:
        """A message sent."""
        self._use(
            (self._limits.messages_per_minute, "message", conversation_id),
            (self._limits.messages_per_minute_per_address, "address", address),
        )

    def conversation(self, address: str) -> None:
        """A conversation opened."""
        self._use((self._limits.conversations_per_minute_per_address, "conversation", address))

    def sign_in(self, name: str, address: str) -> None:
        """A sign-in tried."""
        self._use(
            (self._limits.sign_ins_per_minute, "sign-in", name),
            (self._limits.sign_ins_per_minute, "sign-in-address", address),
        )

    def _use(self, *uses: tuple[int, str, str]) -> None:
        """Count one use under every (limit per minute, kind, key), or under none where one of them is reached."""
        items = [(RateLimitItemPerMinute(per_minute), kind, key) for per_minute, kind, key in uses]
        for item in items:
            if not self._windows.test(*item):
                reset = self._windows.get_window_stats(*item).reset_time
                raise TooManyRequests(max(1, round(reset - time.time())), item[1])
        for item in items:
            self._windows.hit(*item)
