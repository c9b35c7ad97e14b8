"""What travels over the API besides the words themselves."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints

from assistant.conversation import Conversation, Event, Message, Status, Turn
from assistant.ticket import Fault, Ticket, Verdict
from evals.pictures import Pictures
from evals.report import Report

MessageId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]


class Body(BaseModel):
    """Base of all bodies: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class OpenConversation(Body):
    """`identity_token`: the JWT that the shop's site signed, where the customer is signed in there."""

    identity_token: str | None = Field(None, max_length=8_000)


class OpenedConversation(Body):
    """`token` opens this conversation and nothing else; keep it secret."""

    conversation_id: str
    token: str
    messages: tuple[Message, ...]


class KnownCustomer(Body):
    """What the customer may read about who we think they are."""

    verified_by: str
    name: str | None = None
    order_number: str | None = None


class ConversationBody(Body):
    """A conversation as its customer sees it. `last_event`: follow the stream from here."""

    id: str
    status: Status
    customer: KnownCustomer
    messages: tuple[Message, ...]
    last_event: int

    @classmethod
    def of(cls, conversation: Conversation, last_event: int) -> "ConversationBody":
        """The body of a conversation."""
        known = conversation.customer
        return cls(
            id=conversation.id,
            status=conversation.status,
            customer=KnownCustomer(verified_by=known.verified_by, name=known.name, order_number=known.order_number),
            messages=conversation.messages,
            last_event=last_event,
        )


class SendMessage(Body):
    """`id` is made by the client, so that sending again after a lost answer is harmless."""

    id: MessageId | None = None
    text: Text


class MessageReceived(Body):
    """The message is stored; its outcome comes over the event stream."""

    message_id: str


class Identify(Body):
    """The order form."""

    order_number: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
    email: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=254)]


class Feedback(Body):
    """What the customer thinks of one reply."""

    message_id: str
    helpful: StrictBool
    comment: str = Field("", max_length=2_000)


class SignIn(Body):  # noqa: D101
    name: str = Field(max_length=100)
    password: str = Field(max_length=200)


class SignedIn(Body):
    """`csrf` goes into the header X-CSRF-Token of every call that changes something."""

    name: str
    role: Literal["human_agent", "owner"]
    csrf: str


class TicketBody(Body):
    """A ticket with all that a human agent needs to answer it.

    `verdict` on the suggestion, once there is one; `steps`: the conversation's `ticket` events, such as claims.
    """

    ticket: Ticket
    conversation: Conversation
    turn: Turn
    verdict: Verdict | None
    steps: list[Event]


class SendReply(Body):
    """`id` is made by the client, so that sending again after a lost answer is harmless.

    `verdict`: what was wrong with the suggestion where it was changed; left out when sent as it is.
    """

    id: MessageId | None = None
    text: Text
    verdict: Literal["as_is"] | Fault | None = None


class RejectSuggestion(Body):
    """`verdict`: what is wrong with the suggestion."""

    verdict: Fault


class TakeOver(Body):
    """`assignee`: who has the ticket, as the caller knows it; where somebody else has it by now, nothing happens."""

    assignee: str = Field(min_length=1, max_length=100)


class KnowledgeBody(Body):
    """The knowledge being served."""

    snapshot: str | None
    published_at: datetime | None
    articles: int
    passages: int
    problem: str | None = None


class EvalRunStarted(Body):  # noqa: D101
    id: str


class EvalReportBody(Body):
    """A run's report without its cases one by one, and what can be drawn of it."""

    report: Report
    pictures: Pictures
    passed: bool


class Health(Body):
    """`checks` names each part and what is wrong with it, or "ok"."""

    status: Literal["ok", "not_ready"]
    checks: dict[str, str] = {}
