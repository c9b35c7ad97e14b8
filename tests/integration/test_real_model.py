"""A real model behind a real OpenAI-compatible server: streaming, JSON, time-outs, cancelling, killing, nonsense.

The weights are tiny (135 million parameters) and talk nonsense, which is what a shop must be safe from.
"""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import psutil
import pytest
from conftest import TWO_ARTICLES
from live import PATIENCE, Live, Process, eventually, free_port, settings_for
from small_weights import SMALL_WEIGHTS

from assistant.answering import support
from assistant.answering.quotes import Picked
from assistant.app import Assistant, assemble, publish
from assistant.batch import Question, ask
from assistant.chat_models.local import LocalModel
from assistant.chat_models.openai_compatible import OpenAICompatible
from assistant.chat_models.port import ChatMessage
from assistant.conversation import Turn
from assistant.errors import ChatModelUnavailable
from assistant.settings import Model, Settings

CONTEXT = 2048
QUESTION = "How long does standard delivery to Ireland take?"
LONG_ARTICLES = {
    f"care-{number}": f"This is how we look after product number {number} for many years. " * 12 for number in range(12)
}
BUDGET = 60.0  # seconds of a turn: what ends before is ended by what the test does
TOLERANCE = 1.5  # seconds; the machine may be busy
SAY = [ChatMessage("system", "Be kind."), ChatMessage("user", "Count.")]
LONG = {
    "type": "object",
    "properties": {"numbers": {"type": "array", "items": {"type": "integer"}, "minItems": 400}},
    "required": ["numbers"],
}
SHORT = LONG | {"properties": {"numbers": LONG["properties"]["numbers"] | {"minItems": 20, "maxItems": 20}}}


class Server:
    """The local model, and what its server says of itself."""

    def __init__(self, local: LocalModel, settings: Model, http: httpx.Client) -> None:
        self.local, self.settings, self._http = local, settings, http

    def slot(self) -> dict[str, Any]:
        """What the one slot does; an empty one while the model is loaded."""
        said = self._http.get("/slots")
        found: dict[str, Any] = said.json()[0] if said.is_success else {}
        return found

    def tasks(self) -> int:
        """The number of the last request that was let in."""
        return int(self.slot().get("id_task", 0))

    def generating(self) -> bool:
        slot = self.slot()
        return bool(slot.get("is_processing") and slot["next_token"][0]["n_decoded"] > 1)

    def idle(self) -> bool:
        return self.slot().get("is_processing") is False


@contextmanager
def served(logs: Path, **settings: Any) -> Iterator[Server]:
    local = LocalModel(SMALL_WEIGHTS, Model(context_tokens=CONTEXT, **settings), logs)
    with local as reached:
        headers = {"Authorization": f"Bearer {reached.api_key.get_secret_value()}"}
        with httpx.Client(base_url=reached.base_url.removesuffix("/v1"), headers=headers, timeout=PATIENCE) as http:
            yield Server(local, reached, http)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served(tmp_path_factory.mktemp("model"), retries=0) as server:
        yield server


@asynccontextmanager
async def connected(settings: Model, **changes: Any) -> AsyncIterator[OpenAICompatible]:
    model = OpenAICompatible(settings.model_copy(update=changes))
    yield model
    await model.close()


@asynccontextmanager
async def assistant_with(shop: Settings, model: Model, **changes: Any) -> AsyncIterator[Assistant]:
    made = assemble(shop.model_copy(update={"model": model.model_copy(update=changes)}))
    try:
        yield made
    finally:
        await made.close()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, _one_model: None) -> Settings:
    """A shop with a few articles, published: little to read keeps these tests short."""
    folder = tmp_path_factory.mktemp("shop")
    articles = folder / "knowledge" / "articles"
    articles.mkdir(parents=True)
    for name, text in (TWO_ARTICLES | LONG_ARTICLES).items():
        (articles / f"{name}.md").write_text(f"---\nid: {name}\ntitle: {name.capitalize()}\n---\n\n{text}\n")
    settings = settings_for(folder / "home", knowledge=folder / "knowledge", turn={"seconds": BUDGET, "passages": 2})
    made = assemble(settings)
    assert not publish(made, lambda done, total: None).refused
    made.index.close()
    return settings


async def asked(made: Assistant, question: str = QUESTION) -> Turn:
    return await ask(made.responder, made.orders, Question(id="1", question=question))


def assert_earned(turn: Turn) -> None:
    """A reply is carried word by word by what was retrieved; anything else is a handoff."""
    assert turn.took_ms < BUDGET * 1000
    if turn.outcome.kind == "handoff":
        return
    assert turn.outcome.kind == "reply"
    trail = turn.trail
    assert trail.draft and trail.evidence
    assert support.check(trail.draft, trail.evidence).carried
    texts = {found.passage.id: support.normal(found.passage.text) for found in trail.evidence.passages}
    for citation in turn.outcome.citations:
        assert support.normal(citation.quote) in texts[citation.evidence_id]


# --- the wire -------------------------------------------------------------------------------------------


async def test_tokens_arrive_in_pieces_and_follow_the_schema(server: Server) -> None:
    started = monotonic()
    async with connected(server.settings) as model:
        completion = await model.complete(SAY, SHORT, PATIENCE)
    took_ms = (monotonic() - started) * 1000
    assert len(completion.content["numbers"]) == 20
    assert completion.usage["completion"] > 20
    assert 0 < completion.first_token_ms < took_ms * 0.7


