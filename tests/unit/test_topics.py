from pathlib import Path

import pytest
from word_embedder import WordEmbedder

from assistant.answering.topics import GENERAL, Topics
from assistant.errors import KnowledgeError

TOPICS = """
topics:
  - {id: shipping, examples: [how much is shipping, how long does delivery take, is delivery free, do you ship abroad]}
  - {id: mine, needs_order: true, examples: [where is my parcel, where is my order, when will my parcel come]}
  - {id: claim, mode: human, examples: [refund me now, i want my money back, give me a refund, my money back please]}
  - {id: angry, mode: human, examples: [i will sue you, my lawyer will write, see you in court, i sue]}
"""


def topics(folder: Path, text: str = TOPICS, embedder: WordEmbedder | None = None) -> Topics:
    (folder / "topics.yaml").write_text(text, "utf-8")
    return Topics.load(folder, embedder or WordEmbedder(), folder / "cache")


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("how long does delivery take", "shipping"),
        ("where is my parcel", "mine"),
        ("give me my money back", "claim"),
        ("my lawyer will sue", "angry"),
    ],
)
def test_a_question_belongs_to_the_topic_it_is_worded_like(tmp_path: Path, question: str, topic: str) -> None:
    found = topics(tmp_path).classify(WordEmbedder().embed([question]))[0]
    assert found.topic == topic
    assert 0 < found.share <= 1


def test_reserved_counts_all_topics_kept_for_humans(tmp_path: Path) -> None:
    found = topics(tmp_path).classify(WordEmbedder().embed(["refund me or i sue"]))[0]
    assert found.topic in ("claim", "angry")
    assert found.reserved > found.share


def test_a_topic_with_consequences_needs_to_be_sure(tmp_path: Path) -> None:
    text = """
topics:
  - {id: mine, needs_order: true, examples: [where is my parcel]}
  - {id: claim, mode: human, examples: [refund me now]}
  - {id: sizes, examples: [which size]}
  - {id: washing, examples: [how to wash]}
"""
    found = topics(tmp_path, text).classify(WordEmbedder().embed(["entirely unrelated words"]))[0]
    assert found.topic in ("sizes", "washing")


def test_the_topics_that_articles_answer_share_among_themselves(tmp_path: Path) -> None:
    found = topics(tmp_path).classify(WordEmbedder().embed(["refund me or i sue"]))[0]
    assert found.article_topics == {"shipping": pytest.approx(1.0)}


def test_without_topics_every_question_is_general_and_open(tmp_path: Path) -> None:
    none = Topics.load(tmp_path, WordEmbedder(), tmp_path / "cache")
    assert none.classify(WordEmbedder().embed(["a", "b"])) == [(GENERAL, 1.0, 0.0, {})] * 2
    assert none[GENERAL].mode == "auto"


def test_topics_without_examples_are_known_but_never_found(tmp_path: Path) -> None:
    known = topics(tmp_path, "topics: [{id: shipping, mode: suggest}, {id: returns}]")
    assert known["shipping"].mode == "suggest"
    assert known.classify(WordEmbedder().embed(["shipping"]))[0].topic == GENERAL


def test_two_topics_are_enough(tmp_path: Path) -> None:
    known = topics(tmp_path, "topics: [{id: a, examples: [red apple]}, {id: b, examples: [blue boat]}]")
    assert [found.topic for found in known.classify(WordEmbedder().embed(["apple", "boat"]))] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("topics: [{id: a}, {id: a}]", "same id"),
        ("topics: [{id: a, examples: [one, two]}, {id: b}]", "only one topic"),
        ("topics: [{id: a, modus: human}]", "modus"),
        ("topics: [", "not valid YAML"),
    ],
)
def test_broken_topics_are_named(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(KnowledgeError, match=why):
        topics(tmp_path, text)


def test_the_model_is_kept_until_the_examples_change(tmp_path: Path) -> None:
    embedder = WordEmbedder()
    question = WordEmbedder().embed(["where is my parcel"])
    first = topics(tmp_path, embedder=embedder).classify(question)
    asked = embedder.embedded
    assert topics(tmp_path, embedder=embedder).classify(question) == first
    assert embedder.embedded == asked
    topics(tmp_path, TOPICS.replace("is delivery free", "free delivery"), embedder)
    assert embedder.embedded > asked


def test_a_damaged_model_is_fitted_again(tmp_path: Path) -> None:
    topics(tmp_path)
    [kept] = (tmp_path / "cache").glob("topics-*.npz")
    kept.write_bytes(kept.read_bytes()[:100])
    question = WordEmbedder().embed(["where is my parcel"])
    assert topics(tmp_path).classify(question)[0].topic == "mine"
