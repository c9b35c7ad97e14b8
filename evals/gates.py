"""Gates: bounds on a half's metrics, which decide whether a run passes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import field_validator, model_validator

from assistant.evidence import Word
from assistant.knowledge import read_yaml
from evals.meanings import MEANINGS
from evals.report import GateResult, Half, Metric


class Gate(Word):
    """A bound on one metric of one half: either `at_most` or `at_least`.

    It compares the measured `value`, or the `bad_end` of its interval: the high end where the bound is `at_most`, the
    low end where it is `at_least`.
    """

    metric: str
    half: str = "held_back"
    compares: Literal["value", "bad_end"] = "value"
    at_most: float | None = None
    at_least: float | None = None

    @field_validator("metric")
    @classmethod
    def _is_known(cls, metric: str) -> str:
        if metric not in MEANINGS:
            raise ValueError(f"there is no metric {metric!r}; known are {', '.join(MEANINGS)}")
        return metric

    @model_validator(mode="after")
    def _has_one_bound(self) -> Gate:
        if (self.at_most is None) == (self.at_least is None):
            raise ValueError(f"the gate on {self.metric} needs either `at_most` or `at_least`")
        return self

    def check(self, halves: Mapping[str, Half]) -> GateResult:
        """Compare; a metric that was not measured fails."""
        half = halves.get(self.half)
        metric = half.metrics.get(self.metric) if half else None
        value = self._compared(metric) if metric else None
        upper = self.at_most is not None
        bound = self.at_most if self.at_most is not None else self.at_least or 0.0
        return GateResult(
            name=self.metric,
            half=self.half,
            bound=bound,
            value=value,
            passed=value is not None and (value <= bound if upper else value >= bound),
            direction="at_most" if upper else "at_least",
            compares=self.compares,
        )

    def _compared(self, metric: Metric) -> float:
        if self.compares == "value":
            return metric.value
        return metric.high if self.at_most is not None else metric.low


DEFAULT_GATES = (Gate(metric="false_answer_rate", at_most=0.05), Gate(metric="hit@3", at_least=0.95))


class GateFile(Word):
    """The content of gates.yaml."""

    gates: tuple[Gate, ...] = DEFAULT_GATES


def load_gates(knowledge: Path) -> tuple[Gate, ...]:
    """The gates of knowledge/gates.yaml, or the defaults where there is none.

    Raises:
        KnowledgeError: the file is broken, or a gate names an unknown metric.
    """
    return read_yaml(knowledge / "gates.yaml", GateFile).gates
