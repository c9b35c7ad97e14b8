"""What all parts of the store share."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any

from assistant.storage.change import Change, changing
from assistant.storage.database import Database


class Part:
    """A part of the store. What its public calls begin is finished, even when the caller is cancelled."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __init_subclass__(cls) -> None:
        for name, call in list(vars(cls).items()):
            if iscoroutinefunction(call) and not name.startswith("_"):
                setattr(cls, name, _to_the_end(call))

    async def close(self) -> None:
        """Wait for what is under way, then give all connections back."""
        await self._database.close()

    @asynccontextmanager
    async def _changing(self, conversation_id: str) -> AsyncIterator[Change]:
        async with self._database.writing() as connection, changing(connection, conversation_id) as change:
            yield change


def _to_the_end(call: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    @wraps(call)
    async def whole(part: Part, *args: Any, **kwargs: Any) -> Any:
        return await part._database.to_the_end(call(part, *args, **kwargs))

    return whole
