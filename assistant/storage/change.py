"""One change to one conversation: under its lock, event numbers have no gaps and states do not race."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from assistant.conversation import Event, Message, Status
from assistant.errors import Conflict, NotFound
from assistant.storage.columns import storable
from assistant.storage.tables import conversations, events, messages

MESSAGE_COLUMNS = (
    messages.c.id,
    messages.c.author,
    messages.c.text,
    messages.c.citations,
    messages.c.sent_at,
)


def message_of(row: RowMapping) -> Message:
    """The Message in a row of MESSAGE_COLUMNS."""
    return Message.model_validate(dict(row))


class Change:
    """A conversation that nobody else changes until the transaction ends; made by `changing`."""

    def __init__(self, connection: AsyncConnection, conversation: RowMapping) -> None:
        self.connection = connection
        self.conversation_id: str = conversation["id"]
        self.status: Status = conversation["status"]
        self._revision: int = conversation["revision"]
        self._last_event: int = conversation["last_event"]
        self._values: dict[str, Any] = {}

    def set(self, **values: Any) -> None:
        """Set columns of the conversation."""
        self._values |= values

    async def add_event(self, kind: str, body: dict[str, Any]) -> Event:
        """Write the next line of the log. Raises pydantic's ValidationError for an unknown kind."""
        event = Event.model_validate({"seq": self._last_event + 1, "kind": kind, "body": storable(body)})
        await self.connection.execute(insert(events).values(conversation_id=self.conversation_id, **event.model_dump()))
        self._last_event = event.seq
        self.set(last_event=event.seq)
        return event

    async def add_message(self, message: Message, *, awaits_assistant: bool = False) -> bool:
        """Write a message, without an event; False when it was written before.

        Raises:
            Conflict: its id stands for another text.
        """
        before = await self.message(message.id)
        if before:
            if (before["author"], before["text"]) == (message.author, storable(message.text)):
                return False
            raise Conflict(f"message {message.id} was sent before with another text; use a new id")
        await self.connection.execute(
            insert(messages).values(
                conversation_id=self.conversation_id,
                **message.model_dump(),
                awaits_assistant=awaits_assistant,
            )
        )
        return True

    async def say(self, message: Message, *, awaits_assistant: bool = False) -> bool:
        """Write a message and its event, as `add_message`; a repeat writes neither."""
        added = await self.add_message(message, awaits_assistant=awaits_assistant)
        if added:
            await self.add_event("message", message.model_dump(mode="json"))
        return added

    async def move_to(self, status: Status) -> None:
        """Change the status and log it; nothing when it is the same."""
        if status != self.status:
            self.status = status
            self.set(status=status)
            await self.add_event("status", {"status": status})

    async def save(self) -> None:
        """Write what the conversation itself has gained."""
        if self._values:
            await self.connection.execute(
                update(conversations)
                .where(conversations.c.id == self.conversation_id)
                .values(**self._values, revision=self._revision + 1)
            )

    async def message(self, message_id: str) -> RowMapping | None:
        """The row of a message, None when there is none."""
        found = await self.connection.execute(
            select(messages).where(messages.c.conversation_id == self.conversation_id, messages.c.id == message_id)
        )
        return found.mappings().one_or_none()


@asynccontextmanager
async def changing(connection: AsyncConnection, conversation_id: str) -> AsyncIterator[Change]:
    """Lock a conversation and save what the block changes. On SQLite the whole database is locked already.

    Raises:
        NotFound: there is no such conversation.
    """
    found = await connection.execute(
        select(conversations).where(conversations.c.id == conversation_id).with_for_update()
    )
    row = found.mappings().one_or_none()
    if row is None:
        raise NotFound(f"there is no conversation {conversation_id}")
    change = Change(connection, row)
    yield change
    await change.save()
