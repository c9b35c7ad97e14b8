"""Rate limits, counted in this process over moving windows."""

import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from assistant.errors import TooManyRequests
from assistant.settings import Limits


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
                raise TooManyRequests(max(1, round(reset - time.time())))
        for item in items:
            self._windows.hit(*item)
