"""Quotes: the model picks sentences of the articles by number and writes none. Right for small models.

The customer reads the shop's own words only, an answer is a dozen tokens, and a number that was not offered is
nonsense. What the customer's own order is like is said by the shop's templates, without a model.
"""

from __future__ import annotations

from itertools import count
from typing import Any

from pydantic import ValidationError

from assistant.answering.own_words import nonsense
from assistant.answering.prompts import Prompts, Trusted
from assistant.answering.sentences import heading, split_units
from assistant.chat_models.port import Completion
from assistant.errors import ChatModelNonsense
from assistant.evidence import Citation, Draft, Evidence, Passage, Sentence, Word

MOST_QUOTES = 4
MOST_PASSAGES = 6  # a small model loses its way in more, and on a processor each costs half a second


class Picked(Word):
    """What the model is asked for: first what it found, then whether that answers the question."""

    quotes: tuple[int, ...]
    answers_question: bool


class Quotes:
    """A Wording: numbered sentences of the articles, of which the model names some."""

    def __init__(self, prompts: Prompts) -> None:
        self.prompt = prompts.render("quote", most_quotes=Trusted(str(MOST_QUOTES)))

    def wanted(self, evidence: Evidence, extractive: Draft) -> bool:
        """Whether there is a passage to quote, and nothing is said of an order."""
        receipts = {receipt.id for receipt in evidence.receipts}
        about_order = any(cited.evidence_id in receipts for cited in extractive.citations)
        return bool(evidence.passages) and not about_order

    def offer(self, evidence: Evidence) -> list[dict[str, Any]]:
        """The first passages, their sentences numbered through."""
        offered: dict[str, dict[str, Any]] = {}
        for number, (passage, unit) in _numbered(evidence).items():
            about = {"title": passage.title, "heading": heading(passage), "text": {}}
            offered.setdefault(passage.id, about)["text"][str(number)] = unit
        return list(offered.values())

    def schema(self, evidence: Evidence) -> dict[str, Any]:
        """The schema of `Picked`, with only the offered numbers allowed."""
        schema = Picked.model_json_schema()
        schema["properties"]["quotes"] = {
            "type": "array",
            "items": {"type": "integer", "enum": list(_numbered(evidence))},
            "maxItems": MOST_QUOTES,
        }
        return schema

    def read(self, completion: Completion, evidence: Evidence) -> tuple[Sentence, ...]:
        """The sentences that were picked, in the articles' order.

        Raises:
            ChatModelNonsense: the answer does not follow the schema, names a number that was not offered, or claims
                to answer without naming any.
        """
        try:
            picked = Picked.model_validate(completion.content)
        except ValidationError as error:
            raise nonsense(completion, error) from None
        offered = _numbered(evidence)
        if not picked.answers_question:
            return ()
        if unknown := set(picked.quotes) - offered.keys():
            raise ChatModelNonsense(f"{completion.model} picks sentence {min(unknown)}, which it was not offered")
        if not picked.quotes:
            raise ChatModelNonsense(f"{completion.model} says that it answers, but picks nothing")
        return tuple(_sentence(*offered[number]) for number in sorted(set(picked.quotes))[:MOST_QUOTES])


def _numbered(evidence: Evidence) -> dict[int, tuple[Passage, str]]:
    """The sentences on offer by number, from 1."""
    number = count(1)
    passages = [found.passage for found in evidence.passages[:MOST_PASSAGES]]
    return {next(number): (passage, unit) for passage in passages for unit in split_units(passage.text)}


def _sentence(passage: Passage, unit: str) -> Sentence:
    citation = Citation(
        evidence_id=passage.id, quote=unit, article_id=passage.article_id, title=passage.title, url=passage.url
    )
    return Sentence(text=unit, heading=heading(passage), citations=(citation,))
