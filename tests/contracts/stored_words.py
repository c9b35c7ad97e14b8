"""Conversations, turns and tickets for the tests of the store."""

from typing import Any

from assistant.conversation import Conversation, Decision, Handoff, Message, Permit, Reason, Reply, Trail, Turn
from assistant.evidence import Citation, Draft, Evidence, Inquiry, Passage, Receipt, ScoredPassage, Sentence
from assistant.storage import Store
from assistant.ticket import Ticket

CITED = Citation(evidence_id="p1", quote="Two to four days.", article_id="shipping", title="Shipping", url="/s")


def asked(text: str = "Where is my parcel?", message_id: str | None = None) -> Message:
    message = Message(author="customer", text=text)
    return message.model_copy(update={"id": message_id}) if message_id else message


def worked(conversation_id: str, message: Message, outcome: Reply | Handoff | None = None) -> Turn:
    """A turn with a whole trail."""
    inquiry = Inquiry(
        message="How long?", question="How long?", parts=("How long?",), topic="shipping", topic_score=0.75
    )
    passage = Passage(id="p1", article_id="shipping", title="Shipping", text="Two to four days. 🚚")
    receipt = Receipt(id="r1", tool="order", arguments={"number": "1001"}, result={"total": 12.50, "lines": [1]})
    trail = Trail(
        inquiry=inquiry,
        evidence=Evidence(inquiry=inquiry, passages=(ScoredPassage(passage=passage, score=0.5),), receipts=(receipt,)),
        draft=Draft(sentences=(Sentence(text="Two days.", citations=(CITED,)),), answers_question=True),
        decision=Decision(
            topic="shipping",
            risk=0.1,
            permit=Permit(topic="shipping", mode="auto", threshold=0.3),
            reason=None,
            why="low risk",
        ),
    )
    return Turn(
        conversation_id=conversation_id,
        message_id=message.id,
        outcome=outcome or Reply(text="Two days.", citations=(CITED,)),
        trail=trail,
        took_ms=12,
    )


def ticket_of(turn: Turn, **fields: Any) -> Ticket:
    return Ticket(
        conversation_id=turn.conversation_id,
        turn_id=turn.id,
        reason=Reason.CUSTOMER_ASKED,
        summary="Wants a person.",
        **fields,
    )


async def opened(store: Store, *said: Message) -> str:
    conversation = Conversation(messages=said)
    await store.open_conversation(conversation, "digest")
    return conversation.id


async def handed_over(store: Store, **fields: Any) -> Ticket:
    """A conversation that waits for a human."""
    conversation_id, message = await opened(store), asked()
    await store.receive(conversation_id, message)
    turn = worked(conversation_id, message, Handoff(text="A colleague will answer.", reason=Reason.CUSTOMER_ASKED))
    ticket = ticket_of(turn, **fields)
    await store.finish(turn, None, "waiting_for_human", ticket, [])
    return ticket


async def kinds(store: Store, conversation_id: str, after: int = 0) -> list[str]:
    return [event.kind for event in await store.events(conversation_id, after)]
