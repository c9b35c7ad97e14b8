"""The report of a run: its words. writers.py writes them out."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import Field

from assistant.evidence import Word


class Metric(Word):
    """The mean of the `n` scores that apply, and its 95 % interval; all but `n` in 0..1."""

    value: float
    low: float
    high: float
    n: int


class Found(Word):
    """One retrieved passage."""

    article_id: str
    score: float


class WorstCase(Word):
    """A case that went badly, with what the turn had found. `outcome` is `error` where the case raised."""

    case_id: str
    question: str
    expected: str
    outcome: str
    text: str
    why: str
    evidence: tuple[Found, ...] = ()


class CaseError(Word):
    """A case that raised; no metric counts it."""

    case_id: str
    error: str


class Half(Word):
    """One half's figures. A metric that applies to no case is absent. `outcomes` counts by kind expected and got."""

    cases: int
    metrics: dict[str, Metric]
    worst: tuple[WorstCase, ...] = ()
    outcomes: dict[str, dict[str, int]] = Field(default_factory=dict)
    errors: tuple[CaseError, ...] = ()


class GateResult(Word):
    """A gate and what it saw; `value` is None where there was nothing to measure, which fails it."""

    name: str  # the metric
    half: str
    bound: float
    value: float | None
    passed: bool
    direction: Literal["at_most", "at_least"]
    compares: Literal["value", "bad_end"]


class Report(Word):
    """A run over all halves. `snapshot` is that of the knowledge; empty where nothing was retrieved."""

    started_at: datetime
    snapshot: str
    halves: dict[str, Half]
    gates: tuple[GateResult, ...] = ()
    left_out: tuple[str, ...] = Field((), description="metrics that were not measured, and why")

    @property
    def passed(self) -> bool:
        """Whether every gate holds and no case raised."""
        return all(gate.passed for gate in self.gates) and not any(half.errors for half in self.halves.values())


def read_report(path: Path) -> Report:
    """Read a report that was written as JSON."""
    return Report.model_validate_json(path.read_text("utf-8"))
