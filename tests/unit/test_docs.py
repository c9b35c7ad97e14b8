"""The docs say what is so: nothing they name is missing, nothing they list is stale."""

import inspect
import re
import runpy
from pathlib import Path

import pytest

from assistant import conversation, evidence, ticket
from assistant.evidence import Word

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])
NAMED_PATH = re.compile(r"`((?:assistant|ingestion|evals|tests|docs|knowledge|prompts|benchmarks)/[^`\s*…<]*)`")
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#]+)(?:#[^)]*)?\)")


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def test_the_settings_page_is_fresh() -> None:
    page = runpy.run_path(str(DOCS / "make_settings.py"))["settings_page"]()
    assert (DOCS / "settings.md").read_text("utf-8") == page, "docs/settings.md is stale; run `make docs`"


def test_the_glossary_holds_every_word() -> None:
    words = {
        word
        for module in (conversation, evidence, ticket)
        for word, found in vars(module).items()
        if inspect.isclass(found) and found.__module__ == module.__name__ and found is not Word
    }
    listed = set(re.findall(r"^\| \*\*([A-Z]\w+)\*\* \|", (DOCS / "glossary.md").read_text("utf-8"), re.MULTILINE))
    assert listed == words


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_path_named_exists(page: Path) -> None:
    missing = [path for path in NAMED_PATH.findall(page.read_text("utf-8")) if not (ROOT / path).exists()]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    missing = [link for link in LINK.findall(page.read_text("utf-8")) if not (page.parent / link).exists()]
    assert not missing


def test_decisions_are_numbered_and_name_what_enforces_them() -> None:
    decisions = sorted((DOCS / "decisions").glob("*.md"))
    assert [page.name[:4] for page in decisions] == [f"{number:04}" for number in range(1, len(decisions) + 1)]
    for page in decisions:
        text = page.read_text("utf-8")
        assert text.startswith(f"# {page.name[:4]}. ")
        assert "**Enforced by** " in text, page.name
