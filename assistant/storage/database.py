"""SQLite or PostgreSQL: transactions, durability, and the one place where an outage gets its name."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any, Self, TypeVar

from sqlalchemy import URL, Engine, create_engine, event, exc, make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from assistant.errors import SettingsError, StorageUnavailable
from assistant.storage.columns import to_json
from assistant.storage.migrations import upgrade

T = TypeVar("T")

_OUTAGES = (exc.OperationalError, exc.InterfaceError, exc.InternalError, exc.TimeoutError, OSError)


@contextmanager
def outages() -> Iterator[None]:
    """Turn whatever means "the database does not answer" into StorageUnavailable."""
    try:
        yield
    except _OUTAGES as error:
        raise _unavailable(error) from error
    except exc.DatabaseError as error:
        # The bare class means a file that is damaged or no database; its other subclasses mean our bugs.
        if type(error) is exc.DatabaseError:
            raise _unavailable(error) from error
        raise


def _unavailable(error: Exception) -> StorageUnavailable:
    why = str(getattr(error, "orig", None) or error).strip()
    return StorageUnavailable(f"the database does not answer ({why}); check storage.url and try again")


def database_url(url: str) -> URL:
    """Name the async driver that `url` leaves out.

    Raises:
        SettingsError: not a URL of a SQLite file or a PostgreSQL database.
    """
    try:
        parsed = make_url(url)
    except exc.ArgumentError:
        raise SettingsError("storage.url is no URL; write postgresql://user@host/name or sqlite:///file") from None
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if backend == "sqlite" and parsed.database not in (None, "", ":memory:"):
        return parsed.set(drivername="sqlite+aiosqlite")
    raise SettingsError(f"storage.url: {backend} is not supported; name a SQLite file or a PostgreSQL database")


class Database:
    """Transactions that read one state or write durably; made by `open`.

    SQLite lets one connection write at a time. Writers therefore queue for the only connection of their own
    pool, in order of arrival, and leave the readers' connections free.
    """

    def __init__(self, writer: AsyncEngine, reader: AsyncEngine, patience: float) -> None:
        self._writer = writer
        self._reader = reader
        self._patience = patience
        self._running: set[asyncio.Task[Any]] = set()

    @classmethod
    async def open(cls, url: str, patience: float) -> Self:
        """Bring the tables up to date and connect; `patience`: seconds to wait for a lock or connection.

        Raises:
            SettingsError: `url` is no database URL.
            StorageUnavailable: the database does not answer, or a newer version of Handrail wrote it.
        """
        parsed = database_url(url)
        sqlite = parsed.get_backend_name() == "sqlite"
        with outages():
            await asyncio.to_thread(_migrate, parsed, patience)
        if not sqlite:
            engine = create_async_engine(parsed, hide_parameters=True, pool_pre_ping=True, **_postgresql(patience))
            snapshot = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            return cls(engine, snapshot, patience)
        writer = create_async_engine(parsed, hide_parameters=True, pool_size=1, max_overflow=0, **_sqlite(patience))
        reader = create_async_engine(parsed, hide_parameters=True, **_sqlite(patience))
        _listen(writer.sync_engine, "BEGIN IMMEDIATE")
        _listen(reader.sync_engine, "BEGIN")
        return cls(writer, reader, patience)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that commits at the end of the block, durably, or not at all.

        Raises:
            StorageUnavailable: the database does not answer.
        """
        with outages():
            async with self._writer.begin() as connection:
                yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A transaction in which every query sees the same state.

        Raises:
            StorageUnavailable: the database does not answer.
        """
        with outages():
            async with self._reader.begin() as connection:
                yield connection

    async def to_the_end(self, work: Coroutine[Any, Any, T]) -> T:
        """Await `work`, which goes on when the caller is cancelled.

        A driver call cancelled half-way can lose its connection, and the pool its place.
        """
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def ping(self) -> None:
        """Ask for a sign of life.

        Raises:
            StorageUnavailable: there is none.
        """
        async with self.reading() as connection:
            await connection.execute(text("SELECT 1"))

    async def compact(self, tables: Sequence[str]) -> str:
        """Write the file or `tables` anew, so that nothing replaced stays on disk; what kept it from that, or ""."""
        try:
            if self._writer.dialect.name == "sqlite":
                return await asyncio.to_thread(_compact, str(self._writer.url.database), self._patience)
            async with self._writer.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
                await connection.execute(text("SET statement_timeout = 0"))
                for table in tables:
                    await connection.execute(text(f"VACUUM (FULL) {table}"))
                await connection.execute(text("RESET statement_timeout"))
            return ""
        except (exc.OperationalError, sqlite3.OperationalError) as error:
            return str(getattr(error, "orig", None) or error).strip()

    async def close(self) -> None:
        """Wait for what is under way, then give all connections back."""
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._writer.dispose()
        await self._reader.dispose()


def _migrate(url: URL, patience: float) -> None:
    if url.get_backend_name() == "sqlite":
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url.set(drivername="sqlite"), **_sqlite(patience))
        _listen(engine, "BEGIN IMMEDIATE")
    else:
        engine = create_engine(url, connect_args={"connect_timeout": _whole(patience)})
    try:
        upgrade(engine)
    finally:
        engine.dispose()


def _compact(path: str, patience: float) -> str:
    """Write the file anew, then empty its log, which waits for readers of an older state."""
    with closing(sqlite3.connect(path, timeout=patience, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("VACUUM")
        busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return "a reader holds an older state" if busy else ""


def _sqlite(patience: float) -> dict[str, Any]:
    # isolation_level None: the driver begins no transactions of its own, `_listen` says how they begin.
    return {
        "connect_args": {"timeout": patience, "isolation_level": None},
        "pool_timeout": patience,
        "json_serializer": to_json,
    }


def _postgresql(patience: float) -> dict[str, Any]:
    milliseconds = int(patience * 1000)
    return {
        "connect_args": {
            "connect_timeout": _whole(patience),
            "tcp_user_timeout": milliseconds,
            "options": f"-c lock_timeout={milliseconds} -c statement_timeout={2 * milliseconds}",
        },
        "pool_timeout": patience,
        "json_serializer": to_json,
    }


def _whole(seconds: float) -> int:
    return max(2, round(seconds))  # libpq counts in whole seconds, and takes fewer than two as two


def _listen(engine: Engine, begin: str) -> None:
    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _began(connection: Any) -> None:
        connection.exec_driver_sql(begin)
