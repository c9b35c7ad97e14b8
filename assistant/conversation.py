"""The words: what a conversation, a turn and a ticket are made of.

What a reply rests on (Inquiry, Passage, Receipt, Evidence, Draft, Support) stands in evidence.py; docs/glossary.md
explains each word in a sentence.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field

from assistant.evidence import Citation, Draft, Evidence, Inquiry, Support, Word, new_id, now

Author = Literal["customer", "assistant", "human_agent", "system"]
Status = Literal["with_assistant", "waiting_for_human", "with_human", "resolved"]


class Message(Word):  # noqa: D101
    id: str = Field(default_factory=lambda: new_id("msg"))
    author: Author
    text: str
    citations: tuple[Citation, ...] = ()
    sent_at: datetime = Field(default_factory=now)


class Customer(Word):
    """Who is asking, as far as the server has verified it; never taken from chat text."""

    id: str | None = None
    email: str | None = None
    name: str | None = None
    verified_by: Literal["token", "user_hash", "order_and_email", "emailed_code", "nobody"] = "nobody"
    order_number: str | None = None  # the one order that order_and_email opens


class Conversation(Word):  # noqa: D101
    id: str = Field(default_factory=lambda: new_id("conv"))
    channel: str = "chat"
    customer: Customer = Customer()
    language: str = "en"
    status: Status = "with_assistant"
    messages: tuple[Message, ...] = ()
    revision: int = 0  # grows by one with every change

    def until(self, message_id: str) -> Conversation:
        """The conversation up to and including one message."""
        end = [message.id for message in self.messages].index(message_id) + 1
        return self.model_copy(update={"messages": self.messages[:end]})


class Event(Word):
    """One numbered line of a conversation's append-only log; `seq` starts at 1."""

    seq: int
    kind: Literal["message", "stage", "sentence", "outcome", "status", "customer", "ticket"]
    body: dict[str, Any]
    at: datetime = Field(default_factory=now)


class Reason(StrEnum):
    """Why a turn did not end in a reply."""

    CUSTOMER_ASKED = "customer_asked"
    TOPIC_RESERVED = "topic_reserved"
    NOTHING_FOUND = "nothing_found"
    NOT_SUPPORTED = "not_supported"
    NO_PERMIT = "no_permit"
    IDENTITY_NEEDED = "identity_needed"
    CONFLICTING_SOURCES = "conflicting_sources"
    TOOL_FAILED = "tool_failed"
    ASSISTANT_UNAVAILABLE = "assistant_unavailable"


Priority = Literal["urgent", "high", "normal", "low"]


class Permit(Word):
    """The right to answer a topic alone. `trial`: no bound is claimed."""

    topic: str
    mode: Literal["auto", "suggest", "human"]
    basis: Literal["certified", "trial"] = "trial"
    threshold: float  # the highest risk that is still sent alone, 0..1
    risk_budget: float | None = None


class Decision(Word):
    """May the draft be sent alone? `reason` is None when it may; `risk` = P(the reply would be wrong)."""

    topic: str
    risk: float = Field(ge=0, le=1)
    permit: Permit
    reason: Reason | None
    rule: str | None = None
    priority: Priority = "normal"
    issue_type: str = "question"
    why: str


class Reply(Word):
    """Sent alone: every sentence is carried."""

    kind: Literal["reply"] = "reply"
    text: str
    citations: tuple[Citation, ...]


class Clarification(Word):
    """A question back. `asks` tells the widget which form to show."""

    kind: Literal["clarification"] = "clarification"
    text: str
    asks: Literal["order_and_email", "rephrase"]
    reason: Reason


class Handoff(Word):
    """A human takes over; `text` is what the customer reads."""

    kind: Literal["handoff"] = "handoff"
    text: str
    reason: Reason


Outcome = Annotated[Reply | Clarification | Handoff, Field(discriminator="kind")]


class Trail(Word):
    """How a turn came about. Parts are None where an outage ended the turn before them."""

    inquiry: Inquiry | None = None
    evidence: Evidence | None = None
    draft: Draft | None = None
    support: Support | None = None
    decision: Decision | None = None


class Turn(Word):
    """One message, worked: its outcome and how it came about."""

    id: str = Field(default_factory=lambda: new_id("turn"))
    conversation_id: str
    message_id: str
    outcome: Outcome
    trail: Trail
    took_ms: int
