"""Facts and units of whatever text customers, articles and models write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.facts import facts_in
from assistant.answering.inquiry import mood, points_back, split_parts
from assistant.answering.sentences import split_units

NEAR = st.text(alphabet="0123456789.,:-/€$£ EUReuros janfebmaysept\n|*#1٣²½", max_size=60) | st.text(max_size=60)


@given(NEAR)
def test_facts_never_crash_and_stand_in_their_own_text(text: str) -> None:
    facts = facts_in(text)
    assert facts == facts_in(text)
    assert "" not in facts
    assert facts <= facts_in(f"{text} \n and nothing else") | facts


@given(st.integers(1, 28), st.integers(1, 12), st.integers(1990, 2100))
def test_a_day_is_a_day_however_it_is_written(day: int, month: int, year: int) -> None:
    name = "January February March April May June July August September October November December".split()[month - 1]
    iso = facts_in(f"{year}-{month:02}-{day:02}")
    for written in (f"{day} {name} {year}", f"{name} {day}, {year}", f"{day}th {name[:3]} {year}"):
        assert facts_in(written) == iso
    assert facts_in(f"{day} {name}") < iso


@given(st.integers(0, 99_999), st.integers(0, 99))
def test_an_amount_is_an_amount_however_it_is_written(whole: int, cents: int) -> None:
    written = {
        f"€{whole}.{cents:02}",
        f"{whole},{cents:02} EUR",
        f"€ {whole:,}.{cents:02}",
        f"{whole}.{cents:02} euros",
    }
    assert len({frozenset(facts_in(text)) for text in written}) == 1
    assert facts_in(f"{whole}.{cents:02}") < facts_in(f"€{whole}.{cents:02}")


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("twelve days", {"12"}),
        ("one of them", set()),
        ("1,5 kg", {"1.5"}),
        ("1,500 g", {"1500"}),
        ("007", {"7"}),
        ("3.50", {"3.5"}),
        ("at 08:30", {"08:30"}),
        ("version 1.2.3", {"1.2.3"}),
    ],
)
def test_normal_forms(text: str, facts: set[str]) -> None:
    assert facts_in(text) == facts


LINES = st.lists(
    st.sampled_from(
        [
            "A sentence. Another one!",
            "* an item",
            "- item two",
            "1. first",
            "| a | b |",
            "Lead-in:",
            "",
            "No. 5 e.g. this. And",
        ]
    )
    | st.text(max_size=30),
    max_size=12,
)


@given(LINES)
def test_units_lose_no_word(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert " ".join(split_units(text)).split() == text.split()


@given(st.text(max_size=200))
def test_parts_lose_no_message_and_nothing_crashes(text: str) -> None:
    parts = split_parts(text)
    assert 1 <= len(parts) <= 3
    assert len(parts) > 1 or parts == (text,)
    assert isinstance(points_back(text), bool)
    assert mood(text) in ("neutral", "frustrated", "angry")
