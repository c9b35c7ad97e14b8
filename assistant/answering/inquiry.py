"""What is being asked: the question that stands alone, its parts, topic, language and mood."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from lingua import IsoCode639_1, LanguageDetectorBuilder

from assistant.conversation import Conversation
from assistant.evidence import Inquiry
from assistant.orders.numbers import find_order_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.answering.topics import Found, Topics
    from assistant.retrieval.embedder import Embedder

LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt", "pl", "sv", "da", "nb", "fi", "ga")
MIN_LETTERS_FOR_LANGUAGE = 25  # below this a detector guesses
LONGEST_QUESTION = 1_000  # characters; a long story is asked by its end
EARLIER, LONGEST_EARLIER = 3, 300  # messages before the last, and characters of each, that a model may look back on

_CUT = re.compile(
    r"(?:^|\s)[^\s\d@]+\s+(?=[^\s\d@]+(?:\s|$))|[。！？、，]\s*(?=\S)"
)  # between two words, or of Chinese
_POINTS_BACK = re.compile(
    r"^\W*(and|but|or|so|ok|okay|then|also|what about|how about|what if|which one|why|really)\b"
    r"|\b(it|its|that|this|those|these|they|them|there|one|ones|then|same|instead)\b",
    re.IGNORECASE,
)
_BOUNDARY = re.compile(
    r"(?<=[?!.])\s+|\n+|\s*[,;]?\s+(?:and|also|plus|&)\s+(?:also\s+)?"
    r"(?=(?:how|what|when|where|which|who|why|can|could|do|does|is|are|will|would|may|should)\b)",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\?|^\W*(how|what|when|where|which|who|why|can|could|do|does|did|is|are|will|would|may|should|any)\b",
    re.IGNORECASE,
)
_ANGRY = re.compile(
    r"\b(furious|outrag\w+|disgust\w+|ridiculous|unacceptable|scam\w*|thie(f|ves)|rip.?off|pathetic|liars?"
    r"|shame\w*|worst|appalling|fuck\w*|shit\w*|bullshit|incompetent|never again|wtf)\b|!{3,}",
    re.IGNORECASE,
)
_FRUSTRATED = re.compile(
    r"\b(still (no|not|nothing|waiting|haven'?t|hasn'?t)|annoy\w+|frustrat\w+|fed up|(second|third) time|finally"
    r"|disappoint\w+|for (weeks|ages|days)|brilliant|wonderful service|great job)\b|\?{2,}|!!",
    re.IGNORECASE,
)
SHORT = 5  # words; below this a message says little by itself
LONG = 14  # words
LIKELY = 0.05  # share of a topic from which its passages are preferred
CLEAR = 0.6  # probability of a topic from which a short message needs nothing before it


class InquiryReader:
    """Reads a conversation into an Inquiry. Deterministic; the topic comes from a model fitted to examples."""

    def __init__(self, topics: Topics, embedder: Embedder) -> None:
        self._topics = topics
        self._embedder = embedder
        codes = [IsoCode639_1.from_str(code.upper()) for code in LANGUAGES]
        self._detector = LanguageDetectorBuilder.from_iso_codes_639_1(*codes).with_low_accuracy_mode().build()

    def read(self, conversation: Conversation) -> Inquiry:
        """The inquiry of the conversation's last customer message."""
        said = [message.text for message in conversation.messages if message.author == "customer"]
        text = ending(said[-1].strip(), LONGEST_QUESTION)
        previous = ending(said[-2].strip(), LONGEST_QUESTION) if len(said) > 1 else ""
        question = f"{previous}\n{text}" if previous and self._leans_back(text) else text
        leans = question != text
        parts = (question,) if leans else split_parts(text)
        topics = self._topics.classify(self._embedder.embed((question, *parts)))
        found = max(topics, key=lambda found: (self._topics[found.topic].mode == "human", found.share))
        if self._topics[found.topic].mode != "human":
            found = topics[0]
        needs_order = [self._topics[part.topic].needs_order for part in topics[1:]]
        for_articles = tuple(part for part, needs in zip(parts, needs_order, strict=True) if not needs)
        return Inquiry(
            message=said[-1].strip(),
            earlier=tuple(ending(before.strip(), LONGEST_EARLIER) for before in said[-1 - EARLIER : -1]),
            question=question,
            parts=for_articles,
            order_parts=tuple(part for part, needs in zip(parts, needs_order, strict=True) if needs),
            searched=tuple(dict.fromkeys((text, *(() if leans else for_articles)))),
            topic=found.topic,
            topic_score=round(found.share, 4),
            article_topics=likely(topics),
            reserved_score=round(max(part.reserved for part in topics), 4),
            language=self._language(text, conversation.language),
            mood=mood(said[-1]),
            wants_human=self._topics[found.topic].wants_human,
            order_number=find_order_number(said[-1]),
        )

    def _leans_back(self, text: str) -> bool:
        """Whether a message needs the one before it: it points back, or says little and its topic is not clear."""
        short = len(text.split()) < SHORT
        if points_back(text) or (short and find_order_number(text)):
            return True
        return short and self._topics.classify(self._embedder.embed([text]))[0].share < CLEAR

    def _language(self, text: str, otherwise: str) -> str:
        if sum(character.isalpha() for character in text) < MIN_LETTERS_FOR_LANGUAGE:
            return otherwise
        found = self._detector.detect_language_of(text)
        return found.iso_code_639_1.name.lower() if found else otherwise


def likely(found: Sequence[Found]) -> dict[str, float]:
    """The topics that some question of a message is likely about, with the highest share each has."""
    best: dict[str, float] = {}
    for question in found:
        for topic, share in question.article_topics.items():
            best[topic] = max(share, best.get(topic, 0.0))
    return {topic: round(share, 4) for topic, share in best.items() if share >= LIKELY}


def ending(text: str, longest: int) -> str:
    """The end of a text, at most `longest` characters; it never begins inside a number or an e-mail address.

    Half a card number has no checksum that holds, so that redaction would pass it. Where no two plain words stand side
    by side to cut between, digits and at-signs give way to an ellipsis.
    """
    kept = text[-longest:]
    if kept == text:
        return text
    cut = _CUT.search(kept)
    return kept[cut.end() :] if cut else re.sub(r"[\d@]+", "…", kept)


def points_back(text: str) -> bool:
    """Whether a message points at what was said before it ("and that one?"); a long one says what it means itself."""
    return len(text.split()) <= LONG and bool(_POINTS_BACK.search(text))


def split_parts(text: str) -> tuple[str, ...]:
    """The questions in a message, at most three; the whole message where it asks no more than one thing.

    What stands before a question ("I'm in Cork. …") stays with it, because it often says what the question is about.
    """
    parts: list[str] = []
    story = ""
    for piece in (piece.strip() for piece in _BOUNDARY.split(text)):
        if not piece:
            continue
        if _ASKS.search(piece):
            parts.append(f"{story} {piece}".strip())
            story = ""
        else:
            story = f"{story} {piece}".strip()
    return tuple(parts) if 2 <= len(parts) <= 3 else (text,)


def mood(text: str) -> Literal["neutral", "frustrated", "angry"]:
    """The mood of a message by its words: angry, frustrated or neutral."""
    if _ANGRY.search(text):
        return "angry"
    return "frustrated" if _FRUSTRATED.search(text) else "neutral"
