"""The customer's door: open a conversation, send messages, follow what happens."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sse_starlette import EventSourceResponse

from assistant.access import opened_by
from assistant.api import bodies
from assistant.api.problems import problems
from assistant.api.services import Here, client_address
from assistant.api.streams import OF_THE_TEAM, STREAM, events
from assistant.conversation import Conversation, Customer, Message
from assistant.errors import IdentityError, MessageTooLong, OrderNotFound
from assistant.evidence import new_id

router = APIRouter(prefix="/v1/conversations", tags=["conversations"], responses=problems(401, 503))
bearer = HTTPBearer(auto_error=False, description="the token that opening the conversation returned")


async def _mine(
    conversation_id: str,
    here: Here,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> Conversation:
    if credentials is None:
        raise IdentityError("send the conversation's token as `Authorization: Bearer <token>`")
    return await opened_by(here.store, conversation_id, credentials.credentials)


Mine = Annotated[Conversation, Depends(_mine)]


async def _streaming(mine: Mine, here: Here) -> AsyncIterator[str]:
    with here.streams.one(mine.id):
        yield mine.id


@router.post("", status_code=201, responses=problems(429))
async def open_conversation(body: bodies.OpenConversation, request: Request, here: Here) -> bodies.OpenedConversation:
    """Open a conversation; its first message says that an AI answers."""
    here.limits.conversation(client_address(request, here.settings))
    customer = here.tokens.verify(body.identity_token) if body.identity_token else Customer()
    conversation, token = await here.desk.open_conversation(customer)
    return bodies.OpenedConversation(conversation_id=conversation.id, token=token, messages=conversation.messages)


@router.get("/{conversation_id}", responses=problems(404))
async def read_conversation(mine: Mine, here: Here) -> bodies.ConversationBody:
    """The conversation so far."""
    last = await here.store.last_events([mine.id])  # first: what comes in between is then told twice, not never
    return bodies.ConversationBody.of(await here.store.conversation(mine.id), last.get(mine.id, 0))


@router.post("/{conversation_id}/messages", status_code=202, responses=problems(404, 409, 429))
async def send_message(body: bodies.SendMessage, mine: Mine, request: Request, here: Here) -> bodies.MessageReceived:
    """Store a message; it is worked in the background and its outcome comes over the event stream."""
    limit = here.settings.limits.message_characters
    if len(body.text) > limit:
        raise MessageTooLong(f"the message has {len(body.text)} characters; at most {limit} are read")
    here.limits.message(mine.id, client_address(request, here.settings))
    message = Message(id=body.id or new_id("msg"), author="customer", text=body.text)
    await here.desk.receive(mine.id, message)
    return bodies.MessageReceived(message_id=message.id)


@router.get("/{conversation_id}/events", response_class=EventSourceResponse, responses=STREAM | problems(404, 429))
async def follow(
    streaming: Annotated[str, Depends(_streaming)],
    here: Here,
    last_event_id: Annotated[int, Header(ge=0, le=2**31)] = 0,
) -> EventSourceResponse:
    """Everything that happens, from event Last-Event-ID + 1 on, as server-sent events."""
    return EventSourceResponse(events(streaming, last_event_id, here, hidden=OF_THE_TEAM), ping=15)


@router.post("/{conversation_id}/identity", responses=problems(403, 404, 429))
async def identify(body: bodies.Identify, mine: Mine, request: Request, here: Here) -> bodies.KnownCustomer:
    """Open one order by its number and e-mail address; the question that needed it is answered at once."""
    if here.guests is None:
        raise OrderNotFound("this shop offers no order look-up; ask in the chat for a person")
    address = client_address(request, here.settings)
    here.limits.message(mine.id, address)
    customer = await here.guests.open(body.order_number, body.email, mine.id, address)
    await here.desk.verify(mine.id, customer)
    return bodies.KnownCustomer(verified_by=customer.verified_by, order_number=customer.order_number)


@router.post("/{conversation_id}/feedback", status_code=204, responses=problems(404))
async def give_feedback(body: bodies.Feedback, mine: Mine, here: Here) -> None:
    """Say whether a reply helped; a later word replaces an earlier one."""
    await here.store.add_feedback(mine.id, body.message_id, body.helpful, body.comment)
