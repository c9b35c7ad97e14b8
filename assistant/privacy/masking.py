"""Masking: what is written to a log holds no personal data of the exact kinds."""

from assistant.privacy.patterns import find


def mask(text: str) -> str:
    """`text` with each piece of personal data replaced by its kind, such as `[EMAIL]`.

    Masking masked text changes nothing. Mask plain text, before it is written as JSON, whose escapes would count as
    part of an e-mail address.
    """
    while found := find(text):  # again, as what one match leaves of an overlapping one may be a number of its own
        for one in reversed(found):
            text = f"{text[: one.start]}[{one.kind}]{text[one.end :]}"
    return text
