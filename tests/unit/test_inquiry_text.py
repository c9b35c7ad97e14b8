"""What is read from a message's words: its parts, whether it leans back, its mood."""

import pytest

from assistant.answering.inquiry import ending, mood, points_back, split_parts


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


def test_a_short_text_ends_as_it_is() -> None:
    assert ending("FH-10234", 8) == "FH-10234"


def test_a_long_text_begins_between_two_words() -> None:
    assert ending("it is 4111 1111 1111 1111 so please answer", 24) == "please answer"
    assert ending("运费是多少？我住在柏林，多久能到？", 12) == "我住在柏林，多久能到？"


def test_where_there_are_no_two_words_no_digit_stays() -> None:
    assert ending("4111 1111 1111 1111", 9) == "… …"
    assert ending("x" * 20, 9) == "x" * 9
