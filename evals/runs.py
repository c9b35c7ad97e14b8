"""Eval runs: one at a time, each kept in a folder of its own with how far it is (run.json) and its report."""

from __future__ import annotations

import asyncio
import logging
import re
import shutil
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from filelock import FileLock, Timeout
from pydantic import Field, ValidationError

from assistant.errors import Conflict, HandrailError, NotFound, ReportError
from assistant.evidence import Word, new_id, now
from evals.comparison import with_comparison
from evals.report import Report, read_report

if TYPE_CHECKING:
    from evals.run import Progress

INTERRUPTED = "interrupted: the service stopped before the run was done; start another"
KEPT = 20  # runs; the oldest go when another starts
LAST, NOTHING = "last", "nothing"
ID = re.compile(r"run_[0-9a-z]{1,40}")

log = logging.getLogger("handrail")


class EvalRun(Word):
    """How far a run is.

    `done` and `total` count cases, `total` is 0 until it is known. `current` is the case being worked, or what else
    is being done, and `seconds_left` an estimate. `passed` says whether a finished run's gates hold; `error` why it
    failed.
    """

    id: str = Field(default_factory=lambda: new_id("run"))
    started_at: datetime = Field(default_factory=now)
    state: Literal["running", "done", "failed", "cancelled"] = "running"
    done: int = 0
    total: int = 0
    current: str = ""
    seconds_left: float | None = None
    passed: bool | None = None
    error: str | None = None


class Cancelled(Exception):  # noqa: N818 - never leaves this module
    """Somebody asked the run to stop."""


