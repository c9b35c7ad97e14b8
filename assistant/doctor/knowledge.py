"""The knowledge folder and the prompts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from assistant.answering.prompts import Prompts
from assistant.answering.topics import TopicFile, Topics
from assistant.doctor.finding import Finding, advice, ok, wrong
from assistant.errors import ArticleError
from assistant.gate.rules import load_rules
from assistant.handoff.macros import load_macros
from assistant.knowledge import Shop, read_yaml
from assistant.orders.demo_entries import DEMO_FILE, DemoEntries
from assistant.orders.phrasing import Phrasing
from assistant.settings import Settings
from evals.cases import load_cases
from evals.gates import load_gates
from ingestion.article import Article
from ingestion.sources.markdown import MarkdownSource

NAMED = 5  # articles named in one finding


def articles(settings: Settings) -> Iterator[Finding]:
    """Every article can be read; which ones nobody reviewed in time, and which are not in force."""
    found = list(MarkdownSource(settings.knowledge).articles())
    whole = [article for article in found if isinstance(article, Article)]
    yield ok("articles", f"{len(whole)} can be read in {settings.knowledge}")
    for broken in found:
        if isinstance(broken, ArticleError):
            yield wrong("articles", str(broken), "correct the file; the other articles are published without it")
    today = Shop.load(settings.knowledge).today()
    if late := [article for article in whole if article.review_by and article.review_by < today]:
        said = f"{len(late)} are due for review: {_named(late)}"
        yield advice("articles", said, "read them, correct them, and set a new review_by")
    yield from _not_in_force(whole, today)


def _not_in_force(whole: list[Article], today: date) -> Iterator[Finding]:
    if over := [article for article in whole if article.effective_to and article.effective_to <= today]:
        yield ok("articles", f"{len(over)} are no longer in force: {_named(over)}")
    if to_come := [article for article in whole if article.effective_from and article.effective_from > today]:
        yield ok("articles", f"{len(to_come)} are not yet in force: {_named(to_come)}")


def _named(found: list[Article]) -> str:
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return ", ".join(article.id for article in found[:NAMED]) + more


def shop(settings: Settings) -> Iterator[Finding]:
    """shop.yaml."""
    found = Shop.load(settings.knowledge)
    yield ok("shop", f"{found.name}, where it is {found.today()} in {found.time_zone}")


def topics(settings: Settings) -> Iterator[Finding]:
    """topics.yaml, and the topics that articles name."""
    declared = read_yaml(settings.knowledge / "topics.yaml", TopicFile).topics
    Topics(declared)
    modes = Counter(topic.mode for topic in declared)
    told = ", ".join(f"{count} {mode}" for mode, count in modes.items())
    yield ok("topics", told or "none are declared: every question is of the topic general")
    known = {topic.id for topic in declared} | {"general"}
    named = [a for a in MarkdownSource(settings.knowledge).articles() if isinstance(a, Article)]
    if declared and (unknown := sorted({article.topic for article in named} - known)):
        yield wrong("topics", f"articles name topics that are not declared: {', '.join(unknown)}", "declare them")


def rules(settings: Settings) -> Iterator[Finding]:
    """rules/."""
    yield ok("rules", f"{len(load_rules(settings.knowledge))} can be read")


def macros(settings: Settings) -> Iterator[Finding]:
    """macros/."""
    yield ok("macros", f"{len(load_macros(settings.knowledge))} can be read")


def orders(settings: Settings) -> Iterator[Finding]:
    """The demo shop's orders, and the sentences about orders."""
    source = settings.knowledge / DEMO_FILE
    if not source.exists():
        yield ok("orders", "no order system: questions about orders go to a person")
        return
    entries = DemoEntries.read(source)
    Phrasing.load(settings.knowledge)
    yield ok("orders", f"the demo shop, with {len(list(entries.order_rows()))} orders")


def prompts(settings: Settings) -> Iterator[Finding]:
    """The prompts, each with the digest that its version has in versions.lock."""
    Prompts.load(settings.prompts)
    yield ok("prompts", f"as locked, in {settings.prompts}")


def cases(settings: Settings) -> Iterator[Finding]:
    """The cases for evals, and the gates."""
    folder = settings.knowledge / "cases"
    if not any(folder.glob("*.jsonl")):
        remedy = "write some: they tell how often the assistant is wrong"
        yield advice("cases", "there are none", remedy)
        return
    known = {a.id for a in MarkdownSource(settings.knowledge).articles() if isinstance(a, Article)}
    halves = load_cases(folder, known)
    load_gates(settings.knowledge)
    yield ok("cases", ", ".join(f"{len(found)} {half}" for half, found in halves.items()))
