"""What is told of a finished turn: no word that anybody wrote."""

from typing import Any

from assistant.conversation import Turn


def facts_of(turn: Turn) -> dict[str, Any]:
    """The fields of a turn's line in the log; None where the turn ended before there was one."""
    trail, outcome = turn.trail, turn.outcome
    decision, evidence, draft = trail.decision, trail.evidence, trail.draft
    return {
        "conversation": turn.conversation_id,
        "turn": turn.id,
        "outcome": outcome.kind,
        "reason": reason_of(turn),
        "topic": topic_of(turn),
        "risk": round(decision.risk, 4) if decision else None,
        "permit_mode": decision.permit.mode if decision else None,
        "permit_basis": decision.permit.basis if decision else None,
        "rule": decision.rule if decision else None,
        "model": draft.model if draft else None,
        "prompt": (draft.prompt or None) if draft else None,
        "snapshot": (evidence.snapshot or None) if evidence else None,
        "passages": len(evidence.passages) if evidence else None,
        "receipts": len(evidence.receipts) if evidence else None,
        "tools_failed": sorted(evidence.failures) if evidence and evidence.failures else None,
        "tokens": sum(draft.usage.values()) if draft and draft.usage else None,
        "took_ms": turn.took_ms,
    }


def reason_of(turn: Turn) -> str | None:
    """Why the turn did not end in a reply, None when it did."""
    reason = getattr(turn.outcome, "reason", None)
    return str(reason) if reason else None


def topic_of(turn: Turn) -> str | None:
    """A topic of topics.yaml, None when the turn ended before it was known."""
    trail = turn.trail
    return trail.decision.topic if trail.decision else trail.inquiry.topic if trail.inquiry else None
