"""What a turn costs beyond embedding and searching: `python -m benchmarks.turn_overhead`.

The floor embeds a question and searches the same snapshot, dense and sparse, once. Against it, interleaved in one run:
the Responder alone; with storage (the message and the turn committed durably); and the whole service over HTTP, from
sending a message to its outcome on the event stream. Every question is new to every level: nothing is remembered of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter

from rich.console import Console
from rich.progress import track
from rich.table import Table

from assistant.app import Assistant, assemble, publish, warm
from assistant.batch import quiet
from assistant.bell import Bell
from assistant.conversation import Conversation, Customer, Message
from assistant.desk import Desk
from assistant.retrieval.embedder import SentenceTransformerEmbedder
from assistant.retrieval.index.port import Scope
from assistant.settings import Settings
from assistant.storage.store import Store
from benchmarks.served import served
from benchmarks.wire import Visitor
from evals.cases import load_cases

Level = Callable[[str], Awaitable[float]]  # a question to the seconds it took
WARM_UP = 20


def floor_of(assistant: Assistant) -> Level:
    """Embed and search, with the same model and snapshot as the responder."""
    embedder = SentenceTransformerEmbedder(assistant.settings.embedder.name)
    scope = Scope(day=assistant.shop.today())

    async def run(question: str) -> float:
        started = perf_counter()
        vector = embedder.embed([question])[0]
        with assistant.shelf.lease() as snapshot:
            snapshot.dense(vector, scope, assistant.settings.turn.passages)
            snapshot.sparse(question, scope, assistant.settings.turn.passages)
        return perf_counter() - started

    return run


def responder_of(assistant: Assistant) -> Level:
    """The decision path, nothing stored."""

    async def run(question: str) -> float:
        message = Message(author="customer", text=question)
        conversation = Conversation(messages=(message,))
        started = perf_counter()
        await assistant.responder.respond(conversation, message.id, quiet)
        return perf_counter() - started

    return run


def desk_of(desk: Desk, store: Store, bell: Bell) -> Level:
    """The desk on a database: received, worked, stored."""

    async def run(question: str) -> float:
        conversation, _ = await desk.open_conversation(Customer())
        message = Message(author="customer", text=question)
        with bell.listening(conversation.id) as listener:
            started = perf_counter()
            await desk.receive(conversation.id, message)
            while await store.turn_of(conversation.id, message.id) is None:
                await listener.heard.wait()
                listener.heard.clear()
            return perf_counter() - started

    return run


def service_of(port: int) -> Level:
    """Over HTTP, from a customer's connection, in a process of its own."""

    async def run(question: str) -> float:
        visitor = Visitor(port)
        await visitor.enter()
        try:
            return (await visitor.ask("message-1", question, patience=30))[1]
        finally:
            await visitor.leave()

    return run


async def measure(home: Path, settings: Settings) -> Table:
    """The table of all levels."""
    assistant = assemble(settings)
    publish(assistant, lambda done, total: None)  # noqa: ARG005 - the bar of the questions is enough
    warm(assistant)
    store, bell = await Store.open(settings.database_url), Bell()
    desk = Desk(store, assistant.responder, assistant.shop, bell)
    with served(home) as port:
        levels = {
            "floor: embedding and search": floor_of(assistant),
            "Responder": responder_of(assistant),
            "with storage, durable commits": desk_of(desk, store, bell),
            "with HTTP, own process": service_of(port),
        }
        cases = load_cases(settings.knowledge / "cases")["fitted"]
        questions = [case.question for case in cases if len(case.messages) == 1 and not case.order]
        times = await _times(levels, questions)
    await desk.close()
    await store.close()
    await assistant.close()
    return _table(times)


async def _times(levels: dict[str, Level], questions: Sequence[str]) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in levels}
    for place, question in enumerate(track(questions, "questions", console=Console(stderr=True))):
        for number, (name, level) in enumerate(levels.items()):
            took = await level(f"{question} ({number})")
            if place >= WARM_UP:
                times[name].append(took)
    return times


def _table(times: dict[str, list[float]]) -> Table:
    table = Table("level", "p50, ms", "p95, ms", "p50 / floor", title="One turn", title_justify="left")
    least = median(next(iter(times.values())))
    for name, took in times.items():
        p95 = quantiles(took, n=20)[-1]
        table.add_row(name, f"{median(took) * 1e3:.1f}", f"{p95 * 1e3:.1f}", f"{median(took) / least:.2f}")
    table.caption = f"{len(next(iter(times.values())))} questions, each new to every level"
    return table


def main() -> None:
    """Measure on a temporary home."""
    with TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        Console(width=100).print(asyncio.run(measure(Path(folder) / "service", Settings.load({}, home=home))))


if __name__ == "__main__":
    main()
