"""What the customer's page is told of a finished turn: its sentences, the message, the outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.conversation import Message, Turn


def announcement(turn: Turn, reply: Message) -> list[tuple[str, dict[str, Any]]]:
    """The events of a turn in order, as (kind, body). Sentences are told only of a reply: a draft stays inside."""
    outcome = turn.outcome
    sentences = turn.trail.draft.sentences if turn.trail.draft and outcome.kind == "reply" else ()
    told: list[tuple[str, dict[str, Any]]] = [
        ("sentence", {"message_id": turn.message_id, "index": i, **sentence.model_dump(mode="json")})
        for i, sentence in enumerate(sentences)
    ]
    said = {
        "message_id": turn.message_id,
        "turn_id": turn.id,
        "kind": outcome.kind,
        "reason": getattr(outcome, "reason", None),
        "asks": getattr(outcome, "asks", None),
        "reply_id": reply.id,
    }
    return [*told, ("message", reply.model_dump(mode="json")), ("outcome", said)]
