"""Tickets: what a human agent is told."""

from typing import Any

from assistant.conversation import (
    Conversation,
    Customer,
    Decision,
    Handoff,
    Message,
    Permit,
    Reason,
    Trail,
    Turn,
)
from assistant.evidence import Draft, Evidence, Inquiry, Receipt, Sentence
from assistant.handoff.tickets import LONGEST_QUOTE, open_ticket

HANDOFF = Handoff(text="A colleague takes over.", reason=Reason.TOPIC_RESERVED)
DECISION = Decision(
    topic="refunds",
    risk=1,
    permit=Permit(topic="refunds", mode="auto", threshold=0.3),
    reason=Reason.TOPIC_RESERVED,
    priority="high",
    issue_type="refund",
    why="the rule money-back applies",
)


def turn(**trail: Any) -> Turn:
    return Turn(conversation_id="c", message_id="m", outcome=HANDOFF, trail=Trail(**trail), took_ms=1)


def talk(*texts: str, **customer: Any) -> Conversation:
    said = tuple(Message(author="customer", text=text) for text in texts)
    return Conversation(id="c", customer=Customer(**customer), messages=said)


def test_a_ticket_tells_all_that_is_known() -> None:
    inquiry = Inquiry(message="?", question="?", parts=("?",), topic="refunds", mood="angry")
    receipts = (Receipt(id="r", tool="order_status", arguments={}, result={"number": "FH-1"}),)
    draft = Draft(sentences=(Sentence(text="It is on its way.", citations=()),), answers_question=True)
    worked = turn(evidence=Evidence(inquiry=inquiry, receipts=receipts), draft=draft, decision=DECISION)
    ticket = open_ticket(talk("Hello", "I want\nmy  money back!"), worked, HANDOFF)
    assert (ticket.priority, ticket.issue_type, ticket.tags) == ("high", "refund", ("refunds", "angry"))
    assert (ticket.reason, ticket.turn_id, ticket.conversation_id) == (Reason.TOPIC_RESERVED, worked.id, "c")
    assert ticket.suggestion == "It is on its way."
    assert ticket.summary.splitlines() == [
        "“I want my money back!”",
        "Order FH-1.",
        "Kept for a human agent: the rule money-back applies.",
    ]


def test_a_turn_that_broke_still_makes_a_ticket() -> None:
    ticket = open_ticket(talk("x" * 1_000, verified_by="order_and_email", order_number="FH-2"), turn(), HANDOFF)
    assert (ticket.priority, ticket.suggestion, ticket.tags) == ("high", "", ())
    quote, order, why = ticket.summary.splitlines()
    assert quote == f"“{'x' * LONGEST_QUOTE}…”"
    assert order == "Order FH-2."
    assert why == "Kept for a human agent."


def test_every_reason_has_its_words() -> None:
    for reason in Reason:
        ticket = open_ticket(talk("Hi"), turn(), Handoff(text="", reason=reason))
        assert ticket.summary.splitlines()[-1].endswith(".")


def test_a_history_has_no_single_order() -> None:
    inquiry = Inquiry(message="?", question="?", parts=("?",), topic="refunds")
    receipts = (Receipt(id="r", tool="order_history", arguments={}, result={"count": 2}),)
    worked = turn(evidence=Evidence(inquiry=inquiry, receipts=receipts))
    assert "Order" not in open_ticket(talk("Hi", verified_by="token", id="c-1"), worked, HANDOFF).summary
