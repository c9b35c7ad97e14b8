"""Several workers on one database: every message gets one turn, in order."""

import asyncio
from pathlib import Path

import pytest

from assistant.announcement import announcement
from assistant.bell import Bell
from assistant.conversation import Conversation, Customer, Message, Reply, Trail, Turn
from assistant.desk import Desk
from assistant.knowledge import Shop
from assistant.responder import Stage
from assistant.storage import Store


class Worker:
    """Stands where the responder does: it notes what it works, and takes as long as it is told."""

    def __init__(self, worked: list[str], going: asyncio.Event) -> None:
        self._worked, self._going = worked, going
        self.began = asyncio.Event()

    async def respond(self, conversation: Conversation, message_id: str, stage: Stage) -> Turn:
        await stage("understanding")
        self._worked.append(message_id)
        self.began.set()
        await self._going.wait()
        reply = Reply(text=f"To {message_id}", citations=())
        return Turn(conversation_id=conversation.id, message_id=message_id, outcome=reply, trail=Trail(), took_ms=1)


def asked(number: int) -> Message:
    return Message(id=f"message-{number}", author="customer", text=str(number))


async def outcomes(store: Store, bell: Bell, conversation_id: str, count: int) -> list[str]:
    """The messages whose outcome is told, once there are so many."""
    async with asyncio.timeout(20):
        while True:
            told = [e.body["message_id"] for e in await store.events(conversation_id) if e.kind == "outcome"]
            if len(told) >= count:
                return told
            await asyncio.sleep(0.01)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'handrail.sqlite'}"


async def test_two_workers_keep_the_order(url: str) -> None:
    worked: list[str] = []
    going = asyncio.Event()
    stores = [await Store.open(url) for _ in range(2)]
    bell = Bell()
    desks = [Desk(store, Worker(worked, going), Shop(), bell) for store in stores]  # type: ignore[arg-type]
    for desk in desks:
        desk.start()
    conversation, _ = await desks[0].open_conversation(Customer())
    for number in range(6):
        await desks[number % 2].receive(conversation.id, asked(number))
    going.set()
    expected = [asked(number).id for number in range(6)]
    assert await outcomes(stores[0], bell, conversation.id, 6) == expected
    assert worked == expected
    for desk, store in zip(desks, stores, strict=True):
        await desk.close()
        await store.close()


async def test_what_a_stopped_worker_held_is_free_at_once(url: str) -> None:
    worked: list[str] = []
    going = asyncio.Event()
    store, bell = await Store.open(url), Bell()
    worker = Worker(worked, going)
    stopped = Desk(store, worker, Shop(), bell)  # type: ignore[arg-type]
    conversation, _ = await stopped.open_conversation(Customer())
    await stopped.receive(conversation.id, asked(1))
    async with asyncio.timeout(20):
        await worker.began.wait()
    assert await store.unanswered() == []
    await stopped.close()
    assert await store.unanswered() == [(conversation.id, asked(1).id)]
    going.set()
    started = Desk(store, Worker(worked, going), Shop(), bell)  # type: ignore[arg-type]
    started.start()
    assert await outcomes(store, bell, conversation.id, 1) == [asked(1).id]
    await started.close()
    await store.close()


async def test_what_counts_turns_cannot_undo_one(url: str) -> None:
    def broken(turn: Turn) -> None:
        raise ZeroDivisionError(turn.id)

    worked: list[str] = []
    going = asyncio.Event()
    going.set()
    store, bell = await Store.open(url), Bell()
    desk = Desk(store, Worker(worked, going), Shop(), bell, broken)  # type: ignore[arg-type]
    conversation, _ = await desk.open_conversation(Customer())
    for number in (1, 2):
        await desk.receive(conversation.id, asked(number))
    assert await outcomes(store, bell, conversation.id, 2) == [asked(1).id, asked(2).id]
    assert worked == [asked(1).id, asked(2).id]
    await desk.close()
    await store.close()


async def test_a_turn_in_progress_gets_its_time_and_who_waits_is_dropped(url: str) -> None:
    worked: list[str] = []
    going = asyncio.Event()
    store, bell = await Store.open(url), Bell()
    worker = Worker(worked, going)
    desk = Desk(store, worker, Shop(), bell, at_once=1)  # type: ignore[arg-type]
    first, second = [(await desk.open_conversation(Customer()))[0].id for _ in range(2)]
    await desk.receive(first, asked(1))
    async with asyncio.timeout(20):
        await worker.began.wait()
    for _ in range(3):
        await desk.receive(second, asked(2))
    closing = asyncio.create_task(desk.close(20))
    await asyncio.sleep(0)
    going.set()
    await closing
    assert worked == [asked(1).id]
    assert await outcomes(store, bell, first, 1) == [asked(1).id]
    assert await store.unanswered() == [(second, asked(2).id)]
    await store.close()


async def test_a_turn_that_comes_too_late_is_said_to_with_its_reason(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "handrail")
    worked: list[str] = []
    going = asyncio.Event()
    store, bell = await Store.open(url), Bell()
    worker = Worker(worked, going)
    desk = Desk(store, worker, Shop(), bell)  # type: ignore[arg-type]
    conversation, _ = await desk.open_conversation(Customer())
    await desk.receive(conversation.id, asked(1))
    async with asyncio.timeout(20):
        await worker.began.wait()
    going.set()
    turn = await worker.respond(conversation, asked(1).id, stage=nothing)
    said = Message(author="assistant", text="First")
    await store.finish(turn, said, "with_assistant", None, announcement(turn, said))
    await desk.close(20)
    await store.close()
    assert f"a turn of {conversation.id} is not stored: message message-1 has its turn" in caplog.text
    assert "a human agent took over" not in caplog.text


async def nothing(name: str) -> None:
    pass
