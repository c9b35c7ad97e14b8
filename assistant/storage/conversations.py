"""Conversations, their messages and their events."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import RowMapping, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from assistant.conversation import Conversation, Customer, Event, Message
from assistant.errors import NotFound
from assistant.evidence import now
from assistant.storage.change import MESSAGE_COLUMNS, changing, message_of
from assistant.storage.part import Part
from assistant.storage.tables import conversations, events, messages


class Conversations(Part):
    """Conversations, their messages and their events."""

    async def open_conversation(self, conversation: Conversation, token_digest: str) -> None:
        """Store a new conversation and its messages, with a `message` event for each."""
        fields = conversation.model_dump(exclude={"messages", "customer"})
        async with self._database.writing() as connection:
            await connection.execute(
                insert(conversations).values(
                    **fields,
                    customer=conversation.customer.model_dump(mode="json"),
                    token_digest=token_digest,
                    last_event=0,
                    opened_at=now(),
                )
            )
            async with changing(connection, conversation.id) as change:
                for message in conversation.messages:
                    await change.say(message)

    async def conversation(self, conversation_id: str) -> Conversation:
        """The conversation with its messages in order of arrival.

        Raises:
            NotFound: there is none.
        """
        async with self._database.reading() as connection:
            row = await _row(connection, conversation_id)
            said = await connection.execute(
                select(*MESSAGE_COLUMNS)
                .where(messages.c.conversation_id == conversation_id)
                .order_by(messages.c.number)
            )
            fields = {name: row[name] for name in Conversation.model_fields if name != "messages"}
            return Conversation(**fields, messages=tuple(message_of(line) for line in said.mappings()))

    async def token_digest(self, conversation_id: str) -> str:
        """The digest of the token that opens the conversation.

        Raises:
            NotFound: there is no such conversation.
        """
        async with self._database.reading() as connection:
            return str((await _row(connection, conversation_id))["token_digest"])

    async def set_customer(self, conversation_id: str, customer: Customer) -> None:
        """Store who is asking and log it: a `customer` event with verified_by and order_number.

        Raises:
            NotFound: there is no such conversation.
        """
        async with self._changing(conversation_id) as change:
            change.set(customer=customer.model_dump(mode="json"))
            shown = customer.model_dump(mode="json", include={"verified_by", "order_number"})
            await change.add_event("customer", shown)

    async def set_language(self, conversation_id: str, language: str) -> None:
        """Store the language of the conversation.

        Raises:
            NotFound: there is no such conversation.
        """
        async with self._changing(conversation_id) as change:
            change.set(language=language)

    async def receive(self, conversation_id: str, message: Message) -> bool:
        """Store a customer's message and its event; False when it was received before.

        It awaits the assistant unless a human has the conversation. A resolved conversation is reopened
        to with_assistant (`message` event, then `status` event).

        Raises:
            NotFound: there is no such conversation.
            Conflict: the message's id was used for another text.
        """
        async with self._changing(conversation_id) as change:
            alone = change.status in ("with_assistant", "resolved")
            received = await change.say(message, awaits_assistant=alone)
            if received and alone:
                await change.move_to("with_assistant")
            return received

    async def append(self, conversation_id: str, kind: str, body: dict[str, Any]) -> Event:
        """Write the next event of the conversation; `seq` has no gaps, whoever else is writing.

        Raises:
            NotFound: there is no such conversation.
        """
        async with self._changing(conversation_id) as change:
            return await change.add_event(kind, body)

    async def events(self, conversation_id: str, after: int = 0, kind: str | None = None) -> list[Event]:
        """The events with a `seq` above `after`, of one kind or all, in order; none for an unknown conversation."""
        wanted = [events.c.conversation_id == conversation_id, events.c.seq > after]
        if kind:
            wanted.append(events.c.kind == kind)
        async with self._database.reading() as connection:
            found = await connection.execute(
                select(events.c.seq, events.c.kind, events.c.body, events.c.at).where(*wanted).order_by(events.c.seq)
            )
            return [Event.model_validate(dict(row)) for row in found.mappings()]

    async def last_events(self, conversation_ids: Sequence[str]) -> dict[str, int]:
        """The `seq` of the last event of each of these conversations; unknown ones are left out."""
        async with self._database.reading() as connection:
            found = await connection.execute(
                select(conversations.c.id, conversations.c.last_event).where(conversations.c.id.in_(conversation_ids))
            )
            return {row.id: row.last_event for row in found}


async def _row(connection: AsyncConnection, conversation_id: str) -> RowMapping:
    found = await connection.execute(select(conversations).where(conversations.c.id == conversation_id))
    row = found.mappings().one_or_none()
    if row is None:
        raise NotFound(f"there is no conversation {conversation_id}")
    return row
