"""Macros and verdicts: what human agents start from, and what they make of a suggestion."""

from pathlib import Path

import pytest

from assistant.conversation import Reason
from assistant.errors import KnowledgeError
from assistant.handoff.macros import load_macros
from assistant.handoff.verdicts import verdict_on
from assistant.ticket import Ticket

MACRO = "---\nid: {id}\ntitle: Late\n---\n\nHi {{{{ customer_name }}}},\n\nsorry.\n"


def written(folder: Path, **files: str) -> Path:
    (folder / "macros").mkdir()
    for name, text in files.items():
        (folder / "macros" / f"{name}.md").write_text(text)
    return folder


def test_macros_are_read_in_order(tmp_path: Path) -> None:
    found = load_macros(written(tmp_path, b=MACRO.format(id="two"), a=MACRO.format(id="one")))
    assert [(macro.id, macro.topic, macro.text) for macro in found] == [
        ("one", "", "Hi {{ customer_name }},\n\nsorry."),
        ("two", "", "Hi {{ customer_name }},\n\nsorry."),
    ]


def test_a_shop_without_macros_has_none(tmp_path: Path) -> None:
    assert load_macros(tmp_path) == ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Hello", r"macros/a.md: `id`"),
        ("---\nid: a\ntitle: A\n---\n", r"macros/a.md: `text`"),
        ("---\nid: a\ntitle: A\ncolour: red\n---\nHi", r"macros/a.md: `colour`"),
        ("---\nid: [\n---\nHi", r"macros/a.md: front matter is not valid YAML"),
    ],
)
def test_a_broken_macro_is_named(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(KnowledgeError, match=problem):
        load_macros(written(tmp_path, a=text))


def test_two_macros_with_one_id(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"macros/b.md: id 'x' is taken"):
        load_macros(written(tmp_path, a=MACRO.format(id="x"), b=MACRO.format(id="x")))


def ticket(suggestion: str) -> Ticket:
    return Ticket(conversation_id="c", turn_id="t", reason=Reason.NOTHING_FOUND, summary="", suggestion=suggestion)


@pytest.mark.parametrize(
    ("sent", "fault", "reason", "distance"),
    [
        ("It left.\n", "tone", "as_is", 0.0),
        ("It left now.", None, "other", 4 / 12),
        ("It left now.", "incomplete", "incomplete", 4 / 12),
        ("", "incorrect", "incorrect", 1.0),
    ],
)
def test_a_verdict_on_a_suggestion(sent: str, fault: None, reason: str, distance: float) -> None:
    verdict = verdict_on(ticket("It left. "), sent, fault, "ada")
    assert verdict
    assert (verdict.reason, verdict.shown, verdict.sent, verdict.human_agent) == (reason, "It left. ", sent, "ada")
    assert verdict.edit_distance == pytest.approx(distance)


def test_without_a_suggestion_there_is_no_verdict() -> None:
    assert verdict_on(ticket(""), "Hello", "tone", "ada") is None
