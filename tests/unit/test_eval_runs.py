import asyncio
import json
from pathlib import Path

import pytest

from assistant.errors import Conflict, KnowledgeError, NotFound
from evals.report import Report
from evals.runs import INTERRUPTED, EvalRuns

REPORT = Report(started_at="2026-11-23T09:00:00Z", snapshot="0001", halves={})


class Work:
    """A run of four cases that stops after the first until it may go on."""

    def __init__(self, error: Exception | None = None) -> None:
        self.begun, self.may_end, self.error = asyncio.Event(), asyncio.Event(), error

    async def __call__(self, progress) -> Report:
        progress(1, 4)
        self.begun.set()
        await self.may_end.wait()
        if self.error:
            raise self.error
        progress(4, 4)
        return REPORT


async def ended() -> None:
    """Wait for the runs that were started."""
    async with asyncio.timeout(5):
        await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})


async def test_a_run_shows_its_progress_and_then_its_report(tmp_path: Path) -> None:
    work = Work()
    runs = EvalRuns(tmp_path, work)
    run_id = runs.start()
    assert (runs.run(run_id).state, runs.run(run_id).total) == ("running", 0)
    await work.begun.wait()
    assert [(line.id, line.state, line.done, line.total) for line in runs.lines()] == [(run_id, "running", 1, 4)]
    work.may_end.set()
    await ended()
    assert runs.run(run_id).report == REPORT
    assert (runs.lines()[0].state, runs.lines()[0].done) == ("done", 4)
    assert EvalRuns(tmp_path, work).run(run_id) == runs.run(run_id)
    await runs.close()


async def test_a_second_start_joins_the_first_also_from_another_process(tmp_path: Path) -> None:
    work = Work()
    runs, others = EvalRuns(tmp_path, work), EvalRuns(tmp_path, work)
    run_id = runs.start()
    assert runs.start() == run_id
    assert others.start() == run_id
    assert len(others.lines()) == 1
    work.may_end.set()
    await ended()
    second = others.start()
    assert second != run_id
    assert [line.id for line in runs.lines()] == [second, run_id]
    await ended()
    await others.close()
    await runs.close()


@pytest.mark.parametrize(
    ("error", "why"),
    [(KnowledgeError("no cases; put some there"), "no cases; put some there"), (KeyError("x"), "KeyError: 'x'")],
)
async def test_a_run_that_fails_says_why_and_the_next_may_start(tmp_path: Path, error: Exception, why: str) -> None:
    work = Work(error)
    work.may_end.set()
    runs = EvalRuns(tmp_path, work)
    run_id = runs.start()
    await ended()
    failed = runs.run(run_id)
    assert (failed.state, failed.done, failed.report) == ("failed", 1, None)
    assert failed.error.startswith(why)
    assert runs.start() != run_id
    await runs.close()


@pytest.mark.parametrize("steps", [0, 1])
async def test_closing_interrupts_a_run_however_far_it_is(tmp_path: Path, steps: int) -> None:
    runs = EvalRuns(tmp_path, Work())
    run_id = runs.start()
    for _ in range(steps):
        await asyncio.sleep(0)
    await runs.close()
    assert (runs.run(run_id).state, runs.run(run_id).error) == ("failed", INTERRUPTED)
    again = runs.start()
    assert again != run_id
    await runs.close()


def test_a_run_that_a_dead_process_left_is_marked_when_the_next_starts(tmp_path: Path) -> None:
    left = {"id": "run_1", "started_at": "2026-11-23T09:00:00Z", "state": "running", "done": 3, "total": 9}
    (tmp_path / "run_1.json").write_text(json.dumps(left))
    found = EvalRuns(tmp_path, Work()).run("run_1")
    assert (found.state, found.error, found.done) == ("failed", INTERRUPTED, 3)


async def test_a_new_process_leaves_a_run_of_a_living_one_alone(tmp_path: Path) -> None:
    runs = EvalRuns(tmp_path, Work())
    run_id = runs.start()
    assert EvalRuns(tmp_path, Work()).run(run_id).state == "running"
    await runs.close()


@pytest.mark.parametrize("run_id", ["run_2", "../secret", "", "*"])
def test_an_unknown_run_is_not_found(tmp_path: Path, run_id: str) -> None:
    (tmp_path / "secret.json").write_text("{}")
    with pytest.raises(NotFound, match="no eval run"):
        EvalRuns(tmp_path / "evals", Work()).run(run_id)


def test_a_file_that_is_no_run_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "run_9.json").write_text('{"id": "run_9", "colour"')
    runs = EvalRuns(tmp_path, Work())
    assert runs.lines() == []
    with pytest.raises(NotFound):
        runs.run("run_9")


async def test_a_start_while_another_process_is_just_starting_says_so(tmp_path: Path) -> None:
    runs, others = EvalRuns(tmp_path, Work()), EvalRuns(tmp_path, Work())
    run_id = runs.start()
    (tmp_path / f"{run_id}.json").unlink()
    with pytest.raises(Conflict, match="try again"):
        others.start()
    await runs.close()
