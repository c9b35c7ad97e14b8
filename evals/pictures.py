"""Pictures of a report as plain shapes, drawn alike by report.html and the studio; each says its figures as a table.

Lengths are in the units of a viewBox WIDTH wide, which is about a phone's width in pixels: text stays readable there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from assistant.evidence import Word
from evals.report import Coverage, GateResult, Half, Reliability, Report

WIDTH = 360.0
OUTCOMES = ("reply", "clarification", "handoff", "error")
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
LEFT, RIGHT, TOP, PLOT = 44.0, 342.0, 34.0, 210.0  # of a chart with two axes


class Shape(Word):
    """One SVG element. `style` are class names; `at` its geometry."""

    kind: Literal["line", "rect", "circle", "path", "text"]
    style: str
    at: dict[str, float | str]
    text: str = ""


class Picture(Word):
    """A picture, what it says in words, and its figures as a table."""

    name: str
    title: str
    says: str
    height: float
    shapes: tuple[Shape, ...]
    key: tuple[tuple[str, str], ...] = ()  # class name and meaning of each mark
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Pictures(Word):
    """The pictures of a report: one over all halves, and those of each half by its name."""

    intervals: Picture | None
    halves: dict[str, tuple[Picture, ...]]


def pictures_of(report: Report) -> Pictures:
    """All that can be drawn of a report."""
    return Pictures(
        intervals=draw_intervals(report) if report.meanings else None,
        halves={name: tuple(_of_half(half)) for name, half in report.halves.items()},
    )


def half_title(name: str) -> str:
    """`held_back` as "Held-back half"."""
    return {"held_back": "Held-back half", "fitted": "Fitted half"}.get(name, name.replace("_", " ").capitalize())


def percent(share: float) -> str:
    """0.931 as "93.1 %"."""
    return f"{share * 100:.1f} %"


def draw_intervals(report: Report) -> Picture:
    """Every metric of every half on one scale, with the gates' bounds."""
    shapes: list[Shape] = []
    rows = []
    y = 4.0
    for name, meaning in report.meanings.items():
        better = "lower is better" if meaning.better == "lower" else "higher is better"
        shapes += [_text(4, y + 12, meaning.label, "strong"), _text(WIDTH, y + 12, better, "faint end")]
        y += 18
        for place, (half, found) in enumerate(report.halves.items()):
            gate = next((g for g in report.gates if (g.name, g.half) == (name, half)), None)
            shapes += _track(place, half, found, name, gate, y)
            rows.append((meaning.label, half_title(half), *_figures(found, name), _bound(gate)))
            y += 15
        y += 9
    shapes = [*_grid_down(y), *shapes]
    marks = tuple((f"half{place}", half_title(half)) for place, half in enumerate(report.halves))
    bounds = (("bound", "bound of a gate"),) if report.gates else ()
    return Picture(
        name="intervals",
        title="Metrics with their 95 % intervals",
        says="Each bar is where the true figure may lie, given so few cases; the dot is what was measured.",
        height=y + 18,
        shapes=tuple(shapes),
        key=marks + bounds,
        columns=("Metric", "Half", "Value", "95 % interval", "Cases", "Gate"),
        rows=tuple(rows),
    )


