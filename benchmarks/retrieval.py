"""How often the right article is found: `python -m benchmarks.retrieval [techqa] [mtrag_un]`.

Compares the production retriever (ingestion, snapshot and inquiry included) with three others that use the same
embedding model in the same run: the throw-away script that anybody writes first (windows of 180 words, MiniLM and BM25
fused by reciprocal rank, the customer's message before put in front of the question), and either half of it alone.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import log
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from assistant.answering.inquiry import InquiryReader
from assistant.answering.sentences import words
from assistant.answering.topics import Topics
from assistant.conversation import Conversation, Message
from assistant.errors import ArticleError
from assistant.retrieval.embedder import PACKAGED, Embedder, RememberingEmbedder, SentenceTransformerEmbedder
from assistant.retrieval.index.embedded import EmbeddedIndex
from assistant.retrieval.index.port import Scope
from assistant.retrieval.retriever import Retriever
from benchmarks.sets import SETS, Asked, Collection, folder
from evals.intervals import interval
from ingestion import sync
from ingestion.article import Article

Search = Callable[[Asked], list[str]]  # a question to article ids, best first
WINDOW = 180  # words of the script's passages
DEPTH = 10  # articles looked at
RRF = 60


class Fixed:
    """A source of articles that are in memory."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self._articles = articles

    def articles(self) -> Iterator[Article | ArticleError]:
        """Every article once."""
        yield from self._articles


def handrail(collection: Collection, embedder: Embedder, home: Path) -> Search:
    """Ingestion, a published snapshot, the inquiry reader and the retriever, as the service has them."""
    index = EmbeddedIndex(home)
    sync(Fixed(collection.articles), embedder, index, home / "cache", progress=_Shown(f"{collection.name}: embedding"))
    snapshot = index.open(index.current() or "")
    reader, retriever = InquiryReader(Topics(()), embedder), Retriever(embedder)

    def search(asked: Asked) -> list[str]:
        said = (*asked.history, ("customer", asked.question))
        conversation = Conversation(messages=tuple(Message(author=who, text=text) for who, text in said))  # type: ignore[arg-type]
        inquiry = reader.read(conversation)
        scope = Scope(day=date(2026, 1, 1))
        found = retriever.retrieve(inquiry.searched, snapshot, scope, 40, before=inquiry.before)
        return list(dict.fromkeys(hit.passage.article_id for hit in found))

    return search


@dataclass(frozen=True)
class Script:
    """What anybody writes first."""

    owners: list[str]  # article of each window
    vectors: np.ndarray
    counts: list[Counter[str]]
    embedder: Embedder

    @classmethod
    def over(cls, collection: Collection, embedder: Embedder) -> "Script":
        """Cut and embed a collection."""
        windows = [
            (article.id, f"{article.title}\n{' '.join(text)}")
            for article in collection.articles
            for text in _windows(article.body.split())
        ]
        texts = [text for _, text in windows]
        vectors = embedder.embed(texts)
        return cls([name for name, _ in windows], vectors, [Counter(words(text)) for text in texts], embedder)

    def both(self, asked: Asked) -> list[str]:
        """By reciprocal rank."""
        text = _with_previous(asked)
        ranks = [np.argsort(-scores, kind="stable") for scores in (self._dense(text), self._bm25(text))]
        fused = np.zeros(len(self.owners))
        for order in ranks:
            fused[order] += 1 / (RRF + 1 + np.arange(len(order)))
        return self._articles(fused)

    def dense(self, asked: Asked) -> list[str]:
        """By cosine."""
        return self._articles(self._dense(_with_previous(asked)))

    def bm25(self, asked: Asked) -> list[str]:
        """By words."""
        return self._articles(self._bm25(_with_previous(asked)))

    def _dense(self, text: str) -> np.ndarray:
        return self.vectors @ self.embedder.embed([text])[0]

    def _bm25(self, text: str, k: float = 1.2, b: float = 0.75) -> np.ndarray:
        n = len(self.counts)
        lengths = np.array([sum(count.values()) for count in self.counts])
        scores = np.zeros(n)
        for word in set(words(text)):
            tf = np.array([count[word] for count in self.counts])
            df = int((tf > 0).sum())
            scores += (
                log(1 + (n - df + 0.5) / (df + 0.5)) * tf * (k + 1) / (tf + k * (1 - b + b * lengths / lengths.mean()))
            )
        return scores

    def _articles(self, scores: np.ndarray) -> list[str]:
        return list(dict.fromkeys(self.owners[place] for place in np.argsort(-scores, kind="stable")[:200]))


def _windows(text: list[str]) -> list[list[str]]:
    return [text[start : start + WINDOW] for start in range(0, max(len(text), 1), WINDOW)]


def _with_previous(asked: Asked) -> str:
    said = [text for author, text in asked.history if author == "customer"]
    return f"{said[-1]}\n{asked.question}" if said else asked.question


class _Shown:
    """Progress of an embedding run, in whole tenths, on standard error."""

    def __init__(self, what: str) -> None:
        self._what, self._tenth = what, -1

    def __call__(self, done: int, total: int) -> None:
        tenth = 10 * done // max(total, 1)
        if tenth != self._tenth:
            self._tenth = tenth
            print(f"{self._what} {tenth}0 %", file=sys.stderr)


def measure(collection: Collection, embedder: Embedder, home: Path) -> Table:
    """One table: each system over the questions nothing was tuned on, and over the tuned ones where there are any."""
    script = Script.over(collection, embedder)
    systems = {
        "Handrail": handrail(collection, embedder, home),
        "script: MiniLM + BM25, RRF": script.both,
        "MiniLM alone": script.dense,
        "BM25 alone": script.bm25,
    }
    parts = {"": [q for q in collection.asked if q.id not in collection.tuned]}
    if collection.tuned:
        parts[" (tuned half)"] = [q for q in collection.asked if q.id in collection.tuned]
    table = Table(
        "system",
        "hit@1",
        "hit@3",
        "R@5",
        "questions",
        title=f"{collection.name}: {len(collection.articles)} articles",
        title_justify="left",
    )
    for name, search in systems.items():
        ranked = {
            q.id: search(q)[:DEPTH]
            for q in track(collection.asked, f"{collection.name}: {name}", console=Console(stderr=True))
        }
        for part, questions in parts.items():
            table.add_row(f"{name}{part}", *_scores(questions, ranked), str(len(questions)))
    return table


def _scores(questions: Sequence[Asked], ranked: dict[str, list[str]]) -> list[str]:
    hits = {k: [float(bool(q.gold & set(ranked[q.id][:k]))) for q in questions] for k in (1, 3)}
    recall = [len(q.gold & set(ranked[q.id][:5])) / len(q.gold) for q in questions]
    return [_shown(scores) for scores in (hits[1], hits[3], recall)]


def _shown(scores: Sequence[float]) -> str:
    found = interval(scores, [str(place) for place in range(len(scores))])
    return f"{found.value:.3f} ({found.low:.3f}–{found.high:.3f})"


def main(names: Sequence[str]) -> int:
    """Measure the sets named, or all."""
    embedder = RememberingEmbedder(SentenceTransformerEmbedder(PACKAGED), size=100_000)
    for name in names or SETS:
        if name not in SETS:
            print(f"there is no set {name!r}; known are {', '.join(SETS)}")
            return 2
        if not (folder() / name).is_dir():
            print(
                f"{name}: skipped, {folder() / name} does not exist; HANDRAIL_BENCHMARKS names the folder of the sets"
            )
            continue
        with TemporaryDirectory() as home:
            Console(width=120).print(measure(SETS[name](), embedder, Path(home)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
