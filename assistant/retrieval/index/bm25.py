"""The one BM25 encoder, so that passages and questions weigh the same whichever engine stores them.

A passage's weight for a word is the term-frequency half of BM25 (k = 1.2, b = 0.75; Robertson & Zaragoza
2009, eq. 3.15); the engine multiplies by the inverse document frequency when it searches.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from qdrant_edge import Bm25, Bm25Config, SparseVector

from assistant.evidence import Passage

# With b = 0 and a k without bound, a weight tf·(k+1)/(tf+k) is the bare count tf.
_COUNTS = Bm25(Bm25Config(k=1e6, b=0.0))


@dataclass(frozen=True)
class SparseWeights:
    """Word ids and their weights, of the same length."""

    indices: list[int]
    values: list[float]


class Bm25Encoder:
    """Encodes passages (title, headings, text and the questions they are asked for) and questions.

    Args:
        average_length: mean passage length in words, as `average_length()` counts them.
    """

    def __init__(self, average_length: float) -> None:
        self._bm25 = Bm25(Bm25Config(avg_len=average_length))

    def passage(self, passage: Passage) -> SparseWeights:
        """Term-frequency weights of a passage."""
        return _weights(self._bm25.embed_document(_words(passage)))

    def question(self, text: str) -> SparseWeights:
        """Weight 1 for each word of a question; empty when it holds only stop words."""
        return _weights(self._bm25.embed_query(text))


def average_length(passages: Iterable[Passage]) -> float:
    """Mean number of words that BM25 counts (stop words left out), at least 1."""
    lengths = [sum(_COUNTS.embed_document(_words(passage)).values) for passage in passages]
    return max(1.0, round(sum(lengths) / len(lengths), 3))


def _words(passage: Passage) -> str:
    return "\n".join(dict.fromkeys((passage.title, *passage.headings, passage.text, *passage.questions)))


def _weights(vector: SparseVector) -> SparseWeights:
    return SparseWeights(list(vector.indices), list(vector.values))
