"""Bringing a database up to date, from inside the process that uses it."""

from threading import Lock

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Engine, text

from assistant.errors import StorageUnavailable

# Alembic keeps the migration under way in globals of its modules.
_one_at_a_time = Lock()

_ADVISORY_LOCK = 0x48616E647261696C  # "Handrail"


def upgrade(engine: Engine) -> None:
    """Run the migrations that `engine`'s database lacks, all in one transaction.

    Safe when several processes start at once: the others wait, then find nothing left to do. On SQLite the
    engine must begin its transactions with BEGIN IMMEDIATE.

    Raises:
        StorageUnavailable: the database was written by a newer version.
    """
    config = Config()
    config.set_main_option("script_location", "assistant.storage:migrations")
    with _one_at_a_time, engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise StorageUnavailable(
                f"the database was written by a newer version of Handrail ({error}); install that version"
            ) from error
