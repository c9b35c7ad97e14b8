"""A long message is cut where no number and no address is cut in two."""

from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.inquiry import ending

VALUES = [
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "GB29 NWBK 6016 1331 9268 19",
    "DE89370400440532013000",
    "+353 87 123 4567",
    "(087) 123 4567",
    "anna.keller@example.com",
    "anna @ example.com",
]
WORDS = st.lists(st.sampled_from(["please", "my", "parcel,", "is", "late.", "42", "FH-10234", "\n", "  "]), max_size=12)


@given(WORDS, st.sampled_from(VALUES), WORDS, st.integers(1, 120))
def test_a_value_is_there_whole_or_not_at_all(before: list[str], value: str, after: list[str], longest: int) -> None:
    text = " ".join((*before, value, *after))
    kept = ending(text, longest)
    assert kept
    assert len(kept) <= longest
    if text.endswith(kept):
        starts = len(text) - len(kept)
        begins = len(" ".join((*before, "")))
        assert starts <= begins or starts >= begins + len(value) or not any(map(str.isdigit, value[starts - begins :]))
    else:
        assert not any(character.isdigit() or character == "@" for character in kept)


@given(st.text(min_size=1), st.integers(1, 40))
def test_no_text_is_emptied(text: str, longest: int) -> None:
    assert ending(text, longest)
