import re
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from eval_turns import case, handoff, must_not, reply, report_of, result, turn
from rich.console import Console

from assistant.errors import ReportError
from evals.comparison import with_comparison
from evals.gates import DEFAULT_GATES, Gate
from evals.meanings import MEANINGS
from evals.report import MOST_BYTES, CaseError, Half, Metric, Report, read_report
from evals.run import summarise
from evals.worst import MOST, worst_cases
from evals.writers import junit, markdown, print_report, write_report

METRICS = {
    "false_answer_rate": Metric(value=0.04, low=0.01, high=0.11, n=90),
    "hit@3": Metric(value=0.94, low=0.88, high=0.98, n=95),
}


@pytest.fixture
def report() -> Report:
    worst = worst_cases([result(must_not(why="No article says so."), turn(reply("Yes |\n# no"), "returns"))])
    half = Half(
        count=185,
        metrics=METRICS,
        worst=worst,
        outcomes={"reply": {"reply": 80, "handoff": 15}, "handoff": {"handoff": 86, "reply": 4}},
        errors=(CaseError(case_id="c-<9>", error='KeyError: "\x00"'),),
    )
    halves = {"fitted": half.model_copy(update={"errors": ()}), "held_back": half}
    return Report(
        started_at="2026-11-23T09:00:00Z",
        snapshot="0007",
        halves=halves,
        meanings={name: MEANINGS[name] for name in METRICS},
        gates=tuple(gate.check(halves) for gate in DEFAULT_GATES),
        left_out=("judged metrics [none]",),
    )


def test_json_round_trips(report: Report, tmp_path: Path) -> None:
    write_report(report, tmp_path / "new" / "folder", Console(file=StringIO()))
    assert read_report(tmp_path / "new" / "folder" / "report.json") == report


def test_junit_has_a_test_for_each_gate_and_each_case_that_raised(report: Report) -> None:
    suite = ElementTree.fromstring(junit(report))
    assert {name: suite.get(name) for name in ("tests", "failures", "errors")} == {
        "tests": "3",
        "failures": "1",
        "errors": "1",
    }
    outcomes = {test.get("name"): [child.tag for child in test] for test in suite}
    assert outcomes == {"false_answer_rate": [], "hit@3": ["failure"], "c-<9>": ["error"]}
    assert suite.find("testcase/failure").get("message") == "held_back hit@3 at least 0.95: 0.940"


def test_the_terminal_shows_every_figure_whole(report: Report) -> None:
    shown = StringIO()
    print_report(report, Console(file=shown, width=80))
    text = shown.getvalue()
    for words in (
        "held_back: 185 cases",
        "0.010 – 0.110",
        "pass held_back false_answer_rate at most 0.05: 0.040",
        "FAIL held_back hit@3 at least 0.95: 0.940",
        "c-<9> raised KeyError",
        "left out: judged metrics [none]",
    ):
        assert words in text


def test_markdown_keeps_what_was_said_on_its_line(report: Report) -> None:
    text = markdown(report)
    assert "  - said: Yes \\| \\# no\n" in text
    assert "| hit@3 | 0.940 | 0.880 – 0.980 | 95 |" in text
    assert "- expected handoff: 86 handoff, 4 reply" in text
    assert "it must not be answered alone: No article says so." in text


@pytest.mark.parametrize(
    ("gate", "value", "passed"),
    [
        (Gate(metric="false_answer_rate", at_most=0.04), 0.04, True),
        (Gate(metric="false_answer_rate", at_most=0.03), 0.04, False),
        (Gate(metric="false_answer_rate", at_most=0.05, compares="bad_end"), 0.11, False),
        (Gate(metric="hit@3", at_least=0.9), 0.94, True),
        (Gate(metric="hit@3", at_least=0.9, compares="bad_end"), 0.88, False),
        (Gate(metric="wrong_rate", at_most=0.5), None, False),
        (Gate(metric="hit@3", half="nowhere", at_least=0.0), None, False),
    ],
)
def test_a_gate_compares_the_end_it_names(gate: Gate, value: float | None, passed: bool) -> None:
    found = gate.check({"held_back": Half(count=185, metrics=METRICS)})
    assert (found.value, found.passed) == (value, passed)


def test_a_report_passes_only_without_errors(report: Report) -> None:
    fine = Half(count=1, metrics=METRICS)
    whole = report.model_copy(update={"gates": report.gates[:1], "halves": {"held_back": fine}})
    assert whole.passed
    assert not whole.model_copy(update={"gates": report.gates}).passed
    assert not whole.model_copy(update={"halves": report.halves}).passed


def test_false_answers_come_first_then_wrong_replies_then_needless_handoffs() -> None:
    results = [
        result(case(id="fine"), turn(reply())),
        result(case(id="needless"), turn(handoff(), "returns", risk=0.4)),
        result(case(id="wrong"), turn(reply("14 days"), risk=0.05)),
        result(must_not(id="false"), turn(reply(), risk=0.25)),
        result(must_not(id="false-surer"), turn(reply(), risk=0.02)),
        result(must_not(id="held"), turn(handoff())),
    ]
    worst = worst_cases(results)
    assert [one.case_id for one in worst] == ["false-surer", "false", "wrong", "needless"]
    assert worst[3].why == "nothing found: the evidence is too weak"
    assert worst[3].evidence[0].article_id == "returns"
    assert len(worst_cases(results * MOST)) == MOST


def test_markdown_lists_what_flipped_and_keeps_its_cells() -> None:
    old = report_of(held_back=[result(case(id="c|1"), turn(reply()))])
    new = report_of(held_back=[result(case(id="c|1"), turn(reply("<img src=x> [14](https://x.example)")))])
    text = markdown(with_comparison(new, old))
    assert "### Cases that ended otherwise: 1" in text
    row = next(line for line in text.splitlines() if line.startswith("| worse |"))
    assert r"| held\_back | c\|1 |" in row
    assert "right reply | wrong reply" in row
    assert len(re.findall(r"(?<!\\)\|", row)) == 9
    assert r"\<img src=x\> \[14\]" in text


@pytest.mark.parametrize("text", ["", "{}", "no JSON", '{"halves": 3}'])
def test_a_file_that_is_no_report_is_named(text: str, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text(text)
    with pytest.raises(ReportError, match=r"report\.json is no report of this version"):
        read_report(path)
    with pytest.raises(ReportError, match="cannot be read: No such file"):
        read_report(tmp_path / "none.json")


def test_a_report_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(ReportError, match="larger than 50 MB"):
        read_report(path)


def test_what_a_case_says_is_clipped() -> None:
    long = "x" * 100_000
    said = turn(reply(long), "returns")
    kept = summarise("held_back", [result(must_not(messages=[{"author": "customer", "text": long}], why=long), said)])
    assert len(kept.model_dump_json()) < 12_000
    assert kept.worst[0].text.endswith("…")
