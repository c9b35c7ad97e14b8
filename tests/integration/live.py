"""The real service on a free port, and those who use it: customers, human agents, owners."""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Any, Self, TypeVar

import httpx
from model_server import ModelServer, Move, model_server

from assistant.app import assemble, first_sign_ins
from assistant.serving import service
from assistant.settings import Settings
from assistant.storage import Store
from assistant.ticket import Verdict

T = TypeVar("T")
Json = dict[str, Any]

PATIENCE = 20.0  # seconds
KEY = "a key of the shop's site that is long enough for every hash"
KNOWLEDGE = Path(__file__).parents[2] / "knowledge"
IN_TRANSIT = {"order_number": "FH-10547", "email": "fionn.daly@example.com"}
PARTLY_SHIPPED = {"order_number": "FH-10483", "email": "aoife.brennan@example.com"}
LATE = {"order_number": "FH-10409", "email": "aoife.brennan@example.com"}
UNLIMITED = {
    "messages_per_minute": 10_000,
    "messages_per_minute_per_address": 10_000,
    "conversations_per_minute_per_address": 10_000,
    "sign_ins_per_minute": 10_000,
}


def eventually(found: Callable[[], T | None], what: str = "it") -> T:
    """What `found` gives once it gives something true."""
    until = monotonic() + PATIENCE
    while True:
        with suppress(httpx.TransportError):
            if value := found():
                return value
        assert monotonic() < until, f"waited {PATIENCE:.0f} s for {what} in vain"
        Event().wait(0.02)


def settings_for(home: Path, **changes: Any) -> Settings:
    """Settings of a test: no environment, no rates in the way, a key for identity tokens.

    Nearly any risk is taken, so that no test of the service depends on how well the risk score is fitted.
    """
    limits = UNLIMITED | changes.pop("limits", {})
    defaults = {"limits": limits, "identity": {"key": KEY}, "gate": {"threshold": 0.97}}
    return Settings.load(environ={}, home=home, **(defaults | changes))


class Chat:
    """One conversation, as the widget has it."""

    def __init__(self, http: httpx.Client, **opening: Any) -> None:
        opened = http.post("/v1/conversations", json=opening)
        assert opened.status_code == 201, opened.text
        self.http = http
        self.opened: Json = opened.json()
        self.id: str = self.opened["conversation_id"]
        self.headers = {"Authorization": f"Bearer {self.opened['token']}"}
        self.path = f"/v1/conversations/{self.id}"

    def read(self) -> Json:
        found: Json = self.http.get(self.path, headers=self.headers).raise_for_status().json()
        return found

    def send(self, text: str, **more: Any) -> httpx.Response:
        return self.http.post(f"{self.path}/messages", json={"text": text, **more}, headers=self.headers)

    def identify(self, order_number: str, email: str) -> httpx.Response:
        body = {"order_number": order_number, "email": email}
        return self.http.post(f"{self.path}/identity", json=body, headers=self.headers)

    def events(self, after: int = 0) -> Generator[Json, None, None]:
        """Events as they come, each {seq, kind, body}; one that takes too long fails the test."""
        headers = self.headers | ({"Last-Event-ID": str(after)} if after else {})
        until = monotonic() + PATIENCE
        with self.http.stream("GET", f"{self.path}/events", headers=headers) as stream:
            assert stream.status_code == 200
            fields: dict[str, str] = {}
            for line in stream.iter_lines():
                assert monotonic() < until, "the stream says nothing of it"
                if line:
                    name, _, value = line.partition(": ")
                    fields[name] = value
                elif "data" in fields:
                    yield {"seq": int(fields["id"]), "kind": fields["event"], "body": json.loads(fields["data"])}
                    fields = {}

    def seen(self, kind: str, after: int = 0, **body: Any) -> Json:
        """The first event of a kind whose body has these values."""
        for event in self.events(after):
            if event["kind"] == kind and body.items() <= event["body"].items():
                return event
        raise AssertionError("the stream ended")

    def outcome(self, message_id: str) -> Json:
        """What came of a message: its outcome event's body, with the `said` message."""
        outcome: Json = self.seen("outcome", message_id=message_id)["body"]
        (said,) = (message for message in self.read()["messages"] if message["id"] == outcome["reply_id"])
        return outcome | {"said": said}

    def ask(self, text: str) -> Json:
        sent = self.send(text)
        assert sent.status_code == 202, sent.text
        return self.outcome(sent.json()["message_id"])

    def answered_after_identity(self, order: Json) -> Json:
        """Fill in the order form; what came of the question that needed it."""
        assert self.identify(**order).status_code == 200
        asked = [message for message in self.read()["messages"] if message["author"] == "customer"]
        return self.outcome(asked[-1]["id"])


