"""How much of a question's own words a passage speaks of. A near miss shows here: the one word it lacks."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from rapidfuzz import process
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


_APOSTROPHE = re.compile("['’]")


def embedded_words(passage: Passage) -> set[str]:
    """Every word of a passage, its title and headings included."""
    return set(words(" ".join((passage.title, *passage.headings, passage.text))))


def coverage(question: str, pool: Sequence[Passage]) -> dict[str, float]:
    """The share (0..1) of the question's words that each passage has, by passage id, rare words counting more.

    A word weighs ln((n + 1) / (d + 1)) + ½, with d of the n passages in `pool` having it: what few of the retrieved
    passages mention is what the question turns on. A question without any telling word is covered by half.
    """
    texts = {passage.id: embedded_words(passage) for passage in pool}
    asked = dict.fromkeys(word for word in words(_APOSTROPHE.sub("", question)) if word not in STOPWORDS)
    if not asked:
        return dict.fromkeys(texts, 0.5)
    vocabulary = list(set[str]().union(*texts.values()))
    total, covered = 0.0, dict.fromkeys(texts, 0.0)
    for word in asked:
        alike = _alike(word, vocabulary)
        having = [name for name, text in texts.items() if not alike.isdisjoint(text)]
        weight = math.log((len(texts) + 1) / (len(having) + 1)) + 0.5
        total += weight
        for name in having:
            covered[name] += weight
    return {name: share / total for name, share in covered.items()}


def _alike(word: str, vocabulary: Sequence[str]) -> set[str]:
    """A word, and those of the vocabulary that are the same but for an ending or a slip of the keyboard."""
    if len(word) < 4:
        return {word}
    near = process.extract(word, vocabulary, scorer=OSA.distance, score_cutoff=1, limit=None)
    misspelt = {other for other, _, _ in near if _is_slip(word, other)}
    return {word} | misspelt | {other for other in vocabulary if _same_stem(word, other)}


def _is_slip(word: str, other: str) -> bool:
    """Whether one letter is missing, doubled or swapped with the next; a changed letter is another word (Iceland)."""
    return len(word) >= 5 and (len(word) != len(other) or sorted(word) == sorted(other))


def _same_stem(one: str, other: str) -> bool:
    """Whether two words share all but an ending ("return", "returning"); cheap, and good enough to count words."""
    shared = max(4, min(len(one), len(other)) - 1)
    return one[:4] == other[:4] and one[:shared] == other[:shared] and abs(len(one) - len(other)) <= 3
