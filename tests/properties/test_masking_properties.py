"""Masking holds for any text."""

from hypothesis import example, given
from hypothesis import strategies as st

from assistant.privacy import mask

KNOWN = ["anna@example.org", "4111 1111 1111 1111", "+353 87 123 4567", "DE89370400440532013000", "FH-10234", "#", "@"]
PIECES = st.lists(st.one_of(st.text(max_size=12), st.sampled_from(KNOWN), st.integers(0, 10**20).map(str)), max_size=12)


@given(PIECES)
@example(["+353 87 123 4567", "0000", "0233449"])  # a card number that begins in a phone number
def test_masked_text_is_masked_already(pieces: list[str]) -> None:
    once = mask(" ".join(pieces))
    assert mask(once) == once


@given(st.text(alphabet="abc \n\t,;:'\"<>()", max_size=30), st.text(alphabet="xyz \n\t,;:'\"<>()", max_size=30))
def test_an_address_never_stays_between_words(before: str, after: str) -> None:
    assert "anna@example.org" not in mask(f"{before} anna@example.org {after}")
