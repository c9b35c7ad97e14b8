"""Drafts from a scripted model: what becomes of the words of a model."""

import json
from collections.abc import Sequence

import pytest

from assistant.answering.generated import GeneratedAnswerer
from assistant.answering.own_words import Answer, OwnWords
from assistant.answering.prompts import Prompts
from assistant.chat_models.port import ChatMessage
from assistant.chat_models.scripted import ScriptedModel
from assistant.errors import ChatModelNonsense, ChatModelUnavailable
from assistant.evidence import Citation, Draft, Evidence, Inquiry, Passage, Receipt, ScoredPassage, Sentence
from assistant.settings import Settings

PASSAGE = Passage(
    id="shipping-eu#2",
    article_id="shipping-eu",
    title="Shipping in the EU",
    text="Delivery to Germany takes 3–5 working days.\nIt’s free  from 75 EUR.",
    url="/help/shipping-eu",
)
RECEIPT = Receipt(
    id="receipt-1", tool="look_up_order", arguments={"number": "1001"}, result={"expected_on": "2026-03-01"}
)
QUESTION = "How long does delivery to Germany take?"
SPARE = Draft(
    sentences=(Sentence(text="Spare.", citations=(Citation(evidence_id=PASSAGE.id, quote="Spare."),)),),
    answers_question=True,
    signals={"sentence": 0.7},
    model="extractive",
)
WORDS = OwnWords(Prompts.load(Settings().prompts))


class Spare:
    """An answerer that always has the same draft."""

    async def draft(self, evidence: Evidence, seconds: float) -> Draft:
        return SPARE


def evidence(question: str = QUESTION, **changes: object) -> Evidence:
    inquiry = Inquiry(message=question, question=question, parts=(question,), topic="shipping")
    found = {"passages": (ScoredPassage(passage=PASSAGE, score=1.0),), "receipts": (RECEIPT,)}
    return Evidence(inquiry=inquiry, **(found | changes))


def cited(text: str, *quotes: tuple[str, str]) -> dict:
    citations = [{"evidence_id": evidence_id, "quote": quote} for evidence_id, quote in quotes]
    return {"text": text, "citations": citations}


def saying(*sentences: dict, answers: bool = True) -> dict:
    return {"answers_question": answers, "sentences": list(sentences)}


async def drafted(*answers, found: Evidence | None = None, seconds: float = 5) -> Draft:
    return await GeneratedAnswerer(ScriptedModel(answers), WORDS, fallback=Spare()).draft(found or evidence(), seconds)


async def test_a_draft_cites_and_says_what_made_it() -> None:
    draft = await drafted(
        saying(cited("It takes 3–5 working days.", (PASSAGE.id, "Delivery to Germany takes 3–5 working days.")))
    )
    assert draft.answers_question
    assert draft.text == "It takes 3–5 working days."
    assert draft.citations == (
        Citation(
            evidence_id=PASSAGE.id,
            quote="Delivery to Germany takes 3–5 working days.",
            article_id="shipping-eu",
            title="Shipping in the EU",
            url="/help/shipping-eu",
        ),
    )
    assert (draft.prompt, draft.model) == ("answer@3", "scripted")
    assert draft.usage.keys() == {"prompt", "completion"}
    assert draft.signals == SPARE.signals


@pytest.mark.parametrize(
    ("quote", "becomes"),
    [
        ("takes 3-5 working  days", "takes 3–5 working days"),
        ("working days. It's free from", "working days.\nIt’s free  from"),
        ("takes 9 working days", "takes 9 working days"),
        ("", ""),
        ("free (.*) EUR", "free (.*) EUR"),
    ],
    ids=["dash", "line-break", "invented", "empty", "pattern"],
)
async def test_quotes_take_the_passage_s_own_characters(quote: str, becomes: str) -> None:
    draft = await drafted(saying(cited("Text.", (PASSAGE.id, quote))))
    assert [c.quote for c in draft.citations] == [becomes]


async def test_a_receipt_is_cited_by_its_fact() -> None:
    draft = await drafted(saying(cited("It is expected on 2026-03-01.", (RECEIPT.id, "2026-03-01"))))
    assert draft.citations == (Citation(evidence_id=RECEIPT.id, quote="2026-03-01"),)


async def test_citations_of_evidence_that_was_not_retrieved_are_dropped() -> None:
    draft = await drafted(saying(cited("Believe me.", ("made-up", "x")), cited("And me.", (PASSAGE.id, "free"))))
    assert [len(sentence.citations) for sentence in draft.sentences] == [0, 1]


async def test_control_characters_do_not_reach_the_database() -> None:
    draft = await drafted(saying(cited("Free\x00 now.\n", (PASSAGE.id, "fr\x00ee"))))
    assert (draft.text, draft.citations[0].quote) == ("Free  now.", "fr ee")


async def test_abstaining_keeps_the_nearest_sentences_as_a_suggestion() -> None:
    draft = await drafted(saying(answers=False))
    assert not draft.answers_question
    assert draft.sentences == SPARE.sentences
    assert (draft.prompt, draft.signals) == ("answer@3", SPARE.signals)


@pytest.mark.parametrize(
    "answer",
    [
        ChatModelUnavailable("down"),
        ChatModelNonsense("prose"),
        {},
        {"answers_question": True},
        {"answers_question": True, "sentences": "yes"},
        saying(),
        saying(cited("  ")),
        saying({"text": "Hello", "citations": None}),
        saying(cited("\ud800")),
        saying(cited("Text.")) | {"thoughts": "hm"},
    ],
)
async def test_the_fallback_stands_in(answer: dict | Exception, caplog: pytest.LogCaptureFixture) -> None:
    assert await drafted(answer) == SPARE
    assert "stands in" in caplog.text


async def test_what_a_model_took_is_in_the_service_s_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "handrail")
    await drafted(saying(cited("It takes 3–5 working days.", (PASSAGE.id, "takes 3–5 working days"))))
    assert "first token after" in caplog.text


async def test_no_time_left() -> None:
    assert await drafted(saying(cited("Too late.")), seconds=0) == SPARE


async def test_half_a_character_from_a_customer_can_be_sent() -> None:
    def look(messages: Sequence[ChatMessage]) -> dict:
        assert json.loads(messages[1].content.encode())["question"] == "Where? ?"
        return saying(cited("Seen."))

    assert (await drafted(look, found=evidence("Where? \ud83d"))).text == "Seen."


async def test_without_evidence_the_model_is_not_asked() -> None:
    model = ScriptedModel([])
    draft = await GeneratedAnswerer(model, WORDS, fallback=Spare()).draft(evidence(passages=(), receipts=()), 5)
    assert (draft, model.asked) == (SPARE, [])


async def test_what_is_untrusted_travels_as_one_message() -> None:
    def look(messages: Sequence[ChatMessage]) -> dict:
        system, user = messages
        assert (system.role, user.role) == ("system", "user")
        material = json.loads(user.content)
        assert (material["question"], material["earlier"]) == (QUESTION, [])
        passage, receipt = material["evidence"]
        assert passage == {"id": PASSAGE.id, "title": PASSAGE.title, "headings": [], "text": PASSAGE.text}
        assert receipt == {"id": RECEIPT.id, "tool": RECEIPT.tool, "facts": RECEIPT.result}
        return saying(cited("Seen."))

    assert (await drafted(look)).text == "Seen."


def test_the_schema_suits_strict_servers() -> None:
    """Strict mode wants every object closed and every property required."""
    schema = Answer.model_json_schema()
    for part in (schema, *schema["$defs"].values()):
        assert part["additionalProperties"] is False
        assert set(part["required"]) == set(part["properties"])
