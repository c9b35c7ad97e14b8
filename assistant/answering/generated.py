"""The generated answerer: a chat model writes the draft, in words of its own or by picking quotes (its wording).

Articles, receipts and the customer's words travel as one JSON message, never inside the instructions. The
extractive answerer always runs first: it is quick, and its draft stands in when the model fails or answers nonsense.
It also weighs what the model quotes: the risk of a generated draft is judged by the quoted words alone.
"""

from __future__ import annotations

import json
import logging
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol

from assistant.chat_models.port import ChatMessage, ChatModel, Completion
from assistant.errors import ChatModelError, PromptTooLong
from assistant.evidence import Draft, Evidence, Sentence

if TYPE_CHECKING:
    from assistant.answering.answerer import Answerer
    from assistant.answering.prompts import Prompt

MOST_TRIES = 4  # to make a prompt fit

_LOG = logging.getLogger("handrail")


class Wording(Protocol):
    """How a model is asked for an answer, and what becomes of what it says."""

    prompt: Prompt

    def wanted(self, evidence: Evidence, extractive: Draft) -> bool:
        """Whether a model can add anything to the extractive draft."""

    def offer(self, evidence: Evidence) -> list[dict[str, Any]]:
        """The evidence as the model sees it."""

    def schema(self, evidence: Evidence) -> dict[str, Any]:
        """The JSON schema of an answer."""

    def read(self, completion: Completion, evidence: Evidence) -> tuple[Sentence, ...]:
        """The sentences of an answer, each with what it cites; none where the model abstains.

        Raises:
            ChatModelNonsense: the answer does not follow the schema.
        """


class GeneratedAnswerer:
    """Drafts by a chat model, resting on `fallback` for signals and for every failure of the model."""

    def __init__(self, model: ChatModel, wording: Wording, fallback: Answerer) -> None:
        self._model = model
        self._wording = wording
        self._fallback = fallback

    async def draft(self, evidence: Evidence, seconds: float) -> Draft:
        """Write a draft within `seconds`; the fallback's where the model gives none."""
        ends = monotonic() + seconds
        extractive = await self._fallback.draft(evidence, seconds)
        if not self._wording.wanted(evidence, extractive):
            return extractive
        try:
            completion, shown = await self._ask(evidence, ends)
            sentences = self._wording.read(completion, shown)
        except ChatModelError as error:
            _LOG.warning("the extractive answerer stands in: %s", error)
            return extractive
        _LOG.info(
            "%s: first token after %d ms, tokens: %s", completion.model, completion.first_token_ms, completion.usage
        )
        quoted = only_quoted(evidence, sentences)
        weighed = extractive  # of what cites nothing there is nothing to weigh: the support check refuses it
        if quoted.passages or quoted.receipts:
            weighed = await self._fallback.draft(quoted, ends - monotonic())
        answers = bool(sentences) and weighed.answers_question
        return Draft(
            sentences=sentences if answers else extractive.sentences,
            answers_question=answers,
            signals=weighed.signals,
            prompt=self._wording.prompt.id,
            model=completion.model,
            usage=completion.usage,
        )

    async def _ask(self, evidence: Evidence, ends: float) -> tuple[Completion, Evidence]:
        """Ask with as much of the evidence as the model's context holds; returns what was shown as well."""
        for last in (*[False] * (MOST_TRIES - 1), True):
            messages = [
                ChatMessage("system", self._wording.prompt.text),
                ChatMessage("user", material(evidence, self._wording.offer(evidence))),
            ]
            try:
                schema = self._wording.schema(evidence)
                return await self._model.complete(messages, schema, ends - monotonic()), evidence
            except PromptTooLong as error:
                if last:
                    raise
                evidence = self._shortened(evidence, error)
        raise AssertionError("the last try returns or raises")

    def _shortened(self, evidence: Evidence, error: PromptTooLong) -> Evidence:
        """Leave out the passages that were found last, until the rest fits."""
        room = error.characters - len(self._wording.prompt.text)
        while evidence.passages:
            evidence = evidence.model_copy(update={"passages": evidence.passages[:-1]})
            offered = self._wording.offer(evidence)
            if offered and len(material(evidence, offered)) <= room:
                return evidence
        raise error


def material(evidence: Evidence, offered: list[dict[str, Any]]) -> str:
    """Put all that is untrusted into one JSON object."""
    inquiry = evidence.inquiry
    asked = {
        "earlier": inquiry.earlier,
        "question": inquiry.question,
        "parts": inquiry.parts + inquiry.order_parts,
        "language": inquiry.language,
        "evidence": offered,
    }
    return json.dumps(asked, ensure_ascii=False).encode(errors="replace").decode()


def only_quoted(evidence: Evidence, sentences: tuple[Sentence, ...]) -> Evidence:
    """The evidence cut down to what is quoted of it."""
    quotes: dict[str, dict[str, None]] = {}
    for citation in (citation for sentence in sentences for citation in sentence.citations):
        quotes.setdefault(citation.evidence_id, {})[citation.quote] = None
    passages = tuple(
        found.model_copy(update={"passage": found.passage.model_copy(update={"text": "\n\n".join(quotes[name])})})
        for found in evidence.passages
        if (name := found.passage.id) in quotes
    )
    receipts = tuple(receipt for receipt in evidence.receipts if receipt.id in quotes)
    return evidence.model_copy(update={"passages": passages, "receipts": receipts})
