"""Holding the right to work a message while it is worked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from assistant.errors import StorageUnavailable

if TYPE_CHECKING:
    from assistant.storage.store import Store


@asynccontextmanager
async def holding(store: Store, conversation_id: str, message_id: str, seconds: float) -> AsyncIterator[None]:
    """Renew a lease as long as the block runs; one that is cancelled gives it back at once."""
    renewal = asyncio.create_task(_renew(store, conversation_id, message_id, seconds))
    try:
        yield
    except asyncio.CancelledError:
        await store.release(conversation_id, message_id)
        raise
    finally:
        renewal.cancel()


async def _renew(store: Store, conversation_id: str, message_id: str, seconds: float) -> None:
    held = True
    while held:
        await asyncio.sleep(seconds / 3)
        with suppress(StorageUnavailable):
            held = await store.renew(conversation_id, message_id, seconds)
