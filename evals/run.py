"""A run: every case through the production responder, one after the other, and what came of it as a report."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assistant.conversation import Customer, Turn
from assistant.errors import KnowledgeError
from assistant.evidence import now
from assistant.orders.identity import customer_of
from evals.cases import Case, Halves, conversation_of
from evals.gates import DEFAULT_GATES, Gate
from evals.intervals import interval
from evals.ragas_scorers import AsyncScorer, ragas_scorers
from evals.report import CaseError, Half, Metric, Report
from evals.scorers import SCORERS
from evals.worst import worst_cases

if TYPE_CHECKING:
    from assistant.orders.source import OrderSource
    from assistant.responder import Responder

Progress = Callable[[int, int], None]  # cases done, cases in all

log = logging.getLogger("handrail")


@dataclass(frozen=True)
class Result:
    """A case and its turn with its scores, or why there is no turn."""

    case: Case
    turn: Turn | None = None
    scores: dict[str, float | None] = field(default_factory=dict)
    error: str = ""

    @property
    def outcome(self) -> str:
        """The kind of the turn's outcome, or `error`."""
        return self.turn.outcome.kind if self.turn else "error"


async def run_cases(
    responder: Responder,
    halves: Halves,
    orders: OrderSource | None,
    progress: Progress,
    gates: Sequence[Gate] = DEFAULT_GATES,
) -> Report:
    """Run all cases. One that raises is reported as an error, and the others go on.

    Args:
        responder: as the service uses it.
        halves: from load_cases.
        orders: checks the order number and e-mail of a case; None where the shop has no order system.
        progress: told after every case.
        gates: which bounds to check.
    """
    started = now()
    extra, left_out = await asyncio.to_thread(ragas_scorers)
    total, done = sum(map(len, halves.values())), 0
    progress(done, total)
    results: dict[str, list[Result]] = {half: [] for half in halves}
    for half, cases in halves.items():
        for case in cases:
            results[half].append(await _run(responder, orders, case, extra))
            done += 1
            progress(done, total)
    summaries = {half: summarise(found) for half, found in results.items()}
    return Report(
        started_at=started,
        snapshot=_snapshot(results),
        halves=summaries,
        gates=tuple(gate.check(summaries) for gate in gates),
        left_out=left_out,
    )


async def turn_of(responder: Responder, orders: OrderSource | None, case: Case) -> Turn:
    """Work one case as the service would.

    Raises:
        KnowledgeError: the case has an order, but the shop has no order system.
        OrderError: its order number and e-mail open no order.
    """
    customer = Customer()
    if case.order:
        if orders is None:
            raise KnowledgeError(f"the case {case.id} has an order, but there is no order system; remove `order`")
        customer = await customer_of(orders, case.order.number, case.order.email)
    conversation = conversation_of(case, customer)
    return await responder.respond(conversation, conversation.messages[-1].id, _quiet)


def summarise(results: Sequence[Result]) -> Half:
    """One half's metrics, outcomes, worst cases and errors."""
    outcomes: dict[str, Counter[str]] = {}
    for result in results:
        outcomes.setdefault(result.case.expect, Counter())[result.outcome] += 1
    names = dict.fromkeys(name for result in results for name in result.scores)
    metrics = {name: _metric(name, results) for name in names}
    return Half(
        cases=len(results),
        metrics={name: metric for name, metric in metrics.items() if metric},
        worst=worst_cases([(result.case, result.turn) for result in results if result.turn]),
        outcomes={expected: dict(got) for expected, got in outcomes.items()},
        errors=tuple(CaseError(case_id=r.case.id, error=r.error) for r in results if r.turn is None),
    )


async def _run(responder: Responder, orders: OrderSource | None, case: Case, extra: dict[str, AsyncScorer]) -> Result:
    try:
        turn = await turn_of(responder, orders, case)
        scores = {name: scorer(case, turn) for name, scorer in SCORERS.items()}
        scores |= {name: await scorer(case, turn) for name, scorer in extra.items()}
    except Exception as error:
        log.warning("case %s failed", case.id, exc_info=error)
        return Result(case, error=f"{type(error).__name__}: {error}")
    return Result(case, turn, scores)


def _metric(name: str, results: Sequence[Result]) -> Metric | None:
    scored = [(score, result.case.group) for result in results if (score := result.scores.get(name)) is not None]
    if not scored:
        return None
    found = interval([score for score, _ in scored], [group for _, group in scored])
    return Metric.model_validate(found._asdict())


def _snapshot(results: dict[str, list[Result]]) -> str:
    """The snapshots that served, usually one; a publish during the run makes it two."""
    turns = [result.turn for found in results.values() for result in found if result.turn]
    names = [turn.trail.evidence.snapshot for turn in turns if turn.trail.evidence]
    return ", ".join(name for name in dict.fromkeys(names) if name)


async def _quiet(stage: str) -> None:
    """Listen to no stages."""
