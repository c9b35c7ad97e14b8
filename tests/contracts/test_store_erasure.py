"""Erasure and export on every database."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, select, text, update
from stored_words import asked, opened, ticket_of, worked

from assistant.conversation import Customer, Handoff, Message, Reason
from assistant.errors import Conflict
from assistant.privacy.email_address import EmailAddress
from assistant.storage import Store
from assistant.storage.erased import ERASED
from assistant.storage.tables import metadata
from assistant.ticket import Verdict

ANNA = EmailAddress("anna.keller@example.ch")
WORDS = "I am Anna Keller, ring 0791234567"


async def a_life(store: Store, said: str = WORDS, customer: Customer | None = None) -> str:
    """A conversation with something in every table, handed over and answered by a human agent."""
    conversation_id, message = await opened(store), asked(said)
    if customer:
        await store.set_customer(conversation_id, customer)
    await store.receive(conversation_id, message)
    turn = worked(conversation_id, message, Handoff(text=f"You wrote: {said}", reason=Reason.CUSTOMER_ASKED))
    inquiry = turn.trail.inquiry.model_copy(update={"message": said, "question": said}) if turn.trail.inquiry else None
    turn = turn.model_copy(update={"trail": turn.trail.model_copy(update={"inquiry": inquiry})})
    reply = Message(author="assistant", text=turn.outcome.text)
    ticket = ticket_of(turn).model_copy(update={"summary": said, "suggestion": said})
    events = [("message", reply.model_dump(mode="json")), ("sentence", {"message_id": message.id, "text": said})]
    await store.finish(turn, reply, "waiting_for_human", ticket, events)
    verdict = Verdict(
        turn_id=turn.id, shown=said, sent=f"{said}!", edit_distance=0.2, reason="tone", human_agent="agent"
    )
    await store.answer(ticket.id, Message(author="human_agent", text=f"{said}, hello"), "agent", verdict)
    await store.add_feedback(conversation_id, reply.id, False, said)
    return conversation_id


async def everything(store: Store) -> dict[str, list[dict[str, Any]]]:
    async with store._database.reading() as connection:
        return {
            table.name: [dict(row) for row in (await connection.execute(select(table))).mappings()]
            for table in metadata.sorted_tables
        }


async def test_a_person_is_found_by_what_the_server_verified_and_by_their_words(store: Store) -> None:
    by_email = await a_life(store, customer=Customer(id="c-1", email="Anna.Keller@EXAMPLE.ch", verified_by="token"))
    by_id = await a_life(store, customer=Customer(id="c-1", verified_by="token"))
    guest = Customer(email="anna.keller@example.ch", order_number="FH-1", verified_by="order_and_email")
    by_order_form = await a_life(store, customer=guest)
    by_the_shops_word = await a_life(store, customer=Customer(order_number="FH-2", verified_by="order_and_email"))
    by_words = await a_life(store, "mail ANNA.KELLER@example.ch please")
    for other in ("joanna.keller@example.ch", "anna.keller@example.ch.example", "Anna Keller"):
        await a_life(store, other, Customer(id="c-2", email="joanna.keller@example.ch", verified_by="token"))
    assert await store.held(ANNA.is_in, (), ("FH-2",)) == {
        by_email: "verified",
        by_id: "verified",
        by_order_form: "verified",
        by_the_shops_word: "verified",
        by_words: "mentioned",
    }


@pytest.mark.parametrize("table", ["tickets", "verdicts", "feedback", "events", "turns", "messages"])
async def test_the_address_is_found_in_every_table(store: Store, table: str) -> None:
    conversation_id = await a_life(store)
    columns = {"tickets": "summary", "verdicts": "sent", "feedback": "comment", "messages": "text"}
    async with store._database.writing() as connection:
        if table in columns:
            await connection.execute(text(f"UPDATE {table} SET {columns[table]} = 'a anna.keller@example.ch b'"))
        else:
            body = {"kind": "x", "heading": ["anna.keller@example.ch"]}
            await connection.execute(update(metadata.tables[table]).values(body=body))
    assert await store.held(ANNA.is_in) == {conversation_id: "mentioned"}


async def test_words_go_and_the_chain_of_records_stays(store: Store) -> None:
    customer = Customer(id="c-1", email=ANNA.folded, name="Anna Keller", verified_by="token")
    conversation_id = await a_life(store, customer=customer)
    await a_life(store, "nothing of hers", Customer(id="c-2", name="Bo", verified_by="token"))
    before = await everything(store)
    counted = await store.count(conversation_id)
    erased = await store.erase(conversation_id)
    assert erased == counted
    assert set(erased) == {"conversations", "messages", "events", "turns", "tickets", "verdicts", "feedback"}
    after = await everything(store)
    for words in ("Anna", "0791234567", "c-1", ANNA.folded):
        assert words not in str(after), [(n, r) for n, rows in after.items() for r in rows if words in str(r)]
    assert "nothing of hers" in str(after)
    (turn,) = await store.turns(conversation_id)
    assert (turn.took_ms, turn.outcome.kind, turn.trail.decision and turn.trail.decision.risk) == (12, "handoff", 0.1)
    conversation = await store.conversation(conversation_id)
    assert (conversation.status, conversation.customer) == ("resolved", Customer())
    assert {message.text for message in conversation.messages} == {ERASED}
    events = await store.events(conversation_id)
    assert {"step": "claimed", "human_agent": "agent"} in [event.body for event in events]
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    for name in ("messages", "turns", "tickets", "verdicts", "feedback"):
        assert len(after[name]) == len(before[name])
    assert {row["edit_distance"] for row in after["verdicts"]} == {0.2}
    assert await store.tickets() != []  # the other person's
    assert (await store.feedback(conversation_id))[0].comment == ERASED


async def test_erasing_twice_changes_nothing_more(store: Store) -> None:
    conversation_id = await a_life(store)
    await store.erase(conversation_id)
    once = await everything(store)
    assert +(await store.erase(conversation_id)) == {"conversations": 1}
    again = await everything(store)
    for row in (*once["conversations"], *again["conversations"]):
        row.pop("revision")
    assert again == once


async def test_a_turn_under_way_does_not_bring_the_words_back(store: Store, other: Store) -> None:
    conversation_id, message = await opened(store), asked(WORDS)
    await store.receive(conversation_id, message)
    assert await store.lease(conversation_id, 30) == message.id
    await other.erase(conversation_id)
    with pytest.raises(Conflict):
        await store.finish(worked(conversation_id, message), message, "with_assistant", None, [])
    with pytest.raises(Conflict):  # a widget that was offline sends the old message again
        await store.receive(conversation_id, message)
    assert await store.unanswered() == []
    assert "Anna" not in str(await everything(store))


async def test_the_customer_may_go_on_afterwards(store: Store) -> None:
    conversation_id = await a_life(store)
    await store.erase(conversation_id)
    again = asked("One more thing")
    assert await store.receive(conversation_id, again)
    assert (await store.conversation(conversation_id)).status == "with_assistant"
    assert await store.lease(conversation_id, 5) == again.id


async def test_an_export_has_every_row_and_not_the_token(store: Store) -> None:
    conversation_id = await a_life(store)
    held = await store.rows(conversation_id)
    assert {name for name, rows in held.items() if rows} == {
        "conversations",
        "messages",
        "events",
        "turns",
        "tickets",
        "verdicts",
        "feedback",
    }
    assert "digest" not in str(held["conversations"])
    assert held["messages"][0]["text"] == WORDS


async def test_no_byte_stays_in_the_files_of_the_database(store: Store, other: Store, database_url: str) -> None:
    """Of PostgreSQL's files those of the tables: its write-ahead log is recycled by the server in its own time."""
    ids = [await a_life(store, f"{WORDS}, part {number}") for number in range(12)]
    await other.ping()
    before = await _bytes(other, database_url)
    assert WORDS.encode() in before
    for conversation_id in ids:
        await store.erase(conversation_id)
    assert await store.compact() == ""
    after = await _bytes(other, database_url)
    assert b"[erased]" in after
    for words in (WORDS, "Anna", "0791234567"):
        assert words.encode() not in after
        assert words.encode("utf-16-le") not in after


