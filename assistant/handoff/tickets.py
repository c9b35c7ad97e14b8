"""From a turn that ended in a handoff to the ticket that a human agent works on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.conversation import Conversation, Reason, Turn
from assistant.ticket import Ticket

if TYPE_CHECKING:
    from assistant.conversation import Handoff

LONGEST_QUOTE = 240  # characters of the customer's words in a summary

_BECAUSE = {
    Reason.CUSTOMER_ASKED: "The customer asks for a person",
    Reason.TOPIC_RESERVED: "Kept for a human agent",
    Reason.NOTHING_FOUND: "The articles do not surely answer this",
    Reason.NOT_SUPPORTED: "The draft is not carried by its evidence",
    Reason.NO_PERMIT: "This topic is not answered alone",
    Reason.IDENTITY_NEEDED: "The customer could not be verified",
    Reason.CONFLICTING_SOURCES: "Articles contradict each other",
    Reason.TOOL_FAILED: "The shop system gave no answer",
    Reason.ASSISTANT_UNAVAILABLE: "The assistant could not work on this message",
}


def open_ticket(conversation: Conversation, turn: Turn, handoff: Handoff) -> Ticket:
    """The ticket for a turn: what is asked, about which order, why a person is needed, and the draft as suggestion."""
    decision, draft, evidence = turn.trail.decision, turn.trail.draft, turn.trail.evidence
    return Ticket(
        conversation_id=conversation.id,
        turn_id=turn.id,
        priority=decision.priority if decision else "high",
        issue_type=decision.issue_type if decision else "question",
        tags=tuple(filter(None, (decision.topic if decision else "", evidence.inquiry.mood if evidence else ""))),
        reason=handoff.reason,
        summary=summarise(conversation, turn, handoff),
        suggestion=draft.text if draft else "",
    )


def summarise(conversation: Conversation, turn: Turn, handoff: Handoff) -> str:
    """Two or three short lines that let a human agent start without reading the whole conversation."""
    said = [message.text for message in conversation.messages if message.author == "customer"]
    last = " ".join(said[-1].split()) if said else ""
    lines = [f"“{last[:LONGEST_QUOTE]}{'…' if len(last) > LONGEST_QUOTE else ''}”"]
    evidence = turn.trail.evidence
    receipts = evidence.receipts if evidence else ()
    orders = [str(number) for receipt in receipts if (number := receipt.result.get("number"))]
    if named := ", ".join(dict.fromkeys(orders)) or conversation.customer.order_number:
        lines.append(f"Order {named}.")
    why = turn.trail.decision.why if turn.trail.decision else ""
    lines.append(f"{_BECAUSE[handoff.reason]}{f': {why}' if why else ''}.")
    return "\n".join(lines)
