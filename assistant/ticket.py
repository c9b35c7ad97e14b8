"""The words of the inbox: what a human agent works on, and what became of a suggestion."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from assistant.conversation import Priority, Reason
from assistant.evidence import Word, new_id, now


class Ticket(Word):
    """What a human agent works on: a conversation that needs a person."""

    id: str = Field(default_factory=lambda: new_id("ticket"))
    conversation_id: str
    turn_id: str
    priority: Priority = "normal"
    issue_type: str = "question"
    tags: tuple[str, ...] = ()
    assignee: str | None = None
    reason: Reason
    summary: str
    suggestion: str = ""  # the draft's text; its support stands in the turn's trail
    status: Literal["open", "claimed", "resolved"] = "open"
    opened_at: datetime = Field(default_factory=now)


Fault = Literal["incorrect", "incomplete", "outdated", "tone", "other"]


class Verdict(Word):
    """What a human agent did with a suggestion: sent it, edited it (0..1 of it changed) or rejected it (sent = "")."""

    turn_id: str
    shown: str
    sent: str
    edit_distance: float
    reason: Literal["as_is"] | Fault
    blind: bool = False  # judged without seeing the draft
    human_agent: str
    at: datetime = Field(default_factory=now)
