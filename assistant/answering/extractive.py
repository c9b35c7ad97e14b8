"""The extractive answerer: the best sentences of the best passage, in their own words, under their heading."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import numpy as np

from assistant.answering.coverage import coverage
from assistant.answering.sentences import heading, lines_of, split_units
from assistant.answering.support import EXTRACTIVE
from assistant.evidence import Citation, Draft, Evidence, Receipt, ScoredPassage, Sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.orders.phrasing import Phrasing
    from assistant.retrieval.embedder import Embedder
    from assistant.retrieval.index.port import Vector

CANDIDATES = 6  # passages per question that are read sentence by sentence
POOL = 10  # passages among which a word counts as rare or common
WHOLE_SECTION = 75  # words; a section up to this length is a good reply as it stands
KEEP_NEAR = 0.22  # a sentence this much further from the question than the best one still belongs to the reply
SECOND_NEAR = 0.12  # a second passage this close to the best one is said as well
ABSTAIN_BELOW = 0.35  # cosine of the best sentence; below it nothing was ever an answer


@dataclass(frozen=True)
class Extract:
    """What one question finds in one passage: its units, which of them to say, and how strong the match is."""

    found: ScoredPassage
    units: list[str]
    chosen: range
    signals: dict[str, float]

    @property
    def relevance(self) -> float:
        """How well the passage answers, for choosing among passages; weights chosen on the fitted cases."""
        signals = self.signals
        return signals["score"] + 0.3 * (signals["sentence"] + signals["heading"]) + 0.1 * signals["coverage"]

    def sentences(self) -> list[Sentence]:
        """The chosen units, each citing the passage by its own words."""
        passage = self.found.passage
        return [
            Sentence(
                text=self.units[i],
                heading=heading(passage),
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
        answers = [self._extracts(question, evidence.passages) for question in questions]
        sentences = facts + [
            sentence for extracts in answers for extract in extracts for sentence in extract.sentences()
        ]
        best = [extracts[0] for extracts in answers if extracts]
        return Draft(
            sentences=tuple(dict.fromkeys(sentences)),
            answers_question=bool(sentences) and len(best) == len(answers) and all(map(carries, best)),
            signals=weakest([extract.signals for extract in best]),
            model=EXTRACTIVE,
        )

    def _say(self, receipt: Receipt) -> list[Sentence]:
        if self._phrasing is None:
            return []
        return [
            Sentence(text=text, citations=(Citation(evidence_id=receipt.id, quote=text, title=receipt.tool),))
            for text in self._phrasing.phrase(receipt)
        ]

    def _extracts(self, question: str, passages: Sequence[ScoredPassage]) -> list[Extract]:
        """The best extract for a question, and the runner-up where it is nearly as good; none without passages."""
        candidates = passages[:CANDIDATES]
        if not candidates:
            return []
        lines = [lines_of(found.passage) for found in candidates]
        cosines = self._cosines(question, [line for of_passage in lines for line in of_passage])
        ends = accumulate(map(len, lines), initial=0)
        covered = coverage(question, [found.passage for found in passages[:POOL]])
        return _best(
            [
                _extract(found, cosines[start:end], covered[found.passage.id])
                for found, (start, end) in zip(candidates, pairwise(ends), strict=True)
            ]
        )

    def _cosines(self, question: str, lines: Sequence[str]) -> Vector:
        asked, *others = self._embedder.embed([question, *lines])
        cosines: Vector = np.stack(others) @ asked
        return cosines


def _extract(found: ScoredPassage, cosines: Vector, covered: float) -> Extract:
    """What a passage says; `cosines` of the question with its lines, shape (lines,)."""
    units = split_units(found.passage.text)
    signals = {
        "score": found.score,
        "sentence": float(cosines[1:].max()),
        "heading": float(cosines[0]),
        "coverage": covered,
    }
    return Extract(found, units, choose_units(units, cosines[1:]), signals)


def _best(extracts: list[Extract]) -> list[Extract]:
    best, *others = sorted(extracts, key=lambda extract: (-extract.relevance, extract.found.passage.id))
    near = others and best.relevance - others[0].relevance <= SECOND_NEAR and carries(others[0])
    return [best, others[0]] if near else [best]


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
