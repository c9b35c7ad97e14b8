"""A running service as its operator has it: metrics, bounds, stopping, several processes on one database."""

import asyncio
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from subprocess import PIPE, Popen
from time import monotonic
from typing import Any

import httpx
import pytest
from live import KNOWLEDGE, Live, eventually, settings_for
from prometheus_client.parser import text_string_to_metric_families
from test_conversations_api import problem

import assistant.app
from assistant.conversation import Conversation, Reply, Trail, Turn
from assistant.responder import Stage
from assistant.storage import Store

OPERATIONS = (KNOWLEDGE.parent / "docs" / "operations.md").read_text("utf-8")
QUESTION = "How long does standard delivery to Ireland take?"

Start = Callable[..., Live]


@pytest.fixture
def start(only_articles: Path, tmp_path: Path, _one_model: None) -> Iterator[Start]:
    """A service over two articles."""
    with ExitStack() as running:

        def start(**changes: Any) -> Live:
            settings = settings_for(tmp_path / "home", knowledge=only_articles, **changes)
            made = assistant.app.assemble(settings)
            assistant.app.publish(made, lambda done, total: None)
            made.index.close()
            return running.enter_context(Live(settings))

        yield start


def samples(page: httpx.Response) -> dict[str, float]:
    """Value by name and labels, such as `handrail_turns_total{outcome=reply}`."""
    assert page.headers["content-type"].startswith("text/plain")
    return {
        f"{s.name}{{{','.join(f'{k}={v}' for k, v in sorted(s.labels.items()))}}}": s.value
        for family in text_string_to_metric_families(page.raise_for_status().text)
        for s in family.samples
    }


def test_a_service_counts_what_it_does(start: Start) -> None:
    live = start(limits={"messages_per_minute": 1})
    chat = live.chat()
    chat.ask(QUESTION)
    problem(chat.send("More?"), 429)
    live.http.get("/no-such-page")
    stream = chat.events()
    next(stream)
    page = live.http.get("/metrics")
    stream.close()
    found = samples(page)
    assert sum(value for name, value in found.items() if name.startswith("handrail_turns_total")) == 1
    assert found["handrail_refusals_total{limit=message}"] == 1
    assert found["handrail_http_requests_total{method=GET,route=unmatched,status=404}"] == 1
    route = "/v1/conversations/{conversation_id}/messages"
    assert found[f"handrail_http_requests_total{{method=POST,route={route},status=202}}"] == 1
    assert (found["handrail_streams_open{}"], found["handrail_messages_awaiting{}"]) == (1, 0)
    assert (found["handrail_database_up{}"], found["handrail_snapshot_articles{}"]) == (1, 2)
    assert sum(value for name, value in found.items() if name.startswith("handrail_conversations{")) == 1
    told = set(re.findall(r"^# TYPE (handrail_\w+)", page.text, re.MULTILINE))
    listed = set(re.findall(r"^\| `(handrail_\w+)` \|", OPERATIONS, re.MULTILINE))
    assert {name for name in told if not name.endswith("_created")} == listed


def test_only_this_machine_or_who_has_the_token_may_look(start: Start) -> None:
    live = start()
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP"):
        problem(live.http.get("/metrics", headers={header: "127.0.0.1"}), 403)
    assert live.http.get("/metrics").is_success


def test_with_a_token_everybody_needs_it(start: Start) -> None:
    live = start(metrics={"token": "long enough for a scraper"})
    problem(live.http.get("/metrics"), 401)
    problem(live.http.get("/metrics", headers={"Authorization": "Bearer another"}), 401)
    right = {"Authorization": "Bearer long enough for a scraper", "X-Forwarded-For": "203.0.113.9"}
    assert live.http.get("/metrics", headers=right).is_success


def test_streams_are_bounded_and_a_closed_one_makes_room(start: Start) -> None:
    live = start(limits={"streams_per_conversation": 2, "streams": 3})
    one, other = live.chat(), live.chat()
    streams = [one.events(), one.events(), other.events()]
    for stream in streams:
        next(stream)

    def refused(chat: Any) -> httpx.Response:
        answer: httpx.Response = live.http.get(f"{chat.path}/events", headers=chat.headers)
        assert int(answer.headers["Retry-After"]) >= 1
        return answer

    problem(refused(one), 429)
    problem(refused(other), 503)
    streams[0].close()
    eventually(
        lambda: samples(live.http.get("/metrics"))["handrail_streams_open{}"] == 2, "the stream to be counted out"
    )
    assert next(other.events())["kind"] == "message"
    for stream in streams:
        stream.close()


class Patient:
    """Stands where the responder does, and notes how many turns are worked at once."""

    def __init__(self) -> None:
        self.now = self.most = 0

    async def respond(self, conversation: Conversation, message_id: str, stage: Stage) -> Turn:
        self.now += 1
        self.most = max(self.most, self.now)
        for _ in range(20):
            await asyncio.sleep(0.005)
        self.now -= 1
        reply = Reply(text="Yes", citations=())
        return Turn(conversation_id=conversation.id, message_id=message_id, outcome=reply, trail=Trail(), took_ms=1)


def test_messages_beyond_the_places_wait_and_are_answered(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    patient = Patient()
    monkeypatch.setattr(assistant.app, "Responder", lambda **parts: patient)
    live = start(limits={"turns": 2})
    chats = [live.chat() for _ in range(8)]
    sent = [chat.send(QUESTION) for chat in chats]
    assert {answer.status_code for answer in sent} == {202}
    for chat, answer in zip(chats, sent, strict=True):
        assert chat.outcome(answer.json()["message_id"])["kind"] == "reply"
    assert patient.most == 2


WRITER = """
import asyncio, sys, time
from assistant.storage import Store

async def write():
    store = await Store.open(sys.argv[1])
    await store.append(sys.argv[2], "stage", {"stage": "from elsewhere"})
    print(time.monotonic())
    await store.close()

asyncio.run(write())
"""


def test_what_another_process_writes_arrives_soon(start: Start) -> None:
    live = start()
    chat = live.chat()
    stream = chat.events()
    next(stream)
    command = [sys.executable, "-c", WRITER, live.settings.database_url, chat.id]
    with Popen(command, stdout=PIPE, text=True) as writer:
        assert next(stream)["body"] == {"stage": "from elsewhere"}
        arrived = monotonic()
        assert writer.stdout
        written = float(writer.stdout.readline())
    stream.close()
    assert arrived - written < 1.5


def test_stopping_ends_the_streams_and_finishes_the_turn(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assistant.app, "Responder", lambda **parts: Patient())
    live = start()
    chat = live.chat()
    stream = chat.events()
    next(stream)
    message_id = chat.send(QUESTION).json()["message_id"]
    assert next(stream)["body"]["text"] == QUESTION
    began = monotonic()
    live.stop()
    assert monotonic() - began < 2.5  # a stream left open would be waited for three seconds, then cut
    list(stream)  # ends, and not with an error

    async def answered() -> Turn | None:
        store = await Store.open(live.settings.database_url)
        try:
            return await store.turn_of(chat.id, message_id)
        finally:
            await store.close()

    assert asyncio.run(answered())
