"""What every chat model keeps to, whatever stands behind the port."""

import json
from collections.abc import AsyncIterator

import pytest
from model_server import answers, model_server
from pydantic import SecretStr

from assistant.chat_models.openai_compatible import OpenAICompatible
from assistant.chat_models.port import ChatMessage, ChatModel
from assistant.chat_models.scripted import ScriptedModel
from assistant.errors import ChatModelUnavailable
from assistant.settings import Model

QUESTION = "How long does delivery to Germany take?"
SAID = "Delivery to Germany takes 3 to 5 working days."
SCHEMA = {
    "type": "object",
    "properties": {"answers_question": {"type": "boolean"}, "sentences": {"type": "array"}},
    "required": ["answers_question", "sentences"],
}
ANSWER = {
    "answers_question": True,
    "sentences": [{"text": SAID, "citations": [{"evidence_id": "p1", "quote": SAID}]}],
}
MESSAGES = [
    ChatMessage("system", "Answer with JSON."),
    ChatMessage("user", json.dumps({"question": QUESTION, "evidence": [{"id": "p1", "text": SAID}]})),
]


@pytest.fixture(params=["scripted", "openai_compatible"])
async def model(request: pytest.FixtureRequest) -> AsyncIterator[ChatModel]:
    if request.param == "scripted":
        yield ScriptedModel()
        return
    async with model_server(answers(ANSWER)) as server:
        real = OpenAICompatible(Model(name="m", base_url=server.url, api_key=SecretStr("k")))
        yield real
        await real.close()


async def test_answers_with_an_object_its_name_and_the_tokens_it_took(model: ChatModel) -> None:
    completion = await model.complete(MESSAGES, SCHEMA, seconds=5)
    assert completion.content == ANSWER
    assert completion.model == model.name
    assert completion.usage.keys() == {"prompt", "completion"}
    assert all(count >= 0 for count in completion.usage.values())


async def test_answers_the_same_twice(model: ChatModel) -> None:
    first = await model.complete(MESSAGES, SCHEMA, seconds=5)
    again = await model.complete(MESSAGES, SCHEMA, seconds=5)
    assert (again.content, again.model, again.usage) == (first.content, first.model, first.usage)


@pytest.mark.parametrize("seconds", [0.0, -1.0])
async def test_without_time_it_is_unavailable(model: ChatModel, seconds: float) -> None:
    with pytest.raises(ChatModelUnavailable, match=r"model|scripted"):
        await model.complete(MESSAGES, SCHEMA, seconds)


async def test_can_be_closed_twice(model: ChatModel) -> None:
    await model.close()
    await model.close()