class EvalRuns:
    """The runs of one folder. A lock file keeps them one at a time, whichever process starts them."""

    def __init__(self, folder: Path, work: Callable[[Progress], Awaitable[Report]]) -> None:
        """Open the folder, and mark as failed what an earlier process left unfinished."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._work = folder, work
        self._lock = FileLock(folder / "running.lock")
        self._task: asyncio.Task[EvalRun] | None = None
        self._unreadable: set[Path] = set()
        if self._acquire():
            self._clear()
            self._lock.release()

    def start(self) -> str:
        """Start a run on the running event loop, or join the one under way.

        Returns:
            Its id.

        Raises:
            Conflict: another process is just starting one.
        """
        if not self._acquire():
            return self._running()
        self._task = asyncio.create_task(self._follow(self._begin(), _unseen))
        return self._running()

    async def run_now(self, seen: Progress) -> EvalRun:
        """Run here and wait for the end.

        Args:
            seen: told of progress too.

        Raises:
            Conflict: a run is under way.
        """
        if not self._acquire():
            raise Conflict(f"the eval run {self._running()} is under way; wait for its end, or cancel it in the studio")
        return await self._follow(self._begin(), seen)

    def cancel(self, run_id: str) -> None:
        """Ask a run to stop, in whichever process it runs; it does after the case it is at.

        Raises:
            NotFound: there is none of this id.
            Conflict: it has ended.
        """
        if self.run(run_id).state != "running":
            raise Conflict(f"the eval run {run_id} has ended; there is nothing to cancel")
        self._at(run_id, "cancel").touch()

    def runs(self) -> list[EvalRun]:
        """All runs, the newest first."""
        found = (self._read(path) for path in self._folder.glob("run_*/run.json"))
        return sorted((run for run in found if run), key=lambda run: run.started_at, reverse=True)

    def run(self, run_id: str) -> EvalRun:
        """One run.

        Raises:
            NotFound: there is none of this id.
        """
        found = self._read(self._at(run_id, "run.json")) if ID.fullmatch(run_id) else None
        if found is None:
            raise NotFound(f"there is no eval run {run_id}; the list of runs has those there are")
        return found

    def report(self, run_id: str) -> Report:
        """The report of a run that is done.

        Raises:
            NotFound: there is no such run, or it has no report.
            ReportError: its report cannot be read.
        """
        if self.run(run_id).state != "done":
            raise NotFound(f"the eval run {run_id} has no report")
        return read_report(self._at(run_id, "report.json"))

    def compared(self, run_id: str, against: str = LAST) -> Report:
        """The report of a run with its comparison.

        Args:
            run_id: that run.
            against: another run's id, LAST for the last that was done before it (where there is one), or NOTHING.

        Raises:
            NotFound: there is no such run, or one has no report.
            ReportError: a report cannot be read.
        """
        report = self.report(run_id)
        if against == NOTHING:
            return report
        if against != LAST:
            return with_comparison(report, self.report(against))
        before = self.before(run_id)
        try:
            return with_comparison(report, self.report(before.id)) if before else report
        except (ReportError, NotFound) as error:
            log.warning("the run before %s cannot be compared with: %s", run_id, error)
            return report

    def before(self, run_id: str) -> EvalRun | None:
        """The last run that was done before this one."""
        started = self.run(run_id).started_at
        return next((run for run in self.runs() if run.state == "done" and run.started_at < started), None)

    async def close(self) -> None:
        """Stop a run that is under way; it is marked as interrupted."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._lock.is_locked:  # the task was stopped before its first step
            self._clear()
            self._lock.release()

    def _begin(self) -> EvalRun:
        """A new run; only with the lock held."""
        self._clear()
        for old in self.runs()[KEPT - 1 :]:
            shutil.rmtree(self._folder / old.id, ignore_errors=True)
        run = EvalRun()
        (self._folder / run.id).mkdir()
        self._save(run)
        return run

    async def _follow(self, run: EvalRun, seen: Progress) -> EvalRun:
        def progress(done: int, total: int, current: str) -> None:
            nonlocal run
            if self._at(run.id, "cancel").exists():
                raise Cancelled
            run = run.model_copy(
                update={"done": done, "total": total, "current": current, "seconds_left": _left(run, done, total)}
            )
            self._save(run)
            seen(done, total, current)

        end: dict[str, object] = {"state": "failed", "error": INTERRUPTED}
        try:
            report = await self._work(progress)
            self._write(run.id, "report.json", report.model_dump_json())
            end = {"state": "done", "passed": report.passed}
        except Cancelled:
            end = {"state": "cancelled"}
        except HandrailError as error:
            end["error"] = str(error)
        except Exception as error:  # a bug must not leave the run running for ever
            log.exception("eval run %s failed", run.id)
            end["error"] = f"{type(error).__name__}: {error}; the log has more"
        finally:
            run = run.model_copy(update=end | {"current": "", "seconds_left": None})
            self._save(run)
            self._lock.release()
        return run

    def _acquire(self) -> bool:
        """Take the lock; false where a run holds it, in this process or another."""
        if self._lock.is_locked:
            return False
        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            return False
        return True

    def _running(self) -> str:
        for run in self.runs():
            if run.state == "running":
                return run.id
        raise Conflict("another eval run is just starting or ending; try again")

    def _clear(self) -> None:
        """Mark what a dead process left; only with the lock held."""
        for run in self.runs():
            if run.state == "running":
                self._save(run.model_copy(update={"state": "failed", "error": INTERRUPTED}))

    def _at(self, run_id: str, name: str) -> Path:
        return self._folder / run_id / name

    def _read(self, path: Path) -> EvalRun | None:
        try:
            run = EvalRun.model_validate_json(path.read_text("utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError, ValidationError) as error:
            if path not in self._unreadable:  # said once: the studio asks every other second
                log.warning("%s is no eval run of this version and is not shown: %s", path, error)
            self._unreadable.add(path)
            return None
        return run if run.id == path.parent.name else None

    def _save(self, run: EvalRun) -> None:
        self._write(run.id, "run.json", run.model_dump_json())

    def _write(self, run_id: str, name: str, text: str) -> None:
        """Write a file; a reader sees the old one or the new one, never half of one."""
        path = self._at(run_id, name)
        fresh = path.with_suffix(".new")
        fresh.write_text(text, "utf-8")
        fresh.replace(path)


def _unseen(done: int, total: int, current: str) -> None:
    """Show nothing."""


def _left(run: EvalRun, done: int, total: int) -> float | None:
    """Seconds to the end, if cases go on as they did; None before the first and while something else is done."""
    if not 0 < done < total:
        return None
    return round((now() - run.started_at).total_seconds() / done * (total - done), 1)
