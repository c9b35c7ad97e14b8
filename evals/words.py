"""A report's figures in words, the same in the page, in Markdown and on the terminal."""

from __future__ import annotations

from collections.abc import Mapping

from evals.pictures import percent
from evals.report import Comparison, Flip, GateResult, Meaning

READS = {"better": "better", "worse": "worse", "unclear": "within chance", "none": "no change"}


def told(gate: GateResult) -> str:
    """What a gate demands and what it saw."""
    seen = "nothing to measure" if gate.value is None else f"{gate.value:.3f}"
    end = "" if gate.compares == "value" else " (bad end of its interval)"
    return f"{gate.half} {gate.name}{end} {gate.direction.replace('_', ' ')} {gate.bound:g}: {seen}"


def difference_rows(
    comparison: Comparison, meanings: Mapping[str, Meaning]
) -> dict[str, list[tuple[str, str, str, str, str, str]]]:
    """By half, for each metric: label, then, now, difference, its interval, how it reads."""
    return {
        half: [
            (
                meanings[name].label,
                percent(found.old),
                percent(found.new),
                points(found.new - found.old),
                f"{points(found.low)} to {points(found.high)}",
                READS[found.change] if meanings[name].decides else "not decided on",
            )
            for name, found in named.items()
        ]
        for half, named in comparison.differences.items()
    }


def change(flip: Flip) -> str:
    """Whether a flip made things worse."""
    return "worse" if flip.cost > 0 else "better" if flip.cost < 0 else "neither"


def points(difference: float) -> str:
    """A difference of shares in percentage points: "+1.2"."""
    return f"{difference * 100:+.1f}" if round(difference, 3) else "0.0"
