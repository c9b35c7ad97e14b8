"""Open chats held at once by one service: `python -m benchmarks.serve [--chats 10 50 200 400] [--rate 4]`.

Each chat is a conversation with its event stream open, on sockets of its own. Messages come at the same rate however
many chats are open, so what the chats that only listen cost shows as added time. A chat asks once, so that every
message is the same work: then it leaves, and a new one takes its place. The model is the scripted one, and the
questions are such as it answers. A message is dropped when it is refused or has no outcome within 20 seconds.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.progress import track
from rich.table import Table

from assistant.settings import Settings
from benchmarks.served import served
from benchmarks.wire import Refused, Visitor
from evals.cases import load_cases

PATIENCE = 20.0


async def answered(port: int) -> list[str]:
    """Questions of the cases that this service answers, each asked once in a chat of its own."""
    cases = load_cases(Settings.load({}).knowledge / "cases")["fitted"]
    questions = [case.question for case in cases if case.answerable and len(case.messages) == 1 and not case.order]
    found = []
    for number, question in enumerate(track(questions, "questions", console=Console(stderr=True))):
        visitor = Visitor(port)
        await visitor.enter()
        kind, _ = await visitor.ask(f"question-{number}", question, PATIENCE)
        await visitor.leave()
        if kind == "reply":
            found.append(question)
    return found


async def hold(
    port: int, chats: int, rate: float, seconds: float, asked: Iterator[tuple[int, str]]
) -> tuple[list[float], int]:
    """Seconds of each answered message, and how many were dropped, with so many chats open."""
    visitors: asyncio.Queue[Visitor] = asyncio.Queue()

    async def enter() -> None:
        visitor = Visitor(port)
        await visitor.enter()
        visitors.put_nowait(visitor)

    async def visit(number: int, question: str) -> float:
        visitor = await visitors.get()
        try:
            _, took = await visitor.ask(f"message-{number}", question, PATIENCE)
            return took
        finally:
            await visitor.leave()
            await enter()

    for _ in range(chats):
        await enter()
    visits = []
    loop = asyncio.get_running_loop()
    begun = loop.time()
    for place in range(round(rate * seconds)):
        await asyncio.sleep(max(0.0, begun + place / rate - loop.time()))
        visits.append(asyncio.create_task(visit(*next(asked))))
    ended = await asyncio.gather(*visits, return_exceptions=True)
    while not visitors.empty():
        await visitors.get_nowait().leave()
    took = [seconds for seconds in ended if isinstance(seconds, float)]
    for failure in ended:
        if isinstance(failure, BaseException) and not isinstance(failure, Refused | OSError):
            raise failure
    return took, len(ended) - len(took)


async def measure(port: int, chats: list[int], rate: float, seconds: float) -> Table:
    """One row for each number of open chats; the first is what the others are compared with."""
    asked = enumerate(cycle(await answered(port)))
    await hold(port, chats[0], rate, 5, asked)
    table = Table(
        "open chats", "messages", "dropped", "p50, ms", "p95, ms", "added p95, ms",
        title=f"{rate:g} messages a second for {seconds:g} s", title_justify="left",
    )  # fmt: skip
    least = None
    for number in track(chats, "open chats", console=Console(stderr=True)):
        took, dropped = await hold(port, number, rate, seconds, asked)
        p95 = quantiles(took, n=20)[-1] * 1e3
        least = p95 if least is None else least
        table.add_row(
            str(number), str(len(took) + dropped), str(dropped), f"{median(took) * 1e3:.0f}", f"{p95:.0f}",
            f"{p95 - least:+.0f}",
        )  # fmt: skip
    return table


def main() -> None:
    """Measure on a temporary home."""
    options = argparse.ArgumentParser(description="Hold many chats open at once.")
    options.add_argument("--chats", type=int, nargs="+", default=[10, 50, 200, 400])
    options.add_argument("--rate", type=float, default=4.0, help="messages a second, over all chats")
    options.add_argument("--seconds", type=float, default=30.0)
    chosen = options.parse_args()
    with TemporaryDirectory() as folder, served(Path(folder) / "home", HANDRAIL_MODEL_NAME="scripted") as port:
        Console(width=100).print(asyncio.run(measure(port, chosen.chats, chosen.rate, chosen.seconds)))


if __name__ == "__main__":
    main()