def draw_reliability(found: Reliability) -> Picture:
    """Predicted risk against the share found wrong; on the dashed line both are the same."""
    shapes = [
        *_axes(1.0, "predicted risk", "found wrong"),
        _line(LEFT, TOP + PLOT, RIGHT, TOP, "ideal"),
    ]
    for bin_ in found.bins:
        x = _x(bin_.predicted)
        low, high, value = (_y(share) for share in (bin_.wrong.low, bin_.wrong.high, bin_.wrong.value))
        shapes += [
            _line(x, low, x, high, "whisker"),
            Shape(kind="circle", style="dot half0", at={"cx": x, "cy": value, "r": 4.5}),
            _text(x, high - 5, str(bin_.wrong.n), "faint middle"),
        ]
    rows = [
        (
            f"{b.low:.1f} – {b.high:.1f}",
            percent(b.predicted),
            percent(b.wrong.value),
            f"{percent(b.wrong.low)} – {percent(b.wrong.high)}",
            str(b.wrong.n),
        )
        for b in found.bins
    ]
    return Picture(
        name="reliability",
        title="Can the risk be believed?",
        says=f"{found.says} Brier score {found.brier:.3f}.",
        height=TOP + PLOT + 42,
        shapes=tuple(shapes),
        key=(("half0", "share found wrong, with its interval and the number of drafts"), ("ideal", "as predicted")),
        columns=("Risk", "Predicted", "Found wrong", "95 % interval", "Drafts"),
        rows=tuple(rows),
    )


