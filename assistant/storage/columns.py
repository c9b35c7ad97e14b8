"""Column types that read back the same from SQLite and PostgreSQL."""

import json
import re
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, TypeDecorator, Unicode

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

# NaN and infinity are no JSON: PostgreSQL refuses them, so SQLite must too.
to_json = partial(json.dumps, ensure_ascii=False, allow_nan=False)


def storable(value: Any) -> Any:
    """A copy of a string or JSON value in which NUL and lone surrogates are U+FFFD.

    PostgreSQL refuses both; customers do send them, and a message must not be lost over one.
    """
    match value:
        case str():
            return _UNSTORABLE.sub("\ufffd", value)
        case dict():
            return {storable(key): storable(item) for key, item in value.items()}
        case list() | tuple():
            return [storable(item) for item in value]
        case _:
            return value


class Text(TypeDecorator[str]):
    """A string of any length, made `storable`."""

    impl = Unicode
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: D102, ARG002
        return None if value is None else str(storable(value))


class Json(TypeDecorator[Any]):
    """A JSON value, made `storable`. Not JSONB, which reorders keys and rewrites numbers."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: D102, ARG002
        return storable(value)


class Moment(TypeDecorator[datetime]):
    """A point in time: aware in, UTC out. SQLite keeps no zone, so UTC is what is written."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: D102, ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone; store aware datetimes only")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: D102, ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
