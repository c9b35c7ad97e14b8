"""The probability that a draft would be a wrong reply, from how strongly the evidence carries it.

A logistic regression over the draft's signals; its weights stand in risk.json, its card in risk.md.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

from assistant.errors import SettingsError
from assistant.evidence import Draft, Evidence, Word

WEIGHTS = Path(__file__).with_name("risk.json")
FEATURES = ("sentence", "score", "coverage")
RECEIPTS_ONLY = 0.02  # order facts come from the shop system; what can be wrong is that more was asked for


class Risk(Word):
    """Fitted weights: P(wrong) = 1 / (1 + exp(-(intercept + Σ weight · feature)))."""

    intercept: float
    weights: dict[str, float]

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> Risk:
        """Read the weights.

        Raises:
            SettingsError: the file is not of this version's features.
        """
        risk = cls.model_validate(json.loads(path.read_text("utf-8")))
        if set(risk.weights) != set(FEATURES):
            raise SettingsError(f"{path.name} was fitted for other features; run `make risk` to fit it again")
        return risk

    def of(self, evidence: Evidence, draft: Draft) -> float:
        """P(the draft would be a wrong reply), 0..1; 1 where there is nothing to say."""
        if not draft.sentences:
            return 1.0
        if not draft.signals:
            return round(1 - (1 - RECEIPTS_ONLY) * (1 - evidence.inquiry.reserved_score / 2), 4)
        return round(self.of_extract(features(draft)), 4)

    def of_extract(self, found: dict[str, float]) -> float:
        """P(wrong) of sentences from articles."""
        z = self.intercept + sum(weight * found[name] for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-z))


def features(draft: Draft) -> dict[str, float]:
    """The features by name; signals the answerer did not give count as 0."""
    return {name: draft.signals.get(name, 0.0) for name in FEATURES}
