"""The worst cases of a half: what an owner should read first."""

from __future__ import annotations

from collections.abc import Iterable

from assistant.conversation import Turn
from evals.cases import Case
from evals.report import Found, WorstCase
from evals.scorers import why_wrong

MOST = 40


def worst_cases(pairs: Iterable[tuple[Case, Turn]]) -> tuple[WorstCase, ...]:
    """At most MOST cases: first what was answered and must not be, then other wrong replies, then needless handoffs.

    Within a kind the more confident come first (lowest risk), because a threshold catches them last.
    """
    bad = [(rank, _risk(turn), case, turn) for case, turn in pairs if (rank := _rank(case, turn)) is not None]
    ranked = sorted(bad, key=lambda item: (item[0], item[1], item[2].id))
    return tuple(_explain(case, turn) for _, _, case, turn in ranked[:MOST])


def _rank(case: Case, turn: Turn) -> int | None:
    outcome = turn.outcome
    if outcome.kind == "reply":
        if not why_wrong(case, outcome.text, outcome.citations):
            return None
        return 1 if case.answerable else 0
    return 2 if case.answerable else None


def _risk(turn: Turn) -> float:
    return turn.trail.decision.risk if turn.trail.decision else 1.0


def _explain(case: Case, turn: Turn) -> WorstCase:
    outcome, evidence, decision = turn.outcome, turn.trail.evidence, turn.trail.decision
    if outcome.kind == "reply":
        why = why_wrong(case, outcome.text, outcome.citations)
    else:
        why = f"{outcome.reason}: {decision.why}" if decision else outcome.reason
    return WorstCase(
        case_id=case.id,
        question=case.question,
        expected=case.expect,
        outcome=outcome.kind,
        text=outcome.text,
        why=why,
        evidence=tuple(
            Found(article_id=found.passage.article_id, score=found.score)
            for found in (evidence.passages if evidence else ())
        ),
    )
