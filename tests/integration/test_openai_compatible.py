"""The real openai client against a real server on loopback, in every mood of the server."""

import asyncio
import json
from contextlib import asynccontextmanager
from time import monotonic

import pytest
from model_server import (
    Move,
    answers,
    drops,
    fails,
    fails_with_key,
    model_server,
    refuses,
    says,
    silence,
    stalls,
    streams,
)
from pydantic import SecretStr

from assistant.chat_models.openai_compatible import NO_KEY, OpenAICompatible
from assistant.chat_models.port import ChatMessage
from assistant.errors import ChatModelError, ChatModelNonsense, ChatModelUnavailable, SettingsError
from assistant.settings import Model

KEY = "sk-very-secret-0123456789"
SCHEMA = {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]}
MESSAGES = [ChatMessage("system", "Be kind."), ChatMessage("user", "Hello")]
GOOD = answers({"ok": True})
TOLERANCE = 0.6  # seconds; the machine may be busy


def settings(url: str, seconds: float = 5.0, retries: int = 1, key: str = KEY) -> Model:
    return Model(name="m-1", base_url=url, api_key=SecretStr(key), seconds=seconds, retries=retries)


@asynccontextmanager
async def connected(*moves: Move, seconds: float = 5.0, retries: int = 1, idle: float | None = None, key: str = KEY):
    async with model_server(*moves) as server:
        model = OpenAICompatible(settings(server.url, seconds, retries, key), idle_seconds=idle)
        yield model, server
        await model.close()


async def ask(model: OpenAICompatible, seconds: float = 5.0) -> dict:
    return (await model.complete(MESSAGES, SCHEMA, seconds)).content


async def test_asks_for_strict_json_and_streams() -> None:
    async with connected(GOOD) as (model, server):
        completion = await model.complete(MESSAGES, SCHEMA, 5)
    assert (completion.content, completion.model) == ({"ok": True}, "m-1")
    assert completion.usage == {"prompt": 11, "completion": 7}
    assert completion.first_token_ms > 0
    body = server.exchanges[0].body
    assert server.exchanges[0].path == "/v1/chat/completions"
    assert body["stream"] is True
    assert body["temperature"] == 0
    assert body["max_tokens"] > 0
    assert body["response_format"]["json_schema"] == {"name": "answer", "strict": True, "schema": SCHEMA}
    assert body["messages"] == [{"role": m.role, "content": m.content} for m in MESSAGES]


@pytest.mark.parametrize(("key", "sent"), [(KEY, KEY), ("", NO_KEY), (f"{KEY}\n", KEY)])
async def test_sends_the_key_or_a_placeholder(key: str, sent: str) -> None:
    async with connected(GOOD, key=key) as (model, server):
        await ask(model)
    assert server.exchanges[0].headers["authorization"] == f"Bearer {sent}"


@pytest.mark.parametrize(
    ("refused", "change"),
    [
        ("response_format.json_schema", lambda body: body["response_format"] == {"type": "json_object"}),
        ("response_format", lambda body: "response_format" not in body),
        ("temperature", lambda body: "temperature" not in body and "response_format" in body),
        ("stream_options", lambda body: "stream_options" not in body and "response_format" in body),
        ("max_tokens", lambda body: "max_completion_tokens" in body and "response_format" in body),
    ],
)
async def test_gives_up_what_the_server_refuses_and_remembers(refused, change) -> None:
    async with connected(refuses(refused, then=GOOD), retries=0) as (model, server):
        assert await ask(model) == {"ok": True}
        tries = len(server.exchanges)
        assert tries > 1
        assert await ask(model) == {"ok": True}
    assert len(server.exchanges) == tries + 1
    assert change(server.exchanges[-1].body)


async def test_states_the_schema_in_the_instructions_where_the_server_does_not_enforce_it() -> None:
    async with connected(refuses("response_format", then=GOOD)) as (model, server):
        await ask(model)
    system, user = server.exchanges[-1].body["messages"]
    assert system["content"].startswith("Be kind.")
    assert json.dumps(SCHEMA) in system["content"]
    assert user["content"] == "Hello"


@pytest.mark.parametrize(
    "text",
    [
        'Here you are:\n```json\n{"ok": true}\n```\nAnything else?',
        '<think>Maybe {"ok": false}?</think>{"ok": true}',
        ' \n{"ok": true}',
    ],
)
async def test_finds_the_object_in_what_surrounds_it(text: str) -> None:
    async with connected(says(text)) as (model, _):
        assert await ask(model) == {"ok": True}


@pytest.mark.parametrize(
    "move",
    [
        says("I am sorry, I cannot do that."),
        says('{"ok": tr'),
        says(""),
        says("[1, 2]"),
        says('"ok"'),
        says('{"a":' * 5_000 + "1" + "}" * 5_000),
        says("x" * 60_000),
        streams("this is no JSON"),
        streams('"a string"', "[]", "3"),
        streams('{"choices": "abc"}', '{"choices": [7]}', '{"choices": [{"delta": {"content": 3}}]}', "{}"),
    ],
    ids=["prose", "cut", "empty", "list", "string", "deep", "endless", "wire", "wire-types", "wire-shapes"],
)
async def test_nonsense_is_called_that(move: Move) -> None:
    async with connected(move) as (model, _):
        with pytest.raises(ChatModelNonsense, match="m-1"):
            await ask(model)


