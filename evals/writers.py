"""A report written out: for the terminal, as a page, JSON, Markdown and JUnit XML (a gate or failed case is a test)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from evals.page import html
from evals.report import Comparison, Flip, Half, JudgeResult, Meaning, Report
from evals.words import change, difference_rows, told

FLIPS_PRINTED = 25
_MARKS = re.compile(r"[\\`*_\[\]<>|#~&]")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_report(report: Report, folder: Path, console: Console) -> None:
    """Print a report and write it to `folder`."""
    write_files(report, folder)
    print_report(report, console)


def write_files(report: Report, folder: Path) -> None:
    """Write a report as report.html, report.json, report.md and junit.xml."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (
        ("report.html", html(report)),
        ("report.json", as_json(report)),
        ("report.md", markdown(report)),
        ("junit.xml", junit(report)),
    ):
        (folder / name).write_text(text, "utf-8")


def as_json(report: Report) -> str:
    """The report as JSON, which read_report reads."""
    return report.model_dump_json(indent=2) + "\n"


def print_report(report: Report, console: Console) -> None:
    """Print the metrics of each half, the gates, the cases that raised and what was left out."""
    for name, half in report.halves.items():
        console.print(_table(name, half))
    for gate in report.gates:
        mark = "[green]pass[/]" if gate.passed else "[red]FAIL[/]"
        console.print(f"{mark} {escape(told(gate))}", highlight=False)
    for name, half in report.halves.items():
        for failed in half.errors:
            line = f"{name}: the case {failed.case_id} raised {failed.error}"
            console.print(line, style="red", highlight=False, markup=False)
    for line in report.left_out:
        console.print(f"left out: {line}", highlight=False, markup=False)
    if report.judge:
        console.print(judged(report.judge), highlight=False, markup=False)
    if report.comparison:
        print_comparison(report.comparison, report.meanings, console)


def print_comparison(comparison: Comparison, meanings: Mapping[str, Meaning], console: Console) -> None:
    """Print the differences of each half and the cases that ended otherwise, worst first."""
    for half, rows in difference_rows(comparison, meanings).items():
        title = f"{half}: against {comparison.started_at:%Y-%m-%d %H:%M} UTC, percentage points"
        table = Table("metric", title=title, title_justify="left")
        for column in ("then", "now", "difference", "95 % interval", "reads as"):
            table.add_column(column, justify="right")
        for row in rows:
            table.add_row(*row)
        console.print(table)
    for flip in comparison.flips[:FLIPS_PRINTED]:
        line = f"{change(flip)}: {flip.half} {flip.case_id}: {flip.was} -> {flip.now} ({flip.why})"
        console.print(line, highlight=False, markup=False)
    counted = f"{len(comparison.flips)} of {comparison.compared} cases ended otherwise"
    console.print(f"{counted}, {len(comparison.left_out)} not compared", highlight=False, markup=False)


def markdown(report: Report) -> str:
    """The report as Markdown: gates, comparison, metrics, outcomes, reliability and the worst cases of each half."""
    lines = [
        "# Eval report",
        "",
        f"{report.started_at:%Y-%m-%d %H:%M} UTC, snapshot {report.snapshot or 'none'}.",
        "",
    ]
    lines += [f"- {'passed' if gate.passed else '**failed**'}: {told(gate)}" for gate in report.gates]
    lines += [f"- {_line(judged(report.judge))}"] if report.judge else []
    lines += _comparison_lines(report.comparison, report.meanings) if report.comparison else []
    for name, half in report.halves.items():
        lines += ["", f"## {name} ({half.count} cases)", "", *_metric_rows(half), "", *_outcome_lines(half)]
        lines += [f"- risk: {half.reliability.says}"] if half.reliability else []
        lines += [f"- error in {failed.case_id}: {_line(failed.error)}" for failed in half.errors]
        lines += ["", "### Worst cases", "", *_worst_lines(half)]
    if report.left_out:
        lines += ["", "## Left out", "", *(f"- {line}" for line in report.left_out)]
    return "\n".join(lines) + "\n"