def draw_coverage(found: Coverage) -> Picture:
    """The share wrong among what is sent alone, as more is sent."""
    most = next(top for top in (0.05, 0.1, 0.2, 0.3, 0.5, 1.0) if max(p.wrong for p in found.points) <= top)
    path = " ".join(
        f"{'L' if at else 'M'}{_x(point.coverage):.1f} {_y(point.wrong / most):.1f}"
        for at, point in enumerate(found.points)
    )
    shapes = [
        *_axes(most, "share of drafts sent alone", "of these wrong"),
        Shape(kind="path", style="curve", at={"d": path}),
    ]
    within = [p for p in found.points if found.threshold is not None and p.threshold <= found.threshold]
    if within:
        x, y = _x(within[-1].coverage), _y(within[-1].wrong / most)
        shapes += [
            _line(x, TOP, x, TOP + PLOT, "bound"),
            Shape(kind="circle", style="dot half0", at={"cx": x, "cy": y, "r": 5}),
        ]
    step = -(-len(found.points) // 20)
    rows = [(f"{p.threshold:.2f}", percent(p.coverage), percent(p.wrong), str(p.sent)) for p in found.points[::step]]
    return Picture(
        name="coverage",
        title="What another threshold would do (an estimate)",
        says=found.says,
        height=TOP + PLOT + 42,
        shapes=tuple(shapes),
        key=(("curve", "share wrong, by share sent"), ("bound", "the threshold in force")),
        columns=("Threshold", "Sent alone", "Of these wrong", "Drafts sent"),
        rows=tuple(rows),
    )


def draw_outcomes(half: Half) -> Picture:
    """Expected against got."""
    rows = [kind for kind in OUTCOMES if half.outcomes.get(kind)]
    columns = [kind for kind in OUTCOMES if any(half.outcomes[row].get(kind) for row in rows)]
    left, wide, tall = 84.0, (WIDTH - 84.0) / max(1, len(columns)), 46.0
    shapes = [_text(left + (at + 0.5) * wide, 14, kind, "middle") for at, kind in enumerate(columns)]
    told = []
    for at, row in enumerate(rows):
        y, got = 22 + at * (tall + 4), half.outcomes[row]
        total = sum(got.values())
        shapes.append(_text(0, y + tall / 2 + 4, row, "strong"))
        for place, column in enumerate(columns):
            shapes += _cell(left + place * wide, y, wide - 4, tall, got.get(column, 0), total, row == column)
        told.append((row, *(str(got.get(column, 0)) for column in columns)))
    return Picture(
        name="outcomes",
        title="Expected (rows) and got (columns)",
        says="Reply where a handoff was expected is the dangerous cell; handoff where a reply was expected costs time.",
        height=24 + len(rows) * (tall + 4),
        shapes=tuple(shapes),
        columns=("Expected", *columns),
        rows=tuple(told),
    )


def _of_half(half: Half) -> Iterable[Picture]:
    if half.outcomes:
        yield draw_outcomes(half)
    if half.reliability:
        yield draw_reliability(half.reliability)
    if half.coverage:
        yield draw_coverage(half.coverage)


def _track(place: int, half: str, found: Half, name: str, gate: GateResult | None, y: float) -> list[Shape]:
    """One half's interval of a metric, with its gate."""
    metric = found.metrics.get(name)
    if metric is None:
        return [_text(4, y + 9, f"{half_title(half)}: nothing to measure", "faint")]
    low, high, value = (_along(share) for share in (metric.low, metric.high, metric.value))
    shapes = [
        _line(_along(0), y + 6, _along(1), y + 6, "scale"),
        Shape(
            kind="rect",
            style=f"range half{place}",
            at={"x": low, "y": y + 2.5, "width": max(high - low, 2), "height": 7, "rx": 3.5},
        ),
        Shape(kind="circle", style=f"dot half{place}", at={"cx": value, "cy": y + 6, "r": 4}),
        _text(WIDTH, y + 10, f"{percent(metric.value)} ({metric.low * 100:.0f}–{metric.high * 100:.0f})", "end"),
    ]
    if gate:
        at = _along(gate.bound)
        shapes.append(_line(at, y - 1, at, y + 13, "bound" if gate.passed else "bound failed"))
    return shapes


def _figures(half: Half, name: str) -> tuple[str, str, str]:
    metric = half.metrics.get(name)
    if metric is None:
        return "–", "–", "0"
    return percent(metric.value), f"{percent(metric.low)} – {percent(metric.high)}", str(metric.n)


def _bound(gate: GateResult | None) -> str:
    if gate is None:
        return ""
    word = "passed" if gate.passed else "failed"
    return f"{gate.direction.replace('_', ' ')} {percent(gate.bound)}: {word}"


def _cell(x: float, y: float, wide: float, tall: float, count: int, total: int, agrees: bool) -> list[Shape]:
    share = count / total if total else 0.0
    level = 0 if count == 0 else 1 + min(3, int(share * 4))
    return [
        Shape(
            kind="rect",
            style=f"cell level{level} {'agrees' if agrees else 'differs'}",
            at={"x": x, "y": y, "width": wide, "height": tall, "rx": 6},
        ),
        _text(x + wide / 2, y + 21, str(count), "strong middle"),
        _text(x + wide / 2, y + 36, f"{share:.0%}", "faint middle"),
    ]


def _axes(most: float, across: str, up: str) -> list[Shape]:
    """Two axes: across from 0 to 1, up from 0 to `most`."""
    shapes = []
    for tick in TICKS:
        shapes += [
            _line(LEFT, _y(tick), RIGHT, _y(tick), "grid"),
            _text(LEFT - 6, _y(tick) + 4, f"{tick * most * 100:.3g} %", "faint end"),
            _text(_x(tick), TOP + PLOT + 16, f"{tick * 100:.0f} %", "faint middle"),
        ]
    shapes += [_text((LEFT + RIGHT) / 2, TOP + PLOT + 34, across, "middle"), _text(0, 12, up, "")]
    return shapes


def _grid_down(bottom: float) -> list[Shape]:
    lines = [_line(_along(tick), 20, _along(tick), bottom, "grid") for tick in TICKS]
    return lines + [_text(_along(tick), bottom + 13, f"{tick * 100:.0f} %", "faint middle") for tick in TICKS]


def _along(share: float) -> float:
    return round(14 + share * 240, 2)


def _x(share: float) -> float:
    return round(LEFT + share * (RIGHT - LEFT), 2)


def _y(share: float) -> float:
    return round(TOP + (1 - share) * PLOT, 2)


def _line(x1: float, y1: float, x2: float, y2: float, style: str) -> Shape:
    return Shape(kind="line", style=style, at={"x1": x1, "y1": y1, "x2": x2, "y2": y2})


def _text(x: float, y: float, text: str, style: str) -> Shape:
    return Shape(kind="text", style=style, at={"x": round(x, 2), "y": round(y, 2)}, text=text)
