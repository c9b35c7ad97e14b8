"""Erasure of one record: words become `[erased]`; ids, times, numbers, decisions and public passages stay. Pure.

A string stays only where its name is listed here, so that a field added later is erased until somebody says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

ERASED = "[erased]"

_IDS = "id conversation_id message_id turn_id reply_id evidence_id article_id snapshot prompt model tool".split()
_TIMES = "sent_at fetched_at at opened_at".split()
_CHOICES = "author kind status asks reason mood language verified_by topic rule priority issue_type mode basis".split()
_SHOPS_OWN = "title url step human_agent instead_of".split()  # of the article cited; of who worked on a ticket
KEPT = frozenset((*_IDS, *_TIMES, *_CHOICES, *_SHOPS_OWN))
KEPT_OF_RECEIPTS = frozenset(("situation",))  # what the order's state was decides; the rest says whose order it is
PUBLIC = frozenset(("passages", "permit"))  # what anybody may read


def erased(record: Any, kept: frozenset[str] = KEPT) -> Any:
    """A JSON value without anybody's words; the shape stays, so that it reads as the same kind of record."""
    match record:
        case dict():
            return {
                name: value if _stays(name, value, kept) else erased(value, _kept_in(name, kept))
                for name, value in record.items()
            }
        case list() | tuple():
            return [erased(item, kept) for item in record]
        case str():
            return ERASED if record else record
        case _:
            return record


def words_in(record: Any, kept: frozenset[str] = KEPT) -> Iterator[str]:
    """Every string of a JSON value that erasure takes."""
    match record:
        case dict():
            for name, value in record.items():
                if not _stays(name, value, kept):
                    yield from words_in(value, _kept_in(name, kept))
        case list() | tuple():
            for item in record:
                yield from words_in(item, kept)
        case str():
            yield record


def _stays(name: str, value: Any, kept: frozenset[str]) -> bool:
    return name in PUBLIC or (name in kept and isinstance(value, str))


def _kept_in(name: str, kept: frozenset[str]) -> frozenset[str]:
    return KEPT_OF_RECEIPTS if name in ("arguments", "result") else kept
