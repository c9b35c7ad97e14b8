"""The human agents' inbox: what needs a person, read, claimed, answered, resolved."""

from typing import Literal

from fastapi import APIRouter, Depends
from rapidfuzz.distance import Levenshtein

from assistant.api.accounts import Changing, signed_in
from assistant.api.bodies import SendReply, TicketBody
from assistant.api.problems import problems
from assistant.api.services import Here
from assistant.conversation import Message
from assistant.ticket import Ticket, Verdict

router = APIRouter(
    prefix="/v1/inbox/tickets", tags=["inbox"], dependencies=[Depends(signed_in)], responses=problems(401, 503)
)


@router.get("")
async def list_tickets(here: Here, status: Literal["open", "claimed", "resolved"] | None = None) -> list[Ticket]:
    """Tickets by priority, then the oldest first; without a status all that still need a person."""
    return await here.store.tickets((status,) if status else ("open", "claimed"))


@router.get("/{ticket_id}", responses=problems(404))
async def read_ticket(ticket_id: str, here: Here) -> TicketBody:
    """A ticket with its conversation, the turn behind it and the order facts that turn saw."""
    ticket = await here.store.ticket(ticket_id)
    turn = await here.store.turn(ticket.turn_id)
    evidence = turn.trail.evidence
    return TicketBody(
        ticket=ticket,
        conversation=await here.store.conversation(ticket.conversation_id),
        turn=turn,
        orders=[receipt.result for receipt in evidence.receipts] if evidence else [],
    )


@router.post("/{ticket_id}/claim", responses=problems(403, 404, 409))
async def claim(ticket_id: str, here: Here, me: Changing) -> Ticket:
    """Take a ticket; nobody else can until it is resolved."""
    ticket = await here.store.claim(ticket_id, me.name)
    here.bell.ring(ticket.conversation_id)
    return ticket


@router.post("/{ticket_id}/replies", status_code=201, responses=problems(403, 404, 409))
async def send_reply(ticket_id: str, body: SendReply, here: Here, me: Changing) -> Message:
    """Send a message to the customer: the suggestion as it is, edited, or words of one's own. Claims the ticket."""
    ticket = await here.store.claim(ticket_id, me.name)
    verdict = Verdict(
        turn_id=ticket.turn_id,
        shown=ticket.suggestion,
        sent=body.text,
        edit_distance=Levenshtein.normalized_distance(ticket.suggestion, body.text),
        reason=body.verdict or ("as_is" if body.text.strip() == ticket.suggestion.strip() else "other"),
        human_agent=me.name,
    )
    judges = ticket.suggestion and not await here.store.verdicts(ticket.turn_id)  # later messages are no verdict
    return await here.desk.answer(ticket, body.text, verdict if judges else None)


@router.post("/{ticket_id}/resolve", responses=problems(403, 404))
async def resolve(ticket_id: str, here: Here, _: Changing) -> Ticket:
    """Close a ticket and its conversation; a later message of the customer opens the conversation again."""
    ticket = await here.store.resolve(ticket_id)
    here.bell.ring(ticket.conversation_id)
    return ticket
