import json
from pathlib import Path

import pytest
from eval_turns import case

from assistant.errors import KnowledgeError
from evals.cases import conversation_of, load_cases

LINE = {
    "id": "a-1",
    "group": "a",
    "messages": [{"author": "customer", "text": "how long?"}],
    "expect": "reply",
    "articles": ["shipping"],
}


def write(folder: Path, half: str, *lines: dict[str, object] | str) -> None:
    text = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    (folder / f"{half}.jsonl").write_text("\n".join(text), "utf-8")


def test_a_file_is_a_half_and_blank_lines_do_not_count(tmp_path: Path) -> None:
    write(tmp_path, "fitted", LINE, "", {**LINE, "id": "a-2"}, "")
    write(tmp_path, "held_back", {**LINE, "id": "b-1", "group": "b"})
    halves = load_cases(tmp_path, {"shipping"})
    assert {half: [c.id for c in cases] for half, cases in halves.items()} == {
        "fitted": ["a-1", "a-2"],
        "held_back": ["b-1"],
    }


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("{not json", "is not JSON"),
        ("[]", "case"),
        ({**LINE, "must_sya": ["30 days"]}, "must_sya"),
        ({**LINE, "expect": "answer"}, "expect"),
        ({**LINE, "id": 7}, "id"),
        ({**LINE, "messages": []}, "messages"),
        ({**LINE, "messages": [*LINE["messages"], {"author": "assistant", "text": "Hi"}]}, "the customer's"),
        ({**LINE, "reason": "nothing_found"}, "has no reason"),
        ({**LINE, "id": "a-2", "articles": ["shiping"]}, "no article shiping"),
        (LINE, "stands at held_back.jsonl, line 1 already"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, line: dict[str, object] | str, wrong: str) -> None:
    write(tmp_path, "held_back", LINE, "", line)
    with pytest.raises(KnowledgeError, match=r"^held_back\.jsonl, line 3") as caught:
        load_cases(tmp_path, {"shipping"})
    assert wrong in str(caught.value)


def test_a_group_stays_in_one_half(tmp_path: Path) -> None:
    write(tmp_path, "fitted", LINE)
    write(tmp_path, "held_back", {**LINE, "id": "a-2"})
    with pytest.raises(KnowledgeError, match=r"held_back\.jsonl, line 1: the group a is in fitted\.jsonl too"):
        load_cases(tmp_path)


def test_an_id_is_unique_across_halves(tmp_path: Path) -> None:
    write(tmp_path, "fitted", LINE)
    write(tmp_path, "held_back", {**LINE, "group": "b"})
    with pytest.raises(KnowledgeError, match=r"held_back\.jsonl, line 1: the id a-1 stands at fitted\.jsonl, line 1"):
        load_cases(tmp_path)


@pytest.mark.parametrize("folder", ["", "missing"])
def test_a_folder_without_cases_is_named(tmp_path: Path, folder: str) -> None:
    with pytest.raises(KnowledgeError, match=r"holds no cases; put fitted\.jsonl"):
        load_cases(tmp_path / folder)


def test_articles_are_checked_only_against_a_list(tmp_path: Path) -> None:
    write(tmp_path, "fitted", {**LINE, "articles": ["gone"]})
    assert load_cases(tmp_path)["fitted"][0].articles == ("gone",)


def test_a_file_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    (tmp_path / "fitted.jsonl").write_bytes(b"\xff\xfe{}")
    with pytest.raises(KnowledgeError, match=r"fitted\.jsonl cannot be read"):
        load_cases(tmp_path)


def test_a_conversation_ends_with_the_question() -> None:
    said = [("customer", "do you ship to malta"), ("assistant", "Yes."), ("customer", "how long?")]
    follow_up = case(messages=[{"author": author, "text": text} for author, text in said])
    conversation = conversation_of(follow_up)
    assert [(message.author, message.text) for message in conversation.messages] == said
    assert conversation.customer.verified_by == "nobody"
    assert follow_up.question == "how long?"


def test_the_shipped_cases_load_and_name_articles_there_are() -> None:
    knowledge = Path(__file__).parents[2] / "knowledge"
    articles = {path.stem for path in (knowledge / "articles").rglob("*.md")}
    halves = load_cases(knowledge / "cases", articles)
    cases = [one for half in halves.values() for one in half]
    assert set(halves) == {"fitted", "held_back"}
    assert len(cases) >= 300
    assert 0.4 <= sum(not one.answerable for one in cases) / len(cases) <= 0.6
    assert sum("near_miss" in one.tags for one in cases) >= 50
