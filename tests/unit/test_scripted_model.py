import json

import pytest

from assistant.answering.own_words import Answer
from assistant.chat_models.port import ChatMessage
from assistant.chat_models.scripted import ScriptedModel
from assistant.errors import ChatModelNonsense, ChatModelUnavailable

SCHEMA = Answer.model_json_schema()
EVIDENCE = [
    {"id": "p1", "text": "We ship every day. Delivery to Germany takes 3 to 5 working days. Call us."},
    {"id": "r1", "facts": {"expected_on": "2026-03-01", "days_late": 0}},
]


async def ask(question: str, model: ScriptedModel | None = None) -> dict:
    material = json.dumps({"question": question, "evidence": EVIDENCE})
    return (await (model or ScriptedModel()).complete([ChatMessage("user", material)], SCHEMA, 1)).content


@pytest.mark.parametrize(
    ("question", "evidence_id", "quote"),
    [
        ("How long is delivery to Germany?", "p1", "Delivery to Germany takes 3 to 5 working days."),
        ("When is it expected?", "r1", "2026-03-01"),
    ],
)
async def test_quotes_the_sentence_that_shares_words(question: str, evidence_id: str, quote: str) -> None:
    answer = await ask(question)
    assert answer["answers_question"]
    assert answer["sentences"][0]["citations"] == [{"evidence_id": evidence_id, "quote": quote}]
    Answer.model_validate(answer)


@pytest.mark.parametrize("question", ["Do you sell gift wrapping paper?", "??", ""])
async def test_abstains_when_no_sentence_does(question: str) -> None:
    assert await ask(question) == {"answers_question": False, "sentences": []}


async def test_follows_its_script_and_remembers_what_it_was_asked() -> None:
    model = ScriptedModel([{"a": 1}, ChatModelUnavailable("down"), lambda messages: {"said": messages[0].role}])
    assert await ask("one", model) == {"a": 1}
    with pytest.raises(ChatModelUnavailable, match="down"):
        await ask("two", model)
    assert await ask("three", model) == {"said": "user"}
    assert [json.loads(asked[0].content)["question"] for asked in model.asked] == ["one", "two", "three"]
    with pytest.raises(RuntimeError, match="no answer to call 4"):
        await ask("four", model)


@pytest.mark.parametrize("material", ["Hello", "[]", "{}", '{"question": "x"}'])
async def test_material_of_other_prompts_is_nonsense(material: str) -> None:
    with pytest.raises(ChatModelNonsense, match="only the prompts that ship"):
        await ScriptedModel().complete([ChatMessage("user", material)], SCHEMA, 1)
