"""The bell keeps looking for what other processes write, whatever goes wrong."""

import asyncio
from collections.abc import Sequence

import pytest

from assistant.bell import Bell


async def test_a_look_that_fails_is_not_the_last(caplog: pytest.LogCaptureFixture) -> None:
    looks = iter([ZeroDivisionError("a bug"), ZeroDivisionError("and again"), {"c": 5}])

    async def last_events(conversation_ids: Sequence[str]) -> dict[str, int]:
        look = next(looks, {})
        if isinstance(look, Exception):
            raise look
        return look

    bell = Bell()
    with bell.listening("c", seq=4) as listener:
        watching = asyncio.create_task(bell.watch(last_events, 0.0))
        async with asyncio.timeout(20):
            await asyncio.wait(
                {watching, heard := asyncio.create_task(listener.heard.wait())}, return_when="FIRST_COMPLETED"
            )
        assert heard.done()
        watching.cancel()
    assert [record.exc_info is not None for record in caplog.records] == [True, True]
