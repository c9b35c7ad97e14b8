"""report.html: one file with its style and pictures inside. It needs no script and no network."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

import assistant
from evals.pictures import WIDTH, half_title, pictures_of
from evals.report import CaseResult, Report
from evals.words import change, difference_rows, told

TEMPLATES = Path(__file__).with_name("templates")
SHARED = Path(assistant.__file__).parent / "web" / "shared"
STYLES = (SHARED / "app.css", SHARED / "pictures.css", TEMPLATES / "report.css")

DARK = "(prefers-color-scheme: dark)"

_pages = Environment(
    loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


def html(report: Report) -> str:
    """The report as a page. All text of cases, articles and errors is escaped; the page forbids itself scripts."""
    style = "".join(path.read_text("utf-8") for path in STYLES).replace(DARK, f"screen and {DARK}")  # paper is light
    return _pages.get_template("report.html").render(
        report=report,
        comparison=report.comparison,
        difference_rows=difference_rows(report.comparison, report.meanings) if report.comparison else {},
        halves=report.halves,
        case_rows={name: [_case_row(case) for case in half.cases] for name, half in report.halves.items()},
        pictures=pictures_of(report),
        width=WIDTH,
        title=half_title,
        told=told,
        change=change,
        style=Markup(style),  # noqa: S704 - our own files
        style_digest=b64encode(sha256(style.encode()).digest()).decode(),
    )


def _case_row(case: CaseResult) -> tuple[str, ...]:
    return (
        " · ".join((case.id, *case.tags)),
        case.question,
        " · ".join(filter(None, (case.expected, case.expected_reason))),
        case.ended,
        case.reason or "",
        case.topic or "",
        "" if case.risk is None else f"{case.risk:.2f}",
        case.why,
        ", ".join(case.cited),
        ", ".join(case.retrieved),
        ", ".join(f"{name} {score:g}" for name, score in case.scores.items()),
        "" if case.took_ms is None else str(case.took_ms),
    )
