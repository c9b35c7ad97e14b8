"""A follow-up is heard together with what was said before it."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from word_embedder import WordEmbedder

from assistant.evidence import Passage
from assistant.retrieval.embedder import embed_passages
from assistant.retrieval.index import EmbeddedIndex, IndexedPassage, Scope, Snapshot
from assistant.retrieval.retriever import Retriever

SCOPE = Scope(day=date(2026, 1, 1))
PASSAGES = [
    Passage(id="match", article_id="match", title="Price match", text="A cheaper price elsewhere is matched."),
    Passage(id="boots", article_id="boots", title="Boots", text="Boots come in every colour."),
    Passage(id="tents", article_id="tents", title="Tents", text="Tents come with pegs."),
]


@pytest.fixture
def snapshot(tmp_path: Path) -> Iterator[Snapshot]:
    index = EmbeddedIndex(tmp_path)
    vectors = embed_passages(WordEmbedder(), PASSAGES)
    items = [IndexedPassage(passage, vector) for passage, vector in zip(PASSAGES, vectors, strict=True)]
    opened = index.open(index.publish(items, embedder="words", articles={}).snapshot)
    yield opened
    opened.close()


def found(snapshot: Snapshot, question: str, before: str = "") -> dict[str, float]:
    scored = Retriever(WordEmbedder()).retrieve([question], snapshot, SCOPE, 3, before=before)
    return {each.passage.id: each.score for each in scored}


def test_what_was_said_before_decides_where_the_message_says_little(snapshot: Snapshot) -> None:
    assert next(iter(found(snapshot, "does that count for every colour"))) == "boots"
    heard = found(snapshot, "does that count for every colour", before="is a cheaper price matched elsewhere")
    assert next(iter(heard)) == "match"


def test_a_new_subject_is_found_all_the_same(snapshot: Snapshot) -> None:
    assert next(iter(found(snapshot, "do tents come with pegs", before="is a cheaper price matched"))) == "tents"


def test_the_score_is_the_mean_of_both_searches(snapshot: Snapshot) -> None:
    before, question = "is a cheaper price matched", "and boots"
    alone, behind = found(snapshot, question), found(snapshot, f"{before}\n{question}")
    for name, score in found(snapshot, question, before).items():
        assert score == pytest.approx((alone[name] + behind[name]) / 2, abs=1e-4)
