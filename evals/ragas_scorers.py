"""Scores by ragas that need no judge model: precision and recall of the retrieved articles, by their ids.

ragas comes with the extra `evals`; without it the report says what was left out.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable

from assistant.conversation import Turn
from evals.cases import Case
from evals.scorers import retrieved

AsyncScorer = Callable[[Case, Turn], Awaitable[float | None]]

NAMES = ("ragas_context_precision", "ragas_context_recall")
NEEDS_A_JUDGE = (
    "ragas metrics that need a judge model (faithfulness, answer relevancy, factual correctness):"
    " this version has no judge"
)


def ragas_scorers() -> tuple[dict[str, AsyncScorer], tuple[str, ...]]:
    """The ragas scorers by metric name, and a line for each thing that is left out. Importing takes seconds."""
    os.environ["RAGAS_DO_NOT_TRACK"] = "true"  # read when ragas is imported; it calls home otherwise
    try:
        from ragas.dataset_schema import SingleTurnSample
        from ragas.metrics import IDBasedContextPrecision, IDBasedContextRecall
    except ImportError as error:
        missing = f"{' and '.join(NAMES)} ({error}): install them with pip install 'handrail[evals]'"
        return {}, (missing, NEEDS_A_JUDGE)

    def scorer_of(metric: IDBasedContextPrecision | IDBasedContextRecall) -> AsyncScorer:
        async def score(case: Case, turn: Turn) -> float | None:
            found = retrieved(turn)
            if not case.answerable or not case.articles or not found:
                return None
            sample = SingleTurnSample(retrieved_context_ids=found, reference_context_ids=list(case.articles))
            return float(await metric.single_turn_ascore(sample))

        return score

    metrics = (IDBasedContextPrecision(), IDBasedContextRecall())
    return {name: scorer_of(metric) for name, metric in zip(NAMES, metrics, strict=True)}, (NEEDS_A_JUDGE,)
