"""Which topic a question belongs to: a multinomial logistic regression over the vectors of the topics' examples."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np

if TYPE_CHECKING:
    from assistant.retrieval.embedder import Embedder, Vectors

INVERSE_PENALTY = 10.0  # chosen on the fitted cases

Example = tuple[str, str]  # topic id, wording


class TopicModel:
    """Fitted weights, shape `(topics, dimensions)`, and biases, shape `(topics,)`, in the order of `names`."""

    def __init__(self, names: Sequence[str], weights: Vectors, biases: Vectors) -> None:
        self._names, self._weights, self._biases = list(names), weights, biases

    def shares(self, questions: Vectors) -> list[dict[str, float]]:
        """The probability of each topic, for question vectors of shape `(n, dimensions)`."""
        scores = questions @ self._weights.T + self._biases
        likely = np.exp(scores - scores.max(axis=1, keepdims=True))
        likely /= likely.sum(axis=1, keepdims=True)
        return [dict(zip(self._names, row, strict=True)) for row in likely.tolist()]

    @classmethod
    def fit(cls, examples: Sequence[Example], embedder: Embedder) -> TopicModel:
        """Fit to examples of at least two topics; every topic weighs the same, however many examples it has."""
        from sklearn.linear_model import LogisticRegression  # takes a second to import, and is seldom needed

        model = LogisticRegression(C=INVERSE_PENALTY, class_weight="balanced", max_iter=1_000)
        model.fit(embedder.embed([wording for _, wording in examples]), [topic for topic, _ in examples])
        weights, biases = model.coef_, model.intercept_
        if len(weights) == 1:  # two topics: one row that speaks for the second
            weights, biases = np.vstack([-weights / 2, weights / 2]), np.hstack([-biases / 2, biases / 2])
        return cls([str(name) for name in model.classes_], weights.astype(np.float32), biases.astype(np.float32))

    @classmethod
    def load_or_fit(cls, examples: Sequence[Example], embedder: Embedder, cache: Path) -> TopicModel:
        """The model kept in the folder `cache` for just these examples and embedder, or a new one, kept there."""
        made_of = json.dumps([INVERSE_PENALTY, embedder.name, list(examples)])
        file = cache / f"topics-{sha256(made_of.encode()).hexdigest()[:16]}.npz"
        try:
            with np.load(BytesIO(file.read_bytes())) as kept:
                return cls(kept["names"].tolist(), kept["weights"], kept["biases"])
        except (OSError, ValueError, KeyError, BadZipFile):
            model = cls.fit(examples, embedder)
            model._keep(file)
            return model

    def _keep(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        for older in file.parent.glob("topics-*.npz"):
            older.unlink(missing_ok=True)
        draft = file.with_suffix(".tmp.npz")
        np.savez(draft, names=np.array(self._names), weights=self._weights, biases=self._biases)
        draft.replace(file)
