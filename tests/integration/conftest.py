"""The shipped knowledge, published once, and one service over it; the embedding model is loaded once."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from live import Chat, Colleague, Live, copy_of, settings_for

import assistant.app
from assistant.retrieval.embedder import SentenceTransformerEmbedder

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # read when the library is imported; nothing here waits for a hub

Start = Callable[..., Live]

TWO_ARTICLES = {
    "delivery": "Standard delivery to Ireland takes 2 to 3 working days and costs €4.90.",
    "washing": "Wash a down jacket at 30 °C with down detergent and dry it with tennis balls in the dryer.",
}


@pytest.fixture(scope="session")
def _one_model() -> Iterator[None]:
    """Every assistant of the session works with one loaded model."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assistant.app, "SentenceTransformerEmbedder", cache(SentenceTransformerEmbedder))
        yield


@pytest.fixture(scope="session")
def published_home(tmp_path_factory: pytest.TempPathFactory, _one_model: None) -> Path:
    """A home folder in which the shipped knowledge is published; copy it, never write to it.

    Where the tests run in several processes the first one publishes for all.
    """
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared
    home = shared / "published"
    with FileLock(shared / "published.lock"):
        if not home.exists():
            made = assistant.app.assemble(settings_for(home.with_suffix(".unfinished")))
            assert not assistant.app.publish(made, lambda done, total: None).refused
            made.index.close()
            home.with_suffix(".unfinished").rename(home)
    return home


@pytest.fixture(scope="session")
def service(published_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The service that most tests share; each opens conversations of its own."""
    home = copy_of(published_home, tmp_path_factory.mktemp("service") / "home")
    with Live(settings_for(home)) as live:
        yield live


@pytest.fixture
def start(published_home: Path, tmp_path: Path) -> Iterator[Start]:
    """Start another service, with settings of its own on a copy of the published home."""
    with ExitStack() as running:

        def start(**changes: Any) -> Live:
            home = tmp_path / "home"
            if not home.exists():
                copy_of(published_home, home)
            return running.enter_context(Live(settings_for(home, **changes)))

        yield start


@pytest.fixture
def chat(service: Live) -> Chat:
    """A new conversation of nobody in particular."""
    return service.chat()


@pytest.fixture(scope="session")
def agent(service: Live) -> Colleague:
    return service.colleague("agent")


@pytest.fixture(scope="session")
def owner(service: Live) -> Colleague:
    return service.colleague("owner")


@pytest.fixture
def only_articles(tmp_path: Path) -> Path:
    """A knowledge folder of two articles and nothing else."""
    articles = tmp_path / "knowledge" / "articles"
    articles.mkdir(parents=True)
    for name, text in TWO_ARTICLES.items():
        (articles / f"{name}.md").write_text(f"---\nid: {name}\ntitle: {name.capitalize()}\n---\n\n{text}\n")
    return articles.parent
