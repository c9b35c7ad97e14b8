"""A deterministic chat model for tests and demos: no server, and the same answer to the same question."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from assistant.chat_models.port import ChatMessage, Completion
from assistant.errors import ChatModelNonsense, ChatModelUnavailable

T = TypeVar("T")
Answer = dict[str, Any] | Exception | Callable[[Sequence[ChatMessage]], dict[str, Any]]

ENOUGH = 0.4  # share of the question's words that a sentence must hold
MOST_SENTENCES = 2

_COMMON = {
    "about", "does", "have", "that", "their", "there", "they", "this", "what", "when", "where", "which",
    "will", "with", "would", "your",
}  # fmt: skip


class ScriptedModel:
    """A ChatModel that follows a script, or without one picks sentences that share words with the question.

    Args:
        answers: one per call, in order: a JSON object, an exception to raise, or a function of the messages.

    `asked` holds the messages of every call.
    """

    name = "scripted"

    def __init__(self, answers: Iterable[Answer] | None = None) -> None:
        self._script: Iterator[Answer] | None = None if answers is None else iter(answers)
        self.asked: list[list[ChatMessage]] = []

    async def complete(self, messages: Sequence[ChatMessage], schema: dict[str, Any], seconds: float) -> Completion:
        """Answer at once.

        Raises:
            RuntimeError: the script is over.
        """
        if seconds <= 0:
            raise ChatModelUnavailable(f"{self.name} was given no time to answer; raise turn.seconds")
        self.asked.append(list(messages))
        content = _pick(messages[-1].content, schema) if self._script is None else self._follow(self._script)
        return Completion(content, self.name, {"prompt": 0, "completion": 0})

    async def close(self) -> None:
        """Nothing is held."""

    def _follow(self, script: Iterator[Answer]) -> dict[str, Any]:
        answer = next(script, None)
        if answer is None:
            raise RuntimeError(f"the script has no answer to call {len(self.asked)}; add one")
        if isinstance(answer, Exception):
            raise answer
        return answer(self.asked[-1]) if callable(answer) else answer


def _pick(material: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Answer the two prompts that ship: `answer` and `quote`, told apart by their schemas."""
    try:
        asked = json.loads(material)
        question, evidence = asked["question"], asked["evidence"]
        if "quotes" in schema.get("properties", {}):
            offered = [pair for piece in evidence for pair in piece["text"].items()]
            numbers = [int(number) for number, _ in _nearest(question, offered, lambda pair: pair[1])]
            return {"quotes": numbers, "answers_question": bool(numbers)}
        candidates = [candidate for piece in evidence for candidate in _candidates(piece)]
    except (ValueError, TypeError, KeyError):
        raise ChatModelNonsense("the scripted model knows only the prompts that ship with Handrail") from None
    chosen = _nearest(question, candidates, lambda candidate: str(candidate["text"]))
    return {"answers_question": bool(chosen), "sentences": chosen}


def _nearest(question: str, candidates: list[T], text: Callable[[T], str]) -> list[T]:
    best = sorted(candidates, key=lambda candidate: -_overlap(question, text(candidate)))[:MOST_SENTENCES]
    return [candidate for candidate in best if _overlap(question, text(candidate)) >= ENOUGH]


def _candidates(piece: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Offer the sentences of a passage, or the facts of a receipt, each citing itself."""
    said = [(text, text) for text in re.split(r"(?<=[.!?])\s+|\n+", piece.get("text", "")) if text.strip()]
    facts = piece.get("facts", {})
    said += [(f"{name.replace('_', ' ')}: {fact}", fact) for name, fact in facts.items() if isinstance(fact, str)]
    for text, quote in said:
        yield {"text": text, "citations": [{"evidence_id": piece["id"], "quote": quote}]}


def _overlap(question: str, text: str) -> float:
    asked = _words(question)
    return len(asked & _words(text)) / len(asked) if asked else 0.0


def _words(text: str) -> set[str]:
    """Words of four letters or more, cut to five so that plurals and endings meet."""
    return {word[:5] for word in re.findall(r"\w{4,}", text.lower()) if word not in _COMMON}
