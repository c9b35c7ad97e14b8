"""A conversation's events as a stream that stays open."""

import json
from collections.abc import AsyncIterator, Container
from contextlib import suppress
from typing import Any

from sse_starlette import ServerSentEvent

from assistant.api.services import Services
from assistant.errors import StorageUnavailable

STREAM: dict[int | str, dict[str, Any]] = {
    200: {"description": "Events, as they come", "content": {"text/event-stream": {"schema": {"type": "string"}}}}
}
OF_THE_TEAM = frozenset({"ticket"})  # who has a ticket, and what they think of a suggestion, is not the customer's


async def events(
    conversation_id: str, after: int, here: Services, hidden: Container[str] = frozenset()
) -> AsyncIterator[ServerSentEvent]:
    """Every event after the one numbered `after`, but for the kinds in `hidden`, until the service stops."""
    with here.bell.listening(conversation_id, after) as listener:
        while not here.bell.closed:
            listener.heard.clear()
            with suppress(StorageUnavailable):  # the stream goes on when the database is back
                for event in await here.store.events(conversation_id, listener.seq):
                    listener.seq = event.seq
                    if event.kind in hidden:
                        continue
                    yield ServerSentEvent(id=str(event.seq), event=event.kind, data=json.dumps(event.body))
            await listener.heard.wait()
