"""The port to an answerer, and how one is chosen: the step that turns evidence into a draft.

The extractive answerer (extractive.py, the default) puts together sentences of the evidence in their own words. The
generated answerer (generated.py) asks a chat model, which may only quote. Both cite every sentence and both may
abstain; neither decides whether the draft is sent: support.py checks it and gate/decision.py decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from assistant.answering.extractive import ExtractiveAnswerer
from assistant.answering.generated import GeneratedAnswerer
from assistant.answering.own_words import OwnWords
from assistant.answering.quotes import Quotes

if TYPE_CHECKING:
    from assistant.answering.prompts import Prompts
    from assistant.chat_models.port import ChatModel
    from assistant.evidence import Draft, Evidence
    from assistant.orders.phrasing import Phrasing
    from assistant.retrieval.embedder import Embedder


class Answerer(Protocol):
    """Writes drafts."""

    async def draft(self, evidence: Evidence, seconds: float) -> Draft:
        """Write a draft from the evidence alone, within `seconds`.

        Every sentence cites a passage or receipt of the evidence. Where nothing carries an answer the draft abstains
        (`answers_question` is false) but still holds the nearest sentences, as a suggestion to a human agent.
        """


def choose_answerer(
    embedder: Embedder, phrasing: Phrasing | None, model: ChatModel | None, prompts: Prompts, wording: str
) -> Answerer:
    """The generated answerer where there is a chat model (with the extractive one to fall back on), else extractive."""
    extractive, words = ExtractiveAnswerer(embedder, phrasing), Quotes if wording == "quoted" else OwnWords
    return GeneratedAnswerer(model, words(prompts), fallback=extractive) if model else extractive
