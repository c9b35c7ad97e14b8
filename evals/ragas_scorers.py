"""Scores by ragas: of the retrieved articles by their ids, and, where a judge model is set, of the replies.

ragas comes with the extra `evals`; without it the report says what was left out. It phones home unless it is told not
to before it is imported. A judge is asked through our own chat model port, so that ragas opens no connection.
"""

from __future__ import annotations

import asyncio
import json
import math
import os
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from assistant.chat_models.port import ChatMessage, ChatModel
from assistant.conversation import Turn
from assistant.errors import ChatModelNonsense
from evals.cases import Case
from evals.scorers import retrieved

if TYPE_CHECKING:
    from ragas.embeddings.base import BaseRagasEmbedding
    from ragas.llms.base import InstructorBaseRagasLLM

    from assistant.retrieval.embedder import Embedder

AsyncScorer = Callable[[Case, Turn], Awaitable[float | None]]
Answer = TypeVar("Answer", bound=BaseModel)

NAMES = ("ragas_context_precision", "ragas_context_recall")
NEEDS_A_JUDGE = (
    "ragas metrics that need a judge model (faithfulness, answer relevancy, context precision and recall):"
    " set judge.name to have them"
)
INSTALL = "install them with pip install 'handrail[evals]'"


def ragas_version() -> str:
    """The version of ragas that is installed."""
    return version("ragas")


def ragas_scorers() -> tuple[dict[str, AsyncScorer], tuple[str, ...]]:
    """The scorers by metric name that need no judge, and a line for what is left out. Importing takes seconds."""
    _stay_at_home()
    try:
        from ragas.dataset_schema import SingleTurnSample
        from ragas.metrics import IDBasedContextPrecision, IDBasedContextRecall
    except ImportError as error:
        return {}, (f"{' and '.join(NAMES)} ({error}): {INSTALL}",)

    def scorer_of(metric: IDBasedContextPrecision | IDBasedContextRecall) -> AsyncScorer:
        async def score(case: Case, turn: Turn) -> float | None:
            found = retrieved(turn)
            if not case.answerable or not case.articles or not found:
                return None
            sample = SingleTurnSample(retrieved_context_ids=found, reference_context_ids=list(case.articles))
            return float(await metric.single_turn_ascore(sample))

        return score

    metrics = (IDBasedContextPrecision(), IDBasedContextRecall())
    return {name: scorer_of(metric) for name, metric in zip(NAMES, metrics, strict=True)}, ()


def judged_scorers(model: ChatModel, embedder: Embedder, seconds: float) -> dict[str, AsyncScorer]:
    """The scorers that ask a judge; of replies that were sent alone, None for all else.

    Context precision is ragas's without a reference: were the passages useful for the reply. Context recall takes what
    the case's label says a reply must say as its reference, and applies only where it names something.

    Args:
        model: the judge.
        embedder: compares the question with those that the reply would answer.
        seconds: limit of one call.

    Raises:
        ImportError: ragas is not installed.

    A scorer raises:
        ChatModelError: the judge does not answer, or not as it was asked to.
    """
    _stay_at_home()
    from ragas.metrics.collections import (
        AnswerRelevancy,
        ContextPrecisionWithoutReference,
        ContextRecall,
        Faithfulness,
    )

    judge = _ragas_model(model, seconds)
    faithfulness, recall = Faithfulness(llm=judge), ContextRecall(llm=judge)
    precision = ContextPrecisionWithoutReference(llm=judge)
    # one question, not ragas's three: a judge at temperature 0 gives the same one three times
    relevancy = AnswerRelevancy(llm=judge, embeddings=_ragas_embeddings(embedder), strictness=1)
    ask = {
        "faithfulness": lambda q, reply, found, _: faithfulness.ascore(
            user_input=q, response=reply, retrieved_contexts=found
        ),
        "answer_relevancy": lambda q, reply, _, __: relevancy.ascore(user_input=q, response=reply),
        "context_precision": lambda q, reply, found, _: precision.ascore(
            user_input=q, response=reply, retrieved_contexts=found
        ),
        "context_recall": lambda q, _, found, reference: (
            recall.ascore(user_input=q, retrieved_contexts=found, reference=reference) if reference else None
        ),
    }
    return {name: _judged(call, model.name) for name, call in ask.items()}


