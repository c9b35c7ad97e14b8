"""The knowledge folder as the assistant reads it: YAML with clear errors, and the shop's own facts.

Only `articles/` has to be there. Everything else (shop.yaml, topics.yaml, rules/, macros/, orders/) has defaults.
"""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, Field, ValidationError, field_validator

from assistant.errors import KnowledgeError
from assistant.evidence import Word

Model = TypeVar("Model", bound=BaseModel)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def read_yaml(path: Path, model: type[Model]) -> Model:
    """Read a YAML file into `model`; a file that is absent or empty gives the model's defaults.

    Raises:
        KnowledgeError: not YAML, or an entry is unknown or wrong; names the file and the entry.
    """
    try:
        values: Any = yaml.safe_load(path.read_text("utf-8")) if path.exists() else None
        return model.model_validate(values or {})
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise KnowledgeError(f"{path.name} is not valid YAML: {error}") from None
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}" for problem in error.errors()
        )
        raise KnowledgeError(f"{path.name}: {problems}") from None


class Shop(Word):
    """knowledge/shop.yaml: what the assistant says about itself, and the clock the shop lives by."""

    name: str = "our shop"
    time_zone: str = "UTC"
    locale: str = "en"
    currency: str = "EUR"
    support_hours: dict[str, str | None] = Field(default_factory=dict)
    greeting: str = "Hello! You are chatting with an AI assistant. A person takes over whenever it is unsure."
    handoff_note: str = "I am handing this over to a colleague, who will read our whole chat and reply here."

    @field_validator("time_zone")
    @classmethod
    def _is_known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"unknown time zone {name!r}; use a name such as Europe/Dublin") from None
        return name

    @field_validator("support_hours")
    @classmethod
    def _are_readable(cls, hours: dict[str, str | None]) -> dict[str, str | None]:
        for day, written in hours.items():
            if day not in WEEKDAYS:
                raise ValueError(f"unknown day {day!r}; use {', '.join(WEEKDAYS)}")
            if written is not None:
                opening_hours(written)
        return hours

    @classmethod
    def load(cls, knowledge: Path) -> "Shop":
        """Read shop.yaml, or the defaults where there is none."""
        return read_yaml(knowledge / "shop.yaml", cls)

    def today(self) -> date:
        """Today, in the shop's time zone."""
        return datetime.now(ZoneInfo(self.time_zone)).date()

    def staffed(self, at: datetime) -> tuple[bool, datetime | None]:
        """Whether the team is there at this moment, and when that changes next; None where no hours are given."""
        zone = ZoneInfo(self.time_zone)
        today = at.astimezone(zone).date()
        for day in (today + timedelta(days=ahead) for ahead in range(8)):
            if not (written := self.support_hours.get(WEEKDAYS[day.weekday()])):
                continue
            opens, closes = (datetime.combine(day, hour, zone) for hour in opening_hours(written))
            if at < closes:
                return opens <= at, closes if opens <= at else opens
        return False, None


def opening_hours(written: str) -> tuple[time, time]:
    """The two times of `08:00-18:00`.

    Raises:
        ValueError: not written like that, or the second is not later than the first.
    """
    try:
        opens, closes = (time.fromisoformat(part.strip()) for part in written.replace("–", "-").split("-"))
    except ValueError:
        raise ValueError(f"cannot read {written!r}; write hours as 08:00-18:00, or null for a closed day") from None
    if closes <= opens:
        raise ValueError(f"{written!r} ends before it begins; write hours as 08:00-18:00, at most to 23:59")
    return opens, closes
