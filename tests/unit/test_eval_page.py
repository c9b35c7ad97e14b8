"""report.html and the pictures: self-contained, and whatever a case says stays text."""

import hashlib
import re
from base64 import b64encode
from html.parser import HTMLParser

import pytest
from eval_turns import case, draft_of, handoff, must_not, reply, report_of, result, turn

from evals.comparison import with_comparison
from evals.gates import DEFAULT_GATES
from evals.meanings import JUDGED, MEANINGS
from evals.page import html
from evals.pictures import WIDTH, pictures_of
from evals.ragas_scorers import NAMES
from evals.report import CaseError, JudgeResult, Report
from evals.scorers import SCORERS

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)></style>{{ 7 * 7 }}{% raw %}&lt;b&gt;"


class Elements(HTMLParser):
    """What a page is made of."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


def results(text: str = "x") -> list:
    said, asked = reply(text, text), [{"author": "customer", "text": text}]
    cases = [
        result(
            must_not(
                id=f"{text}{n}",
                group=f"g{n}",
                why=text,
                tags=[text],
                messages=asked,
            ),
            turn(said, text, risk=n / 25, draft=draft_of(said)),
        )
        for n in range(25)
    ]
    return [*cases, result(case(id=f"held {text}"), turn(handoff(), text, draft=draft_of(said)))]


def full(text: str = "x") -> Report:
    """A report with everything in it, all of it named `text`."""
    report = report_of(fitted=results(text), held_back=results(text))
    half = report.halves["held_back"]
    halves = report.halves | {"held_back": half.model_copy(update={"errors": (CaseError(case_id=text, error=text),)})}
    judge = JudgeResult(
        name=text,
        version=text,
        replies=9,
        shown=3,
        scored={"faithfulness": 2},
        not_scored={"faithfulness": 1},
        why_not=(text,),
    )
    report = report.model_copy(
        update={
            "halves": halves,
            "snapshot": text,
            "judge": judge,
            "left_out": (text,),
            "gates": tuple(gate.check(halves) for gate in DEFAULT_GATES),
        }
    )
    before = report_of(held_back=[result(one.case, turn(handoff())) for one in results(text)])
    return with_comparison(report, before)


def test_hostile_text_stays_text() -> None:
    plain, hostile = Elements(html(full())), Elements(html(full(HOSTILE)))
    assert hostile.tags == plain.tags
    assert [name for name, _ in hostile.attributes] == [name for name, _ in plain.attributes]
    assert not {"script", "img", "iframe", "object", "form"} & set(hostile.tags)
    assert "<script>alert(1)</script>" in hostile.text
    assert "{{ 7 * 7 }}{% raw %}&lt;b&gt;" in hostile.text


def test_the_page_stands_alone_and_forbids_itself_the_rest() -> None:
    page = html(full())
    found = Elements(page)
    assert not [value for name, value in found.attributes if name in ("src", "href") and value != "data:,"]
    assert "@import" not in page
    assert "url(" not in page
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in page
    assert "@media screen and (prefers-color-scheme: dark)" in style
    assert "@media (prefers-color-scheme: dark)" not in style, "a page that is dark on screen is printed on white paper"
    assert "@media print" in style


def test_the_page_shows_all_that_the_report_holds() -> None:
    report = full("some words")
    text = Elements(html(report)).text
    for words in (
        "Metrics with their 95 % intervals",
        "Can the risk be believed?",
        "What another threshold would do (an estimate)",
        "Expected (rows) and got (columns)",
        "Against the run of 2026-11-23 09:00 UTC",
        "Cases that ended otherwise: 25",
        "held_back false_answer_rate at most 0.05",
        "Judged by some words",
        "another model's opinion",
        "All 26 cases",
        "The draft that was held back",
        "carried",
    ):
        assert words in text, words
    for one in report.halves["fitted"].cases:
        assert one.id in text


def test_a_report_of_nothing_is_a_page_too() -> None:
    text = Elements(html(Report(started_at="2026-11-23T09:00:00Z", snapshot="", halves={}))).text
    assert "No gates." in text


def test_every_picture_has_its_figures_as_a_table_and_stays_in_its_frame() -> None:
    pictures = pictures_of(full())
    drawn = [pictures.intervals, *(picture for half in pictures.halves.values() for picture in half)]
    assert {picture.name for picture in drawn} == {"intervals", "reliability", "coverage", "outcomes"}
    assert "coverage" not in [picture.name for picture in pictures.halves["held_back"]]
    for picture in drawn:
        assert picture.rows
        assert all(len(row) == len(picture.columns) for row in picture.rows)
        for shape in picture.shapes:
            across = [value for name, value in shape.at.items() if name in ("x", "x1", "x2", "cx")]
            down = [value for name, value in shape.at.items() if name in ("y", "y1", "y2", "cy")]
            assert all(0 <= value <= WIDTH for value in across), (picture.name, shape)
            assert all(0 <= value <= picture.height for value in down), (picture.name, shape)


def test_every_metric_has_a_meaning() -> None:
    assert set(MEANINGS) == {*SCORERS, *NAMES, *JUDGED}


@pytest.mark.parametrize("name", ["false_answer_rate", "hit@3"])
def test_the_intervals_show_the_bounds_of_the_gates(name: str) -> None:
    picture = pictures_of(full()).intervals
    told = [row[-1] for row in picture.rows if row[0] == MEANINGS[name].label and row[1] == "Held-back half"]
    assert told[0].endswith(("passed", "failed"))
