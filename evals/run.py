"""A run: every case through the production responder, one after the other, and what came of it as a report."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from assistant.conversation import Customer, Turn
from assistant.errors import KnowledgeError
from assistant.evidence import now
from assistant.orders.identity import customer_of
from evals.cases import Case, Halves, conversation_of
from evals.gates import DEFAULT_GATES, Gate
from evals.intervals import interval
from evals.judging import Judge, judge_replies
from evals.meanings import MEANINGS
from evals.ragas_scorers import NEEDS_A_JUDGE, AsyncScorer, ragas_scorers
from evals.reliability import coverage, reliability
from evals.report import CaseError, Half, Metric, Report
from evals.results import Result, case_result, clip
from evals.scorers import SCORERS
from evals.worst import worst_cases

if TYPE_CHECKING:
    from assistant.orders.source import OrderSource
    from assistant.responder import Responder

Progress = Callable[[int, int, str], None]  # cases done, cases in all, what is being done

FITTED = "fitted"  # the half that weights and threshold were fitted to

log = logging.getLogger("handrail")


async def run_cases(
    responder: Responder,
    halves: Halves,
    orders: OrderSource | None,
    progress: Progress,
    gates: Sequence[Gate] = DEFAULT_GATES,
    judge: Judge | None = None,
) -> Report:
    """Run all cases. One that raises is reported as an error, and the others go on.

    Args:
        responder: as the service uses it.
        halves: from load_cases.
        orders: checks the order number and e-mail of a case; None where the shop has no order system.
        progress: told before every case and after the last.
        gates: which bounds to check.
        judge: is shown a sample of the replies; None leaves its metrics out.
    """
    started = now()
    halves = dict(sorted(halves.items(), key=lambda item: (item[0] == FITTED, item[0])))  # to be read in this order
    cases = [(half, case) for half, found in halves.items() for case in found]
    progress(0, len(cases), "")
    extra, left_out = await asyncio.to_thread(ragas_scorers)
    results = []
    for done, (_, case) in enumerate(cases):
        progress(done, len(cases), case.id)
        results.append(await _run(responder, orders, case, extra))
    progress(len(cases), len(cases), "")
    told = None
    if judge:
        results, told = await judge_replies(judge, results, progress)
    found = {half: [r for r, (of, _) in zip(results, cases, strict=True) if of == half] for half in halves}
    summaries = {half: summarise(half, of_half) for half, of_half in found.items()}
    measured = {name for half in summaries.values() for name in half.metrics}
    return Report(
        started_at=started,
        snapshot=_snapshot(results),
        halves=summaries,
        meanings={name: meaning for name, meaning in MEANINGS.items() if name in measured},
        gates=tuple(gate.check(summaries) for gate in gates),
        judge=told,
        left_out=left_out if judge else (*left_out, NEEDS_A_JUDGE),
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


def summarise(half: str, results: Sequence[Result]) -> Half:
    """One half's figures and cases."""
    outcomes: dict[str, Counter[str]] = {}
    for result in results:
        outcomes.setdefault(result.case.expect, Counter())[result.outcome] += 1
    cases = tuple(map(case_result, results))
    metrics = {name: _metric(name, results) for name in MEANINGS}
    return Half(
        count=len(results),
        metrics={name: metric for name, metric in metrics.items() if metric},
        outcomes={expected: dict(got) for expected, got in outcomes.items()},
        reliability=reliability(cases),
        coverage=coverage(cases, _threshold(results)) if half == FITTED else None,
        worst=worst_cases(results),
        errors=tuple(CaseError(case_id=r.case.id, error=clip(r.error)) for r in results if r.turn is None),
        cases=cases,
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


def _snapshot(results: Sequence[Result]) -> str:
    """The snapshots that served, usually one; a publish during the run makes it two."""
    found = [result.turn.trail.evidence for result in results if result.turn]
    return ", ".join(dict.fromkeys(evidence.snapshot for evidence in found if evidence and evidence.snapshot))


def _threshold(results: Sequence[Result]) -> float | None:
    """The one threshold of all decisions; None where they differ."""
    found = {r.turn.trail.decision.permit.threshold for r in results if r.turn and r.turn.trail.decision}
    return found.pop() if len(found) == 1 else None


async def _quiet(stage: str) -> None:
    """Listen to no stages."""
