"""Own words: the model writes sentences and quotes what carries each. Right for models that write well."""

from __future__ import annotations

import re
from typing import Any

from pydantic import Field, ValidationError

from assistant.answering.prompts import Prompts, Trusted
from assistant.chat_models.port import Completion
from assistant.errors import ChatModelNonsense
from assistant.evidence import Citation, Draft, Evidence, Passage, Sentence, Word

MOST_SENTENCES, MOST_CITATIONS = 6, 4  # a small model does not stop by itself

_TYPOGRAPHY = str.maketrans("‘’‚“”„‐‑‒–—\u00a0\u202f", "'''\"\"\"-----  ")  # one to one: positions stay
_UNSTORABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")  # databases and UTF-8 refuse them


class Quote(Word):
    """The model's citation: words of one piece of evidence."""

    evidence_id: str
    quote: str


class Statement(Word):
    """One sentence of the model's answer."""

    text: str
    citations: tuple[Quote, ...] = Field(json_schema_extra={"maxItems": MOST_CITATIONS})


class Answer(Word):
    """What the model is asked for; its JSON schema is the contract."""

    answers_question: bool
    sentences: tuple[Statement, ...] = Field(json_schema_extra={"maxItems": MOST_SENTENCES})


class OwnWords:
    """A Wording: sentences of the model's own, for the support check to judge."""

    def __init__(self, prompts: Prompts) -> None:
        self.prompt = prompts.render("answer", most_sentences=Trusted(str(MOST_SENTENCES)))

    def wanted(self, evidence: Evidence, extractive: Draft) -> bool:  # noqa: ARG002 - what there is to rest on decides
        """Whether there is anything to rest on."""
        return bool(evidence.passages or evidence.receipts)

    def offer(self, evidence: Evidence) -> list[dict[str, Any]]:
        """Passages with their text, receipts with their facts."""
        passages = [
            found.passage.model_dump(mode="json", include={"id", "title", "headings", "text"})
            for found in evidence.passages
        ]
        receipts = [
            {"id": receipt.id, "tool": receipt.tool, "facts": receipt.model_dump(mode="json")["result"]}
            for receipt in evidence.receipts
        ]
        return passages + receipts

    def schema(self, evidence: Evidence) -> dict[str, Any]:  # noqa: ARG002 - one for all
        """The schema of `Answer`."""
        return Answer.model_json_schema()

    def read(self, completion: Completion, evidence: Evidence) -> tuple[Sentence, ...]:
        """The model's sentences with those citations whose evidence exists.

        Raises:
            ChatModelNonsense: the answer does not follow the schema, or claims to answer without saying anything.
        """
        try:
            answer = Answer.model_validate(completion.content)
        except ValidationError as error:
            raise nonsense(completion, error) from None
        if not answer.answers_question:
            return ()
        sentences = tuple(_sentence(said, evidence) for said in answer.sentences if _clean(said.text))
        if not sentences:
            raise ChatModelNonsense(f"{completion.model} says that it answers, but wrote no sentence")
        return sentences


def nonsense(completion: Completion, error: ValidationError) -> ChatModelNonsense:
    """Say which part of an answer does not follow the schema."""
    why = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:3])
    return ChatModelNonsense(f"{completion.model} does not follow the schema ({why[:200]})")


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