def junit(report: Report) -> str:
    """JUnit XML: one test case a gate (failed where it does not hold) and one for each case that raised."""
    errors = [(name, failed) for name, half in report.halves.items() for failed in half.errors]
    suite = ElementTree.Element(
        "testsuite",
        name="handrail evals",
        tests=str(len(report.gates) + len(errors)),
        failures=str(sum(not gate.passed for gate in report.gates)),
        errors=str(len(errors)),
        timestamp=report.started_at.isoformat(timespec="seconds"),
    )
    for gate in report.gates:
        test = ElementTree.SubElement(suite, "testcase", classname=f"evals.{gate.half}", name=gate.name)
        if not gate.passed:
            ElementTree.SubElement(test, "failure", message=told(gate))
    for half, failed in errors:
        test = ElementTree.SubElement(suite, "testcase", classname=f"evals.{half}", name=failed.case_id)
        ElementTree.SubElement(test, "error", message=_NOT_XML.sub("�", failed.error))
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _table(name: str, half: Half) -> Table:
    table = Table("metric", title=f"{name}: {half.count} cases", title_justify="left")
    for column in ("value", "95 % interval", "cases"):
        table.add_column(column, justify="right")
    for metric, found in half.metrics.items():
        table.add_row(metric, f"{found.value:.3f}", f"{found.low:.3f} – {found.high:.3f}", str(found.n))
    return table


def judged(judge: JudgeResult) -> str:
    """Which model judged how many replies, and what was not scored."""
    counts = ", ".join(f"{name} {n} scored and {judge.not_scored[name]} not" for name, n in judge.scored.items())
    shown = f"judged by {judge.name} ({judge.version}): {judge.shown} of {judge.replies} replies; {counts}"
    return f"{shown}; not scored: {'; '.join(judge.why_not)}" if judge.why_not else shown


def _comparison_lines(comparison: Comparison, meanings: Mapping[str, Meaning]) -> list[str]:
    lines = ["", f"## Against the run of {comparison.started_at:%Y-%m-%d %H:%M} UTC", ""]
    left_out = f", {len(comparison.left_out)} left out" if comparison.left_out else ""
    lines += [f"{comparison.compared} cases compared{left_out}; percentage points, new minus old.", ""]
    for half, rows in difference_rows(comparison, meanings).items():
        lines += [f"### {half}", "", "| metric | then | now | difference | 95 % interval | reads as |"]
        lines += ["|---|---:|---:|---:|---:|---|", *(f"| {' | '.join(row)} |" for row in rows), ""]
    lines += [f"### Cases that ended otherwise: {len(comparison.flips)}", ""]
    if comparison.flips:
        lines += [
            "| change | half | case | question | expected | was | is | why |",
            "|---|---|---|---|---|---|---|---|",
        ]
        lines += [_flip_line(flip) for flip in comparison.flips]
    return lines


def _flip_line(flip: Flip) -> str:
    cells = (flip.half, flip.case_id, flip.question, flip.expected, flip.was, flip.now, flip.why)
    return f"| {change(flip)} | {' | '.join(map(_line, cells))} |"


def _metric_rows(half: Half) -> list[str]:
    rows = [
        f"| {name} | {found.value:.3f} | {found.low:.3f} – {found.high:.3f} | {found.n} |"
        for name, found in half.metrics.items()
    ]
    return ["| metric | value | 95 % interval | cases |", "|---|---:|---:|---:|", *rows]


def _outcome_lines(half: Half) -> list[str]:
    return [
        f"- expected {expected}: " + ", ".join(f"{count} {kind}" for kind, count in sorted(got.items()))
        for expected, got in half.outcomes.items()
    ]


def _worst_lines(half: Half) -> list[str]:
    return [
        f"- {_line(case.case_id)} expected {case.expected}, got {case.outcome}: {_line(case.why)}\n"
        f"  - asked: {_line(case.question)}\n"
        f"  - said: {_line(case.text)}\n"
        f"  - found: {', '.join(dict.fromkeys(found.article_id for found in case.evidence)) or 'nothing'}"
        for case in half.worst
    ] or ["none"]


def _line(text: str) -> str:
    """On one line, and as text: what a customer wrote becomes neither a link nor a picture nor a cell of its own."""
    return _MARKS.sub(r"\\\g<0>", " ".join(text.split()))
