"""The crew keeps looking for work whatever goes wrong, and takes none once it closes."""

import asyncio
import logging

import pytest

from assistant import crew as module
from assistant.crew import Crew


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SWEEP_SECONDS", 0.0)


async def test_a_look_that_fails_is_not_the_last(caplog: pytest.LogCaptureFixture) -> None:
    worked = asyncio.Event()
    looks = iter([ZeroDivisionError("a bug"), ZeroDivisionError("and again"), [("c", "message")]])

    async def unanswered() -> list[tuple[str, str]]:
        look = next(looks, [])
        if isinstance(look, Exception):
            raise look
        return look

    async def work(conversation_id: str) -> None:
        worked.set()

    crew = Crew(work, at_once=1)
    crew.sweep(unanswered)
    async with asyncio.timeout(20):
        await worked.wait()
    await crew.close(0)
    assert [record.exc_info is not None for record in caplog.records if record.levelno == logging.ERROR] == [True, True]


async def test_while_it_closes_nothing_new_is_begun() -> None:
    worked: list[str] = []
    found = [("first", "message")]
    began, going = asyncio.Event(), asyncio.Event()

    async def unanswered() -> list[tuple[str, str]]:
        return found

    async def work(conversation_id: str) -> None:
        worked.append(conversation_id)
        began.set()
        found.clear()
        await going.wait()

    crew = Crew(work, at_once=9)
    crew.sweep(unanswered)
    async with asyncio.timeout(20):
        await began.wait()
    closing = asyncio.create_task(crew.close(20))
    await asyncio.sleep(0)
    found.append(("swept", "message"))
    crew.take("taken")
    for _ in range(20):  # turns of the loop, in which a sweep without a pause looks several times
        await asyncio.sleep(0)
    going.set()
    await closing
    assert worked == ["first"]
