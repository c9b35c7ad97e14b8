"""Opening: migrations, races between processes, outages."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from databases import new_database, postgresql, postgresql_folder
from pgserver.postgres_server import PostgresServer
from sqlalchemy import Connection

from assistant.conversation import Conversation, Message
from assistant.errors import SettingsError, StorageUnavailable
from assistant.storage import Store
from assistant.storage.tables import metadata

OPEN = "import asyncio, sys; from assistant.storage import Store; asyncio.run(Store.open(sys.argv[1]))"


async def test_what_was_stored_is_there_after_a_restart(database_url: str) -> None:
    conversation = Conversation(messages=(Message(author="assistant", text="An AI answers here."),))
    first = await Store.open(database_url)
    await first.open_conversation(conversation, "digest")
    await first.close()
    second = await Store.open(database_url)
    assert (await second.conversation(conversation.id)).messages == conversation.messages
    assert await second.token_digest(conversation.id) == "digest"
    await second.close()


async def test_migrations_make_exactly_the_tables_of_the_code(store: Store) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with store._database.writing() as connection:
        assert await connection.run_sync(differences) == []


async def test_two_stores_open_an_empty_database_at_once(database_url: str) -> None:
    stores = await asyncio.gather(*(Store.open(database_url) for _ in range(4)))
    await asyncio.gather(*(store.ping() for store in stores))
    await asyncio.gather(*(store.close() for store in stores))


async def test_processes_open_an_empty_database_at_once(database_url: str) -> None:
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", OPEN, database_url, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    errors = [(await process.communicate())[1].decode() for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, "\n".join(errors)


async def test_a_database_of_a_newer_version_is_refused(store: Store, database_url: str) -> None:
    async with store._database.writing() as connection:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StorageUnavailable, match="newer version"):
        await Store.open(database_url)


@pytest.mark.parametrize(
    "url", ["handrail.sqlite", "mysql://root@localhost/handrail", "sqlite://", "sqlite:///:memory:", ""]
)
async def test_an_address_of_no_database_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match=r"storage\.url"):
        await Store.open(url)


async def test_sqlite_is_durable_and_keeps_its_keys(tmp_path: Path) -> None:
    store = await Store.open(f"sqlite:///{tmp_path / 'new' / 'handrail.sqlite'}")
    async with store._database.writing() as connection:
        pragmas = [
            (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    assert pragmas == ["wal", 2, 1, 5000]
    await store.close()


async def test_a_path_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageUnavailable):
        await Store.open(f"sqlite:///{tmp_path / 'file' / 'handrail.sqlite'}")


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "handrail.sqlite").write_bytes(b"not a database, whatever its name says" * 100)
    with pytest.raises(StorageUnavailable, match="not a database"):
        await Store.open(f"sqlite:///{tmp_path / 'handrail.sqlite'}")


async def test_a_lock_held_for_too_long(tmp_path: Path) -> None:
    path = tmp_path / "handrail.sqlite"
    conversation = Conversation()
    store = await Store.open(f"sqlite:///{path}", patience=0.1)
    await store.open_conversation(conversation, "digest")
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageUnavailable, match="locked"):
        await store.set_language(conversation.id, "de")
    assert (await store.conversation(conversation.id)).language == "en"
    holder.execute("ROLLBACK")
    holder.close()
    await store.set_language(conversation.id, "de")
    await store.close()


async def test_a_full_disk_loses_nothing_that_was_stored(tmp_path: Path) -> None:
    store = await Store.open(f"sqlite:///{tmp_path / 'handrail.sqlite'}")
    conversation = Conversation()
    await store.open_conversation(conversation, "digest")
    async with store._database.writing() as connection:
        pages = (await connection.exec_driver_sql("PRAGMA page_count")).scalar()
        await connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StorageUnavailable, match="full"):
        await store.receive(conversation.id, Message(author="customer", text="x" * 100_000))
    assert (await store.conversation(conversation.id)).messages == ()
    assert await store.events(conversation.id) == []
    await store.close()


@pytest.fixture
def folder() -> Iterator[Path]:
    with postgresql_folder() as made:
        yield made


async def test_postgresql_stops_and_comes_back(folder: Path) -> None:
    conversation = Conversation()
    with postgresql(folder) as server:
        url = new_database(server)
        store = await Store.open(url, patience=2)
        await store.open_conversation(conversation, "digest")
    with pytest.raises(StorageUnavailable):
        await store.ping()
    with pytest.raises(StorageUnavailable):
        await store.receive(conversation.id, Message(author="customer", text="Hello?"))
    with pytest.raises(StorageUnavailable):
        await Store.open(url, patience=2)
    with postgresql(folder):
        assert await store.receive(conversation.id, Message(author="customer", text="Hello?"))
        await store.close()


async def test_a_connection_cut_in_the_middle(postgresql_server: PostgresServer) -> None:
    store = await Store.open(new_database(postgresql_server))
    conversation = Conversation()
    await store.open_conversation(conversation, "digest")
    with pytest.raises(StorageUnavailable):
        async with store._database.writing() as connection:
            pid = (await connection.exec_driver_sql("SELECT pg_backend_pid()")).scalar()
            async with store._database.writing() as another:
                await another.exec_driver_sql(f"SELECT pg_terminate_backend({pid})")
            await connection.exec_driver_sql("SELECT 1")
    assert await store.conversation(conversation.id) == conversation
    await store.close()


async def test_a_process_killed_while_it_writes_loses_no_acknowledged_event(database_url: str) -> None:
    store = await Store.open(database_url)
    conversation = Conversation()
    await store.open_conversation(conversation, "digest")
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITE, database_url, conversation.id, stdout=subprocess.PIPE
    )
    assert writer.stdout
    acknowledged = [int(await writer.stdout.readline()) for _ in range(20)]
    writer.kill()
    acknowledged += [int(line) for line in (await writer.stdout.read()).split(b"\n")[:-1]]
    await writer.wait()
    seqs = [event.seq for event in await store.events(conversation.id)]
    assert seqs == list(range(1, len(seqs) + 1))
    assert set(acknowledged) <= set(seqs)
    await store.append(conversation.id, "stage", {})
    await store.close()


WRITE = """
import asyncio, sys
from assistant.storage import Store
async def main(url, conversation_id):
    store = await Store.open(url)
    while True:
        event = await store.append(conversation_id, "stage", {})
        print(event.seq, flush=True)
asyncio.run(main(*sys.argv[1:]))
"""
