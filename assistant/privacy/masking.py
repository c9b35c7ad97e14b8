"""Masking: what is written to a log holds no personal data of the exact kinds."""

from assistant.privacy.patterns import find


def mask(text: str) -> str:
    """`text` with each piece of personal data replaced by its kind, such as `[EMAIL]`.

    Masking masked text changes nothing. Mask plain text, before it is written as JSON, whose escapes would count as
    part of an e-mail address.
    """
    pieces, end = [], 0
    for found in find(text):
        pieces += [text[end : found.start], f"[{found.kind}]"]
        end = found.end
    return "".join((*pieces, text[end:]))
