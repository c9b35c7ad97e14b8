"""How much of a question's own words a passage speaks of. A near miss shows here: the one word it lacks."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rapidfuzz.distance import OSA

from assistant.answering.sentences import words
from assistant.evidence import Passage

STOPWORDS = frozenset(
    """
    a about actually after all also am an and any anyone anyway are as at be been before being bit bought but
    buy buying by can cant could customer day days dear did didnt do does doesnt doing don dont exactly find
    fine for from get gets getting go going good got guys had has have having hello help hey hi hope how i id if
    ill im in into is isnt it its ive just kind know let like long looking lot made make many may me mean might
    more morning much my myself need new no not now of off ok okay on once one only or order ordered ordering
    other our out over please pls plz possible question quick really regards right s say see shop should so some
    someone something still sure tell than thank thanks that thats the their them then there these they thing
    think this those time to too took u understand up ur us use very wanna want was wasnt way we were what whats
    when where whether which while who why will with within without wondering wont work works would ya yes you
    your youre yours
    """.split()
)


def embedded_words(passage: Passage) -> set[str]:
    """Every word of a passage, its title and headings included."""
    return set(words(" ".join((passage.title, *passage.headings, passage.text))))


def coverage(question: str, passage: Passage, pool: Sequence[Passage]) -> float:
    """The share (0..1) of the question's words that the passage has, rare words counting more.

    A word weighs ln((n + 1) / (d + 1)) + ½, with d of the n passages in `pool` having it: what few of the retrieved
    passages mention is what the question turns on. A question without any telling word is covered by half.
    """
    asked = {word for word in words(question.replace("'", "").replace("’", "")) if word not in STOPWORDS}
    if not asked:
        return 0.5
    texts = {other.id: embedded_words(other) for other in (*pool, passage)}
    total = covered = 0.0
    for word in asked:
        having = sum(_has(text, word) for text in texts.values())
        weight = math.log((len(texts) + 1) / (having + 1)) + 0.5
        total += weight
        covered += weight * _has(texts[passage.id], word)
    return covered / total


def _has(text: set[str], word: str) -> bool:
    if word in text:
        return True
    return len(word) >= 4 and any(_same_stem(word, other) or _misspelt(word, other) for other in text)


def _misspelt(word: str, other: str) -> bool:
    """Whether a letter is missing, doubled or swapped with the next; a changed letter is another word (Iceland)."""
    if len(word) < 5 or OSA.distance(word, other, score_cutoff=1) > 1:
        return False
    return len(word) != len(other) or sorted(word) == sorted(other)


def _same_stem(one: str, other: str) -> bool:
    """Whether two words share all but an ending ("return", "returning"); cheap, and good enough to count words."""
    shorter = min(len(one), len(other))
    return (
        shorter >= 4 and one[: max(4, shorter - 1)] == other[: max(4, shorter - 1)] and abs(len(one) - len(other)) <= 3
    )
