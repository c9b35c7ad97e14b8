"""From a case and its turn to what the report keeps of it. Texts are clipped: no case can make a report huge."""

from __future__ import annotations

from dataclasses import dataclass, field

from assistant.conversation import Reason, Turn
from assistant.evidence import Evidence
from evals.cases import Case
from evals.report import CaseResult, Found, WorstCase
from evals.scorers import retrieved, why_wrong

LONGEST = 2_000  # characters of a text that are kept
EXCERPT = 400  # of a passage
RISK_DECIDES = (None, Reason.NOTHING_FOUND, Reason.NOT_SUPPORTED)  # how a turn ends where no rule came first


@dataclass(frozen=True)
class Result:
    """A case and its turn with its scores, or why there is no turn."""

    case: Case
    turn: Turn | None = None
    scores: dict[str, float | None] = field(default_factory=dict)
    error: str = ""

    @property
    def outcome(self) -> str:
        """The kind of the turn's outcome, or `error`."""
        return self.turn.outcome.kind if self.turn else "error"

    @property
    def risk(self) -> float:
        """The gate's; 1 where the turn ended before it."""
        return self.turn.trail.decision.risk if self.turn and self.turn.trail.decision else 1.0

    @property
    def why_wrong(self) -> str:
        """Why the reply is wrong; empty where it is right or there is none."""
        if self.turn is None or self.turn.outcome.kind != "reply":
            return ""
        return why_wrong(self.case, self.turn.outcome.text, self.turn.outcome.citations)

    @property
    def why(self) -> str:
        """Why the reply is wrong, or why there is none."""
        if self.turn is None:
            return self.error
        outcome, decision = self.turn.outcome, self.turn.trail.decision
        if outcome.kind == "reply":
            return self.why_wrong
        reason = outcome.reason.replace("_", " ")
        return f"{reason}: {decision.why}" if decision else reason


def risk_decides(turn: Turn) -> bool:
    """Whether the turn has a draft that no rule, topic, identity or failure held back."""
    trail = turn.trail
    return bool(trail.decision and trail.decision.reason in RISK_DECIDES and trail.draft and trail.draft.sentences)


def case_result(result: Result) -> CaseResult:
    """What the report says of a case."""
    case, turn = result.case, result.turn
    told = {
        "id": case.id,
        "group": case.group,
        "tags": case.tags,
        "question": clip(case.question),
        "expected": case.expect,
        "expected_reason": case.reason,
        "outcome": result.outcome,
        "why": clip(result.why),
        "scores": {name: round(score, 4) for name, score in result.scores.items() if score is not None},
    }
    return CaseResult.model_validate(told | (_of_turn(result, turn) if turn else {}))


def worst_case(result: Result) -> WorstCase:
    """A case with its evidence, its draft and the support check's findings."""
    turn = result.turn
    trail = turn.trail if turn else None
    said = turn.outcome.text if turn else ""
    draft = trail.draft.text if trail and trail.draft else ""
    return WorstCase(
        case_id=result.case.id,
        question=clip(result.case.question),
        expected=result.case.expect,
        outcome=result.outcome,
        risk=result.risk if trail and trail.decision else None,
        why=clip(result.why),
        text=clip(said),
        draft="" if draft == said else clip(draft),
        evidence=_found(trail.evidence) if trail and trail.evidence else (),
        sentences=tuple(
            sentence.model_copy(update={"text": clip(sentence.text, EXCERPT), "why": clip(sentence.why, EXCERPT)})
            for sentence in (trail.support.sentences if trail and trail.support else ())
        ),
    )


def clip(text: str, longest: int = LONGEST) -> str:
    """The text, or its beginning with an ellipsis."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _of_turn(result: Result, turn: Turn) -> dict[str, object]:
    outcome, trail, decision = turn.outcome, turn.trail, turn.trail.decision
    replied = outcome.kind == "reply"
    draft = trail.draft if risk_decides(turn) else None
    return {
        "reason": None if outcome.kind == "reply" else outcome.reason,
        "topic": trail.inquiry.topic if trail.inquiry else None,
        "risk": decision.risk if decision else None,
        "wrong": bool(result.why_wrong) if replied else None,
        "draft_wrong": bool(why_wrong(result.case, draft.text, draft.citations)) if draft else None,
        "sendable": bool(draft and draft.answers_question and trail.support and trail.support.carried),
        "cited": tuple(dict.fromkeys(c.article_id for c in outcome.citations if c.article_id))
        if outcome.kind == "reply"
        else (),
        "retrieved": tuple(retrieved(turn)),
        "took_ms": turn.took_ms,
    }


def _found(evidence: Evidence) -> tuple[Found, ...]:
    return tuple(
        Found(
            article_id=found.passage.article_id,
            title=clip(found.passage.title, EXCERPT),
            score=round(found.score, 4),
            similarity=round(found.similarity, 4),
            text=clip(found.passage.text, EXCERPT),
        )
        for found in evidence.passages
    )
