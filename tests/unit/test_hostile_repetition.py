"""No pattern takes more than in proportion to its text: they run on what strangers send, and hold the interpreter."""

import re
from collections.abc import Iterator
from time import process_time
from types import ModuleType

import pytest

from assistant.orders import numbers
from assistant.privacy import addresses, email_address, names, patterns
from assistant.privacy.email_address import EmailAddress

LENGTH = 4_000
LONGEST = 0.1  # seconds for one pattern; the worst takes 0.03, a quadratic one 0.1 to 0.5, a cubic one minutes
UNITS = (
    *(
        " ",
        "\n",
        "\t",
        "a",
        "A",
        "1",
        "-",
        ".",
        "@",
        "!",
        "é",
        "a.",
        "A.",
        "1 ",
        "1-",
        "1.",
        "!.",
        "'",
        "x@",
        "(at)",
        " (dot)",
    ),
    *(
        "order ",
        "order",
        "order is ",
        "#",
        "https://",
        "https://a?",
        "https://a?&",
        "https://a?token",
        "a://",
        "a://b:",
    ),
    *("eyJ", "-eyJ", "eyJaaaaaaaa-", "sk-", "DE89 3", "born ", "born 1", "phone ", "0", "+1", "(", "087 1234567,"),
    *(
        "thanks\n",
        "regards, A!",
        "my name is ",
        "name:",
        "Aa ",
        "Aa-",
        "Aa de ",
        "Mr A",
        "I'm Aa ",
        "1 Aa ",
        "::",
        "A, ",
    ),
    *("anna.keller", "anna.keller@", "anna.keller ", "anna.keller@example."),
)
BEFORE = ("", "order", "thanks", "https://x?", "my name is ", "born", "call me ", "anna.keller")


def compiled(module: ModuleType) -> Iterator[re.Pattern[str]]:
    for value in vars(module).values():
        yield from (one for one in (value if isinstance(value, tuple) else (value,)) if isinstance(one, re.Pattern))


def took(pattern: re.Pattern[str], text: str) -> float:
    started = process_time()
    for _ in pattern.finditer(text):
        pass
    return process_time() - started


ADDRESS = EmailAddress("anna.keller@example.com")
PATTERNS = [
    *(pattern for module in (numbers, patterns, names, email_address, addresses) for pattern in compiled(module)),
    *(pattern for pattern in vars(ADDRESS).values() if isinstance(pattern, re.Pattern)),
]


@pytest.mark.parametrize("pattern", dict.fromkeys(PATTERNS), ids=lambda pattern: pattern.pattern[:24])
def test_repetition_costs_no_more_than_other_text(pattern: re.Pattern[str]) -> None:
    for unit in UNITS:
        for before in BEFORE:
            text = before + (unit * LENGTH)[:LENGTH] + "x"
            assert took(pattern, text) < LONGEST or min(took(pattern, text) for _ in range(3)) < LONGEST, text[:40]
