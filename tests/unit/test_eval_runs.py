import asyncio
import json
from pathlib import Path

import pytest

from assistant.errors import Conflict, KnowledgeError, NotFound, ReportError
from evals.report import Report
from evals.runs import INTERRUPTED, KEPT, NOTHING, EvalRun, EvalRuns

REPORT = Report(started_at="2026-11-23T09:00:00Z", snapshot="0001", halves={})


class Work:
    """A run of four cases that stops after the first until it may go on."""

    def __init__(self, error: Exception | None = None) -> None:
        self.begun, self.may_end, self.error = asyncio.Event(), asyncio.Event(), error

    async def __call__(self, progress) -> Report:
        progress(1, 4, "c1")
        self.begun.set()
        await self.may_end.wait()
        if self.error:
            raise self.error
        progress(4, 4, "")
        return REPORT


def keep(folder: Path, run_id: str, text: str) -> None:
    """Put a run there that an earlier process left."""
    (folder / run_id).mkdir()
    (folder / run_id / "run.json").write_text(text)


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
    shown = [(run.id, run.state, run.done, run.total, run.current) for run in runs.runs()]
    assert shown == [(run_id, "running", 1, 4, "c1")]
    assert runs.run(run_id).seconds_left >= 0
    work.may_end.set()
    await ended()
    assert runs.report(run_id) == REPORT
    ended_run = runs.runs()[0]
    assert (ended_run.state, ended_run.done, ended_run.passed, ended_run.current) == ("done", 4, True, "")
    assert EvalRuns(tmp_path, work).run(run_id) == runs.run(run_id)
    await runs.close()


async def test_a_second_start_joins_the_first_also_from_another_process(tmp_path: Path) -> None:
    work = Work()
    runs, others = EvalRuns(tmp_path, work), EvalRuns(tmp_path, work)
    run_id = runs.start()
    assert runs.start() == run_id
    assert others.start() == run_id
    assert len(others.runs()) == 1
    work.may_end.set()
    await ended()
    second = others.start()
    assert second != run_id
    assert [run.id for run in runs.runs()] == [second, run_id]
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
    assert (failed.state, failed.done, failed.passed) == ("failed", 1, None)
    with pytest.raises(NotFound, match="has no report"):
        runs.report(run_id)
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
    keep(tmp_path, "run_1", json.dumps(left))
    found = EvalRuns(tmp_path, Work()).run("run_1")
    assert (found.state, found.error, found.done) == ("failed", INTERRUPTED, 3)


async def test_a_new_process_leaves_a_run_of_a_living_one_alone(tmp_path: Path) -> None:
    runs = EvalRuns(tmp_path, Work())
    run_id = runs.start()
    assert EvalRuns(tmp_path, Work()).run(run_id).state == "running"
    await runs.close()


@pytest.mark.parametrize("run_id", ["run_2", "../secret", "", "*", "run_/../run_1", "run_" + "a" * 5000, "run_\0"])
def test_an_unknown_run_is_not_found(tmp_path: Path, run_id: str) -> None:
    (tmp_path / "secret.json").write_text("{}")
    with pytest.raises(NotFound, match="no eval run"):
        EvalRuns(tmp_path / "evals", Work()).run(run_id)


def test_a_file_that_is_no_run_is_passed_over(tmp_path: Path) -> None:
    keep(tmp_path, "run_9", '{"id": "run_9", "colour"')
    keep(tmp_path, "run_8", EvalRun(id="run_7").model_dump_json())
    runs = EvalRuns(tmp_path, Work())
    assert runs.runs() == []
    with pytest.raises(NotFound):
        runs.run("run_9")


async def test_a_start_while_another_process_is_just_starting_says_so(tmp_path: Path) -> None:
    runs, others = EvalRuns(tmp_path, Work()), EvalRuns(tmp_path, Work())
    run_id = runs.start()
    (tmp_path / run_id / "run.json").unlink()
    with pytest.raises(Conflict, match="try again"):
        others.start()
    await runs.close()


async def test_a_run_is_cancelled_also_from_another_process_and_the_next_may_start(tmp_path: Path) -> None:
    work = Work()
    runs, others = EvalRuns(tmp_path, work), EvalRuns(tmp_path, Work())
    run_id = runs.start()
    await work.begun.wait()
    others.cancel(run_id)
    work.may_end.set()
    await ended()
    assert (runs.run(run_id).state, runs.run(run_id).error) == ("cancelled", None)
    with pytest.raises(Conflict, match="has ended"):
        runs.cancel(run_id)
    assert runs.start() != run_id
    await ended()
    await runs.close()


async def test_a_run_here_and_now_tells_of_progress_and_waits_for_no_other(tmp_path: Path) -> None:
    work, seen = Work(), []
    work.may_end.set()
    runs = EvalRuns(tmp_path, work)
    run = await runs.run_now(lambda *told: seen.append(told))
    assert (run.state, seen) == ("done", [(1, 4, "c1"), (4, 4, "")])
    busy = EvalRuns(tmp_path, Work())
    busy.start()
    with pytest.raises(Conflict, match="is under way"):
        await runs.run_now(lambda *told: None)
    await busy.close()


async def test_the_last_runs_are_kept(tmp_path: Path) -> None:
    work = Work()
    work.may_end.set()
    runs = EvalRuns(tmp_path, work)
    started = [(await runs.run_now(lambda *told: None)).id for _ in range(KEPT + 3)]
    assert [run.id for run in runs.runs()] == started[:2:-1]
    with pytest.raises(NotFound):
        runs.report(started[0])


async def test_a_run_is_compared_with_the_last_that_was_done(tmp_path: Path) -> None:
    work = Work()
    work.may_end.set()
    runs = EvalRuns(tmp_path, work)
    first = (await runs.run_now(lambda *told: None)).id
    work.error = KnowledgeError("no")
    await runs.run_now(lambda *told: None)
    work.error = None
    last = (await runs.run_now(lambda *told: None)).id
    assert runs.before(last).id == first
    assert runs.compared(first).comparison is None
    assert runs.compared(last).comparison.started_at == REPORT.started_at
    assert runs.compared(last, NOTHING).comparison is None
    assert runs.compared(first, last).comparison is not None
    with pytest.raises(NotFound):
        runs.compared(last, "run_none")


async def test_a_report_of_another_version_does_not_hide_the_next(tmp_path: Path) -> None:
    work = Work()
    work.may_end.set()
    runs = EvalRuns(tmp_path, work)
    first = (await runs.run_now(lambda *told: None)).id
    last = (await runs.run_now(lambda *told: None)).id
    (tmp_path / first / "report.json").write_text('{"halves": "?"}')
    assert runs.compared(last).comparison is None
    with pytest.raises(ReportError, match="no report of this version"):
        runs.report(first)
    (tmp_path / last / "report.json").unlink()
    with pytest.raises(ReportError, match="cannot be read"):
        runs.report(last)
    assert len(runs.runs()) == 2
