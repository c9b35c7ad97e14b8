"""Can the risk be believed? Predicted risk against what was found wrong, and what other thresholds would do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from evals.intervals import interval
from evals.report import Bin, CaseResult, Coverage, Metric, Point, Reliability

EDGES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
FEWEST = 20  # drafts in all, below which bins say nothing
MOST_POINTS = 200  # of a curve, more than a picture can show


def reliability(cases: Iterable[CaseResult]) -> Reliability | None:
    """Risk in tenths against the observed share wrong; None where risk decided on fewer than FEWEST drafts."""
    drafts = _drafts(cases)
    if len(drafts) < FEWEST:
        return None
    bins = tuple(_bin(low, high, found) for low, high in _edges() if (found := _between(drafts, low, high)))
    brier = sum((risk - wrong) ** 2 for _, risk, wrong in drafts) / len(drafts)
    return Reliability(bins=bins, brier=round(brier, 4), says=_says(bins, len(drafts)))


def coverage(cases: Iterable[CaseResult], threshold: float | None) -> Coverage | None:
    """The risk-coverage curve over the sendable drafts; None where there are none.

    Args:
        cases: of the half that weights and threshold were fitted to; on another half it would tempt to fit there.
        threshold: the one in force, to be marked.
    """
    sendable = _drafts(case for case in cases if case.sendable)
    if not sendable:
        return None
    points = _points(sorted((risk, wrong) for _, risk, wrong in sendable))
    return Coverage(points=points, threshold=threshold, says=_curve_says(points, threshold, len(sendable)))


def _drafts(cases: Iterable[CaseResult]) -> list[tuple[CaseResult, float, bool]]:
    """The cases on whose drafts risk decides, with risk and whether the draft would be wrong."""
    return [
        (case, case.risk, case.draft_wrong) for case in cases if case.risk is not None and case.draft_wrong is not None
    ]


def _edges() -> list[tuple[float, float]]:
    return list(pairwise(EDGES))


def _between(
    drafts: Sequence[tuple[CaseResult, float, bool]], low: float, high: float
) -> list[tuple[CaseResult, float, bool]]:
    return [draft for draft in drafts if low <= draft[1] < high or (high == EDGES[-1] and draft[1] == high)]


def _bin(low: float, high: float, drafts: Sequence[tuple[CaseResult, float, bool]]) -> Bin:
    found = interval([float(wrong) for _, _, wrong in drafts], [case.group for case, _, _ in drafts])
    predicted = sum(risk for _, risk, _ in drafts) / len(drafts)
    return Bin(low=low, high=high, predicted=predicted, wrong=Metric.model_validate(found._asdict()))


def _says(bins: Sequence[Bin], drafts: int) -> str:
    sure = [bin_ for bin_ in bins if bin_.predicted < bin_.wrong.low]
    unsure = [bin_ for bin_ in bins if bin_.predicted > bin_.wrong.high]
    lines = [
        f"{drafts} drafts in {len(bins)} bins. In {len(bins) - len(sure) - len(unsure)} of them the predicted risk lies"
        " within the 95 % interval of the share found wrong."
    ]
    if sure:
        lines.append(f"Too sure of itself (more was wrong than predicted) {_where(sure)}.")
    if unsure:
        lines.append(f"Too careful (less was wrong than predicted) {_where(unsure)}.")
    if not sure and not unsure:
        lines.append("Nothing here speaks against it; bins of few drafts could not.")
    return " ".join(lines)


def _where(bins: Sequence[Bin]) -> str:
    return "at a risk of " + " and ".join(
        f"{bin_.low:.1f} to {bin_.high:.1f} (predicted {bin_.predicted:.0%}, found {bin_.wrong.value:.0%}"
        f" of {bin_.wrong.n})"
        for bin_ in bins
    )


def _points(drafts: Sequence[tuple[float, bool]]) -> tuple[Point, ...]:
    """One point for each risk at which more is sent; of very many, evenly spaced ones."""
    points, wrong_so_far = [], 0
    for sent, (risk, wrong) in enumerate(drafts, start=1):
        wrong_so_far += wrong
        if sent == len(drafts) or drafts[sent][0] != risk:
            share = wrong_so_far / sent
            points.append(Point(threshold=risk, coverage=sent / len(drafts), wrong=round(share, 4), sent=sent))
    step = -(-len(points) // MOST_POINTS)
    return (*points[:-1:step], points[-1])


def _curve_says(points: Sequence[Point], threshold: float | None, drafts: int) -> str:
    text = (
        f"An estimate from {drafts} drafts that weights and threshold were fitted to: what customers will see may be"
        " worse, and no bound is claimed."
    )
    at = [point for point in points if threshold is not None and point.threshold <= threshold]
    if at:
        text += (
            f" At the threshold of {threshold:.2f} it sends {at[-1].coverage:.0%} of them alone,"
            f" {at[-1].wrong:.1%} of which are wrong; sending all, {points[-1].wrong:.1%} would be."
        )
    return text
