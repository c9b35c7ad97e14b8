"""Order numbers as customers write them."""

import re
from collections.abc import Iterator

# A hash or the word "order" makes a number an order number; bare letters and digits need the look of one, so
# that sizes (`EU 42`), years, norms and tracking codes (longer, or ending in letters) stay out.
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE | re.ASCII)
    for pattern in (
        r"#\s?(?P<number>(?:[a-z]{1,5}-?)?\d{3,10})(?![\w-])",
        r"\border(?:\s{0,3}(?:number|no\.?|nr\.?|id))?\s{0,3}(?:is|:|=)?\s{0,3}(?P<number>(?:[a-z]{1,5}[-_]?)?\d{4,10})(?![\w-])",
        r"(?<![\w-])(?P<number>[a-z]{1,5}[-_]\d{4,8}|[a-z]{1,4}\d{5,8}|(?-i:[A-Z]{2,4}) \d{5,8})(?![\w-])",
        r"\A\W*(?P<number>\d{4,10})\W*\Z",
    )
)


def find_order_number(text: str) -> str | None:
    """The first order number mentioned in `text`, in capitals and without `#`; it proves nothing.

    `FH-10234`, `fh10234`, `#10234` and `order no. 10234` are found; spelling is left to the order source.
    """
    for pattern in _PATTERNS:
        if found := pattern.search(text):
            return found["number"].upper()
    return None


def order_numbers_in(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of whatever looks like an order number among other words; some may overlap."""
    return (found.span("number") for pattern in _PATTERNS[:-1] for found in pattern.finditer(text))


def number_key(number: str) -> str:
    """What stays the same however an order number is spelt: `FH-10234`, `fh 10234`, `#10234` give `10234`."""
    letters_and_digits = "".join(filter(str.isalnum, number.casefold()))[:64]
    return letters_and_digits.lstrip("abcdefghijklmnopqrstuvwxyz") or letters_and_digits
