"""The gate: may this draft be sent alone? Rules first, then the evidence, then risk against the topic's permit.

Every branch that says no names its reason; the first that applies decides. The risk is computed for every turn, also
where a rule decides, so that evals and permits see it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.conversation import Decision, Permit, Reason
from assistant.gate.rules import Rule, first_rule

if TYPE_CHECKING:
    from assistant.answering.topics import Topic, Topics
    from assistant.evidence import Draft, Evidence, Support
    from assistant.gate.risk import Risk
RESERVED = (Reason.CUSTOMER_ASKED, Reason.TOPIC_RESERVED)  # a reply sent alone would be wrong, whatever it says


class Gate:
    """Decides when to step aside."""

    def __init__(self, rules: tuple[Rule, ...], topics: Topics, risk: Risk, threshold: float) -> None:
        self._rules = rules
        self._topics = topics
        self._risk = risk
        self._threshold = threshold

    def permit(self, topic: Topic) -> Permit:
        """The topic's permit: on trial for all, with one threshold and no bound claimed."""
        return Permit(topic=topic.id, mode=topic.mode, threshold=self._threshold, risk_budget=topic.risk_budget)

    def decide(self, evidence: Evidence, draft: Draft, support: Support) -> Decision:
        """Decide on one draft. `reason` is None when it may be sent alone."""
        topic = self._topics[evidence.inquiry.topic]
        permit = self.permit(topic)
        risk = self._risk.of(evidence, draft)
        rule = first_rule(self._rules, evidence.inquiry)
        reason, why = self._why_not(evidence, draft, support, permit, rule, risk)
        sensitive = rule if rule else topic
        return Decision(
            topic=topic.id,
            risk=1.0 if reason in RESERVED else risk,
            permit=permit,
            reason=reason,
            rule=rule.id if rule else None,
            priority=sensitive.priority if reason else "normal",
            issue_type=sensitive.issue_type,
            why=why,
        )

    def _why_not(
        self,
        evidence: Evidence,
        draft: Draft,
        support: Support,
        permit: Permit,
        rule: Rule | None,
        risk: float,
    ) -> tuple[Reason | None, str]:
        inquiry = evidence.inquiry
        if rule:
            return rule.reason, f"the rule {rule.id} applies"
        if inquiry.wants_human:
            return Reason.CUSTOMER_ASKED, "the customer asks for a person"
        if permit.mode == "human":
            return Reason.TOPIC_RESERVED, f"the topic {permit.topic} is kept for human agents"
        if "identity" in evidence.failures:
            return Reason.IDENTITY_NEEDED, evidence.failures["identity"]
        if evidence.failures:
            return Reason.TOOL_FAILED, "; ".join(evidence.failures.values())
        if inquiry.about_own_order and any(r.result.get("needs_human") for r in evidence.receipts):
            return Reason.TOPIC_RESERVED, "the state of the order needs a human agent"
        if not draft.answers_question:
            return Reason.NOTHING_FOUND, "no passage or receipt carries an answer"
        if not support.carried:
            return Reason.NOT_SUPPORTED, next((s.why for s in support.sentences if not s.carried), "nothing cited")
        if permit.mode == "suggest":
            return Reason.NO_PERMIT, f"replies on {permit.topic} are sent by a human agent"
        if risk > permit.threshold:
            return (
                Reason.NOTHING_FOUND,
                f"the evidence is too weak: risk {risk:.2f}, at most {permit.threshold:.2f}",
            )
        return (
            None,
            f"carried by the evidence, risk {risk:.2f} of at most {permit.threshold:.2f} ({permit.basis})",
        )
