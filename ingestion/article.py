"""An article as its owner wrote it, and what can be wrong with its front matter."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, Self
from urllib.parse import quote

from pydantic import BeforeValidator, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from assistant.errors import ArticleError
from assistant.evidence import Word


def _day(value: object) -> object:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError(f"{value!r} is no date; write it like 2026-03-31") from None


def _several(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


Day = Annotated[date, BeforeValidator(_day)]
NO_VALUE = ("", "~", "null", "Null", "NULL")


class Article(Word):
    """One article; only `id` and `title` are required. `regions` empty: it holds everywhere.

    `questions` are wordings in which customers ask for what it answers: searched, never shown.

    In force on day d: effective_from ≤ d < effective_to, in the shop's time zone.
    """

    id: str = Field(pattern=r"^[^\s#]+$", max_length=200)
    title: str = Field(min_length=1, max_length=500)
    topic: str = "general"
    locale: str = "en"
    regions: Annotated[tuple[str, ...], BeforeValidator(_several)] = ()
    audience: Literal["public", "agents"] = "public"
    product: str | None = None
    effective_from: Day | None = None
    effective_to: Day | None = None
    supersedes: str | None = None
    owner: str = ""
    review_by: Day | None = None
    url: str = ""
    questions: tuple[str, ...] = ()
    body: str
    path: str  # relative to the knowledge folder

    @model_validator(mode="after")
    def _is_in_force_some_day(self) -> Self:
        if self.effective_from and self.effective_to and self.effective_to <= self.effective_from:
            raise ValueError("effective_to must be a later day than effective_from")
        return self

    def is_open_to_customers(self, day: date) -> bool:
        """Whether customers may read it on that day: public, and in force."""
        begun = self.effective_from is None or self.effective_from <= day
        ended = self.effective_to is not None and self.effective_to <= day
        return self.audience == "public" and begun and not ended

    @property
    def link(self) -> str:
        """Where a customer reads it."""
        return self.url or f"/articles/{quote(self.id)}"


KEYS = tuple(name for name in Article.model_fields if name not in ("body", "path"))


def read_article(path: str, front_matter: Mapping[str, object], body: str) -> Article:
    """Make an article of its front matter (all scalars still strings) and its body.

    Raises:
        ArticleError: a key is unknown, missing or has a bad value, or the body is empty.
    """
    unknown = [key for key in front_matter if key not in KEYS]
    if unknown:
        raise ArticleError(path, "; ".join(_unknown(key) for key in unknown))
    if not body.strip():
        raise ArticleError(path, "there is no text below the front matter; write the article or delete the file")
    given = {key: value for key, value in front_matter.items() if value not in NO_VALUE}
    try:
        return Article.model_validate({**given, "body": body, "path": path})
    except ValidationError as error:
        raise ArticleError(path, "; ".join(_explain(problem) for problem in error.errors())) from None


def _unknown(key: str) -> str:
    near = difflib.get_close_matches(key, KEYS, n=1, cutoff=0.5)
    remedy = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(KEYS)}"
    return f"unknown front matter key {key!r}; {remedy}"


def _explain(problem: ErrorDetails) -> str:
    key = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "missing":
        return f"{key} is missing; add a line `{key}: …` to the front matter"
    if problem["type"] == "string_pattern_mismatch":
        return f"{key}: {problem['input']!r} holds a space or '#'; use letters, digits, '-', '_' or '.'"
    return f"{key}: {problem['msg'].removeprefix('Value error, ')}".removeprefix(": ")