async def test_a_reader_that_holds_an_old_state_is_named(database_url: str) -> None:
    if database_url.startswith("postgresql"):
        pytest.skip("PostgreSQL waits for locks, not for readers")
    hasty = await Store.open(database_url, patience=0.1)
    await a_life(hasty)
    reading, over = asyncio.Event(), asyncio.Event()

    async def read() -> None:
        async with hasty._database.reading() as connection:
            await connection.execute(text("SELECT count(*) FROM messages"))
            reading.set()
            await over.wait()

    reader = asyncio.create_task(read())
    await reading.wait()
    assert await hasty.compact() != ""
    over.set()
    await reader
    assert await hasty.compact() == ""
    await hasty.close()


async def _bytes(store: Store, database_url: str) -> bytes:
    if database_url.startswith("sqlite"):
        path = Path(str(make_url(database_url).database))
        return b"".join(file.read_bytes() for file in sorted(path.parent.glob(f"{path.name}*")))
    async with store._database.reading() as connection:
        folder = Path((await connection.execute(text("SHOW data_directory"))).scalar_one())
        query = "SELECT pg_relation_filepath(oid) FROM pg_class WHERE relkind IN ('r', 'i', 't')"
        names = [name for name in (await connection.execute(text(query))).scalars() if name]
    async with store._database._writer.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.execute(text("CHECKPOINT"))
    return b"".join((folder / name).read_bytes() for name in names if (folder / name).exists())
