"""A customer on raw asyncio sockets: an HTTP library's own work would be measured as the service's."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

Json = dict[str, Any]


class Refused(Exception):  # noqa: N818 - reads as the fact it states
    """The service answered with another status than 2xx."""


class Wire:
    """One keep-alive connection to a service on loopback."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._busy = asyncio.Lock()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: Json, token: str = "") -> Json:
        """Send JSON and read JSON.

        Raises:
            Refused: the answer is no success.
        """
        async with self._busy:
            if self._streams is None or self._streams[0].at_eof():  # the service closes what has long been idle
                self._streams = await asyncio.open_connection("127.0.0.1", self._port)
            reader, writer = self._streams
            payload = json.dumps(body).encode()
            writer.write(
                _head("POST", path, token, f"Content-Type: application/json\r\nContent-Length: {len(payload)}\r\n")
            )
            writer.write(payload)
            status, headers = await _answer(reader)
            content = await reader.readexactly(int(headers.get("content-length", 0)))
        if status >= 300:
            raise Refused(f"{path}: {status} {content.decode()[:200]}")
        found: Json = json.loads(content) if content else {}
        return found

    async def follow(self, path: str, token: str) -> AsyncIterator[tuple[str, Json]]:
        """The (kind, body) of each server-sent event, on a connection of its own."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            writer.write(_head("GET", path, token, "Accept: text/event-stream\r\n"))
            status, _ = await _answer(reader)
            if status != 200:
                raise Refused(f"{path}: {status}")
            kind = ""
            while line := await reader.readline():
                if line.startswith(b"event: "):
                    kind = line[7:].strip().decode()
                elif line.startswith(b"data: "):
                    yield kind, json.loads(line[6:])
        finally:
            writer.close()

    def close(self) -> None:
        """Hang up."""
        if self._streams:
            with suppress(OSError):
                self._streams[1].close()


class Visitor:
    """An open chat: its conversation, and a task that follows its events."""

    def __init__(self, port: int) -> None:
        self.wire = Wire(port)
        self._outcomes: dict[str, asyncio.Future[tuple[str, float]]] = {}
        self._following: asyncio.Task[None] | None = None
        self._path, self._token = "", ""

    async def enter(self) -> None:
        """Open a conversation and its event stream."""
        opened = await self.wire.post("/v1/conversations", {})
        self._path, self._token = f"/v1/conversations/{opened['conversation_id']}", opened["token"]
        listening = asyncio.Event()
        self._following = asyncio.create_task(self._follow(listening))
        await listening.wait()

    async def ask(self, message_id: str, text: str, patience: float) -> tuple[str, float]:
        """Send a message; the kind of its outcome, and the seconds until it came over the event stream.

        Raises:
            Refused, TimeoutError, OSError: it was dropped.
        """
        loop = asyncio.get_running_loop()
        self._outcomes[message_id] = loop.create_future()
        started = loop.time()
        await self.wire.post(f"{self._path}/messages", {"id": message_id, "text": text}, self._token)
        kind, came = await asyncio.wait_for(self._outcomes[message_id], patience)
        return kind, came - started

    async def leave(self) -> None:
        """Close the stream and hang up."""
        if self._following:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)
        self.wire.close()

    async def _follow(self, listening: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        async for kind, body in self.wire.follow(f"{self._path}/events", self._token):
            listening.set()  # the greeting is always there
            waiting = self._outcomes.get(body.get("message_id", "")) if kind == "outcome" else None
            if waiting and not waiting.done():
                waiting.set_result((body["kind"], loop.time()))


def _head(method: str, path: str, token: str, more: str) -> bytes:
    known = f"Authorization: Bearer {token}\r\n" if token else ""
    return f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{known}{more}\r\n".encode()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    status = int((await reader.readline()).split()[1])
    headers: dict[str, str] = {}
    while line := (await reader.readline()).decode().strip():
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return status, headers
