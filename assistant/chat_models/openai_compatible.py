"""Any OpenAI-compatible chat model, over HTTP.

The answer is streamed, though only the whole of it is used: a server that has gone silent shows long before
the time is up. Every error of the library is explained in one place (`_why`), without the key.
"""

import asyncio
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from time import monotonic
from typing import Any, cast

import httpx
import openai
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

from assistant.chat_models.dialect import Dialect
from assistant.chat_models.port import ChatMessage, Completion
from assistant.chat_models.window import Window
from assistant.errors import ChatModelNonsense, ChatModelUnavailable, SettingsError
from assistant.settings import Model

NO_KEY = "no-key-is-set"  # local servers need none, and the library refuses an empty one
MAX_CHARACTERS = 50_000
FIRST_PAUSE = 0.25  # seconds before the first retry, doubled for each further one

_Failure = openai.OpenAIError | httpx.HTTPError  # the library passes on httpx errors from within a stream


class OpenAICompatible:
    """A ChatModel behind `settings.base_url`; without one, the openai library's own default.

    Args:
        settings: name, address, key, time limit of a call and number of retries.
        idle_seconds: the server's longest silence; None: half the time limit, so that a retry still fits.

    Raises:
        SettingsError: the address is no http(s) URL, or the key cannot be sent in a header.
    """

    def __init__(self, settings: Model, *, idle_seconds: float | None = None) -> None:
        self._settings = settings
        self._dialect = Dialect()
        self._window = Window(settings.context_tokens)
        self._idle_seconds = idle_seconds or settings.seconds / 2
        self._client = openai.AsyncOpenAI(
            base_url=_address(settings), api_key=_key(settings), timeout=self._idle_seconds, max_retries=0
        )

    @property
    def name(self) -> str:
        """The model's name."""
        return self._settings.name

    async def complete(self, messages: Sequence[ChatMessage], schema: dict[str, Any], seconds: float) -> Completion:
        """Answer with one JSON object within `seconds` or the settings' limit, whichever is shorter."""
        limit = min(seconds, self._settings.seconds)
        try:
            deadline = asyncio.get_running_loop().time() + limit
            async with asyncio.timeout_at(deadline):
                return await self._insist(messages, schema, deadline)
        except TimeoutError:
            raise self._unavailable(
                f"gave no whole answer within {limit:.1f} s; name a faster model or raise model.seconds"
            ) from None

    async def close(self) -> None:
        """Release connections."""
        await self._client.close()

    async def _insist(self, messages: Sequence[ChatMessage], schema: dict[str, Any], deadline: float) -> Completion:
        """Ask until there is an answer, no retry is left, or the next one would start after `deadline`."""
        dialect, tries = self._dialect, 0
        while True:
            phrased = dialect.phrase(messages, schema)
            self._window.check(phrased)
            try:
                text, usage, first_ms = await self._ask(phrased, dialect.options(schema, self._window.answer_tokens))
            except (openai.BadRequestError, openai.UnprocessableEntityError) as refusal:
                if self._window.learn(phrased, refusal.message):
                    continue
                narrower = dialect.without(refusal.message)
                if narrower is None:
                    raise self._unavailable(self._why(refusal)) from None
                dialect = narrower
            except (openai.OpenAIError, httpx.HTTPError) as failure:
                pause = _retry_after(failure) or FIRST_PAUSE * 2**tries
                late = asyncio.get_running_loop().time() + pause >= deadline
                if tries == self._settings.retries or late or not _may_pass(failure):
                    raise self._unavailable(self._why(failure)) from None
                tries += 1
                await asyncio.sleep(pause)
            else:
                self._dialect = dialect
                self._window.count(phrased, usage.get("prompt", 0))
                return Completion(_json_object(text, self.name), self.name, usage, first_ms)

    async def _ask(self, messages: list[ChatMessage], options: dict[str, Any]) -> tuple[str, dict[str, int], int]:
        """One request: the answer's text, the tokens it took, and the milliseconds to the first."""
        text, usage, first_ms, started = "", dict[str, int](), 0, monotonic()
        stream = await self._client.chat.completions.create(
            model=self.name,
            messages=cast("Iterable[ChatCompletionMessageParam]", [asdict(message) for message in messages]),
            stream=True,
            **options,
        )
        async with stream:
            try:
                async for chunk in stream:
                    text += _text(chunk)
                    if text and not first_ms:
                        first_ms = max(1, round((monotonic() - started) * 1000))
                    usage = _usage(chunk) or usage
                    if len(text) > MAX_CHARACTERS:
                        raise ChatModelNonsense(f"{self.name} does not stop: over {MAX_CHARACTERS} characters")
            except ValueError:
                raise ChatModelNonsense(
                    f"{self.name} streams something that is no chat completion; check that model.base_url "
                    "names an OpenAI-compatible endpoint (it usually ends in /v1)"
                ) from None
        return text, usage, first_ms

    def _unavailable(self, why: str) -> ChatModelUnavailable:
        address = self._client.base_url.netloc.decode()  # without a password that the URL may hold
        return ChatModelUnavailable(f"chat model {self.name} at {address} {why}")

    def _why(self, failure: _Failure) -> str:
        """Say what is wrong and what to do. The vendor's own words appear only for a refused request."""
        match failure:
            case openai.AuthenticationError() | openai.PermissionDeniedError():
                return f"refuses the key (HTTP {failure.status_code}); check model.api_key or OPENAI_API_KEY"
            case openai.NotFoundError():
                return "does not know the model or the path (HTTP 404); check model.name and model.base_url"
            case openai.RateLimitError():
                return "is over its rate limit or quota (HTTP 429); wait, or raise the limit with its provider"
            case openai.InternalServerError():
                return f"failed (HTTP {failure.status_code}); look at its log or ask its provider"
            case openai.APIStatusError():
                complaint = failure.message.replace(_key(self._settings), "[key]")[:200]
                return f"refuses the request (HTTP {failure.status_code}): {complaint}"
            case openai.APITimeoutError() | httpx.TimeoutException():
                return f"was silent for {self._idle_seconds:.1f} s; name a faster model or raise model.seconds"
            case _:
                return "cannot be reached or broke off; is it running, and is model.base_url right?"


