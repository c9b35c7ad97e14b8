"""A report written out: for the terminal, as JSON, Markdown and JUnit XML (a gate or a failed case is a test)."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

from rich.console import Console
from rich.table import Table

from evals.report import GateResult, Half, Report

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_report(report: Report, folder: Path, console: Console) -> None:
    """Print a report and write it to `folder` as report.json, report.md and junit.xml."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(report.model_dump_json(indent=2) + "\n", "utf-8")
    (folder / "report.md").write_text(markdown(report), "utf-8")
    (folder / "junit.xml").write_text(junit(report), "utf-8")
    print_report(report, console)


def print_report(report: Report, console: Console) -> None:
    """Print the metrics of each half, the gates, the cases that raised and what was left out."""
    for name, half in report.halves.items():
        console.print(_table(name, half))
    for gate in report.gates:
        mark = "[green]pass[/]" if gate.passed else "[red]FAIL[/]"
        console.print(f"{mark} {_told(gate)}", highlight=False)
    for name, half in report.halves.items():
        for failed in half.errors:
            line = f"{name}: the case {failed.case_id} raised {failed.error}"
            console.print(line, style="red", highlight=False, markup=False)
    for line in report.left_out:
        console.print(f"left out: {line}", highlight=False, markup=False)


def markdown(report: Report) -> str:
    """The report as Markdown: gates, metrics, outcomes and the worst cases of each half."""
    lines = [
        "# Eval report",
        "",
        f"{report.started_at:%Y-%m-%d %H:%M} UTC, snapshot {report.snapshot or 'none'}.",
        "",
    ]
    lines += [f"- {'passed' if gate.passed else '**failed**'}: {_told(gate)}" for gate in report.gates]
    for name, half in report.halves.items():
        lines += ["", f"## {name} ({half.cases} cases)", "", *_metric_rows(half), "", *_outcome_lines(half)]
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
            ElementTree.SubElement(test, "failure", message=_told(gate))
    for half, failed in errors:
        test = ElementTree.SubElement(suite, "testcase", classname=f"evals.{half}", name=failed.case_id)
        ElementTree.SubElement(test, "error", message=_NOT_XML.sub("�", failed.error))
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _table(name: str, half: Half) -> Table:
    table = Table("metric", title=f"{name}: {half.cases} cases", title_justify="left")
    for column in ("value", "95 % interval", "cases"):
        table.add_column(column, justify="right")
    for metric, found in half.metrics.items():
        table.add_row(metric, f"{found.value:.3f}", f"{found.low:.3f} – {found.high:.3f}", str(found.n))
    return table


def _told(gate: GateResult) -> str:
    seen = "nothing to measure" if gate.value is None else f"{gate.value:.3f}"
    end = "" if gate.compares == "value" else " (bad end of its interval)"
    return f"{gate.half} {gate.name}{end} {gate.direction.replace('_', ' ')} {gate.bound:g}: {seen}"


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
        f"- `{case.case_id}` expected {case.expected}, got {case.outcome}: {_line(case.why)}\n"
        f"  - asked: {_line(case.question)}\n"
        f"  - said: {_line(case.text)}\n"
        f"  - found: {', '.join(dict.fromkeys(found.article_id for found in case.evidence)) or 'nothing'}"
        for case in half.worst
    ] or ["none"]


def _line(text: str) -> str:
    """On one line, so that it stays inside its list item."""
    return " ".join(text.split())
