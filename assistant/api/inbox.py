"""The human agents' inbox: what needs a person, read, claimed, answered, resolved."""

from collections.abc import AsyncIterator
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header
from sse_starlette import EventSourceResponse

from assistant.api import bodies
from assistant.api.accounts import Changing, Me, signed_in
from assistant.api.problems import problems
from assistant.api.services import Here
from assistant.api.streams import STREAM, events
from assistant.conversation import Message
from assistant.evidence import new_id
from assistant.handoff.macros import Macro
from assistant.handoff.verdicts import verdict_on
from assistant.ticket import Ticket

MOST_RESOLVED = 200

router = APIRouter(prefix="/v1/inbox", tags=["inbox"], dependencies=[Depends(signed_in)], responses=problems(401, 503))


@router.get("/macros")
async def list_macros(here: Here) -> list[Macro]:
    """Ready-made replies to start from."""
    return list(here.macros)


@router.get("/tickets")
async def list_tickets(here: Here, status: Literal["open", "claimed", "resolved"] | None = None) -> list[Ticket]:
    """Tickets by priority, then the oldest first; without a status all that still need a person.

    Of the resolved ones the latest 200, the latest first.
    """
    if status == "resolved":
        return await here.store.resolved_tickets(MOST_RESOLVED)
    return await here.store.tickets((status,) if status else ("open", "claimed"))


@router.get("/tickets/{ticket_id}", responses=problems(404))
async def read_ticket(ticket_id: str, here: Here) -> bodies.TicketBody:
    """A ticket with its conversation, the turn behind it, and what the team did with it."""
    ticket = await here.store.ticket(ticket_id)
    verdicts = await here.store.verdicts(ticket.turn_id)
    return bodies.TicketBody(
        ticket=ticket,
        conversation=await here.store.conversation(ticket.conversation_id),
        turn=await here.store.turn(ticket.turn_id),
        verdict=verdicts[0] if verdicts else None,
        steps=await here.store.events(ticket.conversation_id, kind="ticket"),
    )


async def _streaming(ticket_id: str, here: Here, me: Me) -> AsyncIterator[str]:
    ticket = await here.store.ticket(ticket_id)
    with here.streams.one(f"{ticket_id} {me.name}"):
        yield ticket.conversation_id


@router.get("/tickets/{ticket_id}/events", response_class=EventSourceResponse, responses=STREAM | problems(404, 429))
async def follow(
    streaming: Annotated[str, Depends(_streaming)],
    here: Here,
    last_event_id: Annotated[int, Header(ge=0, le=2**31)] = 0,
) -> EventSourceResponse:
    """What happens in the ticket's conversation, from event Last-Event-ID + 1 on, as server-sent events."""
    return EventSourceResponse(events(streaming, last_event_id, here), ping=15)


@router.post("/tickets/{ticket_id}/claim", responses=problems(403, 404, 409))
async def claim(ticket_id: str, here: Here, me: Changing) -> Ticket:
    """Take a ticket that nobody has."""
    return _rung(await here.store.claim(ticket_id, me.name), here)


@router.post("/tickets/{ticket_id}/take-over", responses=problems(403, 404, 409))
async def take_over(ticket_id: str, body: bodies.TakeOver, here: Here, me: Changing) -> Ticket:
    """Take a ticket from the colleague who has it."""
    return _rung(await here.store.claim(ticket_id, me.name, instead_of=body.assignee), here)


@router.post("/tickets/{ticket_id}/hand-back", responses=problems(403, 404, 409))
async def hand_back(ticket_id: str, here: Here, me: Changing) -> Ticket:
    """Give a ticket of one's own back, for somebody else to claim; the customer is told to wait again."""
    return _rung(await here.store.hand_back(ticket_id, me.name), here)


@router.post("/tickets/{ticket_id}/reject", responses=problems(403, 404, 409))
async def reject(ticket_id: str, body: bodies.RejectSuggestion, here: Here, me: Changing) -> Ticket:
    """Say that the suggestion must not be sent, and why. Sends nothing; claims the ticket."""
    verdict = verdict_on(await here.store.ticket(ticket_id), "", body.verdict, me.name)
    return _rung(await here.store.reject(ticket_id, me.name, verdict), here)


@router.post("/tickets/{ticket_id}/replies", status_code=201, responses=problems(403, 404, 409))
async def send_reply(ticket_id: str, body: bodies.SendReply, here: Here, me: Changing) -> Message:
    """Send a message to the customer: the suggestion as it is, edited, or words of one's own. Claims the ticket.

    The first message passes a verdict on the suggestion. A repeated id attaches to the first.
    """
    ticket = await here.store.ticket(ticket_id)
    message = Message(id=body.id or new_id("msg"), author="human_agent", text=body.text)
    fault = None if body.verdict == "as_is" else body.verdict
    sent = await here.store.answer(ticket_id, message, me.name, verdict_on(ticket, body.text, fault, me.name))
    _rung(ticket, here)
    return sent


@router.post("/tickets/{ticket_id}/resolve", responses=problems(403, 404, 409))
async def resolve(ticket_id: str, here: Here, me: Changing) -> Ticket:
    """Close a ticket and its conversation; a later message of the customer opens the conversation again."""
    return _rung(await here.store.resolve(ticket_id, me.name), here)


def _rung(ticket: Ticket, here: Here) -> Ticket:
    """Wake whoever follows the ticket's conversation."""
    here.bell.ring(ticket.conversation_id)
    return ticket
