"""The worst cases of a half: what an owner should read first."""

from __future__ import annotations

from collections.abc import Iterable

from evals.report import WorstCase
from evals.results import Result, worst_case

MOST = 40


def worst_cases(results: Iterable[Result]) -> tuple[WorstCase, ...]:
    """At most MOST cases: first what was answered and must not be, then other wrong replies, then needless handoffs.

    Within a kind the more confident come first (lowest risk), because a threshold catches them last.
    """
    bad = [(rank, result.risk, result) for result in results if (rank := _rank(result)) is not None]
    ranked = sorted(bad, key=lambda item: (item[0], item[1], item[2].case.id))
    return tuple(worst_case(result) for _, _, result in ranked[:MOST])


def _rank(result: Result) -> int | None:
    answerable = result.case.answerable
    if result.outcome == "reply":
        return (1 if answerable else 0) if result.why_wrong else None
    return 2 if answerable and result.turn else None
