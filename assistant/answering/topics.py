"""Topics, as declared in knowledge/topics.yaml, and which of them a question belongs to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression

from assistant.conversation import Priority
from assistant.errors import KnowledgeError
from assistant.evidence import Word
from assistant.knowledge import read_yaml

if TYPE_CHECKING:
    from assistant.retrieval.embedder import Embedder
    from assistant.retrieval.index.port import Vector as Vectors

GENERAL = "general"
INVERSE_PENALTY = 10.0  # chosen on the fitted cases


class Topic(Word):
    """One topic. `examples` are wordings customers use; `issue_type` and `priority` go on its tickets."""

    id: str
    title: str = ""
    mode: Literal["auto", "suggest", "human"] = "auto"
    risk_budget: float | None = None
    needs_order: bool = False
    wants_human: bool = False
    issue_type: str = "question"
    priority: Priority = "normal"
    examples: tuple[str, ...] = ()


class TopicFile(Word):
    """The content of topics.yaml."""

    topics: tuple[Topic, ...] = ()


class Found(NamedTuple):
    """The topic of a question, its probability, and that of all topics kept for humans together; 0..1."""

    topic: str
    share: float
    reserved: float


class Topics:
    """Knows every topic and finds the one of a question.

    A multinomial logistic regression over the vectors of the topics' examples, fitted when the topics are loaded.
    """

    def __init__(self, topics: tuple[Topic, ...], embedder: Embedder) -> None:
        """Embed the examples and fit.

        Raises:
            KnowledgeError: two topics have one id, or only one of them has examples.
        """
        self._by_id = {topic.id: topic for topic in topics}
        if len(self._by_id) < len(topics):
            raise KnowledgeError("topics.yaml: two topics have the same id; ids must be unique")
        pairs = [(topic.id, example) for topic in topics for example in topic.examples]
        owners = [owner for owner, _ in pairs]
        if len(set(owners)) == 1:
            raise KnowledgeError("topics.yaml: give examples to every topic; with one topic only, give none")
        self._model = LogisticRegression(C=INVERSE_PENALTY, class_weight="balanced", max_iter=1_000) if pairs else None
        if self._model:
            self._model.fit(embedder.embed([example for _, example in pairs]), owners)

    @classmethod
    def load(cls, knowledge: Path, embedder: Embedder) -> Topics:
        """Read topics.yaml; without one every question is of the topic `general`, answered alone on trial."""
        return cls(read_yaml(knowledge / "topics.yaml", TopicFile).topics, embedder)

    def __getitem__(self, topic_id: str) -> Topic:
        """A topic by id; an undeclared one gets the defaults."""
        return self._by_id.get(topic_id) or Topic(id=topic_id)

    def classify(self, questions: Vectors) -> list[Found]:
        """The topic of each question vector; `questions` has the shape (n, dimensions)."""
        if self._model is None:
            return [Found(GENERAL, 1.0, 0.0)] * len(questions)
        names = [str(name) for name in self._model.classes_]
        human = np.array([self._by_id[name].mode == "human" for name in names])
        return [
            Found(names[int(shares.argmax())], float(shares.max()), float(shares[human].sum()))
            for shares in self._model.predict_proba(questions)
        ]
