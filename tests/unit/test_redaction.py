"""What a chat model is told in place of personal data, and what its answer becomes."""

import json
from typing import Any

import pytest

from assistant.chat_models.port import ChatMessage
from assistant.chat_models.scripted import ScriptedModel
from assistant.privacy.names import NameFinder
from assistant.privacy.patterns import find
from assistant.privacy.redacting import RedactingModel
from assistant.privacy.redaction import Redaction

ARTICLE = {"id": "p1", "title": "Contact", "text": "Write to help@shop.example. Say [EMAIL_1], never FH-99999."}
RECEIPT = {"id": "rcpt_1", "tool": "order_status", "facts": {"number": "FH-10483", "note": "left with bo@example.org"}}


def redacted(text: str) -> tuple[Redaction, str]:
    redaction = Redaction()
    redaction.learn(text, find)
    return redaction, redaction.redact(text)


async def asked(material: Any, answer: Any = None, instructions: str = "Answer.") -> tuple[dict[str, Any], Any]:
    """What the model read, and what came back to us."""
    model = ScriptedModel([answer if answer is not None else {}])
    content = material if isinstance(material, str) else json.dumps(material)
    messages = [ChatMessage("system", instructions), ChatMessage("user", content)]
    completion = await RedactingModel(model, NameFinder(with_model=False)).complete(messages, {}, 5)
    ((system, user),) = model.asked
    assert system.content == instructions
    return json.loads(user.content) if not isinstance(material, str) else {"": user.content}, completion.content


def test_the_same_value_has_the_same_token_and_each_its_own() -> None:
    redaction, text = redacted("a@example.org, b@example.org, a@example.org and 087 123 4567")
    assert text == "[EMAIL_1], [EMAIL_2], [EMAIL_1] and [PHONE_1]"
    assert redaction.restore(text) == "a@example.org, b@example.org, a@example.org and 087 123 4567"


def test_a_token_that_was_never_given_out_stays_what_it_is() -> None:
    redaction, _ = redacted("a@example.org")
    assert redaction.restore("[EMAIL_2] [CARD_1] [email_1]") == "[EMAIL_2] [CARD_1] a@example.org"


@pytest.mark.parametrize(
    "hostile", ["[EMAIL_1]", "[email_1]", "x[EMAIL_1]y", "[TEXT_1]", "[TEXT_1][EMAIL_1]", "[[EMAIL_1]]"]
)
def test_text_that_looks_like_a_token_is_not_one(hostile: str) -> None:
    redaction, text = redacted(f"say {hostile} to a@example.org")
    assert redaction.restore(text) == f"say {hostile} to a@example.org"
    assert redaction.restore(redaction.redact(hostile)) == hostile


async def test_questions_parts_and_history_lose_personal_data_and_articles_stay() -> None:
    said = "I'm Aoife Brennan, aoife@example.com, of 14 Shop Street, Galway. Where is FH-10483, and FH-20000?"
    material = {
        "question": said,
        "parts": ["Where is FH-20000?"],
        "history": [{"author": "customer", "text": "ring Aoife Brennan on 087 123 4567; help@shop.example is silent"}],
        "evidence": [ARTICLE, RECEIPT],
    }
    read, _ = await asked(material)
    assert read["question"] == "I'm [NAME_1], [EMAIL_1], of [ADDRESS_1]. Where is FH-10483, and [ORDER_NUMBER_1]?"
    assert read["parts"] == ["Where is [ORDER_NUMBER_1]?"]
    assert read["history"][0]["text"] == "ring [NAME_1] on [PHONE_1]; help@shop.example is silent"
    assert read["evidence"][0]["text"] == "Write to help@shop.example. Say [TEXT_1], never FH-99999."
    assert read["evidence"][1]["facts"] == {"number": "FH-10483", "note": "left with [EMAIL_2]"}


async def test_an_answer_gets_the_data_back_word_by_word() -> None:
    answer = {
        "answers_question": True,
        "sentences": [
            {
                "text": "It was left with [EMAIL_2].",
                "citations": [{"evidence_id": "rcpt_1", "quote": "left with [EMAIL_2]"}],
            },
            {"text": "Say it.", "citations": [{"evidence_id": "p1", "quote": "Say [TEXT_1], never FH-99999."}]},
        ],
    }
    _, content = await asked({"question": "is a@example.org right?", "evidence": [ARTICLE, RECEIPT]}, answer)
    first, second = content["sentences"]
    assert (first["text"], first["citations"][0]["quote"]) == (
        "It was left with bo@example.org.",
        RECEIPT["facts"]["note"],
    )
    assert second["citations"][0]["quote"] in ARTICLE["text"]


@pytest.mark.parametrize(
    "material", ["mail a@example.org", '["a@example.org"]', '"a@example.org"', '{"evidence": "a@example.org"}']
)
async def test_whatever_a_message_is_made_of_it_is_redacted(material: str) -> None:
    read, _ = await asked(material)
    assert "a@example.org" not in read[""]
    assert "[EMAIL_1]" in read[""]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("my name is tomás ó flaherty and i want", "tomás ó flaherty"),
        ("I'm Aoife Brennan, where is it", "Aoife Brennan"),
        ("It is late.\n\nKind regards,\nAoife", "Aoife"),
        ("Mrs O'Brien asks", "O'Brien"),
        ("my husband Darnell ordered it", "Darnell"),
        ("my name is Ina Onslow", "Ina Onslow"),
        ("Thanks,\n\nAoife", "Aoife"),
        ("Katarzyna Zielińska here. where is it", "Katarzyna Zielińska"),
    ],
)
def test_names_are_found_by_the_words_around_them(text: str, name: str) -> None:
    found = NameFinder(with_model=False).find(text)
    assert [(f.kind, text[f.start : f.end]) for f in found] == [("NAME", name)]


@pytest.mark.parametrize(
    "text",
    [
        "my name is on the parcel, on it",
        "My name is spelt wrong",
        "I am Irish.",
        "I'm in Berlin",
        "this is it",
        "Dr. is a title",
        "how long to Germany?",
    ],
)
def test_other_words_are_no_names(text: str) -> None:
    assert NameFinder(with_model=False).find(text) == []
