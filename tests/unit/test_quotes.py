"""A small model picks sentences by number; what becomes of its picks."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from assistant.answering import support
from assistant.answering.generated import GeneratedAnswerer, material, only_quoted
from assistant.answering.own_words import OwnWords
from assistant.answering.prompts import Prompts
from assistant.answering.quotes import MOST_QUOTES, Quotes
from assistant.chat_models.port import ChatMessage
from assistant.chat_models.scripted import ScriptedModel
from assistant.errors import PromptTooLong
from assistant.evidence import Citation, Draft, Evidence, Inquiry, Passage, Receipt, ScoredPassage, Sentence
from assistant.settings import Settings

PROMPTS = Prompts.load(Settings().prompts)
QUESTION = "How long does delivery to Germany take?"
TEXTS = (
    "We ship every day. Delivery to Germany takes 3 to 5 working days. Call us.",
    "Returns are free for 30 days. Boots must be clean.",
)
FOUND = tuple(
    ScoredPassage(
        passage=Passage(id=f"p{n}", article_id=f"a{n}", title=f"Title {n}", headings=("Times",), text=text), score=1.0
    )
    for n, text in enumerate(TEXTS)
)
RECEIPT = Receipt(id="r1", tool="look_up_order", arguments={}, result={"state": "shipped"})


class Weigher:
    """An answerer that finds what it is given as strong as its longest text; remembers what it was given."""

    def __init__(self, says: str = "Spare.", cites: str = "p0") -> None:
        self.given: list[Evidence] = []
        self._said = Sentence(text=says, citations=(Citation(evidence_id=cites, quote=says),))

    async def draft(self, evidence: Evidence, seconds: float) -> Draft:
        self.given.append(evidence)
        length = max((len(found.passage.text) for found in evidence.passages), default=0)
        return Draft(
            sentences=(self._said,), answers_question=length > 8, signals={"length": length}, model="extractive"
        )


def evidence(**changes: Any) -> Evidence:
    inquiry = Inquiry(message=QUESTION, question=QUESTION, parts=(QUESTION,), topic="shipping", earlier=("Hello!",))
    return Evidence(**({"inquiry": inquiry, "passages": FOUND} | changes))


async def picked(*answers: Any, weigher: Weigher | None = None, **changes: Any) -> Draft:
    model = ScriptedModel(answers)
    return await GeneratedAnswerer(model, Quotes(PROMPTS), weigher or Weigher()).draft(evidence(**changes), 5)


def picks(*numbers: int, answers: bool = True) -> dict[str, Any]:
    return {"quotes": list(numbers), "answers_question": answers}


async def test_the_customer_reads_the_articles_own_words() -> None:
    draft = await picked(picks(4, 2, 2))
    assert [sentence.text for sentence in draft.sentences] == [
        "Delivery to Germany takes 3 to 5 working days.",
        "Returns are free for 30 days.",
    ]
    assert [(c.evidence_id, c.article_id, c.title) for c in draft.citations] == [
        ("p0", "a0", "Title 0"),
        ("p1", "a1", "Title 1"),
    ]
    assert (draft.prompt, draft.answers_question) == ("quote@1", True)
    assert support.check(draft, evidence()).carried


async def test_sentences_are_numbered_through_and_only_these_may_be_named() -> None:
    def look(messages: Sequence[ChatMessage]) -> dict[str, Any]:
        asked = json.loads(messages[1].content)
        assert asked["question"] == QUESTION
        assert asked["earlier"] == ["Hello!"]
        assert [list(piece["text"]) for piece in asked["evidence"]] == [["1", "2", "3"], ["4", "5"]]
        assert asked["evidence"][1]["text"]["5"] == "Boots must be clean."
        return picks(1)

    assert (await picked(look)).text == "**Times**\n\nWe ship every day."
    schema = Quotes(PROMPTS).schema(evidence())
    assert schema["properties"]["quotes"]["items"]["enum"] == [1, 2, 3, 4, 5]
    assert schema["additionalProperties"] is False
    assert list(schema["properties"]) == ["quotes", "answers_question"] == schema["required"]


async def test_what_is_quoted_is_weighed_not_what_was_found() -> None:
    weigher = Weigher()
    draft = await picked(picks(2), weigher=weigher)
    assert [found.passage.text for found in weigher.given[-1].passages] == [draft.sentences[0].text]
    assert draft.signals == {"length": len(draft.sentences[0].text)}


async def test_quotes_too_weak_to_answer_are_no_answer() -> None:
    draft = await picked(picks(3))
    assert not draft.answers_question
    assert draft.signals == {"length": len("Call us.")}
    assert draft.text == "Spare."


async def test_what_cites_nothing_is_left_to_the_support_check() -> None:
    lie = {"answers_question": True, "sentences": [{"text": "Delivery takes 99 minutes.", "citations": []}]}
    draft = await GeneratedAnswerer(ScriptedModel([lie]), OwnWords(PROMPTS), Weigher()).draft(evidence(), 5)
    assert (draft.answers_question, draft.text) == (True, "Delivery takes 99 minutes.")
    assert not support.check(draft, evidence()).carried


@pytest.mark.parametrize("answer", [picks(9), picks(0), picks(), {"quotes": ["2"]}, {}, picks(1) | {"why": "x"}])
async def test_nonsense_is_the_extractive_draft(answer: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    assert (await picked(answer)).model == "extractive"
    assert "stands in" in caplog.text


async def test_abstaining() -> None:
    draft = await picked(picks(answers=False))
    assert (draft.answers_question, draft.model, draft.text) == (False, "scripted", "Spare.")


async def test_no_more_than_a_few() -> None:
    assert len((await picked(picks(1, 2, 3, 4, 5))).sentences) == MOST_QUOTES


@pytest.mark.parametrize("changes", [{"passages": ()}, {"receipts": (RECEIPT,)}], ids=["nothing", "order"])
async def test_where_a_model_adds_nothing_it_is_not_asked(changes: dict[str, Any]) -> None:
    assert (await picked(weigher=Weigher(cites="r1"), **changes)).model == "extractive"


async def test_the_scripted_model_picks_too() -> None:
    draft = await GeneratedAnswerer(ScriptedModel(), Quotes(PROMPTS), Weigher()).draft(evidence(), 5)
    assert draft.sentences[0].text == "Delivery to Germany takes 3 to 5 working days."


class Small(ScriptedModel):
    """A model whose context holds `characters`."""

    def __init__(self, characters: int) -> None:
        super().__init__()
        self._characters = characters
        self.tries = 0

    async def complete(self, messages: Sequence[ChatMessage], *rest: Any) -> Any:
        self.tries += 1
        if sum(len(message.content) for message in messages) > self._characters:
            raise PromptTooLong("too long", self._characters)
        return await super().complete(messages, *rest)


@pytest.mark.parametrize("wording", [Quotes, OwnWords])
async def test_a_small_context_gets_fewer_passages(wording: Callable[[Prompts], Quotes | OwnWords]) -> None:
    words = wording(PROMPTS)
    model = Small(len(words.prompt.text) + len(material(evidence(), words.offer(evidence()))) - 1)
    draft = await GeneratedAnswerer(model, words, Weigher()).draft(evidence(), 5)
    assert (draft.model, model.tries) == ("scripted", 2)
    (shown,) = (json.loads(asked[1].content) for asked in model.asked)
    assert len(shown["evidence"]) == 1


async def test_a_context_too_small_for_one_passage(caplog: pytest.LogCaptureFixture) -> None:
    model = Small(500)
    draft = await GeneratedAnswerer(model, Quotes(PROMPTS), Weigher()).draft(evidence(), 5)
    assert (draft.model, model.tries) == ("extractive", 1)
    assert "too long" in caplog.text


def test_only_quoted_keeps_what_is_cited_and_no_more() -> None:
    said = Sentence(
        text="x",
        citations=(
            Citation(evidence_id="p1", quote="Boots must be clean."),
            Citation(evidence_id="r1", quote="shipped"),
        ),
    )
    left = only_quoted(evidence(receipts=(RECEIPT,)), (said, said))
    assert [(found.passage.id, found.passage.text) for found in left.passages] == [("p1", "Boots must be clean.")]
    assert left.receipts == (RECEIPT,)
