"""The log: one line per record, as text or JSON, on standard error. Personal data is masked in every one.

A record may carry `fields`, a dict of plain values: `log.info("turn finished", extra={"fields": {...}})`.
"""

import json
import logging
from datetime import UTC, datetime
from typing import Any, Final

from pythonjsonlogger.json import JsonFormatter

from assistant.privacy import mask
from assistant.settings import Logs

OURS: Final = "handrail"
NOT_OURS: Final = ("uvicorn", "uvicorn.error", "uvicorn.access")  # they bring handlers of their own


def set_up_logs(logs: Logs) -> None:
    """Send every logger of this process the same way; libraries speak up from warnings on."""
    output = logging.StreamHandler()
    output.setFormatter(MaskedJson() if logs.format == "json" else MaskedText())
    logging.basicConfig(handlers=[output], level=logging.WARNING, force=True)
    logging.captureWarnings(True)
    logging.getLogger(OURS).setLevel(logs.level.upper())
    for name in NOT_OURS:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True


def masked(value: Any) -> Any:
    """A copy of a plain value in which every string is masked, the names of fields aside."""
    match value:
        case str():
            return mask(value)
        case dict():
            return {name: masked(item) for name, item in value.items()}
        case list() | tuple():
            return [masked(item) for item in value]
        case _:
            return value


class MaskedText(logging.Formatter):
    """`2026-03-31T10:00:00.123Z INFO turn finished outcome=reply took_ms=12`; a traceback follows below."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line; what it says cannot break the line."""
        said = " ".join(mask(record.getMessage()).splitlines())
        fields = masked(getattr(record, "fields", {}))
        told = " ".join(f"{name}={_shown(value)}" for name, value in fields.items() if value is not None)
        line = " ".join(filter(None, (_time(record), record.levelname, said, told)))
        return "\n".join(filter(None, (line, mask(_traceback(self, record)))))


class MaskedJson(JsonFormatter):
    """One JSON object a line: `at`, `level`, `logger`, `message`, the record's fields, and `exception`."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as a JSON object."""
        said = {
            "at": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": mask(record.getMessage()),
            **masked(getattr(record, "fields", {})),
        }
        if exception := _traceback(self, record):
            said["exception"] = mask(exception)
        return self.serialize_log_record(said)


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _shown(value: Any) -> str:
    plain = isinstance(value, str) and value.isprintable() and value and not set(value) & set(' "=')
    return value if plain else json.dumps(value, ensure_ascii=False)


def _traceback(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    # A formatted one may hang on the record already, from a handler that masks nothing.
    parts = [formatter.formatStack(record.stack_info)] if record.stack_info else []
    return "\n".join([formatter.formatException(record.exc_info), *parts] if record.exc_info else parts)
