"""What is read from a message's words: its parts, whether it leans back, its mood."""

import pytest

from assistant.answering.inquiry import mood, points_back, split_parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("How long is shipping?", ("How long is shipping?",)),
        ("How long is shipping and what does it cost?", ("How long is shipping", "what does it cost?")),
        ("I live in Cork. Is it free? Can I pay later?", ("I live in Cork. Is it free?", "Can I pay later?")),
        ("Hello.\nMy boots leak.", ("Hello.\nMy boots leak.",)),
        ("Is a? Is b? Is c? Is d?", ("Is a? Is b? Is c? Is d?",)),
        ("", ("",)),
    ],
)
def test_parts(text: str, parts: tuple[str, ...]) -> None:
    assert split_parts(text) == parts


@pytest.mark.parametrize(
    "text", ["And to Germany?", "Is it also free for returns to Dublin?", "Why?", "the same in blue please, thank you"]
)
def test_leaning_back(text: str) -> None:
    assert points_back(text)


def test_standing_alone() -> None:
    assert not points_back("How long do deliveries to Germany take?")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Where is my parcel?", "neutral"),
        ("I am still waiting for my parcel", "frustrated"),
        ("Where is it??", "frustrated"),
        ("This is outrageous", "angry"),
        ("Give it back!!!", "angry"),
        ("You scammers, still nothing", "angry"),
    ],
)
def test_mood(text: str, found: str) -> None:
    assert mood(text) == found
