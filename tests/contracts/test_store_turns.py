"""The store's contract, on SQLite and on PostgreSQL: leases, turns, tickets, verdicts, feedback."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from stored_words import CITED, asked, handed_over, kinds, opened, ticket_of, worked

from assistant.conversation import Handoff, Message, Reason
from assistant.errors import Conflict
from assistant.evidence import now
from assistant.storage import Store
from assistant.ticket import Ticket, Verdict

# --- the assistant's work -------------------------------------------------------------------------------


async def test_unanswered_messages_oldest_first(store: Store) -> None:
    first, second = await opened(store), await opened(store)
    said = [(first, asked("1")), (second, asked("2")), (first, asked("3"))]
    for conversation_id, message in said:
        await store.receive(conversation_id, message)
    assert await store.unanswered() == [(c, m.id) for c, m in said]
    await store.finish(worked(*said[0]), None, "with_assistant", None, [])
    assert await store.lease(second, 60) == said[1][1].id
    assert await store.unanswered() == [(first, said[2][1].id)]


async def test_messages_of_a_conversation_are_worked_in_order(store: Store, other: Store) -> None:
    conversation_id, first, second = await opened(store), asked("1"), asked("2")
    for message in (first, second):
        await store.receive(conversation_id, message)
    assert await store.lease(conversation_id, 60) == first.id
    assert await other.lease(conversation_id, 60) is None
    await store.finish(worked(conversation_id, first), None, "with_assistant", None, [])
    assert await other.lease(conversation_id, 60) == second.id


async def test_exactly_one_store_gets_the_lease(store: Store, other: Store) -> None:
    conversation_id, message = await opened(store), asked()
    await store.receive(conversation_id, message)
    won = await asyncio.gather(*(one.lease(conversation_id, 60) for one in [store, other] * 8))
    assert sorted(won, key=str) == [*[None] * 15, message.id]


async def test_a_lease_ends_by_release_or_lapse(store: Store, other: Store) -> None:
    conversation_id, message = await opened(store), asked()
    await store.receive(conversation_id, message)
    assert await store.lease(conversation_id, 60)
    await other.release(conversation_id, message.id)
    assert not await other.lease(conversation_id, 60)
    await store.release(conversation_id, message.id)
    assert await store.lease(conversation_id, 0)
    assert await store.unanswered() == [(conversation_id, message.id)]
    assert await other.lease(conversation_id, 60)
    assert not await store.lease("conv_x", 60)


async def test_only_the_holder_renews_a_lease(store: Store, other: Store) -> None:
    conversation_id, message = await opened(store), asked()
    await store.receive(conversation_id, message)
    assert await store.lease(conversation_id, 0)
    assert not await other.renew(conversation_id, message.id, 60)
    assert await store.renew(conversation_id, message.id, 60)
    assert not await other.lease(conversation_id, 60)
    await store.finish(worked(conversation_id, message), None, "with_assistant", None, [])
    assert not await store.renew(conversation_id, message.id, 60)


async def test_a_finished_turn_and_all_that_comes_of_it(store: Store) -> None:
    conversation_id, message = await opened(store), asked()
    await store.receive(conversation_id, message)
    turn = worked(conversation_id, message)
    reply = Message(author="assistant", text="Two days.", citations=(CITED,))
    events: list[tuple[str, dict[str, Any]]] = [
        ("sentence", {"index": 0, "text": "Two days."}),
        ("message", reply.model_dump(mode="json")),
        ("outcome", {"kind": "reply", "reply_id": reply.id}),
    ]
    await store.finish(turn, reply, "with_assistant", None, events)
    assert await store.turn(turn.id) == turn
    assert await store.turn_of(conversation_id, message.id) == turn
    assert await store.turns(conversation_id) == [turn]
    found = await store.conversation(conversation_id)
    assert (found.messages, found.status, found.revision) == ((message, reply), "with_assistant", 2)
    assert [(e.kind, e.body) for e in await store.events(conversation_id, after=1)] == events
    assert await store.unanswered() == []
    assert not await store.lease(conversation_id, 60)


async def test_a_second_turn_for_a_message_is_refused_whole(store: Store, other: Store) -> None:
    conversation_id, message = await opened(store), asked()
    await store.receive(conversation_id, message)
    attempts = [worked(conversation_id, message) for _ in range(6)]
    results = await asyncio.gather(
        *(
            one.finish(turn, Message(author="assistant", text="Hi"), "with_assistant", None, [("outcome", {})])
            for one, turn in zip([store, other] * 3, attempts, strict=True)
        ),
        return_exceptions=True,
    )
    assert sorted(type(result).__name__ for result in results) == ["Conflict"] * 5 + ["NoneType"]
    assert len(await store.turns(conversation_id)) == 1
    assert len((await store.conversation(conversation_id)).messages) == 2
    assert await kinds(store, conversation_id) == ["message", "outcome"]


async def test_a_handoff_opens_a_ticket_and_silences_the_assistant(store: Store) -> None:
    conversation_id, first, second = await opened(store), asked("1"), asked("2")
    await store.receive(conversation_id, first)
    await store.receive(conversation_id, second)
    turn = worked(conversation_id, first, Handoff(text="A colleague.", reason=Reason.TOPIC_RESERVED))
    ticket = ticket_of(turn, tags=("refund", "broken"), suggestion="Sorry.")
    await store.finish(turn, None, "waiting_for_human", ticket, [("outcome", {"kind": "handoff"})])
    assert await store.ticket(ticket.id) == ticket
    assert await store.open_ticket_of(conversation_id) == ticket
    assert (await store.conversation(conversation_id)).status == "waiting_for_human"
    outcome, status = await store.events(conversation_id, after=2)
    assert (outcome.kind, status.kind, status.body) == (
        "outcome",
        "status",
        {"status": "waiting_for_human"},
    )
    assert await store.unanswered() == []
    assert not await store.lease(conversation_id, 60)
    with pytest.raises(Conflict):
        await store.finish(worked(conversation_id, second), None, "with_assistant", None, [])


async def test_a_ticket_comes_with_waiting_and_only_with_it(store: Store) -> None:
    conversation_id, message = await opened(store), asked()
    await store.receive(conversation_id, message)
    turn = worked(conversation_id, message)
    with pytest.raises(ValueError, match="ticket"):
        await store.finish(turn, None, "waiting_for_human", None, [])
    with pytest.raises(ValueError, match="ticket"):
        await store.finish(turn, None, "with_assistant", ticket_of(turn), [])
    assert await store.unanswered() == [(conversation_id, message.id)]


# --- tickets --------------------------------------------------------------------------------------------


async def test_tickets_by_priority_then_age(store: Store) -> None:
    start = now()
    made = [
        await handed_over(store, priority=priority, opened_at=start + timedelta(seconds=age))
        for age, priority in enumerate(["low", "normal", "urgent", "high", "urgent"])
    ]
    expected = [made[2], made[4], made[3], made[1], made[0]]
    assert await store.tickets(["open"]) == expected
    claimed = await store.claim(made[1].id, "ada")
    await store.resolve(made[0].id, "ada")
    assert await store.tickets() == [*expected[:3], claimed]
    assert await store.tickets(["claimed"]) == [claimed]
    assert [ticket.id for ticket in await store.tickets(["resolved"])] == [made[0].id]
    await store.resolve(made[2].id, "ada")
    assert [ticket.id for ticket in await store.resolved_tickets(5)] == [made[2].id, made[0].id]
    assert [ticket.id for ticket in await store.resolved_tickets(1)] == [made[2].id]


async def test_one_human_agent_gets_the_ticket(store: Store, other: Store) -> None:
    ticket = await handed_over(store)
    results = await asyncio.gather(
        *(one.claim(ticket.id, name) for one, name in [(store, "ada"), (other, "bob")] * 4),
        return_exceptions=True,
    )
    winners = {result.assignee for result in results if isinstance(result, Ticket)}
    assert len(winners) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 4
    assert (await store.ticket(ticket.id)).status == "claimed"
    found = await store.conversation(ticket.conversation_id)
    assert found.status == "with_human"
    assert await kinds(store, found.id) == ["message", "status", "ticket", "status"]


def verdict_on(ticket: Ticket, sent: str, **changes: Any) -> Verdict:
    fields = {"shown": "It left.", "edit_distance": 0.25, "reason": "incomplete", "human_agent": "ada"} | changes
    return Verdict(turn_id=ticket.turn_id, sent=sent, **fields)


async def test_a_human_agents_answer(store: Store) -> None:
    ticket = await handed_over(store)
    message = Message(author="human_agent", text="It left today.")
    verdict = verdict_on(ticket, message.text)
    for _ in range(2):
        assert await store.answer(ticket.id, message, "ada", verdict) == message
    found = await store.conversation(ticket.conversation_id)
    assert (found.messages[-1], len(found.messages), found.status) == (message, 2, "with_human")
    assert await kinds(store, found.id, after=2) == ["message", "ticket", "status"]
    assert await store.verdicts(ticket.turn_id) == [verdict]
    assert (await store.ticket(ticket.id)).assignee == "ada"
    with pytest.raises(Conflict):
        await store.answer(ticket.id, message.model_copy(update={"text": "Never."}), "ada")
    with pytest.raises(Conflict):
        await store.answer(ticket.id, Message(author="human_agent", text="Hello."), "bob")
    later = Message(author="human_agent", text="Anything else?")
    await store.answer(ticket.id, later, "ada", verdict_on(ticket, later.text))
    assert await store.verdicts(ticket.turn_id) == [verdict], "the first answer judges the suggestion"


async def test_an_answer_sent_again_finds_the_first_whatever_became_of_the_ticket(store: Store, other: Store) -> None:
    ticket = await handed_over(store)
    message = Message(author="human_agent", text="It left today.")
    verdict = verdict_on(ticket, message.text)
    again = [message.model_copy(update={"sent_at": now()}) for _ in range(4)]
    sent = await asyncio.gather(
        *(one.answer(ticket.id, copy, "ada", verdict) for one, copy in zip((store, other) * 2, again, strict=True))
    )
    assert len({copy.sent_at for copy in sent}) == 1
    assert await store.verdicts(ticket.turn_id) == [verdict]
    await store.resolve(ticket.id, "ada")
    assert await store.answer(ticket.id, message, "ada", verdict) == sent[0]
    assert (await store.conversation(ticket.conversation_id)).status == "resolved"
    assert (await kinds(store, ticket.conversation_id)).count("message") == 2


async def test_a_rejected_suggestion_has_its_verdict(store: Store) -> None:
    ticket = await handed_over(store, suggestion="It left.")
    verdict = verdict_on(ticket, "", reason="incorrect", edit_distance=1.0)
    for _ in range(2):
        assert (await store.reject(ticket.id, "ada", verdict)).assignee == "ada"
    assert await store.verdicts(ticket.turn_id) == [verdict]
    assert len((await store.conversation(ticket.conversation_id)).messages) == 1
    with pytest.raises(Conflict, match="had its verdict"):
        await store.reject(ticket.id, "ada", verdict.model_copy(update={"reason": "tone"}))
    with pytest.raises(Conflict, match="ada"):
        await store.reject(ticket.id, "bob", verdict.model_copy(update={"human_agent": "bob"}))
    await store.answer(ticket.id, Message(author="human_agent", text="It is lost."), "ada", verdict_on(ticket, "It is"))
    assert await store.verdicts(ticket.turn_id) == [verdict]
    bare = await handed_over(store)
    with pytest.raises(Conflict, match="no suggestion"):
        await store.reject(bare.id, "ada", None)
    assert (await store.ticket(bare.id)).assignee is None


async def test_a_ticket_changes_hands(store: Store) -> None:
    ticket = await handed_over(store)
    assert await store.hand_back(ticket.id, "ada") == ticket
    await store.claim(ticket.id, "ada")
    for call in (
        store.claim(ticket.id, "bob"),
        store.claim(ticket.id, "bob", instead_of="cleo"),
        store.hand_back(ticket.id, "bob"),
        store.resolve(ticket.id, "bob"),
    ):
        with pytest.raises(Conflict, match="ada"):
            await call
    for _ in range(2):
        assert (await store.claim(ticket.id, "bob", instead_of="ada")).assignee == "bob"
    assert await store.hand_back(ticket.id, "bob") == ticket
    assert (await store.conversation(ticket.conversation_id)).status == "waiting_for_human"
    await store.resolve(ticket.id, "cleo")
    assert (await store.ticket(ticket.id)).assignee == "cleo"
    with pytest.raises(Conflict):
        await store.hand_back(ticket.id, "cleo")
    steps = [event.body for event in await store.events(ticket.conversation_id, kind="ticket")]
    assert steps == [
        {"step": "claimed", "human_agent": "ada"},
        {"step": "taken_over", "human_agent": "bob", "instead_of": "ada"},
        {"step": "handed_back", "human_agent": "bob"},
        {"step": "resolved", "human_agent": "cleo"},
    ]


async def test_a_customer_writing_to_a_human_does_not_wake_the_assistant(store: Store) -> None:
    ticket = await handed_over(store)
    for step in (None, store.claim(ticket.id, "ada")):
        if step:
            await step
        message = asked()
        assert await store.receive(ticket.conversation_id, message)
        assert await store.unanswered() == []
        assert not await store.lease(ticket.conversation_id, 60)


async def test_resolving_and_reopening(store: Store) -> None:
    ticket = await handed_over(store)
    resolved = await store.resolve(ticket.id, "ada")
    assert resolved.status == "resolved"
    assert await store.resolve(ticket.id, "ada") == resolved
    assert await store.open_ticket_of(ticket.conversation_id) is None
    assert (await store.conversation(ticket.conversation_id)).status == "resolved"
    with pytest.raises(Conflict):
        await store.claim(ticket.id, "ada")
    with pytest.raises(Conflict):
        await store.answer(ticket.id, Message(author="human_agent", text="Hi"), "ada")

    message = asked("One more thing")
    await store.receive(ticket.conversation_id, message)
    assert await store.resolve(ticket.id, "ada") == resolved
    assert (await store.conversation(ticket.conversation_id)).status == "with_assistant"
    assert await store.unanswered() == [(ticket.conversation_id, message.id)]
    events = await store.events(ticket.conversation_id, after=2)
    assert [event.body.get("status", event.kind) for event in events] == [
        "ticket",
        "resolved",
        "message",
        "with_assistant",
    ]
    again = worked(ticket.conversation_id, message)
    await store.finish(again, None, "waiting_for_human", ticket_of(again), [])
    assert len(await store.tickets(["open", "resolved"])) == 2


async def test_a_later_feedback_replaces_the_first(store: Store) -> None:
    greeting = Message(author="assistant", text="Hello")
    conversation_id = await opened(store, greeting)
    await store.add_feedback(conversation_id, greeting.id, True, "Thanks")
    await store.add_feedback(conversation_id, greeting.id, False)
    (found,) = await store.feedback(conversation_id)
    assert (found.message_id, found.helpful, found.comment) == (greeting.id, False, "")
