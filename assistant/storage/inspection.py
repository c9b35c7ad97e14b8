"""A look at a database that changes nothing: neither its tables nor the files beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, create_engine, text
from sqlalchemy import inspect as look_at
from sqlalchemy.pool import NullPool

from assistant.evidence import now
from assistant.storage.database import database_url, outages

PATIENCE = 5  # seconds


@dataclass(frozen=True)
class Inspection:
    """What was found. Sizes in bytes; `revision` is None where there are no tables yet."""

    kind: str
    revision: str | None
    newest: str
    known: bool
    size: int
    wal: int = 0
    damage: str = ""
    clock_seconds: float = 0.0


def inspect(url: str) -> Inspection | None:
    """Look at a database; None where its file does not exist yet.

    Raises:
        SettingsError: `url` is no database URL.
        StorageUnavailable: it does not answer.
    """
    parsed = database_url(url)
    with outages():
        return _sqlite(Path(str(parsed.database))) if parsed.get_backend_name() == "sqlite" else _postgresql(parsed)


def _sqlite(file: Path) -> Inspection | None:
    if not file.exists():
        return None
    wal = file.with_name(f"{file.name}-wal")
    # Without a log nobody has it open, and then even a reader would leave files behind, unless told that nothing moves.
    mode = "mode=ro" if wal.exists() else "mode=ro&immutable=1"
    target = f"sqlite:///file:{file.resolve()}?{mode}&uri=true"
    engine = create_engine(target, connect_args={"timeout": PATIENCE}, poolclass=NullPool)
    with engine.connect() as connection:
        said = str(connection.execute(text("PRAGMA quick_check(1)")).scalar())
        revision, newest, known = _revisions(connection)
    return Inspection(
        "SQLite",
        revision,
        newest,
        known,
        size=file.stat().st_size,
        wal=wal.stat().st_size if wal.exists() else 0,
        damage="" if said == "ok" else said,
    )


def _postgresql(url: URL) -> Inspection:
    arguments = {"connect_timeout": PATIENCE, "options": "-c default_transaction_read_only=on"}
    engine = create_engine(url, connect_args=arguments, poolclass=NullPool)
    with engine.connect() as connection:
        revision, newest, known = _revisions(connection)
        size = connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
        ahead = connection.execute(text("SELECT clock_timestamp()")).scalar_one() - now()
    return Inspection("PostgreSQL", revision, newest, known, size, clock_seconds=ahead.total_seconds())


def _revisions(connection: Connection) -> tuple[str | None, str, bool]:
    """The revision of the tables, the newest there is, and whether this version knows the former."""
    config = Config()
    config.set_main_option("script_location", "assistant.storage:migrations")
    scripts = ScriptDirectory.from_config(config)
    newest = str(scripts.get_current_head())
    if not look_at(connection).has_table("alembic_version"):
        return None, newest, True
    revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    known = {script.revision for script in scripts.walk_revisions()}
    return revision, newest, revision is None or revision in known
