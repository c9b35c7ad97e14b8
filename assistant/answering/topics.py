"""Topics, as declared in knowledge/topics.yaml, and which of them a question belongs to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from assistant.answering.topic_model import TopicModel
from assistant.conversation import Priority
from assistant.errors import KnowledgeError
from assistant.evidence import Word
from assistant.knowledge import read_yaml

if TYPE_CHECKING:
    from assistant.retrieval.embedder import Embedder, Vectors

GENERAL = "general"
SURELY = 0.45  # probability from which a topic with consequences counts as asked about; chosen on the fitted cases


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
    """The topic of a question, with probabilities (0..1).

    `share` is the topic's own, `reserved` that of all topics kept for humans together, and `article_topics` tells how
    the topics that articles answer share the rest.
    """

    topic: str
    share: float
    reserved: float
    article_topics: dict[str, float]


class Topics:
    """Knows every topic and finds the one of a question."""

    def __init__(self, topics: tuple[Topic, ...], model: TopicModel | None = None) -> None:
        """Take topics and the model fitted to their examples; without a model every question is `general`.

        Raises:
            KnowledgeError: two topics have one id.
        """
        self._by_id = {topic.id: topic for topic in topics}
        if len(self._by_id) < len(topics):
            raise KnowledgeError("topics.yaml: two topics have the same id; ids must be unique")
        self._model = model

    @classmethod
    def load(cls, knowledge: Path, embedder: Embedder, cache: Path) -> Topics:
        """Read topics.yaml; without one every question is of the topic `general`, answered alone on trial.

        Raises:
            KnowledgeError: the file is broken, or only one topic has examples.
        """
        topics = read_yaml(knowledge / "topics.yaml", TopicFile).topics
        examples = [(topic.id, wording) for topic in topics for wording in topic.examples]
        if len({topic for topic, _ in examples}) == 1:
            raise KnowledgeError("topics.yaml: only one topic has examples; give some to two topics or more, or none")
        return cls(topics, TopicModel.load_or_fit(examples, embedder, cache) if examples else None)

    def __getitem__(self, topic_id: str) -> Topic:
        """A topic by id; an undeclared one gets the defaults."""
        return self._by_id.get(topic_id) or Topic(id=topic_id)

    def classify(self, questions: Vectors) -> list[Found]:
        """The topic of each question vector; `questions` has the shape (n, dimensions)."""
        if self._model is None:
            return [Found(GENERAL, 1.0, 0.0, {})] * len(questions)
        return [self._choose(shares) for shares in self._model.shares(questions)]

    def _choose(self, shares: dict[str, float]) -> Found:
        """The likeliest topic; one with consequences (a human, an order look-up) only when that is sure enough."""
        topics = {name: self._by_id[name] for name in shares}
        reserved = sum(share for name, share in shares.items() if topics[name].mode == "human")
        if reserved > SURELY:
            open_to = [name for name in shares if topics[name].mode == "human"]
        else:
            open_to = [name for name in shares if topics[name].mode != "human"]
            open_to = [name for name in open_to if not topics[name].needs_order or shares[name] > SURELY] or open_to
        best = max(open_to or shares, key=lambda name: (shares[name], name))
        for_articles = {name: share for name, share in shares.items() if _is_for_articles(topics[name])}
        total = sum(for_articles.values())
        return Found(best, shares[best], reserved, {name: share / total for name, share in for_articles.items()})


def _is_for_articles(topic: Topic) -> bool:
    return topic.mode != "human" and not topic.needs_order
