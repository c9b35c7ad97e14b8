"""The step between Handrail and a chat model: personal data leaves as tokens and comes back as itself."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from time import monotonic
from typing import Any

from assistant.chat_models.port import ChatMessage, ChatModel, Completion
from assistant.privacy.names import NameFinder
from assistant.privacy.patterns import find
from assistant.privacy.redaction import Redaction, replaced, strings


class RedactingModel:
    """A ChatModel that asks another one, which never sees personal data.

    Instructions (`system`) are ours and stay. In a JSON message each piece of `evidence` that has `text` is a public
    passage and stays, one that has `facts` is a receipt and loses the exact kinds; the rest is what people wrote and
    loses names and addresses too. A message that is no JSON object counts as the rest.
    """

    def __init__(self, model: ChatModel, names: NameFinder) -> None:
        self._model = model
        self._names = names

    @property
    def name(self) -> str:
        """The name of the model that is asked."""
        return self._model.name

    def load(self) -> None:
        """Load what finds names, so that the first turn need not wait for it."""
        self._names.load()

    async def complete(self, messages: Sequence[ChatMessage], schema: dict[str, Any], seconds: float) -> Completion:
        """Ask the model without the personal data and put it back into the answer; errors are the model's own."""
        started = monotonic()
        redaction, sent = await asyncio.to_thread(self._redacted, messages)
        completion = await self._model.complete(sent, schema, seconds - (monotonic() - started))
        return replace(completion, content=replaced(completion.content, redaction.restore))

    async def close(self) -> None:
        """Release connections."""
        await self._model.close()

    def _redacted(self, messages: Sequence[ChatMessage]) -> tuple[Redaction, list[ChatMessage]]:
        materials = [None if message.role == "system" else _read(message.content) for message in messages]
        pieces = [piece for material in materials for piece in _evidence(material)]
        redaction = Redaction(
            public=(text for piece in pieces if _is_public(piece) for text in strings(piece)),
            own_orders=(number for piece in pieces for number in _order_numbers(piece)),
        )
        for material in materials:
            self._learn(redaction, material)
        return redaction, [
            message if material is None else replace(message, content=_written(redaction, material))
            for message, material in zip(messages, materials, strict=True)
        ]

    def _learn(self, redaction: Redaction, material: Any) -> None:
        for text in strings(_without_evidence(material)):
            redaction.learn(text, self._names.find)
        for piece in _evidence(material):
            for text in [] if _is_public(piece) else strings(piece):
                redaction.learn(text, find)


def _read(content: str) -> Any:
    """The JSON object in a message, or its text."""
    try:
        material = json.loads(content)
    except (ValueError, RecursionError):
        return content
    return material if isinstance(material, dict) else content


def _written(redaction: Redaction, material: Any) -> str:
    if isinstance(material, str):
        return redaction.redact(material)
    said = {
        name: [replaced(piece, redaction.escape if _is_public(piece) else redaction.redact) for piece in value]
        if name == "evidence" and isinstance(value, list)
        else replaced(value, redaction.redact)
        for name, value in material.items()
    }
    return json.dumps(said, ensure_ascii=False)


def _evidence(material: Any) -> list[Any]:
    found = material.get("evidence") if isinstance(material, dict) else None
    return found if isinstance(found, list) else []


def _without_evidence(material: Any) -> Any:
    if not _evidence(material):
        return material
    return {name: value for name, value in material.items() if name != "evidence"}


def _is_public(piece: Any) -> bool:
    return isinstance(piece, dict) and "text" in piece and "facts" not in piece


def _order_numbers(value: Any) -> Iterator[str]:
    """The order numbers of receipts: they are the customer's own, or there would be no receipt."""
    if isinstance(value, dict):
        if isinstance(number := value.get("number"), str):
            yield number
        for item in value.values():
            yield from _order_numbers(item)
    elif isinstance(value, list):
        for item in value:
            yield from _order_numbers(item)
