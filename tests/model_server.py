"""A small OpenAI-compatible server on loopback that answers, fails and misbehaves as it is told."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

Move = Callable[["Exchange"], Awaitable[None]]


@dataclass
class Exchange:
    """One request, and the wire to answer on."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    writer: asyncio.StreamWriter

    async def reply(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        payload = json.dumps(body).encode()
        await self.head(
            status,
            {"content-type": "application/json", "content-length": str(len(payload))} | (headers or {}),
        )
        self.writer.write(payload)
        await self.writer.drain()

    async def head(self, status: int, headers: dict[str, str]) -> None:
        lines = [f"HTTP/1.1 {status} -", "connection: close", *(f"{n}: {v}" for n, v in headers.items())]
        self.writer.write("\r\n".join(lines).encode() + b"\r\n\r\n")
        await self.writer.drain()

    async def begin_stream(self) -> None:
        await self.head(200, {"content-type": "text/event-stream", "transfer-encoding": "chunked"})

    async def event(self, line: str) -> None:
        payload = f"data: {line}\n\n".encode()
        self.writer.write(f"{len(payload):x}\r\n".encode() + payload + b"\r\n")
        await self.writer.drain()

    async def piece(self, text: str | None, **more: Any) -> None:
        choices = [] if text is None else [{"index": 0, "delta": {"content": text}, "finish_reason": None}]
        chunk = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": choices}
        await self.event(json.dumps(chunk | more))

    async def end_stream(self) -> None:
        await self.event("[DONE]")
        self.writer.write(b"0\r\n\r\n")
        await self.writer.drain()


def says(text: str, pause: float = 0.0) -> Move:
    """Stream a text in pieces, with a pause before each."""

    async def move(exchange: Exchange) -> None:
        await exchange.begin_stream()
        for start in range(0, len(text), 16):
            await asyncio.sleep(pause)
            await exchange.piece(text[start : start + 16])
        if "stream_options" in exchange.body:
            usage = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
            await exchange.piece(None, usage=usage)
        await exchange.end_stream()

    return move


def answers(value: object) -> Move:
    return says(json.dumps(value))


def streams(*lines: str) -> Move:
    """Stream these lines as they are."""

    async def move(exchange: Exchange) -> None:
        await exchange.begin_stream()
        for line in lines:
            await exchange.event(line)
        await exchange.end_stream()

    return move


def fails(status: int, message: str = "no", **headers: str) -> Move:
    async def move(exchange: Exchange) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        await exchange.reply(status, {"error": {"message": message, "type": "x"}}, named)

    return move


def fails_with_key(status: int) -> Move:
    """Fail, and repeat the key in the message as some servers do."""

    async def move(exchange: Exchange) -> None:
        await fails(status, f"bad request by {exchange.headers['authorization']}")(exchange)

    return move


def refuses(parameter: str, then: Move) -> Move:
    """Refuse requests that have this parameter (`response_format.json_schema`: of this type)."""
    name, _, kind = parameter.partition(".")

    async def move(exchange: Exchange) -> None:
        if name in exchange.body and (not kind or exchange.body[name]["type"] == kind):
            await fails(400, f"Unsupported parameter: '{name}'")(exchange)
        else:
            await then(exchange)

    return move


async def silence(exchange: Exchange) -> None:
    """Accept the request and never answer."""
    await asyncio.sleep(60)


async def stalls(exchange: Exchange) -> None:
    """Begin to answer, then fall silent."""
    await exchange.begin_stream()
    await exchange.piece('{"answers_')
    await asyncio.sleep(60)


async def drops(exchange: Exchange) -> None:
    """Begin to answer, then break the connection."""
    await exchange.begin_stream()
    await exchange.piece('{"answers_')


@dataclass
class ModelServer:
    """`moves` are made one per request; the last one is repeated."""

    moves: list[Move]
    exchanges: list[Exchange] = field(default_factory=list)
    wire: bytearray = field(default_factory=bytearray)  # all that was received, to the byte
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received = await reader.readuntil(b"\r\n\r\n")
        head = received.decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        payload = await reader.readexactly(int(headers["content-length"]))
        self.wire += received + payload
        body = json.loads(payload)
        exchange = Exchange(head[0].split()[1], headers, body, writer)
        self.exchanges.append(exchange)
        move = self.moves[min(len(self.exchanges), len(self.moves)) - 1]
        with contextlib.suppress(ConnectionError):
            await move(exchange)
        writer.close()


@contextlib.asynccontextmanager
async def model_server(*moves: Move) -> AsyncIterator[ModelServer]:
    model, connections = ModelServer(list(moves)), set[asyncio.Task[None]]()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.add(asyncio.create_task(model.serve(reader, writer)))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    model.port = server.sockets[0].getsockname()[1]
    try:
        yield model
    finally:
        server.close()
        for connection in connections:
            connection.cancel()
        found = await asyncio.gather(*connections, return_exceptions=True)
        for exchange in model.exchanges:
            exchange.writer.close()
        await server.wait_closed()
        errors = [e for e in found if isinstance(e, Exception)]
        assert not errors, errors