def _address(settings: Model) -> httpx.URL | None:
    if not settings.base_url:
        return None
    try:
        url = httpx.URL(settings.base_url)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in ("http", "https") or not url.host:
        raise SettingsError("model.base_url is no address; write it as http://host:port/v1")
    return url


def _key(settings: Model) -> str:
    key = settings.api_key.get_secret_value().strip()
    if not (key.isascii() and (key + "x").isprintable()):
        raise SettingsError("model.api_key holds characters that no key has; copy it again")
    return key or NO_KEY


def _may_pass(failure: _Failure) -> bool:
    if isinstance(failure, openai.APIStatusError):
        return failure.status_code in (408, 409, 429) or failure.status_code >= 500
    return True


def _retry_after(failure: _Failure) -> float | None:
    if not isinstance(failure, openai.APIStatusError):
        return None
    seconds = failure.response.headers.get("retry-after", "")
    return float(seconds) if seconds.isdecimal() else None


def _text(chunk: object) -> str:
    """Read the text in one streamed chunk, which the library hands over unchecked."""
    match chunk:
        case ChatCompletionChunk(choices=[first, *_]):
            content = getattr(getattr(first, "delta", None), "content", None)
            return content if isinstance(content, str) else ""
    return ""


def _usage(chunk: object) -> dict[str, int]:
    usage = getattr(chunk, "usage", None)
    counts = {name: getattr(usage, f"{name}_tokens", None) for name in ("prompt", "completion")}
    return {name: count for name, count in counts.items() if isinstance(count, int)}


def _json_object(text: str, model: str) -> dict[str, Any]:
    """Find the JSON object in an answer, alone or within prose and after a model's thoughts."""
    answer = text.rpartition("</think>")[2]
    found = re.search(r"\{.*\}", answer, re.DOTALL)
    try:
        value = json.loads(found.group()) if found else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        kind = "prose or broken JSON" if answer.strip() else "nothing"
        raise ChatModelNonsense(f"{model} answered with {kind} instead of a JSON object; try a larger model")
    return value
