"""The command line, as its users run it."""

import json
from pathlib import Path

import pytest
from live import Chat, free_port, handrail, serving

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
    ended = handrail("sync", *place, cwd=tmp_path)
    assert ended.returncode == 1
    assert "broken.md" in ended.stderr
    assert "2 articles" in ended.stdout


def test_what_is_wrong_is_said_in_a_line(place: tuple[str | Path, ...], tmp_path: Path) -> None:
    (tmp_path / "empty" / "articles").mkdir(parents=True)
    (tmp_path / "a-file").write_text("")
    broken = [
        handrail("sync", *place, cwd=tmp_path, HANDRAIL_GATE_TRESHOLD="1"),
        handrail("sync", "--knowledge", tmp_path / "empty", *place[2:], cwd=tmp_path),
        handrail("sync", "--knowledge", tmp_path / "nowhere", *place[2:], cwd=tmp_path),
        handrail("ask", DELIVERY, *place[:2], "--home", tmp_path / "a-file", cwd=tmp_path),
        handrail("reset-password", "nobody", *place, cwd=tmp_path),
    ]
    for ended in broken:
        assert ended.returncode == 2, ended
        assert "Traceback" not in ended.stderr
        assert "handrail: " in ended.stderr
    assert "did you mean gate.threshold?" in broken[0].stderr
    assert "no article" in broken[1].stderr
    assert "nowhere" in broken[2].stderr.replace("\n", "")
    assert "a-file" in broken[3].stderr.replace("\n", "")


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
