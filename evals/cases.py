"""Labelled cases: what a customer wrote, and what a good turn would have been.

A folder holds one JSON Lines file per half (`fitted.jsonl`, `held_back.jsonl`): the file's name is the half's name. A
group is one intent in several wordings; it never straddles halves, or fitting would leak into what is held back.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from assistant.conversation import Conversation, Customer, Message, Reason
from assistant.errors import KnowledgeError
from assistant.evidence import Word

Halves = dict[str, tuple["Case", ...]]


class Said(Word):
    """One message of a case."""

    author: Literal["customer", "assistant"]
    text: str = Field(min_length=1)


class CaseOrder(Word):
    """What the customer gave in the order form before the last message."""

    number: str
    email: str


class Case(Word):
    """One labelled case. `articles` are the sources a colleague would accept, `why` says why not to answer."""

    id: str = Field(min_length=1)
    group: str = Field(min_length=1)
    messages: tuple[Said, ...] = Field(min_length=1)
    expect: Literal["reply", "clarification", "handoff"]
    reason: Reason | None = None
    articles: tuple[str, ...] = ()
    must_say: tuple[str, ...] = ()
    must_not_say: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    why: str = ""
    order: CaseOrder | None = None

    @property
    def answerable(self) -> bool:
        """Whether a reply may be sent alone."""
        return self.expect == "reply"

    @property
    def question(self) -> str:
        """The message that is being answered."""
        return self.messages[-1].text

    @model_validator(mode="after")
    def _is_consistent(self) -> Case:
        if self.messages[-1].author != "customer":
            raise ValueError("the last message must be the customer's: it is the one being answered")
        if self.answerable and self.reason:
            raise ValueError("a case that expects a reply has no reason; remove `reason` or change `expect`")
        return self


def load_cases(folder: Path, articles: Collection[str] | None = None) -> Halves:
    """Read every half of a folder.

    Args:
        folder: holds one `<half>.jsonl` per half.
        articles: ids of the known articles, where they should be checked.

    Raises:
        KnowledgeError: no cases, or a line is broken, repeats an id, names an unknown article or has a group of
            another half; names file and line.
    """
    paths = sorted(folder.glob("*.jsonl"))
    if not paths:
        raise KnowledgeError(
            f"{folder} holds no cases; put fitted.jsonl and held_back.jsonl there, one JSON object a line,"
            " or name the folder that has them"
        )
    halves: Halves = {}
    first_at: dict[str, str] = {}
    half_of: dict[str, str] = {}
    for path in paths:
        cases = []
        for place, case in _read(path):
            _check_id(case, place, first_at)
            _check_group(case, place, path.stem, half_of)
            _check_articles(case, place, articles)
            cases.append(case)
        halves[path.stem] = tuple(cases)
    return halves


def conversation_of(case: Case, customer: Customer | None = None) -> Conversation:
    """The conversation of a case; it ends with the message that is being answered."""
    messages = tuple(Message(author=said.author, text=said.text) for said in case.messages)
    return Conversation(channel="evals", customer=customer or Customer(), messages=messages)


def _read(path: Path) -> Iterator[tuple[str, Case]]:
    """Each case of a file and its place, `held_back.jsonl, line 3`."""
    try:
        lines = path.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise KnowledgeError(f"{path.name} cannot be read: {error}; save it as UTF-8") from None
    for number, line in enumerate(lines, start=1):
        if line.strip():
            place = f"{path.name}, line {number}"
            yield place, _parse(line, place)


def _parse(line: str, place: str) -> Case:
    try:
        fields: Any = json.loads(line)
        return Case.model_validate(fields)
    except json.JSONDecodeError as error:
        raise KnowledgeError(f"{place} is not JSON ({error}); write one JSON object a line") from None
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, problem['loc'])) or 'case'}: {problem['msg'].removeprefix('Value error, ')}"
            for problem in error.errors()
        )
        raise KnowledgeError(f"{place}: {problems}") from None


def _check_id(case: Case, place: str, first_at: dict[str, str]) -> None:
    if case.id in first_at:
        raise KnowledgeError(f"{place}: the id {case.id} stands at {first_at[case.id]} already; ids must be unique")
    first_at[case.id] = place


def _check_group(case: Case, place: str, half: str, half_of: dict[str, str]) -> None:
    other = half_of.setdefault(case.group, half)
    if other != half:
        raise KnowledgeError(
            f"{place}: the group {case.group} is in {other}.jsonl too; keep all wordings of an intent in one half"
        )


def _check_articles(case: Case, place: str, articles: Collection[str] | None) -> None:
    unknown = [article for article in case.articles if articles is not None and article not in articles]
    if unknown:
        raise KnowledgeError(f"{place}: there is no article {unknown[0]}; correct `articles` or add the article")