async def test_the_server_holds_the_model_to_the_schema(server: Server) -> None:
    schema = Picked.model_json_schema()
    numbers = {"type": "integer", "enum": [3, 5, 8]}
    schema["properties"]["quotes"] = {"type": "array", "items": numbers, "minItems": 2, "maxItems": 4}
    async with connected(server.settings) as model:
        picked = Picked.model_validate((await model.complete(SAY, schema, PATIENCE)).content)
    assert set(picked.quotes) <= {3, 5, 8}
    assert 2 <= len(picked.quotes) <= 4


async def test_a_budget_shorter_than_the_answer(server: Server) -> None:
    started = monotonic()
    async with connected(server.settings) as model:
        with pytest.raises(ChatModelUnavailable, match=r"no whole answer within 1\.0 s"):
            await model.complete(SAY, LONG, 1.0)
        assert monotonic() - started < 1.0 + TOLERANCE
    assert await asyncio.to_thread(eventually, server.idle, "the server to stop generating")


async def test_a_caller_that_is_cancelled_stops_the_server(server: Server) -> None:
    async with connected(server.settings) as model:
        call = asyncio.create_task(model.complete(SAY, LONG, PATIENCE))
        await asyncio.to_thread(eventually, server.generating, "tokens")
        assert not call.done()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert await asyncio.to_thread(eventually, server.idle, "the server to stop generating")
        completion = await model.complete(SAY, SHORT, PATIENCE)
    assert completion.content


async def test_only_who_has_the_key_is_answered(server: Server) -> None:
    async with connected(server.settings, api_key=Model(api_key="guessed").api_key) as model:
        with pytest.raises(ChatModelUnavailable, match="refuses the key"):
            await model.complete(SAY, SHORT, PATIENCE)


# --- turns ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wording", ["quoted", "own"])
async def test_nonsense_ends_in_carried_sentences_or_with_a_person(
    server: Server, shop: Settings, wording: str
) -> None:
    async with assistant_with(shop, server.settings, wording=wording, seconds=8.0) as made:
        before = server.tasks()
        assert_earned(await asked(made))
    assert server.tasks() > before


async def test_a_small_context_is_learned(server: Server, shop: Settings, caplog: pytest.LogCaptureFixture) -> None:
    """The server has room for 2,048 tokens and nobody said so: only the first turn may be refused."""
    caplog.set_level(logging.INFO, logger="httpx")

    def refusals() -> int:
        return sum("400 Bad Request" in record.getMessage() for record in caplog.records)

    untold = {"context_tokens": 0, "wording": "own", "seconds": 6.0}
    everything = shop.model_copy(update={"turn": shop.turn.model_copy(update={"passages": 20})})
    async with assistant_with(everything, server.settings, **untold) as made:
        before = server.tasks()
        assert_earned(await asked(made))
        assert refusals() in (1, 2)
        caplog.clear()
        await asyncio.to_thread(eventually, server.idle, "the server to stop generating")
        asked_once = server.tasks()
        assert asked_once > before
        assert_earned(await asked(made, "How do I wash a down jacket?"))
    assert refusals() == 0
    assert server.tasks() > asked_once


async def test_the_server_killed_while_it_generates(shop: Settings, tmp_path: Path) -> None:
    with served(tmp_path, wording="own", seconds=BUDGET) as server:
        async with assistant_with(shop, server.settings) as made:
            turn = asyncio.create_task(asked(made))
            await asyncio.to_thread(eventually, lambda: server.slot().get("is_processing"), "the request")
            await asyncio.to_thread(eventually, server.generating, "tokens")
            killed, started = server.local.pid, monotonic()
            os.kill(killed, signal.SIGKILL)
            outcome = await turn
            assert monotonic() - started < 5 + TOLERANCE
            assert_earned(outcome)
            assert outcome.trail.draft and outcome.trail.draft.model == "extractive"
        await asyncio.to_thread(eventually, lambda: server.local.pid != killed and server.idle(), "a new server")
        async with connected(server.settings) as model:
            assert (await model.complete(SAY, SHORT, PATIENCE)).content


def test_a_turn_of_the_whole_service(server: Server, shop: Settings) -> None:
    before = server.tasks()
    with Live(shop.model_copy(update={"model": server.settings})) as live:
        chat = live.chat()
        sent = chat.send(QUESTION).json()
        outcome = chat.outcome(sent["message_id"])
        assert outcome["kind"] in ("reply", "handoff")
        stages = []
        for event in chat.events():
            if event["kind"] == "outcome":
                break
            if event["kind"] == "stage":
                stages.append(event["body"]["stage"])
        assert stages == ["understanding", "searching", "writing", "checking"]
    assert server.tasks() > before


# --- handrail serve --local-model -----------------------------------------------------------------------


def test_serve_brings_a_model_and_takes_it_along(shop: Settings, tmp_path: Path) -> None:
    where = ("--knowledge", shop.knowledge, "--home", tmp_path)
    service = Process("--local-model", SMALL_WEIGHTS, *where, cwd=tmp_path, port=free_port())
    try:
        (model,) = eventually(psutil.Process(service.pid).children, "the model's server")
        eventually(lambda: "Snapshot" in service.log.read_text(), "the articles to be published")
        eventually(lambda: "is running" in service.log.read_text(), "the announcement")
        said = service.ready().log.read_text()
        assert f"{SMALL_WEIGHTS.stem} at 127.0.0.1:" in said
        assert {connection.laddr.ip for connection in model.net_connections("tcp")} == {"127.0.0.1"}
        assert SMALL_WEIGHTS.name not in " ".join(model.cmdline())
    finally:
        service.kill()
    assert eventually(lambda: not model.is_running() or model.status() == psutil.STATUS_ZOMBIE, "its end")
