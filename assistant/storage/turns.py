"""The assistant's work: which messages await it, who works them, and the turns that came of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, insert, or_, select, update

from assistant.conversation import Message, Status, Turn
from assistant.errors import Conflict, NotFound
from assistant.evidence import new_id, now
from assistant.storage.change import Change
from assistant.storage.database import Database
from assistant.storage.part import Part
from assistant.storage.tables import messages, tickets, turns
from assistant.ticket import Ticket


class Turns(Part):
    """Leases on messages, and finished turns.

    A message awaits the assistant from `receive` until its turn is finished or its conversation is handed to
    a human. Leases go by this machine's clock: several machines need clocks that agree to the second.
    """

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._worker = new_id("worker")

    async def unanswered(self) -> list[tuple[str, str]]:
        """(conversation id, message id) of what awaits the assistant and is not leased, oldest first."""
        async with self._database.reading() as connection:
            found = await connection.execute(
                select(messages.c.conversation_id, messages.c.id)
                .where(messages.c.awaits_assistant, _free(now()))
                .order_by(messages.c.number)
            )
            return [(row.conversation_id, row.id) for row in found]

    async def lease(self, conversation_id: str, seconds: float) -> str | None:
        """Take the right to work the oldest message that awaits the assistant; its id.

        None when nothing awaits it or somebody works that message: later ones wait for their turn.
        """
        moment = now()
        awaiting = (messages.c.conversation_id == conversation_id, messages.c.awaits_assistant)
        oldest = select(func.min(messages.c.number)).where(*awaiting).scalar_subquery()
        async with self._database.writing() as connection:
            taken = await connection.execute(
                update(messages)
                .where(*awaiting, messages.c.number == oldest, _free(moment))
                .values(leased_by=self._worker, leased_until=moment + timedelta(seconds=seconds))
                .returning(messages.c.id)
            )
            found: str | None = taken.scalar_one_or_none()
            return found

    async def renew(self, conversation_id: str, message_id: str, seconds: float) -> bool:
        """Prolong a lease to so long from now; False when this store does not have it any more."""
        async with self._database.writing() as connection:
            kept = await connection.execute(
                update(messages)
                .where(*_is(conversation_id, message_id), messages.c.leased_by == self._worker)
                .values(leased_until=now() + timedelta(seconds=seconds))
            )
            return kept.rowcount == 1

    async def release(self, conversation_id: str, message_id: str) -> None:
        """Give back a lease that this store took; nothing when it lapsed and somebody else has it."""
        async with self._database.writing() as connection:
            await connection.execute(
                update(messages)
                .where(*_is(conversation_id, message_id), messages.c.leased_by == self._worker)
                .values(leased_by=None, leased_until=None)
            )

    async def finish(
        self,
        turn: Turn,
        message: Message | None,
        status: Status,
        ticket: Ticket | None,
        events: Sequence[tuple[str, dict[str, Any]]],
    ) -> None:
        """Store a turn and all that comes of it, in one transaction.

        Args:
            turn: what came of `turn.message_id`.
            message: what the assistant says; its `message` event is the caller's, among `events`.
            status: with_assistant, or waiting_for_human. The store logs a change itself, after `events`.
            ticket: for waiting_for_human, and only then.
            events: (kind, body), written in this order.

        Raises:
            ValueError: status and ticket do not go together.
            NotFound: there is no such conversation or message.
            Conflict: the message has a turn, or a human has taken over: say nothing. Nothing is stored.
        """
        if status != ("with_assistant" if ticket is None else "waiting_for_human"):
            raise ValueError(f"status {status}: a ticket comes with waiting_for_human, and only with it")
        async with self._changing(turn.conversation_id) as change:
            await _take_from_assistant(change, turn.message_id)
            await change.connection.execute(insert(turns).values(**_columns(turn)))
            if message:
                await change.add_message(message)
            for kind, body in events:
                await change.add_event(kind, body)
            await change.move_to(status)
            if ticket:
                await _hand_over(change, ticket)

    async def turn(self, turn_id: str) -> Turn:
        """The turn with its whole trail.

        Raises:
            NotFound: there is none.
        """
        found = await self._turns(turns.c.id == turn_id)
        if not found:
            raise NotFound(f"there is no turn {turn_id}")
        return found[0]

    async def turns(self, conversation_id: str) -> list[Turn]:
        """All turns of a conversation, oldest first."""
        return await self._turns(turns.c.conversation_id == conversation_id)

    async def turn_of(self, conversation_id: str, message_id: str) -> Turn | None:
        """The turn that answered a message, None while there is none."""
        found = await self._turns(turns.c.conversation_id == conversation_id, turns.c.message_id == message_id)
        return found[0] if found else None

    async def _turns(self, *where: ColumnElement[bool]) -> list[Turn]:
        async with self._database.reading() as connection:
            found = await connection.execute(select(turns.c.body).where(*where).order_by(turns.c.number))
            return [Turn.model_validate(body) for body in found.scalars()]


def _is(conversation_id: str, message_id: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return messages.c.conversation_id == conversation_id, messages.c.id == message_id


def _free(moment: datetime) -> ColumnElement[bool]:
    return or_(messages.c.leased_until.is_(None), messages.c.leased_until <= moment)


def _columns(turn: Turn) -> dict[str, Any]:
    return {
        "id": turn.id,
        "conversation_id": turn.conversation_id,
        "message_id": turn.message_id,
        "body": turn.model_dump(mode="json"),
        "finished_at": now(),
    }


async def _take_from_assistant(change: Change, message_id: str) -> None:
    row = await change.message(message_id)
    if row is None:
        raise NotFound(f"there is no message {message_id} in conversation {change.conversation_id}")
    if not row["awaits_assistant"]:
        raise Conflict(f"message {message_id} has its turn or a human has taken over; drop this turn")
    await _settle(change, messages.c.id == message_id)


async def _hand_over(change: Change, ticket: Ticket) -> None:
    """Open the ticket; the human answers whatever else awaited the assistant."""
    await change.connection.execute(insert(tickets).values(**ticket.model_dump()))
    await _settle(change, messages.c.awaits_assistant)


async def _settle(change: Change, which: ColumnElement[bool]) -> None:
    await change.connection.execute(
        update(messages)
        .where(messages.c.conversation_id == change.conversation_id, which)
        .values(awaits_assistant=False, leased_by=None, leased_until=None)
    )
