"""An embedder for quick tests: each word has a direction of its own, so texts are near when they share words."""

from collections.abc import Sequence
from zlib import crc32

import numpy as np

from assistant.answering.sentences import words
from assistant.retrieval.embedder import Vectors


class WordEmbedder:
    """Deterministic; `embedded` counts the texts it was asked for."""

    name = "words"
    dimensions = 512

    def __init__(self) -> None:
        self.embedded = 0

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.embedded += len(texts)
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            for word in words(text) or ["nothing"]:
                vector[crc32(word.encode()) % self.dimensions] += 1
        unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit
