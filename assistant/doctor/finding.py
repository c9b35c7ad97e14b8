"""What a look at one thing says, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from assistant.errors import HandrailError


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `wrong` keeps it from working; `advice` does not. `remedy` is empty where all is well."""

    subject: str
    state: Literal["ok", "advice", "wrong"]
    what: str
    remedy: str = ""

    @property
    def fine(self) -> bool:
        """Whether it works."""
        return self.state != "wrong"


def ok(subject: str, what: str) -> Finding:
    """All is well."""
    return Finding(subject, "ok", what)


def advice(subject: str, what: str, remedy: str) -> Finding:
    """It works, and could be better."""
    return Finding(subject, "advice", what, remedy)


def wrong(subject: str, what: str, remedy: str) -> Finding:
    """It does not work."""
    return Finding(subject, "wrong", what, remedy)


def looked_at(subject: str, look: Callable[[], Iterable[Finding]], remedy: str) -> Iterator[Finding]:
    """What a look finds; where it cannot even look, that is the finding. Never raises."""
    try:
        yield from look()
    except HandrailError as error:
        yield wrong(subject, str(error), remedy)
    except Exception as error:  # noqa: BLE001 - a doctor that faints helps nobody
        yield wrong(subject, f"cannot be looked at: {type(error).__name__}: {error}", remedy)
