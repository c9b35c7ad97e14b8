"""Looks for what is wrong with an installation; each finding comes with its remedy."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.app import assemble, choose_model
from assistant.chat_models.port import ChatMessage
from assistant.errors import ArticleError, HandrailError
from assistant.retrieval.shelf import Shelf
from assistant.settings import Settings
from assistant.storage.store import Store
from ingestion.sources.markdown import MarkdownSource

MODEL_SECONDS = 10.0


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `remedy` is empty where nothing has to be done."""

    subject: str
    fine: bool
    what: str
    remedy: str = ""


def examine(knowledge: Path | None, home: Path | None) -> list[Finding]:
    """Look at settings, home folder, knowledge, index, database and chat model, in this order.

    Later parts are not looked at where the settings or the home folder are unusable.
    """
    try:
        settings = Settings.load(knowledge=knowledge, home=home)
    except HandrailError as error:
        return [Finding("settings", False, str(error), "correct handrail.toml or the environment variable named")]
    findings = [Finding("settings", True, "every key is known"), _home(settings.home)]
    if findings[-1].fine:
        findings += _articles(settings.knowledge)
        for subject, look, remedy in _checks(settings):
            findings.append(_try(subject, look, remedy))
    return findings


def _home(home: Path) -> Finding:
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return Finding("home folder", False, f"{home}: {error.strerror}", "choose another with --home or HANDRAIL_HOME")
    if not os.access(home, os.W_OK):
        return Finding("home folder", False, f"{home} cannot be written", "give this user the right to write there")
    return Finding("home folder", True, f"{home.resolve()} can be written")


def _articles(knowledge: Path) -> Iterator[Finding]:
    try:
        found = list(MarkdownSource(knowledge).articles())
    except HandrailError as error:
        yield Finding("articles", False, str(error), "put Markdown files there, or choose a folder with --knowledge")
        return
    broken = [article for article in found if isinstance(article, ArticleError)]
    yield Finding("articles", True, f"{len(found) - len(broken)} can be read in {knowledge}")
    for article in broken:
        yield Finding("articles", False, str(article), "correct the file; the other articles are published without it")


def _checks(settings: Settings) -> Iterator[tuple[str, Callable[[], str], str]]:
    yield "topics, rules, orders, prompts", lambda: _assembles(settings), "correct the file named"
    yield "passage index", lambda: _index(settings), "run `handrail sync`"
    yield "database", lambda: asyncio.run(_database(settings)), "check storage.url and that the server runs"
    yield "chat model", lambda: asyncio.run(_model(settings)), "check model.name, OPENAI_BASE_URL and OPENAI_API_KEY"


def _try(subject: str, look: Callable[[], str], remedy: str) -> Finding:
    try:
        return Finding(subject, True, look())
    except HandrailError as error:
        return Finding(subject, False, str(error), remedy)


def _assembles(settings: Settings) -> str:
    asyncio.run(assemble(settings).close())
    return "can be read"


def _index(settings: Settings) -> str:
    assistant = assemble(settings)
    shelf = Shelf(assistant.index)
    try:
        shelf.warm()
        status = shelf.status()
        held = status.manifest
        if status.problem or held is None:
            raise HandrailError(status.problem or "no snapshot is served")
        if held.embedder != assistant.embedder.name:
            raise HandrailError(f"made with the embedder {held.embedder}, not {assistant.embedder.name}")
        return f"snapshot {held.snapshot}: {held.passages} passages of {len(held.articles)} articles"
    finally:
        shelf.close()
        asyncio.run(assistant.close())


async def _database(settings: Settings) -> str:
    store = await Store.open(settings.database_url)
    try:
        await store.ping()
        return "answers"
    finally:
        await store.close()


async def _model(settings: Settings) -> str:
    model = choose_model(settings)
    if model is None:
        return "none is named: replies are extractive"
    schema = {
        "type": "object",
        "properties": {"ready": {"type": "boolean"}},
        "required": ["ready"],
        "additionalProperties": False,
    }
    try:
        await model.complete([ChatMessage("user", 'Answer {"ready": true}.')], schema, MODEL_SECONDS)
        return f"{model.name} answers in JSON"
    finally:
        await model.close()
