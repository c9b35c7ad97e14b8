import numpy as np
import pytest
from word_embedder import WordEmbedder

from assistant.answering.coverage import coverage
from assistant.answering.extractive import ExtractiveAnswerer, choose_units
from assistant.answering.support import check
from assistant.evidence import Draft, Evidence, Inquiry, Passage, ScoredPassage

SHIPPING = Passage(
    id="ship#cost",
    article_id="ship",
    title="Delivery",
    headings=("What delivery costs",),
    text="Delivery to Ireland costs €4.90. It is free over €75.",
)
RETURNS = Passage(
    id="back#window",
    article_id="back",
    title="Returns",
    headings=("How long you may return",),
    text="You may return boots within 30 days. Worn boots cannot be returned.",
)
COOKIES = Passage(id="cookie", article_id="cookie", title="Cookies", text="We set two cookies in your browser.")


def evidence(*questions: str, passages: tuple[Passage, ...] = (SHIPPING, RETURNS, COOKIES)) -> Evidence:
    embedder = WordEmbedder()
    asked = embedder.embed(questions)
    scored = []
    for passage in passages:
        near = float((asked @ embedder.embed([f"{passage.title} {passage.text}"])[0]).max())
        scored.append(ScoredPassage(passage=passage, score=near, similarity=near))
    return Evidence(
        inquiry=Inquiry(message=" ".join(questions), question=" ".join(questions), parts=questions, topic="general"),
        passages=tuple(sorted(scored, key=lambda found: -found.score)),
    )


async def draft(found: Evidence) -> Draft:
    return await ExtractiveAnswerer(WordEmbedder(), None).draft(found, 5)


async def test_it_answers_in_the_articles_words_under_their_heading() -> None:
    found = evidence("what does delivery to ireland cost")
    said = await draft(found)
    assert said.answers_question
    assert said.text.startswith("**What delivery costs**\n\nDelivery to Ireland costs €4.90.")
    assert {citation.article_id for citation in said.citations} == {"ship"}
    assert check(said, found).carried


async def test_every_part_of_a_message_is_answered() -> None:
    said = await draft(evidence("what does delivery to ireland cost", "how long may i return boots"))
    assert {citation.article_id for citation in said.citations} >= {"ship", "back"}


async def test_it_abstains_but_keeps_the_nearest_sentences_as_a_suggestion() -> None:
    said = await draft(evidence("unrelated zebra question"))
    assert not said.answers_question
    assert said.sentences


async def test_one_unanswered_part_is_enough_to_abstain() -> None:
    said = await draft(evidence("what does delivery to ireland cost", "zebra giraffe elephant"))
    assert not said.answers_question


async def test_without_passages_there_is_nothing_to_say() -> None:
    said = await draft(evidence("anything", passages=()))
    assert not said.answers_question
    assert said.sentences == ()
    assert said.signals == {}


def test_a_short_section_is_said_whole_and_a_long_one_around_its_best_sentence() -> None:
    short, long = ["a b c", "d e f"], [f"{n} " * 30 for n in "abcdef"]
    assert choose_units(short, np.array([0.1, 0.9], np.float32)) == range(2)
    chosen = choose_units(long, np.array([0.1, 0.2, 0.9, 0.8, 0.1, 0.1], np.float32))
    assert chosen == range(2, 4)


def test_coverage_counts_rare_words_more() -> None:
    pool = [SHIPPING, RETURNS, COOKIES]
    assert coverage("delivery to ireland", pool)[SHIPPING.id] == 1
    assert coverage("delivery to iceland", pool)[SHIPPING.id] < 0.6
    assert coverage("delivery to iceland", pool)[COOKIES.id] == 0


@pytest.mark.parametrize("question", ["retrun boots", "returned boots", "boots"])
def test_coverage_forgives_endings_and_slips(question: str) -> None:
    assert coverage(question, [SHIPPING, RETURNS])[RETURNS.id] == 1


def test_a_question_without_telling_words_is_half_covered() -> None:
    assert coverage("can you do it?", [SHIPPING])[SHIPPING.id] == 0.5
