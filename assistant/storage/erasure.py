"""Erasure: all that is held about one person, found and taken out of every table."""

from collections import Counter
from collections.abc import Callable, Collection
from typing import Any, Literal

from sqlalchemy import Column, ColumnElement, Table, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from assistant.conversation import Customer
from assistant.storage.erased import erased, words_in
from assistant.storage.part import Part
from assistant.storage.tables import conversations, events, feedback, messages, tickets, turns, verdicts

Link = Literal["verified", "mentioned"]
Theirs = Callable[[str], bool]

WORDS: dict[Table, tuple[Column[Any], ...]] = {  # what people wrote, or what was made of it
    messages: (messages.c.text, messages.c.citations),
    events: (events.c.body,),
    turns: (turns.c.body,),
    tickets: (tickets.c.summary, tickets.c.suggestion),
    verdicts: (verdicts.c.shown, verdicts.c.sent),
    feedback: (feedback.c.comment,),
}


class Erasure(Part):
    """What is held about a person, and its erasure."""

    async def held(
        self, is_theirs: Theirs, customer_ids: Collection[str] = (), order_numbers: Collection[str] = ()
    ) -> dict[str, Link]:
        """The conversations of a person, by id: verified as theirs, or with their address in some text.

        It reads every text there is, because a database does not know that two spellings are one address.

        Args:
            is_theirs: whether a text holds the person's address.
            customer_ids: the shop's ids of the person.
            order_numbers: the person's orders, as the shop writes them.
        """
        found: dict[str, Link] = {}
        async with self._database.reading() as connection:
            for table in WORDS:
                found |= dict.fromkeys(await _mentioning(connection, table, is_theirs), "mentioned")
            rows = await connection.execute(select(conversations.c.id, conversations.c.customer))
            customers = {row.id: Customer.model_validate(row.customer) for row in rows}
        known = {id_ for id_, customer in customers.items() if customer.email and is_theirs(customer.email)}
        ids = {*customer_ids, *(customers[id_].id for id_ in known)} - {None}
        numbers = {*order_numbers, *(customers[id_].order_number for id_ in known)} - {None}
        for id_, customer in customers.items():
            if id_ in known or customer.id in ids or customer.order_number in numbers:
                found[id_] = "verified"
        return found

    async def rows(self, conversation_id: str) -> dict[str, list[dict[str, Any]]]:
        """Every row of a conversation, by table; the digest of its token is left out."""
        async with self._database.reading() as connection:
            found: dict[str, list[dict[str, Any]]] = {}
            for table in (conversations, *WORDS):
                query = select(table).where(_of(table, conversation_id)).order_by(*table.primary_key)
                rows = (await connection.execute(query)).mappings()
                found[table.name] = [{name: row[name] for name in row if name != "token_digest"} for row in rows]
            return found

    async def count(self, conversation_id: str) -> Counter[str]:
        """How many rows `erase` would change, by table."""
        counts = Counter({"conversations": 1})
        async with self._database.reading() as connection:
            for table in WORDS:
                counts[table.name] += len(await _erasures(connection, table, conversation_id))
        return counts

    async def erase(self, conversation_id: str) -> Counter[str]:
        """Erase the words of a conversation and who it was with; the rows changed, by table.

        It ends up resolved, with its ticket, because nothing is left to answer. What awaited the assistant no longer
        does, so a turn under way meets a conflict when it is to be stored, and is dropped.

        Raises:
            NotFound: there is no such conversation.
        """
        async with self._changing(conversation_id) as change:
            counts = Counter({"conversations": 1})
            for table in WORDS:
                for this, values in await _erasures(change.connection, table, conversation_id):
                    await change.connection.execute(update(table).where(*this).values(values))
                    counts[table.name] += 1
            free = {"awaits_assistant": False, "leased_by": None, "leased_until": None}
            await change.connection.execute(update(messages).where(_of(messages, conversation_id)).values(free))
            await change.connection.execute(
                update(tickets).where(_of(tickets, conversation_id)).values(status="resolved")
            )
            change.set(customer=Customer().model_dump(mode="json"))
            await change.move_to("resolved")
            return counts

    async def compact(self) -> str:
        """Let no erased byte stay in the database's files; what kept it from that, "" when it is done.

        On SQLite the file is written anew and its log emptied. On PostgreSQL the tables are written anew, each locked
        meanwhile; a server's backups, replicas and archived logs are its owner's to renew.
        """
        return await self._database.compact([table.name for table in (conversations, *WORDS)])


def _of(table: Table, conversation_id: str) -> ColumnElement[bool]:
    if table is conversations:
        return conversations.c.id == conversation_id
    if table is verdicts:
        return verdicts.c.turn_id.in_(select(turns.c.id).where(turns.c.conversation_id == conversation_id))
    return table.c.conversation_id == conversation_id


async def _mentioning(connection: AsyncConnection, table: Table, is_theirs: Theirs) -> set[str]:
    """The conversations in whose rows of `table` some text is theirs."""
    if table is verdicts:
        query = select(turns.c.conversation_id, *WORDS[table]).join_from(verdicts, turns)
    else:
        query = select(table.c.conversation_id, *WORDS[table])
    rows = await connection.stream(query)
    return {row[0] async for row in rows if any(is_theirs(text) for value in row[1:] for text in words_in(value))}


async def _erasures(
    connection: AsyncConnection, table: Table, conversation_id: str
) -> list[tuple[list[ColumnElement[bool]], dict[str, Any]]]:
    """For each row of the conversation that holds words: which row it is, and its columns erased."""
    columns, key = WORDS[table], list(table.primary_key)
    rows = await connection.execute(select(*key, *columns).where(_of(table, conversation_id)))
    return [
        ([column == row[column] for column in key], values)
        for row in rows.mappings()
        if (values := {column.name: erased(row[column]) for column in columns}) != {c.name: row[c] for c in columns}
    ]
