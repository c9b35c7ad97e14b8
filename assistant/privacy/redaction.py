"""Redaction: what reaches a chat model holds tokens in place of personal data, and its answer gets the data back."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from assistant.orders.numbers import number_key
from assistant.privacy.patterns import Found

Find = Callable[[str], list[Found]]

LOOKALIKE = "TEXT"  # the kind of what looks like a token but was written by somebody
_TOKEN = re.compile(r"\[[A-Z]+(?:_[A-Z]+)*_\d{1,4}\]", re.IGNORECASE)
_PUBLIC = frozenset({"EMAIL", "PHONE", "SECRET", "ADDRESS", "POSTCODE", "NAME"})  # kinds that a shop has, too


class Redaction:
    """The tokens of one exchange with a model: `[EMAIL_1]` and the text it stands for.

    Args:
        public: texts that anybody may read, such as articles; what stands there is not personal.
        own_orders: order numbers that the customer is known to have, however they are spelt.
    """

    def __init__(self, public: Iterable[str] = (), own_orders: Iterable[str] = ()) -> None:
        self._public = "\n".join(public)
        self._own_orders = {number_key(number) for number in own_orders}
        self._tokens: dict[str, str] = {}
        self._values: dict[str, str] = {}
        self._counts = Counter[str]()

    def learn(self, text: str, find: Find) -> None:
        """Give a token to each piece of personal data in `text`, and to what looks like a token."""
        for lookalike in _TOKEN.findall(text):
            self._give(LOOKALIKE, lookalike)
        for found in find(text):
            value = text[found.start : found.end]
            if not self._is_known(found.kind, value):
                self._give(found.kind, value)

    def redact(self, text: str) -> str:
        """`text` with each piece replaced by its token, wherever it was learnt; the longest first."""
        if not self._tokens:
            return text
        pieces = sorted(self._tokens, key=len, reverse=True)
        return re.sub("|".join(map(self._pattern, pieces)), lambda found: self._tokens[found[0]], text)

    def escape(self, text: str) -> str:
        """Public `text` with only what looks like a token replaced by one."""
        return _TOKEN.sub(lambda found: self._give(LOOKALIKE, found[0]), text)

    def restore(self, text: str) -> str:
        """`text` with the data again; a token that was never given out stays as it is."""
        return _TOKEN.sub(lambda found: self._values.get(found[0].upper(), found[0]), text)

    def _give(self, kind: str, value: str) -> str:
        if value not in self._tokens:
            self._counts[kind] += 1
            self._tokens[value] = token = f"[{kind}_{self._counts[kind]}]"
            self._values[token] = value
        return self._tokens[value]

    def _pattern(self, value: str) -> str:
        """A name counts as a whole word only; the rest counts inside of words too, for safety."""
        return rf"(?<!\w){re.escape(value)}(?!\w)" if self._tokens[value].startswith("[NAME_") else re.escape(value)

    def _is_known(self, kind: str, value: str) -> bool:
        if kind == "ORDER_NUMBER":
            return number_key(value) in self._own_orders
        stands = rf"(?<!\w){re.escape(value)}(?!\w)"
        return kind in _PUBLIC and bool(re.search(stands, self._public, re.IGNORECASE))


def strings(value: Any) -> list[str]:
    """Every string of a JSON value; names of fields are ours and do not count."""
    match value:
        case str():
            return [value]
        case dict():
            return [text for item in value.values() for text in strings(item)]
        case list():
            return [text for item in value for text in strings(item)]
        case _:
            return []


def replaced(value: Any, change: Callable[[str], str]) -> Any:
    """A JSON value with every string changed."""
    match value:
        case str():
            return change(value)
        case dict():
            return {name: replaced(item, change) for name, item in value.items()}
        case list():
            return [replaced(item, change) for item in value]
        case _:
            return value