class Colleague:
    """A human agent or an owner, signed in."""

    def __init__(self, base_url: str, name: str, password: str) -> None:
        self.http = httpx.Client(base_url=base_url, timeout=PATIENCE)
        signed_in = self.http.post("/v1/sign-in", json={"name": name, "password": password})
        assert signed_in.status_code == 200, signed_in.text
        self.me: Json = signed_in.json()
        self.csrf = {"X-CSRF-Token": self.me["csrf"]}

    def get(self, path: str, **query: str) -> Any:
        return self.http.get(path, params=query).raise_for_status().json()

    def post(self, path: str, body: Json | None = None) -> httpx.Response:
        return self.http.post(path, json=body, headers=self.csrf)

    def ticket_of(self, conversation_id: str) -> Json:
        found = [t for t in self.get("/v1/inbox/tickets") if t["conversation_id"] == conversation_id]
        assert len(found) == 1
        ticket: Json = found[0]
        return ticket


class Live:
    """A service running in this process, in a thread of its own."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.passwords = asyncio.run(first_sign_ins(settings))
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._server = service(assemble(settings))
        self._thread = Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, name="service")
        self.http = httpx.Client(base_url=self.url, timeout=PATIENCE)
        self._open = [self.http]

    def __enter__(self) -> Self:
        self._thread.start()
        eventually(lambda: self._server.started or not self._thread.is_alive(), "the service")
        assert self._server.started
        return self

    def __exit__(self, *_: object) -> None:
        for http in self._open:
            http.close()
        self.stop()

    def stop(self) -> None:
        """What SIGTERM does; returns when the service has ended."""
        self._server.should_exit = True
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()

    def chat(self, **opening: Any) -> Chat:
        return Chat(self.http, **opening)

    def colleague(self, name: str) -> Colleague:
        signed_in = Colleague(self.url, name, self.passwords[name])
        self._open.append(signed_in.http)
        return signed_in

    def verdicts(self, turn_id: str) -> list[Verdict]:
        """What the database holds, read beside the service."""

        async def read() -> list[Verdict]:
            store = await Store.open(self.settings.database_url)
            try:
                return await store.verdicts(turn_id)
            finally:
                await store.close()

        return asyncio.run(read())


def copy_of(home: Path, to: Path) -> Path:
    """A home of one's own with the same published knowledge."""
    shutil.copytree(home, to, ignore=shutil.ignore_patterns("handrail.sqlite*", "open", "*.lock"))
    return to


@contextmanager
def a_model(*moves: Move) -> Iterator[ModelServer]:
    """The model server in a thread of its own."""
    serving, over = Event(), asyncio.Event()
    servers: list[ModelServer] = []
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with model_server(*moves) as server:
            servers.append(server)
            serving.set()
            await over.wait()

    thread = Thread(target=loop.run_until_complete, args=(serve(),), name="model")
    thread.start()
    try:
        assert serving.wait(10)
        yield servers[0]
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()


# --- the command line, in processes of its own ----------------------------------------------------------


HANDRAIL = Path(sys.executable).with_name("handrail")


def environment(**more: str) -> dict[str, str]:
    """This environment without settings of Handrail's or of a chat model."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HANDRAIL_", "OPENAI_"))}
    return kept | more


def handrail(*arguments: str | Path, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    command = [str(HANDRAIL), *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, env=environment(**more), capture_output=True, text=True, timeout=120)


class Process:
    """`handrail serve` on a port of its own."""

    def __init__(self, *arguments: str | Path, cwd: Path, port: int, **more: str) -> None:
        command = [str(HANDRAIL), "serve", "--port", str(port), *map(str, arguments)]
        self.log = cwd / f"serve-{port}.log"
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=cwd, env=environment(**more), stdout=log, stderr=log, start_new_session=True
            )
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE)

    def ready(self) -> Self:
        def is_ready() -> bool:
            assert self._process.poll() is None, self.log.read_text()
            return self.http.get("/health").status_code == 200

        eventually(is_ready, "handrail serve")
        return self

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        """End it without warning."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(PATIENCE)
        self.http.close()


@contextmanager
def serving(*arguments: str | Path, cwd: Path, port: int, **more: str) -> Iterator[Process]:
    """`handrail serve`, killed at the end of the block."""
    process = Process(*arguments, cwd=cwd, port=port, **more)
    try:
        yield process.ready()
    finally:
        process.kill()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port
