"""How much of what there is."""

from dataclasses import dataclass

from sqlalchemy import func, select

from assistant.storage.part import Part
from assistant.storage.tables import conversations, messages, tickets


@dataclass(frozen=True)
class Counted:
    """Conversations by status, tickets that are not resolved by (status, priority), messages awaiting the assistant."""

    conversations: dict[str, int]
    tickets: dict[tuple[str, str], int]
    awaiting: int


class Counts(Part):
    """Counts for an operator."""

    async def counted(self) -> Counted:
        """Count, all at one moment."""
        number = func.count().label("number")
        by_status = select(conversations.c.status, number).group_by(conversations.c.status)
        waiting = (
            select(tickets.c.status, tickets.c.priority, number)
            .where(tickets.c.status != "resolved")
            .group_by(tickets.c.status, tickets.c.priority)
        )
        async with self._database.reading() as connection:
            return Counted(
                conversations={row.status: row.number for row in await connection.execute(by_status)},
                tickets={(row.status, row.priority): row.number for row in await connection.execute(waiting)},
                awaiting=await connection.scalar(select(func.count()).where(messages.c.awaits_assistant)) or 0,
            )
