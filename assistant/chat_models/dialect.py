"""What an OpenAI-compatible endpoint takes: servers differ, and say so only by refusing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from assistant.chat_models.port import ChatMessage


@dataclass(frozen=True)
class Dialect:
    """One way to ask for JSON. It starts with every wish and gives up those that a server refuses."""

    json_format: Literal["json_schema", "json_object", "text"] = "json_schema"
    length_limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    temperature: bool = True
    usage: bool = True

    def options(self, schema: dict[str, Any], answer_tokens: int) -> dict[str, Any]:
        """Arguments of a chat completion beside model and messages."""
        options: dict[str, Any] = {self.length_limit: answer_tokens}
        if self.temperature:
            options["temperature"] = 0
        if self.usage:
            options["stream_options"] = {"include_usage": True}
        if self.json_format == "json_schema":
            named = {"name": "answer", "strict": True, "schema": schema}
            options["response_format"] = {"type": "json_schema", "json_schema": named}
        elif self.json_format == "json_object":
            options["response_format"] = {"type": "json_object"}
        return options

    def phrase(self, messages: Sequence[ChatMessage], schema: dict[str, Any]) -> list[ChatMessage]:
        """Put the schema in the instructions where the server does not enforce it itself.

        It joins the first system message: several chat templates refuse a second one.
        """
        if self.json_format == "json_schema":
            return list(messages)
        demand = f"Answer with one JSON object, and nothing else, that follows this schema:\n{json.dumps(schema)}"
        first, *rest = messages
        if first.role != "system":
            return [ChatMessage("system", demand), *messages]
        return [ChatMessage("system", f"{first.content}\n\n{demand}"), *rest]

    def without(self, complaint: str) -> "Dialect | None":
        """Name the next dialect to try after a refusal; None when nothing is left to give up.

        A complaint that names no parameter is taken to be about the format, the wish refused most often.
        """
        if self.temperature and "temperature" in complaint:
            return replace(self, temperature=False)
        if self.usage and "stream_options" in complaint:
            return replace(self, usage=False)
        if self.length_limit == "max_tokens" and "max_tokens" in complaint:
            return replace(self, length_limit="max_completion_tokens")
        if self.json_format == "json_schema":
            return replace(self, json_format="json_object")
        if self.json_format == "json_object":
            return replace(self, json_format="text")
        return None
