"""The extractive answerer: the best sentences of the best passage, in their own words, under their heading."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from assistant.answering.coverage import coverage
from assistant.answering.sentences import split_units
from assistant.evidence import Citation, Draft, Evidence, Receipt, ScoredPassage, Sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.orders.phrasing import Phrasing
    from assistant.retrieval.embedder import Embedder
    from assistant.retrieval.index.port import Vector

CANDIDATES = 4  # passages per question that are read sentence by sentence
POOL = 10  # passages among which a word counts as rare or common
WHOLE_SECTION = 75  # words; a section up to this length is a good reply as it stands
KEEP_NEAR = 0.22  # a sentence this much further from the question than the best one still belongs to the reply
ABSTAIN_BELOW = 0.30  # cosine of the best sentence; measured: answerable at .49 and above, others at .40 and below


@dataclass(frozen=True)
class Extract:
    """What one question finds in one passage: its units, which of them to say, and how strong the match is."""

    found: ScoredPassage
    units: list[str]
    chosen: range
    signals: dict[str, float]

    @property
    def relevance(self) -> float:
        """How well the passage answers, for choosing among passages."""
        return self.signals["sentence"] + 0.6 * self.signals["similarity"] + 0.4 * self.signals["coverage"]

    def sentences(self) -> list[Sentence]:
        """The chosen units, each citing the passage by its own words."""
        passage = self.found.passage
        heading = passage.headings[-1] if passage.headings else passage.title
        return [
            Sentence(
                text=self.units[i],
                heading=heading,
                citations=(
                    Citation(
                        evidence_id=passage.id,
                        quote=self.units[i],
                        article_id=passage.article_id,
                        title=passage.title,
                        url=passage.url,
                    ),
                ),
            )
            for i in self.chosen
        ]


class ExtractiveAnswerer:
    """Answers with sentences of the evidence only, so it cannot say what no article says."""

    def __init__(self, embedder: Embedder, phrasing: Phrasing | None) -> None:
        self._embedder = embedder
        self._phrasing = phrasing

    async def draft(self, evidence: Evidence, seconds: float) -> Draft:  # noqa: ARG002 - bounded work, no waiting
        """Order facts from receipts, then the best extract for each question; abstains where one has none."""
        return await asyncio.to_thread(self._draft, evidence)

    def _draft(self, evidence: Evidence) -> Draft:
        inquiry = evidence.inquiry
        asked = evidence.receipts if inquiry.about_own_order or inquiry.order_number else ()
        facts = [sentence for receipt in asked for sentence in self._say(receipt)]
        questions = inquiry.parts if facts else inquiry.parts or (inquiry.question,)
        extracts = [self._extract(question, evidence.passages) for question in questions]
        found = [extract for extract in extracts if extract is not None]
        sentences = facts + [sentence for extract in found for sentence in extract.sentences()]
        return Draft(
            sentences=tuple(dict.fromkeys(sentences)),
            answers_question=bool(sentences) and len(found) == len(extracts) and all(map(carries, found)),
            signals=weakest([extract.signals for extract in found]),
            model="extractive",
        )

    def _say(self, receipt: Receipt) -> list[Sentence]:
        if self._phrasing is None:
            return []
        return [
            Sentence(text=text, citations=(Citation(evidence_id=receipt.id, quote=text, title=receipt.tool),))
            for text in self._phrasing.phrase(receipt)
        ]

    def _extract(self, question: str, passages: Sequence[ScoredPassage]) -> Extract | None:
        candidates = list(passages[:CANDIDATES])
        if not candidates:
            return None
        units = [split_units(found.passage.text) for found in candidates]
        vectors = self._embedder.embed([question, *(unit for group in units for unit in group)])
        ends = np.cumsum([len(group) for group in units])
        pool = [found.passage for found in passages[:POOL]]
        extracts = []
        for found, group, end in zip(candidates, units, ends, strict=True):
            cosines = vectors[1 + end - len(group) : 1 + end] @ vectors[0]
            signals = {
                "sentence": float(cosines.max()),
                "similarity": found.similarity,
                "coverage": coverage(question, found.passage, pool),
            }
            extracts.append(Extract(found, group, choose_units(group, cosines), signals))
        ranked = sorted(extracts, key=lambda extract: (-extract.relevance, extract.found.passage.id))
        best = ranked[0]
        others = [e.relevance for e in ranked[1:] if e.found.passage.article_id != best.found.passage.article_id]
        best.signals["margin"] = best.relevance - max(others, default=0.0)
        return best


def choose_units(units: Sequence[str], cosines: Vector) -> range:
    """Which units to say: a short section whole, else the best unit and its neighbours that stay on the subject."""
    lengths = [len(unit.split()) for unit in units]
    if sum(lengths) <= WHOLE_SECTION:
        return range(len(units))
    best = int(cosines.argmax())
    start, stop = best, best + 1
    while stop < len(units) or start > 0:
        after = cosines[stop] if stop < len(units) else -1.0
        before = cosines[start - 1] if start > 0 else -1.0
        nearer, index = (after, stop) if after >= before else (before, start - 1)
        if nearer < cosines[best] - KEEP_NEAR or sum(lengths[start:stop]) + lengths[index] > WHOLE_SECTION:
            break
        start, stop = min(start, index), max(stop, index + 1)
    return range(start, stop)


def carries(extract: Extract) -> bool:
    """Whether an extract may be an answer at all; how likely it is right is the gate's business."""
    return extract.signals["sentence"] >= ABSTAIN_BELOW


def weakest(signals: Sequence[dict[str, float]]) -> dict[str, float]:
    """Signal by signal the lowest over all questions: a reply is as strong as its weakest part."""
    return {name: round(min(s[name] for s in signals), 4) for name in signals[0]} if signals else {}
