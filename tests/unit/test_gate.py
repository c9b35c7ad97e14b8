"""The gate: which of its reasons to step aside decides, on small real objects."""

from typing import Any

import pytest

from assistant.answering.topics import Topic, Topics
from assistant.conversation import Reason
from assistant.evidence import Draft, Evidence, Inquiry, Receipt, Sentence, SentenceSupport, Support
from assistant.gate.decision import Gate
from assistant.gate.risk import Risk
from assistant.gate.rules import Rule

RULE = Rule(id="legal", any_of=(r"\blawyers?\b",), priority="urgent", issue_type="legal")
TOPICS = (
    Topic(id="shipping"),
    Topic(id="complaints", mode="human", priority="high", issue_type="complaint"),
    Topic(id="warranty", mode="suggest"),
)
CARRIED = Support(sentences=(SentenceSupport(text="x", evidence_id="p", score=1, carried=True, why="it stands there"),))
NOT_CARRIED = Support(sentences=(SentenceSupport(text="x", evidence_id="p", score=0, carried=False, why="no 5"),))
DRAFT = Draft(sentences=(Sentence(text="Two days.", citations=()),), answers_question=True)
ABSTAINS = Draft(answers_question=False)


def gate(*rules: Rule, threshold: float = 0.3) -> Gate:
    return Gate(rules, Topics(TOPICS), Risk.load(), threshold)


def inquiry(message: str = "How long is shipping?", **more: Any) -> Inquiry:
    return Inquiry(**({"message": message, "question": message, "parts": (message,), "topic": "shipping"} | more))


def receipt(**result: Any) -> Receipt:
    return Receipt(id="r", tool="order_status", arguments={}, result=result)


OWN = {"order_parts": ("Where is it?",)}
# Each row ends in its own reason though all below it would apply as well.
PRECEDENCE: list[tuple[Reason, dict[str, Any], dict[str, Any], Draft, Support]] = [
    (Reason.CUSTOMER_ASKED, {"wants_human": True, "topic": "complaints"}, {}, ABSTAINS, NOT_CARRIED),
    (Reason.TOPIC_RESERVED, {"topic": "complaints"}, {"failures": {"identity": "?"}}, ABSTAINS, NOT_CARRIED),
    (Reason.IDENTITY_NEEDED, OWN, {"failures": {"orders": "down", "identity": "?"}}, ABSTAINS, NOT_CARRIED),
    (Reason.TOOL_FAILED, OWN, {"failures": {"orders": "down"}}, ABSTAINS, NOT_CARRIED),
    (Reason.TOPIC_RESERVED, OWN, {"receipts": (receipt(needs_human=True),)}, ABSTAINS, NOT_CARRIED),
    (Reason.NOTHING_FOUND, {}, {}, ABSTAINS, NOT_CARRIED),
    (Reason.NOT_SUPPORTED, {"topic": "warranty"}, {}, DRAFT, NOT_CARRIED),
    (Reason.NOT_SUPPORTED, {}, {}, DRAFT, Support()),
    (Reason.NO_PERMIT, {"topic": "warranty"}, {}, DRAFT, CARRIED),
]


@pytest.mark.parametrize(("reason", "asked", "found", "draft", "support"), PRECEDENCE)
def test_the_first_reason_decides(
    reason: Reason, asked: dict[str, Any], found: dict[str, Any], draft: Draft, support: Support
) -> None:
    evidence = Evidence(inquiry=inquiry(**asked), **found)
    decision = gate().decide(evidence, draft, support)
    assert decision.reason is reason
    assert decision.why
    ruled = gate(Rule(id="all", any_of=(".",), reason=Reason.NO_PERMIT)).decide(evidence, draft, support)
    assert (ruled.reason, ruled.rule, ruled.risk) == (Reason.NO_PERMIT, "all", decision.risk)


def test_what_is_carried_and_safe_is_sent() -> None:
    decision = gate(RULE).decide(Evidence(inquiry=inquiry()), DRAFT, CARRIED)
    assert (decision.reason, decision.rule, decision.priority) == (None, None, "normal")
    assert decision.permit.basis == "trial"


def test_a_risk_above_the_threshold_is_not_sent() -> None:
    evidence = Evidence(inquiry=inquiry(reserved_score=0.4))
    at = gate(threshold=1).decide(evidence, DRAFT, CARRIED).risk
    assert at > gate().decide(Evidence(inquiry=inquiry()), DRAFT, CARRIED).risk
    assert gate(threshold=at).decide(evidence, DRAFT, CARRIED).reason is None
    assert gate(threshold=at - 0.001).decide(evidence, DRAFT, CARRIED).reason is Reason.NOTHING_FOUND


def test_a_ticket_is_as_urgent_as_what_it_is_about() -> None:
    legal = gate(RULE).decide(Evidence(inquiry=inquiry("Ask my lawyer")), DRAFT, CARRIED)
    assert (legal.priority, legal.issue_type, legal.rule) == ("urgent", "legal", "legal")
    complaint = gate(RULE).decide(Evidence(inquiry=inquiry(topic="complaints")), DRAFT, CARRIED)
    assert (complaint.priority, complaint.issue_type, complaint.rule) == ("high", "complaint", None)


def test_needs_human_counts_only_where_the_own_order_is_asked_about() -> None:
    evidence = Evidence(inquiry=inquiry(), receipts=(receipt(needs_human=True),))
    assert gate().decide(evidence, DRAFT, CARRIED).reason is None


# --- rules ----------------------------------------------------------------------------------------------


def test_all_conditions_of_a_rule_must_hold() -> None:
    rule = Rule(id="r", any_of=("jacket",), topics=("shipping",), moods=("angry",))
    assert rule.applies_to(inquiry("My JACKET!", mood="angry"))
    assert not rule.applies_to(inquiry("My jacket!"))
    assert not rule.applies_to(inquiry("My boots!", mood="angry"))
    assert not rule.applies_to(inquiry("My jacket!", mood="angry", topic="returns"))
    assert not Rule(id="none").applies_to(inquiry())


def test_a_rule_reads_typographic_apostrophes() -> None:
    assert Rule(id="r", any_of=("won't",)).applies_to(inquiry("it won’t open"))


def test_a_broken_pattern_is_named() -> None:
    with pytest.raises(ValueError, match=r"'\(' is not a regular expression"):
        Rule(id="r", any_of=("(",))
