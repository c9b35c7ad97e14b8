"""Cases and turns for the tests of evals, made of as little as each needs."""

from __future__ import annotations

from typing import Any

from assistant.conversation import Decision, Handoff, Outcome, Permit, Reason, Reply, Trail, Turn
from assistant.evidence import (
    Citation,
    Draft,
    Evidence,
    Inquiry,
    Passage,
    ScoredPassage,
    Sentence,
    SentenceSupport,
    Support,
)
from evals.cases import Case
from evals.meanings import MEANINGS
from evals.report import Report
from evals.results import Result
from evals.run import summarise
from evals.scorers import SCORERS


def case(**fields: Any) -> Case:
    """An answerable case whose source is the article `returns`."""
    usual = {
        "id": "c1",
        "group": "g1",
        "messages": [{"author": "customer", "text": "can i send it back?"}],
        "expect": "reply",
        "articles": ["returns"],
        "must_say": ["30 days"],
    }
    return Case.model_validate(usual | fields)


def must_not(**fields: Any) -> Case:
    """A case that must not be answered alone."""
    return case(**({"expect": "handoff", "reason": "nothing_found", "articles": [], "must_say": []} | fields))


def reply(text: str = "Within 30 days.", *articles: str) -> Reply:
    """A reply that cites the articles; `returns` where none are named."""
    cited = tuple(Citation(evidence_id=f"{name}#1", quote=text, article_id=name) for name in articles or ("returns",))
    return Reply(text=text, citations=cited)


def handoff(reason: Reason = Reason.NOTHING_FOUND) -> Handoff:
    """A handoff."""
    return Handoff(text="A colleague takes over.", reason=reason)


def turn(
    outcome: Outcome, *articles: str, risk: float = 0.1, draft: Draft | None = None, reserved: float = 0.0
) -> Turn:
    """A turn that retrieved one passage of each article, in this order."""
    passages = tuple(
        ScoredPassage(passage=Passage(id=f"{name}#1", article_id=name, title=name, text="…"), score=1 / rank)
        for rank, name in enumerate(articles, start=1)
    )
    inquiry = Inquiry(message="?", question="?", parts=("?",), topic="returns", reserved_score=reserved)
    decision = Decision(
        topic="returns",
        risk=risk,
        permit=Permit(topic="returns", mode="auto", threshold=0.3),
        reason=getattr(outcome, "reason", None),
        why="the evidence is too weak",
    )
    trail = Trail(
        inquiry=inquiry,
        evidence=Evidence(inquiry=inquiry, passages=passages, snapshot="0001"),
        draft=draft,
        support=_carried() if draft else None,
        decision=decision,
    )
    return Turn(conversation_id="conv_1", message_id="msg_1", outcome=outcome, trail=trail, took_ms=1)


def draft_of(said: Reply, **signals: float) -> Draft:
    """The draft behind a reply, with its signals."""
    return Draft(
        sentences=(Sentence(text=said.text, citations=said.citations),), answers_question=True, signals=signals
    )


def _carried() -> Support:
    return Support(sentences=(SentenceSupport(text="", evidence_id="", score=1, carried=True, why=""),))


def result(one: Case, ended: Turn) -> Result:
    """A case and its turn, scored."""
    return Result(one, ended, {name: scorer(one, ended) for name, scorer in SCORERS.items()})


def report_of(**halves: list[Result]) -> Report:
    """A report of results, without gates."""
    found = {name: summarise(name, results) for name, results in halves.items()}
    names = {name for half in found.values() for name in half.metrics}
    meanings = {name: meaning for name, meaning in MEANINGS.items() if name in names}
    return Report(started_at="2026-11-23T09:00:00Z", snapshot="0001", halves=found, meanings=meanings)
