"""Rules over the inquiry, from knowledge/rules/*.yaml. Pure: the same inquiry always meets the same rule."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from pydantic import field_validator

from assistant.conversation import Priority, Reason
from assistant.evidence import Inquiry, Word
from assistant.knowledge import read_yaml


class Rule(Word):
    """One rule: when all conditions given hold, a human agent takes over for `reason`."""

    id: str
    any_of: tuple[str, ...] = ()  # regular expressions over the customer's message
    topics: tuple[str, ...] = ()
    moods: tuple[Literal["neutral", "frustrated", "angry"], ...] = ()
    reason: Reason = Reason.TOPIC_RESERVED
    priority: Priority = "normal"
    issue_type: str = "question"

    @field_validator("any_of")
    @classmethod
    def _compile(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern!r} is not a regular expression: {error}") from None
        return patterns

    def applies_to(self, inquiry: Inquiry) -> bool:
        """Whether every condition of the rule holds; a rule without conditions never applies."""
        conditions = []
        if self.any_of:
            text = inquiry.message.replace("’", "'")
            conditions.append(any(re.search(pattern, text, re.IGNORECASE) for pattern in self.any_of))
        if self.topics:
            conditions.append(inquiry.topic in self.topics)
        if self.moods:
            conditions.append(inquiry.mood in self.moods)
        return bool(conditions) and all(conditions)


class RuleFile(Word):
    """The content of one file of rules."""

    rules: tuple[Rule, ...] = ()


def load_rules(knowledge: Path) -> tuple[Rule, ...]:
    """All rules of knowledge/rules/*.yaml in file order; none where there is no such folder.

    Raises:
        KnowledgeError: a file is broken; names the rule and the entry.
    """
    paths = sorted((knowledge / "rules").glob("*.yaml"))
    return tuple(rule for path in paths for rule in read_yaml(path, RuleFile).rules)


def first_rule(rules: tuple[Rule, ...], inquiry: Inquiry) -> Rule | None:
    """The first rule that applies."""
    return next((rule for rule in rules if rule.applies_to(inquiry)), None)
