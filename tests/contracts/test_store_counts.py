"""What an operator and a running service ask of the store."""

import pytest
from stored_words import asked, opened, ticket_of, worked

from assistant.storage import Store
from assistant.storage.inspection import inspect


async def test_everything_is_counted(store: Store) -> None:
    empty = await store.counted()
    assert (empty.conversations, empty.tickets, empty.awaiting) == ({}, {}, 0)
    waiting, working = await opened(store), await opened(store)
    for conversation_id in (waiting, working):
        await store.receive(conversation_id, asked())
    message = asked("A person, please", "to-a-person")
    await store.receive(waiting, message)
    turn = worked(waiting, message)
    await store.finish(turn, None, "waiting_for_human", ticket_of(turn, priority="high"), [])
    found = await store.counted()
    assert found.conversations == {"waiting_for_human": 1, "with_assistant": 1}
    assert found.tickets == {("open", "high"): 1}
    assert found.awaiting == 1


async def test_the_last_event_of_each_conversation(store: Store, other: Store) -> None:
    one, two = await opened(store, asked()), await opened(store)
    assert await store.last_events([one, two, "unknown"]) == {one: 1, two: 0}
    written = await other.append(two, "stage", {"stage": "searching"})
    assert await store.last_events([two]) == {two: written.seq}
    assert await store.last_events([]) == {}


@pytest.mark.usefixtures("store")
def test_a_look_at_the_database(database_url: str) -> None:
    found = inspect(database_url)
    assert found
    assert (found.revision, found.known, found.damage) == (found.newest, True, "")
    assert found.size > 0
    assert abs(found.clock_seconds) < 2


def test_a_look_makes_no_tables(database_url: str) -> None:
    for _ in range(2):
        found = inspect(database_url)
        assert found is None or (found.revision, found.known) == (None, True)
