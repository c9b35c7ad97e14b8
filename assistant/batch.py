"""Answer a file of questions: one JSON object a line in, one a line out, in the same order.

In: `id`, `question`, and optionally `history` (a list of {author, text}) and `order` ({number, email}).
Out: `id`, `outcome` {kind, text, reason, citations [{article_id, quote}]}, `evidence` [{article_id, passage_id,
score}] in rank order, `decision` {topic, risk, rule}, `took_ms`; or `id` and `error` where a line fails.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError

from assistant.conversation import Conversation, Customer, Message, Turn
from assistant.errors import HandrailError
from assistant.evidence import Word
from assistant.orders.identity import customer_of
from assistant.orders.source import OrderSource
from assistant.responder import Responder


class Line(Word):
    """One earlier message."""

    author: Literal["customer", "assistant", "human_agent", "system"] = "customer"
    text: str


class OrderProof(Word):
    """What the order form asks for."""

    number: Annotated[str, BeforeValidator(str)]
    email: str


class Question(Word):
    """One line of the file. An id that was a number comes back as a string."""

    id: Annotated[str, BeforeValidator(lambda value: value if value is None else str(value))]
    question: str = Field(min_length=1)
    history: tuple[Line, ...] = ()
    order: OrderProof | None = None


async def quiet(stage: str) -> None:
    """Listen to no stages."""


async def ask(responder: Responder, orders: OrderSource | None, question: Question) -> Turn:
    """Work one question as the service would.

    Raises:
        OrderError: the order system is away, or number and e-mail address do not belong together.
    """
    customer = Customer()
    if question.order and orders:
        customer = await customer_of(orders, question.order.number, question.order.email)
    said = (*question.history, Line(text=question.question))
    messages = tuple(Message(author=line.author, text=line.text) for line in said)
    conversation = Conversation(customer=customer, messages=messages)
    return await responder.respond(conversation, messages[-1].id, quiet)


async def answer_lines(
    responder: Responder, orders: OrderSource | None, lines: Iterable[str], evidence: int
) -> AsyncIterator[dict[str, Any]]:
    """The answer to each line that is not blank; a line that fails yields an error, the rest go on."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        name = _id_of(line) or f"line-{number}"
        try:
            question = Question.model_validate_json(line)
            yield {"id": question.id, **_told(await ask(responder, orders, question), evidence)}
        except ValidationError as error:
            problem = error.errors()[0]
            where = ".".join(str(part) for part in problem["loc"])
            yield {"id": name, "error": f"line {number}: {where}: {problem['msg']}"}
        except HandrailError as error:
            yield {"id": name, "error": f"line {number}: {error}"}


def _id_of(line: str) -> str | None:
    try:
        found = json.loads(line).get("id")
    except (ValueError, AttributeError):
        return None
    return None if found is None else str(found)


def _told(turn: Turn, evidence: int) -> dict[str, Any]:
    trail, outcome = turn.trail, turn.outcome
    citations = getattr(outcome, "citations", ())
    passages = trail.evidence.passages if trail.evidence else ()
    decision = trail.decision
    return {
        "outcome": {
            "kind": outcome.kind,
            "text": outcome.text,
            "reason": getattr(outcome, "reason", None),
            "citations": [{"article_id": c.article_id, "quote": c.quote} for c in citations],
        },
        "evidence": [
            {"article_id": p.passage.article_id, "passage_id": p.passage.id, "score": p.score}
            for p in passages[:evidence]
        ],
        "decision": {
            "topic": decision.topic if decision else None,
            "risk": decision.risk if decision else 1.0,
            "rule": decision.rule if decision else None,
        },
        "took_ms": turn.took_ms,
    }
