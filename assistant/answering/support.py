"""The support check: is each sentence of a draft carried by the evidence it cites? Plain code, no model.

A sentence is carried when every quote stands word for word in what it cites, when every number, date, amount of money
and order state in it stands there too, and when most of its words do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from assistant.answering.coverage import STOPWORDS
from assistant.answering.facts import facts_in
from assistant.answering.sentences import words
from assistant.evidence import Draft, Evidence, Passage, Receipt, Sentence, SentenceSupport, Support

EXTRACTIVE = "extractive"  # the model name of drafts that say nothing in words of their own
MOST_WORDS = 0.5  # share of a sentence's words that must stand in what it cites

_STATES = re.compile(
    r"\b(unpaid|paid|preparing|shipped|delivered|returned|refunded|cancelled|canceled|lost|late|delayed"
    r"|out for delivery|in transit|ready for pickup)\b",
    re.IGNORECASE,
)
_TYPOGRAPHY = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " ", "\u202f": " ", "‑": "-"})


def check(draft: Draft, evidence: Evidence) -> Support:
    """Check every sentence of a draft against the evidence of its own turn."""
    texts = {found.passage.id: _passage_text(found.passage) for found in evidence.passages}
    receipts = {receipt.id: receipt for receipt in evidence.receipts}
    own_words = draft.model != EXTRACTIVE
    return Support(
        sentences=tuple(_check_sentence(sentence, texts, receipts, own_words) for sentence in draft.sentences)
    )


def _check_sentence(
    sentence: Sentence, texts: Mapping[str, str], receipts: Mapping[str, Receipt], own_words: bool
) -> SentenceSupport:
    cited = [citation.evidence_id for citation in sentence.citations]
    carrier = " ".join(
        texts[i] if i in texts else _receipt_text(receipts[i]) for i in cited if i in texts or i in receipts
    )
    score = _shared_words(sentence.text, carrier)
    why = (
        _missing_evidence(cited, texts, receipts)
        or _missing_quote(sentence, texts)
        or _missing_fact(sentence.text, carrier)
        or (
            f"only {score:.0%} of its words stand in what it cites"
            if score < MOST_WORDS and _words_count(cited, texts, own_words)
            else ""
        )
    )
    return SentenceSupport(
        text=sentence.text,
        evidence_id=cited[0] if cited else "",
        score=round(score, 4),
        carried=not why,
        why=why or "every quote, number, date and state stands in what it cites",
    )


def _missing_evidence(cited: list[str], texts: Mapping[str, str], receipts: Mapping[str, Receipt]) -> str:
    if not cited:
        return "it cites nothing"
    unknown = [i for i in cited if i not in texts and i not in receipts]
    return f"it cites {unknown[0]}, which was not retrieved in this turn" if unknown else ""


def _missing_quote(sentence: Sentence, texts: Mapping[str, str]) -> str:
    for citation in sentence.citations:
        if citation.evidence_id in texts and (
            not citation.quote.strip() or normal(citation.quote) not in normal(texts[citation.evidence_id])
        ):
            return f"the quoted words do not stand in {citation.evidence_id}: {citation.quote[:80]!r}"
    return ""


def _missing_fact(text: str, carrier: str) -> str:
    missing = sorted(facts_in(text) - facts_in(carrier))
    if missing:
        return f"{missing[0]} does not stand in what it cites"
    known = {state.lower() for state in _STATES.findall(carrier)}
    states = [state for state in _STATES.findall(text) if state.lower() not in known]
    return f"the state {states[0]!r} does not stand in what it cites" if states else ""


def _words_count(cited: list[str], texts: Mapping[str, str], own_words: bool) -> bool:
    """Whether a sentence's words must stand there too: the shop's own templates may phrase a receipt freely."""
    return own_words or all(i in texts for i in cited)


def _shared_words(text: str, carrier: str) -> float:
    said = {word for word in words(text) if word not in STOPWORDS}
    return len(said & set(words(carrier))) / len(said) if said else 1.0


def _passage_text(passage: Passage) -> str:
    return "\n".join((passage.title, *passage.headings, passage.text))


def _receipt_text(receipt: Receipt) -> str:
    """A receipt's facts as prose: `delivered_on` with a date says that it was delivered, without one nothing."""
    return json.dumps(_told(receipt.result), ensure_ascii=False, default=str).replace("_", " ")


def _told(fact: Any) -> Any:
    if isinstance(fact, dict):
        return {name: _told(value) for name, value in fact.items() if value not in (None, "", [], {}, False)}
    return [_told(value) for value in fact] if isinstance(fact, list | tuple) else fact


def normal(text: str) -> str:
    """A text with white space, typographic quotes and case evened out, for comparing quotes."""
    return " ".join(text.translate(_TYPOGRAPHY).casefold().split())
