"""One real service over a copy of the shipped knowledge with few eval cases, two other sites, and a browser."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import find_browser
from playwright.sync_api import Browser, expect, sync_playwright
from served import OtherSite, Served
from visits import Visits

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"
CASES_PER_HALF = 5
GATES = """
gates:
  - {metric: false_answer_rate, at_most: 0.05, compares: bad_end}
  - {metric: hit@3, at_least: 0.1}
"""
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()

expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find_browser()
    if path is None:
        missing = "no browser starts here; install Chromium, or put the path of one into CHROMIUM"
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def allowed_site() -> Iterator[OtherSite]:
    """A site that the service lets embed the widget."""
    with OtherSite.open() as site:
        yield site


@pytest.fixture(scope="session")
def strange_site() -> Iterator[OtherSite]:
    """A site that the service knows nothing of."""
    with OtherSite.open() as site:
        yield site


@pytest.fixture(scope="session")
def service(
    browser: Browser, allowed_site: OtherSite, strange_site: OtherSite, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    served = Served(folder / "home", few_cases(folder / "knowledge"), allowed_site.url)
    for site in (allowed_site, strange_site):
        site.embed(served.url)
    yield served
    served.kill()


@pytest.fixture
def visits(browser: Browser) -> Iterator[Visits]:
    opened = Visits(browser)
    yield opened
    opened.close()


def few_cases(to: Path) -> Path:
    """A copy of the shipped knowledge with the first cases of each half, and gates of both kinds."""
    shutil.copytree(KNOWLEDGE, to)
    for path in (to / "cases").glob("*.jsonl"):
        path.write_text("".join(path.read_text("utf-8").splitlines(keepends=True)[:CASES_PER_HALF]), "utf-8")
    (to / "gates.yaml").write_text(GATES, "utf-8")
    return to
