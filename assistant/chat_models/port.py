"""The port to a chat model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol


@dataclass(frozen=True)
class ChatMessage:
    """One message to a model. Instructions are `system`; everything untrusted travels as `user`."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True)
class Completion:
    """A model's answer: the parsed JSON object, the tokens it took, and milliseconds to the first (0: not streamed)."""

    content: dict[str, Any]
    model: str
    usage: dict[str, int]
    first_token_ms: int = 0


class ChatModel(Protocol):
    """A model that answers with one JSON object."""

    @property
    def name(self) -> str:
        """The model's name, as it stands in the record of a turn."""

    async def complete(self, messages: Sequence[ChatMessage], schema: dict[str, Any], seconds: float) -> Completion:
        """Answer with a JSON object, within `seconds`.

        The model is asked to follow `schema` (JSON Schema), but not every server enforces it: the caller validates.

        Raises:
            ChatModelUnavailable: down, slow or refusing, retries included.
            ChatModelNonsense: the answer is no JSON object.
            PromptTooLong: the messages exceed the model's context; with fewer characters it may be asked again.
        """

    async def close(self) -> None:
        """Release connections."""
