"""Scorers: pure functions from a case and its turn to a score in 0..1, or None where the score does not apply."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.answering.support import normal
from assistant.conversation import Turn
from assistant.evidence import Citation
from evals.cases import Case

Scorer = Callable[[Case, Turn], float | None]


def hit_at_1(case: Case, turn: Turn) -> float | None:
    """Whether the best article retrieved is an accepted one."""
    return _hit(case, turn, 1)


def hit_at_3(case: Case, turn: Turn) -> float | None:
    """Whether one of the three best articles retrieved is an accepted one."""
    return _hit(case, turn, 3)


def recall(case: Case, turn: Turn) -> float | None:
    """The share of the accepted articles that were retrieved."""
    if not _has_source(case):
        return None
    return len(set(case.articles) & set(retrieved(turn))) / len(set(case.articles))


def false_answer(case: Case, turn: Turn) -> float | None:
    """Of the cases that must not be answered: whether this one was."""
    return None if case.answerable else float(turn.outcome.kind == "reply")


def wrong(case: Case, turn: Turn) -> float | None:
    """Of the replies sent alone: whether this one is wrong."""
    if turn.outcome.kind != "reply":
        return None
    return float(bool(why_wrong(case, turn.outcome.text, turn.outcome.citations)))


def needlessly_handed_off(case: Case, turn: Turn) -> float | None:
    """Of the answerable cases: whether this one got no reply."""
    return float(turn.outcome.kind != "reply") if case.answerable else None


def right_reason(case: Case, turn: Turn) -> float | None:
    """Of the cases that name a reason and were not answered: whether the turn gives that reason."""
    if case.reason is None or turn.outcome.kind == "reply":
        return None
    return float(turn.outcome.reason == case.reason)


def right_outcome(case: Case, turn: Turn) -> float | None:
    """Whether the outcome is of the expected kind."""
    return float(turn.outcome.kind == case.expect)


def citation_precision(case: Case, turn: Turn) -> float | None:
    """Of the articles that a reply to an answerable case cites: the share that is accepted."""
    if not _has_source(case) or turn.outcome.kind != "reply":
        return None
    cited = _cited(turn.outcome.citations)
    return len(cited & set(case.articles)) / len(cited) if cited else None


SCORERS: dict[str, Scorer] = {
    "hit@1": hit_at_1,
    "hit@3": hit_at_3,
    "recall": recall,
    "false_answer_rate": false_answer,
    "wrong_rate": wrong,
    "needlessly_handed_off": needlessly_handed_off,
    "right_reason": right_reason,
    "right_outcome": right_outcome,
    "citation_precision": citation_precision,
}


def why_wrong(case: Case, text: str, citations: Sequence[Citation]) -> str:
    """Why a text would be wrong as a reply to a case; empty where it would be right.

    Wrong is what must not be answered alone, lacks what it must say, says what it must not, or rests on no accepted
    article. A case without articles rests on receipts; there the last does not apply.
    """
    if not case.answerable:
        return f"it must not be answered alone: {case.why}" if case.why else "it must not be answered alone"
    said = _plain(text)
    missing = [phrase for phrase in case.must_say if _plain(phrase) not in said]
    if missing:
        return f"it does not say {missing[0]!r}"
    forbidden = [phrase for phrase in case.must_not_say if _plain(phrase) in said]
    if forbidden:
        return f"it says {forbidden[0]!r}"
    cited = _cited(citations)
    if case.articles and not cited & set(case.articles):
        return f"it cites {', '.join(sorted(cited)) or 'no article'}, not {' or '.join(case.articles)}"
    return ""


def retrieved(turn: Turn) -> list[str]:
    """The articles retrieved, each once, in the order of their best passages; none where the turn ended before."""
    evidence = turn.trail.evidence
    return list(dict.fromkeys(found.passage.article_id for found in evidence.passages)) if evidence else []


def _hit(case: Case, turn: Turn, first: int) -> float | None:
    return float(any(article in case.articles for article in retrieved(turn)[:first])) if _has_source(case) else None


def _has_source(case: Case) -> bool:
    return case.answerable and bool(case.articles)


def _cited(citations: Sequence[Citation]) -> set[str]:
    return {citation.article_id for citation in citations if citation.article_id}


def _plain(text: str) -> str:
    """Without Markdown emphasis, which articles use inside sentences, and with white space, quotes and case even."""
    return normal(text.replace("*", ""))