def _judged(call: Callable[[str, str, list[str], str], Any], judge: str) -> AsyncScorer:
    async def score(case: Case, turn: Turn) -> float | None:
        found = _contexts(turn)
        if turn.outcome.kind != "reply" or not found:
            return None
        asked = call(case.question, turn.outcome.text, found, _reference(case))
        if asked is None:
            return None
        value = float((await asked).value)
        if math.isnan(value):
            raise ChatModelNonsense(f"{judge} found nothing to judge in a reply")
        return min(1.0, max(0.0, value))  # a cosine may be a little below 0

    return score


def _stay_at_home() -> None:
    os.environ["RAGAS_DO_NOT_TRACK"] = "true"  # read once, at the first event


def _contexts(turn: Turn) -> list[str]:
    """What the reply could rest on: passages, and receipts as their JSON."""
    evidence = turn.trail.evidence
    if evidence is None:
        return []
    receipts = [json.dumps(receipt.result, ensure_ascii=False, default=str) for receipt in evidence.receipts]
    return [*receipts, *(f"{found.passage.title}\n{found.passage.text}" for found in evidence.passages)]


def _reference(case: Case) -> str:
    """What a right reply must say, as a text; empty where the label names nothing."""
    return " ".join(f"A right answer says: {phrase}." for phrase in case.must_say)


def _ragas_model(model: ChatModel, seconds: float) -> InstructorBaseRagasLLM:
    """Our chat model as ragas wants one."""
    from ragas.llms.base import InstructorBaseRagasLLM

    class Judge(InstructorBaseRagasLLM):
        def generate(self, prompt: str, response_model: type[Answer]) -> Answer:
            return asyncio.run(self.agenerate(prompt, response_model))

        async def agenerate(self, prompt: str, response_model: type[Answer]) -> Answer:
            schema = _closed(response_model.model_json_schema())
            completion = await model.complete([ChatMessage("user", prompt)], schema, seconds)
            try:
                answer = response_model.model_validate(completion.content)
            except ValidationError:
                raise ChatModelNonsense(f"{model.name} answered, but not by the schema it was asked for") from None
            if not _is_sensible(answer.model_dump()):
                raise ChatModelNonsense(f"{model.name} gave an empty answer, or a verdict that is neither 0 nor 1")
            return answer

    return Judge()


def _ragas_embeddings(embedder: Embedder) -> BaseRagasEmbedding:
    """Our embedder as ragas wants one."""
    from ragas.embeddings.base import BaseRagasEmbedding

    class Embeddings(BaseRagasEmbedding):
        def embed_text(self, text: str, **_: Any) -> list[float]:
            return [float(x) for x in embedder.embed([text])[0]]

        async def aembed_text(self, text: str, **_: Any) -> list[float]:
            return await asyncio.to_thread(self.embed_text, text)

    return Embeddings()


def _closed(schema: Any) -> Any:
    """The schema with unknown fields refused, as strict servers demand."""
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(part) for name, part in schema.items()}
    return closed | ({"additionalProperties": False} if closed.get("type") == "object" else {})


def _is_sensible(answer: Any) -> bool:
    """Whether every list and text holds something and every number is a verdict: ragas scores the rest as 0."""
    if isinstance(answer, dict):
        return all(_is_sensible(part) or name == "reason" for name, part in answer.items())
    if isinstance(answer, list):
        return bool(answer) and all(map(_is_sensible, answer))
    return bool(answer.strip()) if isinstance(answer, str) else answer in (0, 1)
