"""Looks for what is wrong with an installation. It changes nothing: no folder is made, no database migrated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from assistant.doctor import connections, installed, kept, knowledge
from assistant.doctor.finding import Finding, looked_at, ok, wrong
from assistant.errors import HandrailError
from assistant.settings import Settings

__all__ = ["Finding", "examine"]

Look = Callable[[Settings], Iterable[Finding]]

LOOKS: tuple[tuple[str, Look, str], ...] = (
    ("home folder", kept.home, "choose another with --home or HANDRAIL_HOME"),
    ("articles", knowledge.articles, "put Markdown files there, or choose a folder with --knowledge"),
    ("shop", knowledge.shop, "correct shop.yaml"),
    ("topics", knowledge.topics, "correct topics.yaml"),
    ("rules", knowledge.rules, "correct the file named"),
    ("macros", knowledge.macros, "correct the file named"),
    ("orders", knowledge.orders, "correct the file named"),
    ("prompts", knowledge.prompts, "correct the file named"),
    ("cases", knowledge.cases, "correct the file named"),
    ("snapshot", kept.snapshot, "run `handrail sync`"),
    ("database", kept.database, "check storage.url and that the server runs"),
    ("chat model", connections.chat_model, "check model.name, OPENAI_BASE_URL and OPENAI_API_KEY"),
    ("identity key", connections.identity_key, "correct identity.key"),
    ("addresses", connections.addresses, "correct the setting named"),
    ("port", connections.port, "choose another with --port"),
    ("clock", connections.clock, "set this machine's clock, for instance with NTP"),
    ("packages", installed.packages, "install Handrail again"),
    ("extras", installed.extras, "install the extra named"),
    ("pages", installed.pages, "install Handrail again"),
)


def examine(knowledge: Path | None, home: Path | None) -> Iterator[Finding]:
    """Look at everything, one after the other; only at the settings where these are unusable."""
    try:
        settings = Settings.load(knowledge=knowledge, home=home)
    except HandrailError as error:
        yield wrong("settings", str(error), "correct handrail.toml or the environment variable named")
        return
    yield ok("settings", "every key is known")
    for subject, look, remedy in LOOKS:
        yield from looked_at(subject, lambda look=look: look(settings), remedy)  # type: ignore[misc]
