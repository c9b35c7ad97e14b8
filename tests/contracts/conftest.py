from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from databases import new_database, postgresql, postgresql_folder
from pgserver.postgres_server import PostgresServer

from assistant.storage import Store


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresServer]:
    with postgresql_folder() as folder, postgresql(folder) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'handrail.sqlite'}"
    return new_database(request.getfixturevalue("postgresql_server"))


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    opened = await Store.open(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def other(store: Store, database_url: str) -> AsyncIterator[Store]:
    """A second store on the database of the first, as another process would have it."""
    opened = await Store.open(database_url)
    yield opened
    await opened.close()
