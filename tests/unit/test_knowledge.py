"""The knowledge folder's YAML: defaults where it is absent, clear words where it is wrong."""

from pathlib import Path

import pytest

from assistant.answering.topics import TopicFile
from assistant.errors import KnowledgeError
from assistant.gate.rules import load_rules
from assistant.knowledge import Shop, read_yaml
from assistant.settings import ROOT


def test_only_articles_have_to_be_there(tmp_path: Path) -> None:
    assert Shop.load(tmp_path) == Shop()
    assert "AI" in Shop().greeting
    assert load_rules(tmp_path) == ()
    assert read_yaml(tmp_path / "topics.yaml", TopicFile) == TopicFile()


def test_the_shipped_shop_says_that_an_ai_answers() -> None:
    shop = Shop.load(ROOT / "knowledge")
    assert "AI" in shop.greeting
    assert shop.handoff_note
    assert shop.today()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("name: [", r"shop\.yaml is not valid YAML"),
        ("nmae: Us", r"shop\.yaml: nmae: Extra inputs are not permitted"),
        ("time_zone: Mars/Olympus", "unknown time zone 'Mars/Olympus'; use a name such as Europe/Dublin"),
        ("time_zone: ../../etc/passwd", "unknown time zone"),
        ("- a list", r"shop\.yaml"),
        ("just words", r"shop\.yaml"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "shop.yaml").write_text(content)
    with pytest.raises(KnowledgeError, match=said):
        Shop.load(tmp_path)


def test_a_file_of_other_bytes_is_named(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_bytes(b"name: \xff\xfe")
    with pytest.raises(KnowledgeError, match=r"shop\.yaml is not valid YAML"):
        Shop.load(tmp_path)


def test_rules_come_in_the_order_of_their_files(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "b.yaml").write_text("rules: [{id: third, any_of: [x]}]")
    (tmp_path / "rules" / "a.yaml").write_text("rules: [{id: first, any_of: [x]}, {id: second, moods: [angry]}]")
    assert [rule.id for rule in load_rules(tmp_path)] == ["first", "second", "third"]
    (tmp_path / "rules" / "c.yaml").write_text("rules: [{id: fourth, any_of: ['(']}]")
    with pytest.raises(KnowledgeError, match=r"c\.yaml: rules\.0\.any_of: .*not a regular expression"):
        load_rules(tmp_path)
