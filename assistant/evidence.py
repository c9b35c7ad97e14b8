"""The words for what a reply rests on: the inquiry, the evidence, a draft and its support.

All words are frozen and closed: unknown fields are refused.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, Literal
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field


def new_id(prefix: str) -> str:
    """A random id such as `turn_9f0c…` (128 bits)."""
    return f"{prefix}_{uuid4().hex}"


def now() -> datetime:
    """The current time, in UTC."""
    return datetime.now(UTC)


class Word(BaseModel):
    """Base of all words: frozen, unknown fields refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Citation(Word):
    """The words of a passage or receipt that carry a sentence."""

    evidence_id: str
    quote: str
    article_id: str | None = None  # None: a receipt
    title: str = ""
    url: str = ""


class Inquiry(Word):
    """What is being asked.

    `message` is what the customer wrote, `earlier` what they wrote before it (oldest first, the last few), and
    `question` stands alone. Its questions are `parts`, for the articles, and `order_parts`, about the customer's own
    orders. Articles are searched for `searched`, with an ear for the last of `earlier`.
    """

    message: str
    earlier: tuple[str, ...] = ()
    question: str
    parts: tuple[str, ...]
    order_parts: tuple[str, ...] = ()
    searched: tuple[str, ...] = ()
    topic: str
    topic_score: float = 0.0  # the probability of the topic, 0..1
    article_topics: dict[str, float] = {}  # shares of the topics that articles answer, each at least .05
    reserved_score: float = 0.0  # the probability of all topics kept for humans, 0..1
    language: str = "en"
    mood: Literal["neutral", "frustrated", "angry"] = "neutral"
    wants_human: bool = False
    order_number: str | None = None  # as mentioned in the text; proves nothing

    @property
    def before(self) -> str:
        """What the customer wrote last before this message; empty where it is the first."""
        return self.earlier[-1] if self.earlier else ""

    @property
    def about_own_order(self) -> bool:
        """Whether only the shop system can answer a part of it."""
        return bool(self.order_parts)


class Passage(Word):
    """A self-contained piece of an article; dates are days in the shop's time zone."""

    id: str
    article_id: str
    title: str
    text: str
    headings: tuple[str, ...] = ()
    topic: str = "general"
    url: str = ""
    locale: str = "en"
    regions: tuple[str, ...] = ()  # empty: everywhere
    audience: Literal["public", "agents"] = "public"
    product: str | None = None
    effective_from: date | None = None
    effective_to: date | None = None  # the first day it is no longer in force
    supersedes: str | None = None
    questions: tuple[str, ...] = ()  # wordings in which customers ask for its article; searched, never shown


class ScoredPassage(Word):
    """A passage as retrieved: `score` is the fused score, `similarity` the cosine, `overlap` BM25."""

    passage: Passage
    score: float
    similarity: float = 0.0
    overlap: float = 0.0


class Receipt(Word):
    """What the shop system said to one tool call; citable like a passage."""

    id: str
    tool: str
    arguments: dict[str, Any]
    result: dict[str, Any]
    fetched_at: datetime = Field(default_factory=now)


class Evidence(Word):
    """All that a reply may rest on. `failures` names the tools that gave no receipt, and why."""

    inquiry: Inquiry
    passages: tuple[ScoredPassage, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    snapshot: str = ""
    failures: dict[str, str] = {}


class Sentence(Word):  # noqa: D101
    text: str
    citations: tuple[Citation, ...]
    heading: str = ""


class Draft(Word):
    """A possible reply. `answers_question` is false when the answerer abstains."""

    sentences: tuple[Sentence, ...] = ()
    answers_question: bool
    signals: dict[str, float] = {}  # how strongly the evidence carries it, for the risk score
    prompt: str = ""  # `answer@7`
    model: str = ""
    usage: dict[str, int] = {}  # tokens

    @property
    def text(self) -> str:
        """The draft as a customer would read it (light Markdown)."""
        lines, heading = [], ""
        for sentence in self.sentences:
            if sentence.heading and sentence.heading != heading:
                lines.append(f"**{sentence.heading}**")
                heading = sentence.heading
            lines.append(sentence.text)
        return "\n\n".join(lines)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Every citation once, in reading order."""
        return tuple(dict.fromkeys(c for s in self.sentences for c in s.citations))


class SentenceSupport(Word):  # noqa: D101
    text: str
    evidence_id: str
    score: float
    carried: bool
    why: str


class Support(Word):
    """The support check's finding, per sentence of the draft."""

    sentences: tuple[SentenceSupport, ...] = ()

    @property
    def carried(self) -> bool:
        """Whether every sentence is carried by the evidence it cites (and there is one)."""
        return bool(self.sentences) and all(s.carried for s in self.sentences)
