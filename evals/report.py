"""The report of a run: its words, the one source that page, Markdown, JUnit, terminal and studio are drawn from."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from assistant.errors import ReportError
from assistant.evidence import SentenceSupport, Word

MOST_BYTES = 50_000_000  # of a report that is read; one of 500 cases takes about 1 MB


class Metric(Word):
    """The mean of the `n` scores that apply, and its 95 % interval; all but `n` in 0..1."""

    value: float
    low: float
    high: float
    n: int


class Meaning(Word):
    """How a metric is read. `judged` by another model, whose opinion it is; `decides` whether a run is worse."""

    label: str
    says: str
    better: Literal["lower", "higher"]
    judged: bool = False
    decides: bool = True


class Found(Word):
    """One retrieved passage: its fused score, the cosine, and the beginning of its text."""

    article_id: str
    title: str
    score: float
    similarity: float
    text: str


class CaseResult(Word):
    """What came of one case.

    `outcome` is `error` where the case raised. `wrong` speaks of a reply that was sent alone; `why` is the reason for a
    wrong reply, a handoff or an error. `risk` is the gate's. `draft_wrong` says of a draft, sent or not, whether it
    would have been a wrong reply: only where risk decides, not a rule, a topic or a failure. `sendable`: nothing but
    its risk can hold the draft back.
    """

    id: str
    group: str
    tags: tuple[str, ...] = ()
    question: str
    expected: Literal["reply", "clarification", "handoff"]
    expected_reason: str | None = None
    outcome: Literal["reply", "clarification", "handoff", "error"]
    reason: str | None = None
    topic: str | None = None
    risk: float | None = None
    wrong: bool | None = None
    draft_wrong: bool | None = None
    sendable: bool = False
    why: str = ""
    scores: dict[str, float] = Field(default_factory=dict)
    cited: tuple[str, ...] = ()
    retrieved: tuple[str, ...] = ()
    took_ms: int | None = None

    @property
    def ended(self) -> str:
        """The outcome, told apart by whether a reply is right: what a flip is made of."""
        return ("wrong reply" if self.wrong else "right reply") if self.outcome == "reply" else self.outcome


class WorstCase(Word):
    """A case that went badly: what was said or would have been (`draft`), and what it rested on."""

    case_id: str
    question: str
    expected: str
    outcome: str
    risk: float | None
    why: str
    text: str
    draft: str = ""
    evidence: tuple[Found, ...] = ()
    sentences: tuple[SentenceSupport, ...] = ()


class CaseError(Word):
    """A case that raised; no metric counts it."""

    case_id: str
    error: str


class Bin(Word):
    """Drafts whose risk lies in [low, high): mean risk predicted, and the share found wrong with its 95 % interval."""

    low: float
    high: float
    predicted: float
    wrong: Metric


class Reliability(Word):
    """Whether risk can be believed, over the drafts that risk decides on. `brier` is the mean squared error, 0..1."""

    bins: tuple[Bin, ...]
    brier: float
    says: str


class Point(Word):
    """What one threshold would do: the share of the `sendable` drafts sent alone, and the share of those wrong."""

    threshold: float
    coverage: float
    wrong: float
    sent: int


class Coverage(Word):
    """The risk-coverage curve (El-Yaniv and Wiener 2010), from few drafts to all; an estimate from fitting labels."""

    points: tuple[Point, ...]
    threshold: float | None  # the one in force, where all turns had the same
    says: str


class Half(Word):
    """One half's figures. A metric that applies to no case is absent. `outcomes` counts by kind expected and got.

    `cases` is empty in a summary, which `count` does not care about.
    """

    count: int
    metrics: dict[str, Metric]
    outcomes: dict[str, dict[str, int]] = Field(default_factory=dict)
    reliability: Reliability | None = None
    coverage: Coverage | None = None
    worst: tuple[WorstCase, ...] = ()
    errors: tuple[CaseError, ...] = ()
    cases: tuple[CaseResult, ...] = ()


class GateResult(Word):
    """A gate and what it saw; `value` is None where there was nothing to measure, which fails it."""

    name: str  # the metric
    half: str
    bound: float
    value: float | None
    passed: bool
    direction: Literal["at_most", "at_least"]
    compares: Literal["value", "bad_end"]


class JudgeResult(Word):
    """Which model judged, how many replies it was shown of those sent alone, and what came back, by metric."""

    name: str
    version: str  # of ragas, whose prompts it answers
    replies: int
    shown: int
    scored: dict[str, int]
    not_scored: dict[str, int]
    why_not: tuple[str, ...] = ()  # the different failures, each once


class Difference(Word):
    """A metric in two runs over the same `n` cases: new minus old, and its 95 % interval. `change` reads it."""

    old: float
    new: float
    low: float
    high: float
    n: int
    change: Literal["better", "worse", "unclear", "none"]


class Flip(Word):
    """A case that ended otherwise than before; `cost` grew where it is above 0. `why` speaks of the later end."""

    case_id: str
    half: str
    group: str
    question: str
    expected: str
    was: str
    now: str
    cost: int
    why: str


class Comparison(Word):
    """A run against an earlier one, by half and case by case; the flips come worst first.

    `left_out` names cases that only one of them has, or whose label has changed: they are not compared.
    """

    started_at: datetime  # of the earlier run, as is `snapshot`
    snapshot: str
    differences: dict[str, dict[str, Difference]]
    flips: tuple[Flip, ...] = ()
    left_out: tuple[str, ...] = ()
    compared: int

    @property
    def worse(self) -> tuple[tuple[str, str], ...]:
        """(half, metric) of each metric whose whole interval lies on the bad side."""
        found = ((half, name, d) for half, named in self.differences.items() for name, d in named.items())
        return tuple((half, name) for half, name, difference in found if difference.change == "worse")


class Report(Word):
    """A run over all halves. `snapshot` is that of the knowledge; empty where nothing was retrieved."""

    started_at: datetime
    snapshot: str
    halves: dict[str, Half]
    meanings: dict[str, Meaning] = Field(default_factory=dict)
    gates: tuple[GateResult, ...] = ()
    judge: JudgeResult | None = None
    comparison: Comparison | None = None
    left_out: tuple[str, ...] = ()  # metrics that were not measured, and why

    @property
    def passed(self) -> bool:
        """Whether every gate holds and no case raised."""
        return all(gate.passed for gate in self.gates) and not any(half.errors for half in self.halves.values())

    def summary(self) -> Report:
        """The report without what stands in it case by case, beside the worst."""
        halves = {name: half.model_copy(update={"cases": ()}) for name, half in self.halves.items()}
        return self.model_copy(update={"halves": halves})


def read_report(path: Path) -> Report:
    """Read a report that was written as JSON.

    Raises:
        ReportError: it cannot be read, is too large, or is of another version.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ReportError(f"{path} is larger than {MOST_BYTES // 1_000_000} MB, which no report is")
        return Report.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ReportError(f"{path} cannot be read: {error.strerror}") from None
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"])) or "the file"
        raise ReportError(f"{path} is no report of this version (see {where}); run the evals again") from None
