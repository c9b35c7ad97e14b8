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

    async def resolved_tickets(self, most: int) -> list[Ticket]:
        """So many resolved tickets, the latest first."""
        query = select(tickets).where(tickets.c.status == "resolved")
        async with self._database.reading() as connection:
            found = await connection.execute(query.order_by(tickets.c.opened_at.desc(), tickets.c.id).limit(most))
            return [Ticket.model_validate(dict(row)) for row in found.mappings()]

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

    async def claim(self, ticket_id: str, human_agent: str, instead_of: str | None = None) -> Ticket:
        """Give the ticket to a human agent, once or again; the conversation is with_human.

        `instead_of` names the human agent from whom it is taken.

        Raises:
            NotFound: there is no such ticket.
            Conflict: another human agent has it, or it is resolved.
        """
        async with self._working(ticket_id) as (change, ticket):
            return await _give(change, ticket, human_agent, instead_of)

    async def hand_back(self, ticket_id: str, human_agent: str) -> Ticket:
        """Let somebody else take the ticket; the conversation waits for a human. Nothing when nobody has it.

        Raises:
            NotFound: there is no such ticket.
            Conflict: another human agent has it, or it is resolved.
        """
        async with self._working(ticket_id) as (change, ticket):
            _check_holder(ticket, human_agent)
            if ticket.assignee is None:
                return ticket
            await _log(change, "handed_back", human_agent)
            await change.move_to("waiting_for_human")
            return await _update(change, ticket, status="open", assignee=None)

    async def answer(
        self, ticket_id: str, message: Message, human_agent: str, verdict: Verdict | None = None
    ) -> Message:
        """Store what a human agent writes and its event, and claim the ticket for them; the message as stored.

        The verdict is stored where the turn has none. Nothing of this when the message was stored before.

        Raises:
            NotFound: there is no such ticket.
            Conflict: another human agent has it, it is resolved, or the message's id was used for another text.
        """
        async with self._locked(ticket_id) as (change, ticket):
            added = await change.say(message)
            if added:  # a repeat attaches to the first, whatever became of the ticket since
                _check_unresolved(ticket)
                await _give(change, ticket, human_agent)
                if verdict and not await _verdicts(change.connection, ticket.turn_id):
                    await _judge(change, verdict)
            stored = await change.message(message.id)
            return (
                message.model_copy(update={name: stored[name] for name in ("text", "sent_at")}) if stored else message
            )

    async def reject(self, ticket_id: str, human_agent: str, verdict: Verdict | None) -> Ticket:
        """Store why a human agent does not send the suggestion, and claim the ticket for them; once or again.

        Raises:
            NotFound: there is no such ticket.
            Conflict: there is no suggestion, it has had another verdict, another human agent has the ticket, or it is
                resolved.
        """
        async with self._working(ticket_id) as (change, ticket):
            given = await _give(change, ticket, human_agent)
            if verdict is None:
                raise Conflict(f"ticket {ticket_id} has no suggestion to reject; write a reply")
            before = await _verdicts(change.connection, ticket.turn_id)
            same = {"sent", "reason", "human_agent"}
            if before and before[0].model_dump(include=same) != verdict.model_dump(include=same):
                raise Conflict(f"the suggestion of ticket {ticket_id} has had its verdict; write a reply")
            if not before:
                await _judge(change, verdict)
                await _log(change, "rejected", human_agent, reason=verdict.reason)
            return given

    async def resolve(self, ticket_id: str, human_agent: str) -> Ticket:
        """Close the ticket and its conversation; nothing when it is closed.

        Raises:
            NotFound: there is no such ticket.
            Conflict: another human agent has it.
        """
        async with self._locked(ticket_id) as (change, ticket):
            if ticket.status == "resolved":
                return ticket
            _check_holder(ticket, human_agent)
            await _log(change, "resolved", human_agent)
            await change.move_to("resolved")
            return await _update(change, ticket, status="resolved", assignee=human_agent)

    async def verdicts(self, turn_id: str) -> list[Verdict]:
        """The verdicts on a turn's suggestion, oldest first."""
        async with self._database.reading() as connection:
            return await _verdicts(connection, turn_id)

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
            _check_unresolved(ticket)
            yield change, ticket


def _check_unresolved(ticket: Ticket) -> None:
    if ticket.status == "resolved":
        raise Conflict(f"ticket {ticket.id} is resolved; the conversation goes on without it")


def _check_holder(ticket: Ticket, *holders: str | None) -> None:
    if ticket.assignee not in (None, *holders):
        raise Conflict(f"ticket {ticket.id} is with {ticket.assignee}; take it over first, or take another")


async def _give(change: Change, ticket: Ticket, human_agent: str, instead_of: str | None = None) -> Ticket:
    if ticket.assignee == human_agent:
        return ticket
    _check_holder(ticket, instead_of)
    if ticket.assignee:
        await _log(change, "taken_over", human_agent, instead_of=ticket.assignee)
    else:
        await _log(change, "claimed", human_agent)
    await change.move_to("with_human")
    return await _update(change, ticket, status="claimed", assignee=human_agent)


async def _log(change: Change, step: str, human_agent: str, **more: str) -> None:
    await change.add_event("ticket", {"step": step, "human_agent": human_agent, **more})


async def _judge(change: Change, verdict: Verdict) -> None:
    await change.connection.execute(insert(verdicts).values(**verdict.model_dump()))


async def _verdicts(connection: AsyncConnection, turn_id: str) -> list[Verdict]:
    columns = [verdicts.c[name] for name in Verdict.model_fields]
    found = await connection.execute(select(*columns).where(verdicts.c.turn_id == turn_id).order_by(verdicts.c.number))
    return [Verdict.model_validate(dict(row)) for row in found.mappings()]


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
