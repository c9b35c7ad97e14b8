"""The command line, as its users run it."""

import json
from pathlib import Path

import pytest
from eval_turns import case, reply, report_of, result, turn
from judge import judges
from live import Chat, a_model, free_port, handrail, serving

from evals.writers import as_json

DELIVERY = "How long does standard delivery to Ireland take?"
LENIENT = {"HANDRAIL_GATE_THRESHOLD": "1"}


@pytest.fixture
def place(only_articles: Path, tmp_path: Path) -> tuple[str | Path, ...]:
    return ("--knowledge", only_articles, "--home", tmp_path / "home")


def test_a_question_on_a_folder_of_articles(place: tuple[str | Path, ...], tmp_path: Path) -> None:
    said = handrail("ask", DELIVERY, *place, cwd=tmp_path, **LENIENT)
    assert said.returncode == 0, said.stderr
    assert "2 to 3 working days" in said.stdout
    assert "Source: Delivery" in said.stdout
    turn = json.loads(handrail("ask", DELIVERY, "--json", *place, cwd=tmp_path, **LENIENT).stdout)
    assert turn["outcome"]["kind"] == "reply"
    assert turn["trail"]["evidence"]["passages"][0]["passage"]["article_id"] == "delivery"


def test_a_file_of_questions(place: tuple[str | Path, ...], only_articles: Path, tmp_path: Path) -> None:
    (only_articles / "rules").mkdir()
    (only_articles / "rules" / "rules.yaml").write_text("rules: [{id: legal, any_of: [lawyer]}]")
    questions, answers = tmp_path / "questions.jsonl", tmp_path / "answers.jsonl"
    questions.write_text(
        json.dumps({"id": 7, "question": DELIVERY})
        + "\n\nno JSON\n"
        + json.dumps({"id": "b", "question": "Shall my lawyer ask about delivery?"})
    )
    ended = handrail("ask", "--batch", questions, "--out", answers, "--evidence", "1", *place, cwd=tmp_path, **LENIENT)
    assert ended.returncode == 0, ended.stderr
    first, broken, ruled = map(json.loads, answers.read_text().splitlines())
    assert (first["id"], first["outcome"]["kind"], len(first["evidence"])) == ("7", "reply", 1)
    assert (broken["id"], "line 3" in broken["error"]) == ("line-3", True)
    assert (ruled["outcome"]["kind"], ruled["outcome"]["reason"]) == ("handoff", "topic_reserved")
    assert ruled["decision"]["rule"] == "legal"
    assert 0 < ruled["decision"]["risk"] <= 1
    assert len(ruled["evidence"]) == 1


def test_a_refused_article_is_named(place: tuple[str | Path, ...], only_articles: Path, tmp_path: Path) -> None:
    assert handrail("sync", *place, cwd=tmp_path).returncode == 0
    (only_articles / "articles" / "broken.md").write_text("---\ntitle: [\n---\nText\n")
    (only_articles / "articles" / "markup.md").write_text("---\nid: a\ntitle: A\n'[/k]': x\n---\nText\n")
    ended = handrail("sync", *place, cwd=tmp_path)
    assert ended.returncode == 1
    assert "broken.md" in ended.stderr
    assert "[/k]" in ended.stderr
    assert "2 articles" in ended.stdout


def test_what_is_wrong_is_said_in_a_line(place: tuple[str | Path, ...], only_articles: Path, tmp_path: Path) -> None:
    (only_articles / "macros").mkdir()
    macro = only_articles / "macros" / "late.md"
    macro.write_text("Sorry.")
    refused = handrail("serve", *place, "--port", "0", cwd=tmp_path)
    macro.unlink()
    (tmp_path / "empty" / "articles").mkdir(parents=True)
    (tmp_path / "a-file").write_text("")
    broken = [
        handrail("sync", *place, cwd=tmp_path, HANDRAIL_GATE_TRESHOLD="1"),
        handrail("sync", "--knowledge", tmp_path / "empty", *place[2:], cwd=tmp_path),
        handrail("sync", "--knowledge", tmp_path / "nowhere", *place[2:], cwd=tmp_path),
        handrail("ask", DELIVERY, *place[:2], "--home", tmp_path / "a-file", cwd=tmp_path),
        handrail("reset-password", "[/nobody]", *place, cwd=tmp_path),
        refused,
    ]
    for ended in broken:
        assert ended.returncode == 2, ended
        assert "Traceback" not in ended.stderr
        assert "handrail: " in ended.stderr
    assert "did you mean gate.threshold?" in broken[0].stderr
    assert "no article" in broken[1].stderr
    assert "nowhere" in broken[2].stderr.replace("\n", "")
    assert "a-file" in broken[3].stderr.replace("\n", "")
    assert "[/nobody]" in broken[4].stderr
    assert "macros/late.md: `id`" in refused.stderr
    assert "running" not in refused.stdout


def test_the_doctor_finds_what_is_wrong(place: tuple[str | Path, ...], tmp_path: Path) -> None:
    ill = handrail("doctor", *place, cwd=tmp_path)
    assert ill.returncode == 1
    assert "handrail sync" in ill.stdout
    handrail("sync", *place, cwd=tmp_path)
    well = handrail("doctor", *place, cwd=tmp_path)
    assert well.returncode == 0, well.stdout
    assert not [line for line in well.stdout.splitlines() if line.startswith("wrong")]


