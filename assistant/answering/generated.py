"""The generated answerer: a chat model words the reply and quotes what carries each sentence.

Articles, receipts and the customer's words travel as one JSON message, never inside the instructions. The
extractive answerer always runs first: it is quick, it gives the signals that risk is judged by, and its draft
stands in when the model fails or answers nonsense.
"""

from __future__ import annotations

import json
import logging
import re
from time import monotonic
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from assistant.answering.prompts import Prompt, Prompts, Trusted
from assistant.chat_models.port import ChatMessage, ChatModel, Completion
from assistant.errors import ChatModelError, ChatModelNonsense
from assistant.evidence import Citation, Draft, Evidence, Passage, Sentence, Word

if TYPE_CHECKING:
    from assistant.answering.answerer import Answerer

MOST_SENTENCES = 6

_LOG = logging.getLogger(__name__)
_TYPOGRAPHY = str.maketrans("‘’‚“”„‐‑‒–—\u00a0\u202f", "'''\"\"\"-----  ")  # one to one: positions stay
_UNSTORABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")  # databases and UTF-8 refuse them


class Quote(Word):
    """The model's citation: words of one piece of evidence."""

    evidence_id: str
    quote: str


class Statement(Word):
    """One sentence of the model's answer."""

    text: str
    citations: tuple[Quote, ...]


class Answer(Word):
    """What the model is asked for; its JSON schema is the contract."""

    answers_question: bool
    sentences: tuple[Statement, ...]


class GeneratedAnswerer:
    """Drafts by a chat model, resting on `fallback` for signals and for every failure of the model."""

    def __init__(self, model: ChatModel, prompts: Prompts, fallback: Answerer) -> None:
        self._model = model
        self._prompt = prompts.render("answer", most_sentences=Trusted(str(MOST_SENTENCES)))
        self._fallback = fallback

    async def draft(self, evidence: Evidence, seconds: float) -> Draft:
        """Write a draft within `seconds`; the fallback's where the model gives none."""
        started = monotonic()
        extractive = await self._fallback.draft(evidence, seconds)
        if not (evidence.passages or evidence.receipts):
            return extractive
        messages = [ChatMessage("system", self._prompt.text), ChatMessage("user", _material(evidence))]
        left = seconds - (monotonic() - started)
        try:
            completion = await self._model.complete(messages, Answer.model_json_schema(), left)
            return _draft(completion, evidence, extractive, self._prompt)
        except ChatModelError as error:
            _LOG.warning("the extractive answerer stands in: %s", error)
            return extractive


def _material(evidence: Evidence) -> str:
    """Put all that is untrusted into one JSON object."""
    passages = [
        scored.passage.model_dump(mode="json", include={"id", "title", "headings", "text"})
        for scored in evidence.passages
    ]
    receipts: list[dict[str, Any]] = [
        {"id": receipt.id, "tool": receipt.tool, "facts": receipt.model_dump(mode="json")["result"]}
        for receipt in evidence.receipts
    ]
    inquiry = evidence.inquiry
    material = {
        "question": inquiry.question,
        "parts": inquiry.parts + inquiry.order_parts,
        "language": inquiry.language,
        "evidence": passages + receipts,
    }
    return json.dumps(material, ensure_ascii=False).encode(errors="replace").decode()


def _draft(completion: Completion, evidence: Evidence, extractive: Draft, prompt: Prompt) -> Draft:
    """Turn the model's answer into a draft.

    An abstaining draft keeps the extractive sentences, as a suggestion to a human agent.

    Raises:
        ChatModelNonsense: the answer does not follow the schema, or claims to answer without saying anything.
    """
    try:
        answer = Answer.model_validate(completion.content)
    except ValidationError as error:
        why = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:3])
        raise ChatModelNonsense(f"{completion.model} does not follow the schema ({why[:200]})") from None
    sentences = tuple(_sentence(said, evidence) for said in answer.sentences if _clean(said.text))
    if answer.answers_question and not sentences:
        raise ChatModelNonsense(f"{completion.model} says that it answers, but wrote no sentence")
    return Draft(
        sentences=sentences if answer.answers_question else extractive.sentences,
        answers_question=answer.answers_question,
        signals=extractive.signals,
        prompt=prompt.id,
        model=completion.model,
        usage=completion.usage,
    )


def _sentence(said: Statement, evidence: Evidence) -> Sentence:
    """Keep those citations whose evidence exists; the support check judges what is left."""
    passages = {scored.passage.id: scored.passage for scored in evidence.passages}
    receipts = {receipt.id for receipt in evidence.receipts}
    citations = []
    for cited in said.citations:
        if passage := passages.get(cited.evidence_id):
            citations.append(_from_passage(passage, cited.quote))
        elif cited.evidence_id in receipts:
            citations.append(Citation(evidence_id=cited.evidence_id, quote=_clean(cited.quote)))
    return Sentence(text=_clean(said.text), citations=tuple(dict.fromkeys(citations)))


def _from_passage(passage: Passage, quote: str) -> Citation:
    """Cite with the passage's own characters where the quote differs in white space or typography only."""
    words = [re.escape(word) for word in _clean(quote).translate(_TYPOGRAPHY).split()]
    found = re.search(r"\s+".join(words), passage.text.translate(_TYPOGRAPHY)) if words else None
    return Citation(
        evidence_id=passage.id,
        quote=passage.text[slice(*found.span())] if found else _clean(quote),
        article_id=passage.article_id,
        title=passage.title,
        url=passage.url,
    )


def _clean(text: str) -> str:
    """Drop control characters, which databases refuse."""
    return _UNSTORABLE.sub(" ", text).strip()
