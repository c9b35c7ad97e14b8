"""What the real embedder and the shipped topics make of a conversation."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.answering.inquiry import InquiryReader
from assistant.answering.topics import Topics
from assistant.conversation import Conversation, Message
from assistant.evidence import Inquiry
from assistant.retrieval.embedder import RememberingEmbedder, SentenceTransformerEmbedder
from assistant.settings import ROOT


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InquiryReader]:
    embedder = RememberingEmbedder(SentenceTransformerEmbedder("all-MiniLM-L6-v2"))
    cache: Path = tmp_path_factory.mktemp("cache")
    yield InquiryReader(Topics.load(ROOT / "knowledge", embedder, cache), embedder)


def read(reader: InquiryReader, *said: str) -> Inquiry:
    return reader.read(Conversation(messages=tuple(Message(author="customer", text=text) for text in said)))


def test_a_short_message_with_a_clear_topic_stands_alone(reader: InquiryReader) -> None:
    inquiry = read(reader, "how much is shipping to the uk", "Where is my order?")
    assert inquiry.question == "Where is my order?"
    assert inquiry.about_own_order


@pytest.mark.parametrize("text", ["and to spain?", "why?", "is it free from some amount"])
def test_a_message_that_points_back_takes_the_one_before_along(reader: InquiryReader, text: str) -> None:
    assert read(reader, "how much is shipping to ireland", text).question == f"how much is shipping to ireland\n{text}"


def test_the_order_form_answers_the_question_before_it(reader: InquiryReader) -> None:
    inquiry = read(reader, "where is my parcel", "Order FH-10547")
    assert inquiry.about_own_order
    assert inquiry.order_number == "FH-10547"


def test_each_question_goes_where_it_is_answered(reader: InquiryReader) -> None:
    inquiry = read(reader, "where is my order and how many days do I have to send things back?")
    assert inquiry.order_parts == ("where is my order",)
    assert inquiry.parts == ("how many days do I have to send things back?",)


@pytest.mark.parametrize("text", ["cancel my order now pls", "the tent arrived with a snapped pole", "i will sue you"])
def test_what_is_reserved_is_seen(reader: InquiryReader, text: str) -> None:
    assert read(reader, text).reserved_score > 0.5


def test_a_language_is_told_only_from_enough_words(reader: InquiryReader) -> None:
    assert read(reader, "Wie lange dauert der Versand nach Deutschland?").language == "de"
    assert read(reader, "ok").language == "en"


def test_what_was_said_before_is_kept_for_a_model(reader: InquiryReader) -> None:
    said = ("hello", "do you sell tents", "x" * 1_000, "and boots", "which of them are waterproof?")
    earlier = read(reader, *said).earlier
    assert earlier == ("do you sell tents", "x" * 300, "and boots")
    assert read(reader, "hello").earlier == ()
