"""Tickets, and what human agents and customers think of the assistant's work."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, case, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from assistant.conversation import Message
from assistant.errors import Conflict, NotFound
from assistant.evidence import Word, now
from assistant.storage.change import Change, changing
from assistant.storage.part import Part
from assistant.storage.tables import feedback, tickets, verdicts
from assistant.ticket import Ticket, Verdict

TicketStatus = Literal["open", "claimed", "resolved"]

_URGENCY = case({"urgent": 0, "high": 1, "normal": 2, "low": 3}, value=tickets.c.priority)


class Feedback(Word):
    """What a customer said about one of the assistant's messages."""

    message_id: str
    helpful: bool
    comment: str
    given_at: datetime


class Tickets(Part):
    """Tickets, verdicts and feedback."""

    async def tickets(self, statuses: Sequence[TicketStatus] = ("open", "claimed")) -> list[Ticket]:
        """The tickets in these states: urgent first, then by age."""
        async with self._database.reading() as connection:
            return await _tickets(connection, tickets.c.status.in_(statuses))

    async def ticket(self, ticket_id: str) -> Ticket:
        """The ticket.

        Raises:
            NotFound: there is none.
        """
        async with self._database.reading() as connection:
            return await _ticket(connection, ticket_id)

    async def open_ticket_of(self, conversation_id: str) -> Ticket | None:
        """The conversation's ticket that is not resolved; there is at most one."""
        async with self._database.reading() as connection:
            found = await _tickets(
                connection, tickets.c.conversation_id == conversation_id, tickets.c.status != "resolved"
            )
            return found[0] if found else None

    async def claim(self, ticket_id: str, human_agent: str) -> Ticket:
        """Give the ticket to a human agent, once or again; the conversation is with_human.

        Raises:
            NotFound: there is no such ticket.
            Conflict: another human agent has it, or it is resolved.
        """
        async with self._working(ticket_id) as (change, ticket):
            if ticket.assignee not in (None, human_agent):
                raise Conflict(f"ticket {ticket_id} is with {ticket.assignee}; ask them, or take another")
            await change.move_to("with_human")
            return await _update(change, ticket, status="claimed", assignee=human_agent)

    async def answer(self, ticket_id: str, message: Message, verdict: Verdict | None) -> None:
        """Store what a human agent writes, its event, and the verdict; the conversation is with_human.

        Nothing when the message was stored before. The ticket need not be claimed, and stays as it is.

        Raises:
            NotFound: there is no such ticket.
            Conflict: the ticket is resolved, or the message's id was used for another text.
        """
        async with self._working(ticket_id) as (change, _):
            if not await change.say(message):
                return
            if verdict:
                await change.connection.execute(insert(verdicts).values(**verdict.model_dump()))
            await change.move_to("with_human")

    async def resolve(self, ticket_id: str) -> Ticket:
        """Close the ticket and its conversation; nothing when it is closed.

        Raises:
            NotFound: there is no such ticket.
        """
        async with self._locked(ticket_id) as (change, ticket):
            if ticket.status == "resolved":
                return ticket
            await change.move_to("resolved")
            return await _update(change, ticket, status="resolved")

    async def verdicts(self, turn_id: str) -> list[Verdict]:
        """The verdicts on a turn's suggestion, oldest first."""
        columns = [verdicts.c[name] for name in Verdict.model_fields]
        async with self._database.reading() as connection:
            found = await connection.execute(
                select(*columns).where(verdicts.c.turn_id == turn_id).order_by(verdicts.c.number)
            )
            return [Verdict.model_validate(dict(row)) for row in found.mappings()]

    async def add_feedback(
        self, conversation_id: str, message_id: str, helpful: bool, comment: str | None = None
    ) -> None:
        """Store what the customer thinks of a message, in place of what they thought before.

        Raises:
            NotFound: there is no such conversation or message.
        """
        async with self._changing(conversation_id) as change:
            if await change.message(message_id) is None:
                raise NotFound(f"there is no message {message_id} in conversation {conversation_id}")
            key = {"conversation_id": conversation_id, "message_id": message_id}
            await change.connection.execute(delete(feedback).filter_by(**key))
            await change.connection.execute(
                insert(feedback).values(**key, helpful=helpful, comment=comment or "", given_at=now())
            )

    async def feedback(self, conversation_id: str) -> list[Feedback]:
        """What the customer said about the messages of a conversation, oldest first."""
        columns = [feedback.c[name] for name in Feedback.model_fields]
        async with self._database.reading() as connection:
            found = await connection.execute(
                select(*columns).where(feedback.c.conversation_id == conversation_id).order_by(feedback.c.given_at)
            )
            return [Feedback.model_validate(dict(row)) for row in found.mappings()]

    @asynccontextmanager
    async def _locked(self, ticket_id: str) -> AsyncIterator[tuple[Change, Ticket]]:
        """Lock the ticket's conversation, and read the ticket under the lock."""
        async with self._database.writing() as connection:
            conversation_id = (await _ticket(connection, ticket_id)).conversation_id
            async with changing(connection, conversation_id) as change:
                yield change, await _ticket(connection, ticket_id)

    @asynccontextmanager
    async def _working(self, ticket_id: str) -> AsyncIterator[tuple[Change, Ticket]]:
        async with self._locked(ticket_id) as (change, ticket):
            if ticket.status == "resolved":
                raise Conflict(f"ticket {ticket_id} is resolved; the conversation goes on without it")
            yield change, ticket


async def _tickets(connection: AsyncConnection, *where: ColumnElement[bool]) -> list[Ticket]:
    found = await connection.execute(
        select(tickets).where(*where).order_by(_URGENCY, tickets.c.opened_at, tickets.c.id)
    )
    return [Ticket.model_validate(dict(row)) for row in found.mappings()]


async def _ticket(connection: AsyncConnection, ticket_id: str) -> Ticket:
    found = await _tickets(connection, tickets.c.id == ticket_id)
    if not found:
        raise NotFound(f"there is no ticket {ticket_id}")
    return found[0]


async def _update(change: Change, ticket: Ticket, **values: Any) -> Ticket:
    await change.connection.execute(update(tickets).where(tickets.c.id == ticket.id).values(**values))
    return ticket.model_copy(update=values)
