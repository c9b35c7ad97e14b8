"""Redaction can always be undone, and holds nothing back."""

from hypothesis import given
from hypothesis import strategies as st

from assistant.privacy.patterns import find
from assistant.privacy.redaction import Redaction

KNOWN = ["anna@example.org", "4111 1111 1111 1111", "+353 87 123 4567", "FH-10234", "[EMAIL_1]", "[text_2]", "[", "_1]"]
TEXTS = st.lists(st.one_of(st.text(max_size=8), st.sampled_from(KNOWN)), max_size=10).map(" ".join)


@given(TEXTS, TEXTS)
def test_what_was_redacted_is_restored_to_the_letter(first: str, second: str) -> None:
    redaction = Redaction()
    for text in (first, second):
        redaction.learn(text, find)
    for text in (first, second):
        sent = redaction.redact(text)
        assert redaction.restore(sent) == text
        assert not any(value in sent for value in KNOWN[:4])


@given(TEXTS)
def test_public_text_is_restored_too(text: str) -> None:
    redaction = Redaction(public=[text])
    assert redaction.restore(redaction.escape(text)) == text
