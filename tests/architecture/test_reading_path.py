"""A newcomer reads six files and knows the life of a message."""

import re

from sources import ROOT

MOST_LINES = 640
READING_PATH = (
    "assistant/conversation.py",
    "assistant/api/conversations.py",
    "assistant/desk.py",
    "assistant/responder.py",
    "assistant/answering/answerer.py",
    "assistant/gate/decision.py",
)


def test_the_six_files_stay_short() -> None:
    lines = {name: len((ROOT / name).read_text("utf-8").splitlines()) for name in READING_PATH}
    assert sum(lines.values()) < MOST_LINES, lines


def test_the_readme_lists_them_in_order() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    listed = re.findall(r"^\d\. \[`([^`]+)`\]", readme, re.MULTILINE)
    assert listed == list(READING_PATH)