def test_a_second_process_beside_a_running_service(place: tuple[str | Path, ...], tmp_path: Path) -> None:
    port = free_port()
    with serving(*place, cwd=tmp_path, port=port, **LENIENT) as service:
        assert Chat(service.http).ask(DELIVERY)["kind"] == "reply"
        assert "2 to 3 working days" in handrail("ask", DELIVERY, *place, cwd=tmp_path, **LENIENT).stdout
        reset = handrail("reset-password", "agent", *place, cwd=tmp_path)
        password = reset.stdout.split()[-1]
        assert service.http.post("/v1/sign-in", json={"name": "agent", "password": password}).status_code == 200
        taken = handrail("serve", "--port", str(port), *place, cwd=tmp_path)
        assert taken.returncode == 2
        assert "--port" in taken.stderr


CASES = {
    "held_back": [
        {"id": "d1", "group": "d", "messages": [{"author": "customer", "text": DELIVERY}], "expect": "reply",
         "articles": ["delivery"], "must_say": ["2 to 3 working days"]},
        {"id": "n1", "group": "n", "messages": [{"author": "customer", "text": "Do you sell boats?"}],
         "expect": "handoff", "reason": "nothing_found", "why": "No article speaks of boats."},
    ],
    "fitted": [
        {"id": "w1", "group": "w", "messages": [{"author": "customer", "text": "How do I wash a down jacket?"}],
         "expect": "reply", "articles": ["washing"], "must_say": ["30 °C"]},
    ],
}  # fmt: skip


@pytest.fixture
def labelled(only_articles: Path) -> Path:
    """Two articles, and cases of which one must not be answered."""
    (only_articles / "cases").mkdir()
    for half, cases in CASES.items():
        (only_articles / "cases" / f"{half}.jsonl").write_text("\n".join(map(json.dumps, cases)))
    return only_articles


def test_evals_run_on_what_is_published_and_compare_with_a_baseline(
    labelled: Path, place: tuple[str | Path, ...], tmp_path: Path
) -> None:
    then, now = tmp_path / "then", tmp_path / "now"
    first = handrail("evals", "run", "--out", then, *place, cwd=tmp_path, **LENIENT)
    assert first.returncode == 0, first.stderr
    assert {path.name for path in then.iterdir()} == {"report.html", "report.json", "report.md", "junit.xml"}
    (labelled / "articles" / "delivery.md").write_text("---\nid: delivery\ntitle: Delivery\n---\n\nIt takes a month.\n")
    baseline = ("--baseline", then / "report.json", "--out", now)
    again = handrail("evals", "run", *baseline, *place, cwd=tmp_path, **LENIENT)
    assert again.returncode == 0, again.stderr
    assert "0 of 3 cases ended otherwise" in again.stdout, "an edit that is not published moves nothing"
    assert json.loads((now / "report.json").read_text())["comparison"]["compared"] == 3


def test_a_report_that_is_worse_fails_the_comparison(tmp_path: Path) -> None:
    right, wrong = turn(reply(), "returns"), turn(reply("14 days"), "returns")
    for name, ended in (("old", right), ("new", wrong)):
        results = [result(case(id=f"c{n}", group=f"g{n}"), ended) for n in range(9)]
        (tmp_path / f"{name}.json").write_text(as_json(report_of(held_back=results)))
    worse = handrail("evals", "compare", "old.json", "new.json", "--out", tmp_path / "out", cwd=tmp_path)
    assert worse.returncode == 1, worse.stderr
    assert "9 of 9 cases ended otherwise" in worse.stdout
    assert "worse: held_back c0: right reply -> wrong reply" in worse.stdout
    assert "Cases that ended otherwise: 9" in (tmp_path / "out" / "report.html").read_text()
    assert handrail("evals", "compare", "new.json", "old.json", cwd=tmp_path).returncode == 0
    broken = handrail("evals", "compare", "old.json", "out/report.md", cwd=tmp_path)
    assert (broken.returncode, "no report of this version" in broken.stderr.replace("\n", " ")) == (2, True)


def test_evals_with_a_judge_say_whose_opinion_it_is(
    labelled: Path, place: tuple[str | Path, ...], tmp_path: Path
) -> None:
    pytest.importorskip("ragas", reason="the extra `evals` is not installed")
    with a_model(judges()) as server:
        judge = {"HANDRAIL_JUDGE_NAME": "judge-1", "HANDRAIL_JUDGE_BASE_URL": server.url, "HANDRAIL_JUDGE_REPLIES": "1"}
        ended = handrail("evals", "run", "--out", tmp_path / "out", *place, cwd=tmp_path, **LENIENT, **judge)
    assert "judged by judge-1 (ragas 0." in ended.stdout, ended.stderr
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["judge"]["shown"] == 1
    assert report["judge"]["scored"]["faithfulness"] == 1
    assert {exchange.body["model"] for exchange in server.exchanges} == {"judge-1"}
