"""The public sets that retrieval is measured on, read from where they lie and never copied.

`HANDRAIL_BENCHMARKS` names the folder, by default `../shared/benchmarks` beside the repository. Each set has its origin
and licence in a README of its own.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

from ingestion.article import Article


@dataclass(frozen=True)
class Asked:
    """One question. `history` holds (author, text) of what was said before, `gold` the articles that answer it."""

    id: str
    question: str
    gold: frozenset[str]
    history: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Collection:
    """Articles, questions with an answer among them, and questions without one.

    `tuned` says which questions weights were chosen on; their figures are reported apart.
    """

    name: str
    articles: tuple[Article, ...]
    asked: tuple[Asked, ...]
    unanswerable: tuple[Asked, ...]
    tuned: frozenset[str] = frozenset()


def folder() -> Path:
    """Where the sets are expected."""
    named = os.environ.get("HANDRAIL_BENCHMARKS")
    return Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "benchmarks"


def techqa() -> Collection:
    """TechQA: support questions to 337 technical notes. Fusion weights were chosen on every second question."""
    articles = tuple(_note(line) for line in _lines("techqa/documents.jsonl"))
    asked = [
        (line["is_impossible"], Asked(line["id"], line["question"], frozenset(line["doc_ids"])))
        for line in _lines("techqa/questions.jsonl")
    ]
    answerable = tuple(question for impossible, question in asked if not impossible)
    return Collection(
        "techqa",
        articles,
        answerable,
        tuple(question for impossible, question in asked if impossible),
        frozenset(question.id for question in answerable[::2]),
    )


def mtrag_un() -> Collection:
    """MTRAG-UN: the last turns of conversations over three corpora, searched as one.

    How a follow-up is searched was chosen on every conversation whose id has an even checksum.
    """
    articles = tuple(
        _article(line["id"], line["title"] or "", line["text"]) for line in _lines("mtrag_un/passages.jsonl")
    )
    known = {article.id for article in articles}
    asked, unanswerable = [], []
    for line in _lines("mtrag_un/tasks.jsonl"):
        history = tuple((_AUTHORS[said["speaker"]], said["text"]) for said in line["history"])
        question = Asked(line["task_id"], line["question"], frozenset(line["passage_ids"]) & known, history)
        if question.gold:
            asked.append(question)
        elif "UNANSWERABLE" in line["answerability"]:
            unanswerable.append(question)
    tuned = frozenset(question.id for question in asked if crc32(question.id.partition("<")[0].encode()) % 2 == 0)
    return Collection("mtrag_un", articles, tuple(asked), tuple(unanswerable), tuned)


SETS = {"techqa": techqa, "mtrag_un": mtrag_un}
_AUTHORS = {"user": "customer", "agent": "assistant"}


def _lines(name: str) -> Iterator[dict[str, Any]]:
    with (folder() / name).open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def _note(line: dict[str, Any]) -> Article:
    """A note of TechQA, whose title stands on its first line."""
    title, _, body = line["text"].partition("\n")
    return _article(line["id"], title.removeprefix("Title:").strip(), body.strip().removeprefix("Text:"))


def _article(name: str, title: str, body: str) -> Article:
    return Article(id=name, title=title.strip()[:500] or name, body=body.strip() or title, path=name)