@pytest.mark.parametrize("failure", [fails(500), fails(503), fails(429), fails(429, retry_after="0"), drops])
async def test_a_failure_that_passes_is_tried_again(failure: Move) -> None:
    async with connected(failure, GOOD) as (model, server):
        assert await ask(model) == {"ok": True}
    assert len(server.exchanges) == 2


async def test_a_silent_server_is_noticed_and_asked_again() -> None:
    for quiet in (silence, stalls):
        started = monotonic()
        async with connected(quiet, GOOD, idle=0.3) as (model, _):
            assert await ask(model) == {"ok": True}
        assert monotonic() - started < 0.3 + 0.25 + TOLERANCE


async def test_a_server_that_stays_silent_is_said_to_be() -> None:
    async with connected(silence, retries=0, idle=0.2) as (model, _):
        with pytest.raises(ChatModelUnavailable, match=r"silent for 0\.2 s"):
            await ask(model)


async def test_without_instructions_the_schema_becomes_them() -> None:
    async with connected(refuses("response_format", then=GOOD)) as (model, server):
        await model.complete(MESSAGES[1:], SCHEMA, 5)
    assert [message["role"] for message in server.exchanges[-1].body["messages"]] == ["system", "user"]


@pytest.mark.parametrize(
    ("move", "requests", "says_why"),
    [
        (fails(500), 2, "HTTP 500"),
        (fails(429), 2, "HTTP 429"),
        (fails(429, retry_after="30"), 1, "HTTP 429"),
        (fails(401), 1, "OPENAI_API_KEY"),
        (fails(403), 1, "HTTP 403"),
        (fails(404), 1, "model.name"),
        (fails(400, "prompt too long"), 3, "prompt too long"),
        (fails(418), 1, "HTTP 418"),
        (drops, 2, "broke off"),
        (streams('{"error": {"message": "overloaded"}}'), 2, "broke off"),
    ],
)
async def test_what_does_not_pass_is_unavailable(move: Move, requests: int, says_why: str) -> None:
    async with connected(move) as (model, server):
        with pytest.raises(ChatModelUnavailable, match=says_why) as found:
            await ask(model)
    assert "chat model m-1 at 127.0.0.1" in str(found.value)
    assert len(server.exchanges) == requests


@pytest.mark.parametrize("move", [silence, stalls, says("x" * 4_000, pause=0.05), fails(429, retry_after="3600")])
@pytest.mark.parametrize(("seconds", "configured"), [(0.5, 5.0), (5.0, 0.5)])
async def test_the_deadline_holds_for_all_tries_together(move: Move, seconds: float, configured: float) -> None:
    started = monotonic()
    async with connected(move, seconds=configured, retries=5, idle=10.0) as (model, _):
        with pytest.raises(ChatModelUnavailable):
            await ask(model, seconds)
    assert monotonic() - started < 0.5 + TOLERANCE


async def test_a_server_that_is_down() -> None:
    async with model_server(GOOD) as server:
        url = server.url
    model = OpenAICompatible(settings(url))
    with pytest.raises(ChatModelUnavailable, match="is it running"):
        await ask(model)
    await model.close()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 418, 422, 429, 500])
async def test_the_key_stands_in_no_error(status: int) -> None:
    async with connected(fails_with_key(status), retries=0) as (model, server):
        with pytest.raises(ChatModelError) as found:
            await ask(model)
    assert KEY in server.exchanges[0].headers["authorization"]
    assert KEY not in f"{found.value!r} {found.value}"
    assert found.value.__suppress_context__, "a traceback would show the vendor's own error"


async def test_a_password_in_the_address_stands_in_no_error() -> None:
    async with model_server(fails(500)) as server:
        model = OpenAICompatible(settings(server.url.replace("//", "//me:hush@"), retries=0))
        with pytest.raises(ChatModelUnavailable) as found:
            await ask(model)
        await model.close()
    assert "hush" not in str(found.value)


@pytest.mark.parametrize("url", ["localhost:8080/v1", "ftp://models", "http://", "http://x:port/v1", "/v1"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(SettingsError, match=r"model\.base_url"):
        OpenAICompatible(settings(url))


@pytest.mark.parametrize("key", ["sk-ключ", "sk-a\nb"])
def test_a_key_that_cannot_be_sent(key: str) -> None:
    with pytest.raises(SettingsError, match=r"model\.api_key") as found:
        OpenAICompatible(settings("http://127.0.0.1:9/v1", key=key))
    assert key not in str(found.value)


async def test_calls_at_the_same_time_learn_the_same() -> None:
    async with connected(refuses("response_format.json_schema", then=GOOD)) as (model, server):
        assert await asyncio.gather(*(ask(model) for _ in range(5))) == [{"ok": True}] * 5
        await ask(model)
    assert server.exchanges[-1].body["response_format"] == {"type": "json_object"}
