"""How long a prompt may be: a context holds prompt and answer together, and servers tell its size only by refusing."""

import re
from collections.abc import Sequence

from assistant.chat_models.port import ChatMessage
from assistant.errors import PromptTooLong

ANSWER_TOKENS = 2048  # a reply is a few sentences; the rest is room for models that think first
ANSWER_SHARE = 4  # in a small context an answer has a quarter
DENSITY = 3.0  # characters a token until the server has counted: English prose has over four, others and JSON fewer
MARGIN = 0.95  # the next prompt may have more tokens a character than the last
LEAST_COUNTED = 200  # tokens; in a shorter prompt the chat template counts for too much

_FULL = re.compile(r"context[ _](length|size|window)", re.IGNORECASE)
_HOLDS = re.compile(r"context (?:length|size|window)\D{0,40}(\d+)", re.IGNORECASE)
_COUNTED = re.compile(
    r"request \((\d+) tokens|resulted in (\d+) tokens|(\d+) in the messages|(\d+) input tokens", re.IGNORECASE
)


class Window:
    """What fits, in characters, from what the server has counted and refused so far.

    Args:
        tokens: the context's size; 0: not known.
    """

    def __init__(self, tokens: int) -> None:
        self._tokens = tokens
        self._density = DENSITY

    @property
    def answer_tokens(self) -> int:
        """The longest answer to ask for."""
        return min(ANSWER_TOKENS, self._tokens // ANSWER_SHARE) if self._tokens else ANSWER_TOKENS

    def check(self, messages: Sequence[ChatMessage]) -> None:
        """Raise PromptTooLong for what cannot fit."""
        if self._tokens and _length(messages) > self._room:
            raise self._too_long(self._room)

    def count(self, messages: Sequence[ChatMessage], tokens: int) -> None:
        """Learn from a prompt that the server has counted."""
        if tokens >= LEAST_COUNTED:
            self._density = _length(messages) / tokens

    def learn(self, messages: Sequence[ChatMessage], complaint: str) -> bool:
        """Learn from a refusal; True where it was about the context and the prompt fits by what is known now.

        Raises:
            PromptTooLong: it was about the context, and the prompt does not fit.
        """
        if not _FULL.search(complaint):
            return False
        before = (self._tokens, self._density)
        holds = _HOLDS.search(complaint)
        self._tokens = int(holds[1]) if holds else int(_length(messages) / self._density)
        if counted := _COUNTED.search(complaint):
            self.count(messages, int(next(filter(None, counted.groups()))))
        self.check(messages)
        if before == (self._tokens, self._density):  # nothing new: it would be refused again
            raise self._too_long(_length(messages) // 2)
        return True

    @property
    def _room(self) -> int:
        return int((self._tokens - self.answer_tokens) * self._density * MARGIN)

    def _too_long(self, characters: int) -> PromptTooLong:
        size = f"{self._tokens} tokens" if self._tokens else "its context"
        return PromptTooLong(
            f"the prompt exceeds {size}, of which {self.answer_tokens} are for the answer; give the server a larger "
            "context (llama.cpp: --ctx-size, vLLM: --max-model-len, Ollama: num_ctx)",
            characters,
        )


def _length(messages: Sequence[ChatMessage]) -> int:
    return sum(len(message.content) for message in messages)
