"""The store's contract, on SQLite and on PostgreSQL: conversations, messages, events, accounts."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
from stored_words import CITED, asked, kinds, opened, worked

from assistant.conversation import (
    Conversation,
    Customer,
    Message,
)
from assistant.errors import Conflict, NotFound
from assistant.evidence import now
from assistant.storage import Account, Store

# --- conversations --------------------------------------------------------------------------------------


async def test_a_conversation_reads_back_as_it_was_opened(store: Store) -> None:
    zone = timezone(timedelta(hours=-7))
    said = (
        Message(author="system", text="Opened.", sent_at=datetime(2026, 3, 1, 23, 30, 0, 123456, zone)),
        Message(author="assistant", text="An AI answers here.", citations=(CITED,)),
    )
    customer = Customer(id="c1", email="a@example.com", name="Åse", verified_by="token")
    conversation = Conversation(customer=customer, language="nb", messages=said)
    await store.open_conversation(conversation, "digest")
    found = await store.conversation(conversation.id)
    assert found == conversation.model_copy(update={"revision": 1})
    assert [message.sent_at.tzinfo for message in found.messages] == [UTC, UTC]
    assert [event.body["text"] for event in await store.events(conversation.id)] == [m.text for m in said]
    assert await store.token_digest(conversation.id) == "digest"


async def test_the_customer_and_the_language(store: Store) -> None:
    conversation_id = await opened(store)
    customer = Customer(email="a@example.com", verified_by="order_and_email", order_number="1001")
    await store.set_customer(conversation_id, customer)
    await store.set_language(conversation_id, "de")
    found = await store.conversation(conversation_id)
    assert (found.customer, found.language, found.revision) == (customer, "de", 2)
    (event,) = await store.events(conversation_id)
    assert (event.kind, event.body) == (
        "customer",
        {"verified_by": "order_and_email", "order_number": "1001"},
    )


async def test_what_does_not_exist_is_not_found(store: Store) -> None:
    conversation_id = await opened(store)
    for call in (
        store.conversation("conv_x"),
        store.token_digest("conv_x"),
        store.set_customer("conv_x", Customer()),
        store.set_language("conv_x", "de"),
        store.receive("conv_x", asked()),
        store.append("conv_x", "stage", {}),
        store.finish(worked("conv_x", asked()), None, "with_assistant", None, []),
        store.finish(worked(conversation_id, asked()), None, "with_assistant", None, []),
        store.turn("turn_x"),
        store.ticket("ticket_x"),
        store.claim("ticket_x", "ada"),
        store.hand_back("ticket_x", "ada"),
        store.answer("ticket_x", asked(), "ada"),
        store.reject("ticket_x", "ada", None),
        store.resolve("ticket_x", "ada"),
        store.add_feedback(conversation_id, "msg_x", True),
        store.set_password("nobody", "hash"),
        store.add_sign_in("digest", "nobody", "csrf", now()),
    ):
        with pytest.raises(NotFound):
            await call
    assert await store.events("conv_x") == []
    assert await store.turn_of(conversation_id, "msg_x") is None
    assert await store.open_ticket_of("conv_x") is None
    assert await store.account("nobody") is None


# --- messages and events --------------------------------------------------------------------------------


async def test_a_repeated_message_is_stored_once(store: Store) -> None:
    conversation_id, message = await opened(store), asked()
    assert await store.receive(conversation_id, message)
    assert not await store.receive(conversation_id, asked(message.text, message.id))
    with pytest.raises(Conflict):
        await store.receive(conversation_id, asked("Something else", message.id))
    found = await store.conversation(conversation_id)
    assert (found.messages, found.revision) == ((message,), 1)
    assert await kinds(store, conversation_id) == ["message"]


async def test_the_same_id_in_another_conversation_is_another_message(store: Store) -> None:
    first, second = await opened(store), await opened(store)
    assert await store.receive(first, asked("One", "client-made-1"))
    assert await store.receive(second, asked("Two", "client-made-1"))
    await store.finish(worked(first, asked(message_id="client-made-1")), None, "with_assistant", None, [])
    assert await store.turn_of(second, "client-made-1") is None


async def test_an_id_of_the_assistants_message_is_taken(store: Store) -> None:
    greeting = Message(author="assistant", text="Hello")
    conversation_id = await opened(store, greeting)
    with pytest.raises(Conflict):
        await store.receive(conversation_id, asked("Hello", greeting.id))


async def test_one_message_received_many_times_at_once(store: Store, other: Store) -> None:
    conversation_id, message = await opened(store), asked()
    received = await asyncio.gather(*(one.receive(conversation_id, message) for one in [store, other] * 10))
    assert sum(received) == 1
    assert await kinds(store, conversation_id) == ["message"]


@pytest.mark.parametrize(
    ("hostile", "stored"),
    [
        ("a\0b", "a\ufffdb"),
        ("a\ud800b", "a\ufffdb"),
        ("👩‍👩‍👧 ‮ \u0085", "👩‍👩‍👧 ‮ \u0085"),
        ("'; DROP TABLE messages; -- %s :x \\u0000", "'; DROP TABLE messages; -- %s :x \\u0000"),
        ("", ""),
        ("é" * 100_000, "é" * 100_000),
    ],
    ids=["nul", "surrogate", "emoji", "sql", "empty", "long"],
)
async def test_hostile_text_is_stored_alike(store: Store, hostile: str, stored: str) -> None:
    conversation_id, message = await opened(store), asked(hostile)
    assert await store.receive(conversation_id, message)
    assert not await store.receive(conversation_id, message)
    event = await store.append(conversation_id, "stage", {"text": [hostile], hostile: 1})
    assert (await store.conversation(conversation_id)).messages[0].text == stored
    assert await store.events(conversation_id, after=1) == [event]
    assert event.body == {"text": [stored], stored: 1}
    with pytest.raises(NotFound):
        await store.conversation(hostile)


async def test_a_value_that_is_no_json_is_refused(store: Store) -> None:
    conversation_id = await opened(store)
    with pytest.raises(Exception, match="JSON"):
        await store.append(conversation_id, "stage", {"score": float("nan")})
    assert await store.events(conversation_id) == []


async def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    naive = Message(author="customer", text="Hi", sent_at=datetime(2026, 3, 1))
    with pytest.raises(Exception, match="no time zone"):
        await store.receive(await opened(store), naive)


async def test_fifty_concurrent_events_leave_no_gap(store: Store, other: Store) -> None:
    conversation_id = await opened(store)
    returned = await asyncio.gather(
        *((store, other)[i % 2].append(conversation_id, "stage", {"i": i}) for i in range(50))
    )
    found = await store.events(conversation_id)
    assert [event.seq for event in found] == list(range(1, 51))
    assert sorted(returned, key=lambda event: event.seq) == found
    assert (await store.conversation(conversation_id)).revision == 50
    assert [event.seq for event in await other.events(conversation_id, after=47)] == [48, 49, 50]


async def test_what_a_cancelled_call_began_is_finished(store: Store, other: Store) -> None:
    conversation_id = await opened(store)
    call = asyncio.create_task(store.append(conversation_id, "stage", {}))
    await asyncio.sleep(0)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await store.close()
    assert await kinds(other, conversation_id) == ["stage"]


async def test_callers_that_give_up_leave_the_store_usable(store: Store) -> None:
    conversation_id = await opened(store)
    for round_ in range(10):
        calls = [
            asyncio.create_task(call)
            for _ in range(8)
            for call in (store.append(conversation_id, "stage", {}), store.conversation(conversation_id))
        ]
        for _ in range(round_ * 3):
            await asyncio.sleep(0)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
    last = await store.append(conversation_id, "stage", {})
    seqs = [event.seq for event in await store.events(conversation_id)]
    assert last.seq in seqs
    assert seqs == list(range(1, len(seqs) + 1))


# --- accounts -------------------------------------------------------------------------------------------


async def test_accounts(store: Store) -> None:
    await store.add_account("olga", "owner", "hash1")
    await store.add_account("ada", "human_agent", "hash2")
    with pytest.raises(Conflict):
        await store.add_account("ada", "owner", "hash3")
    assert [account.name for account in await store.accounts()] == ["ada", "olga"]
    assert await store.account("ada") == Account(name="ada", role="human_agent", password_hash="hash2")


async def test_sign_ins_end(store: Store) -> None:
    await store.add_account("ada", "human_agent", "hash")
    soon = now() + timedelta(hours=1)
    for digest in ("one", "two"):
        await store.add_sign_in(digest, "ada", f"csrf-{digest}", soon)
    await store.add_sign_in("past", "ada", "csrf", now())
    found = await store.sign_in("one")
    assert found and found.model_dump() == {
        "name": "ada",
        "role": "human_agent",
        "csrf": "csrf-one",
        "expires_at": soon,
    }
    assert await store.sign_in("past") is None
    await store.end_sign_in("one")
    assert await store.sign_in("one") is None
    await store.set_password("ada", "new")
    assert await store.sign_in("two") is None
    assert await store.account("ada") == Account(name="ada", role="human_agent", password_hash="new")
