"""Databases to run the store on: a SQLite file, and PostgreSQL from the package pgserver."""

import itertools
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it says which folder it takes where XDG_RUNTIME_DIR is not set
    from pgserver.postgres_server import PostgresServer, get_server

_numbers = itertools.count(1)


@contextmanager
def postgresql_folder() -> Iterator[Path]:
    """A folder for a server. Not pytest's: every run of pytest closes those to the server's own user."""
    with tempfile.TemporaryDirectory(prefix="handrail-postgresql-") as folder:
        yield Path(folder)


@contextmanager
def postgresql(folder: Path) -> Iterator[PostgresServer]:
    """A PostgreSQL server that lives in `folder` until the block ends."""
    server = get_server(folder, cleanup_mode="stop")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")  # no test pulls the plug of the server
            connection.execute("SELECT pg_reload_conf()")
        yield server
    finally:
        server.cleanup()


def new_database(server: PostgresServer) -> str:
    """Make an empty database; its URL."""
    name = f"handrail_{next(_numbers)}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return str(server.get_uri(database=name))
