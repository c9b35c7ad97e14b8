"""Eval runs for the studio: started in the background, one at a time, kept as a JSON file each."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from filelock import FileLock, Timeout
from pydantic import Field, ValidationError

from assistant.errors import Conflict, HandrailError, NotFound
from assistant.evidence import Word, new_id, now
from evals.report import Report

if TYPE_CHECKING:
    from evals.run import Progress

INTERRUPTED = "interrupted: the service stopped before the run was done; start another"

log = logging.getLogger("handrail")


class EvalRunLine(Word):
    """How far a run is; `done` and `total` count cases, `total` is 0 until it is known."""

    id: str = Field(default_factory=lambda: new_id("run"))
    started_at: datetime = Field(default_factory=now)
    state: Literal["running", "done", "failed"] = "running"
    done: int = 0
    total: int = 0


class EvalRun(EvalRunLine):
    """A run: its report once it is done, or why it failed."""

    report: Report | None = None
    error: str | None = None


class EvalRuns:
    """The runs of one folder. A lock file keeps them one at a time, whichever process starts them."""

    def __init__(self, folder: Path, run: Callable[[Progress], Awaitable[Report]]) -> None:
        """Open the folder, and mark as failed what an earlier process left unfinished."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._work = folder, run
        self._lock = FileLock(folder / "running.lock")
        self._task: asyncio.Task[None] | None = None
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
        self._clear()
        begun = EvalRun()
        self._save(begun)
        self._task = asyncio.create_task(self._follow(begun))
        return begun.id

    def lines(self) -> list[EvalRunLine]:
        """All runs, the newest first."""
        runs = sorted(self._runs(), key=lambda run: run.started_at, reverse=True)
        return [EvalRunLine.model_validate(run.model_dump(exclude={"report", "error"})) for run in runs]

    def run(self, run_id: str) -> EvalRun:
        """One run.

        Raises:
            NotFound: there is none of this id.
        """
        path = next((path for path in self._paths() if path.stem == run_id), None)
        found = self._read(path) if path else None
        if found is None:
            raise NotFound(f"there is no eval run {run_id}; the list of runs has those there are")
        return found

    async def close(self) -> None:
        """Stop a run that is under way; it is marked as interrupted."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._lock.is_locked:  # the task was stopped before its first step
            self._clear()
            self._lock.release()

    async def _follow(self, run: EvalRun) -> None:
        def progress(done: int, total: int) -> None:
            nonlocal run
            run = run.model_copy(update={"done": done, "total": total})
            self._save(run)

        end: dict[str, object] = {"state": "failed", "error": INTERRUPTED}
        try:
            end = {"state": "done", "report": await self._work(progress)}
        except HandrailError as error:
            end["error"] = str(error)
        except Exception as error:  # a bug must not leave the run running for ever
            log.exception("eval run %s failed", run.id)
            end["error"] = f"{type(error).__name__}: {error}; the log has more"
        finally:
            self._save(run.model_copy(update=end))
            self._lock.release()

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
        for run in self._runs():
            if run.state == "running":
                return run.id
        raise Conflict("another eval run is just starting or ending; try again")

    def _clear(self) -> None:
        """Mark what a dead process left; only with the lock held."""
        for run in self._runs():
            if run.state == "running":
                self._save(run.model_copy(update={"state": "failed", "error": INTERRUPTED}))

    def _paths(self) -> list[Path]:
        return list(self._folder.glob("run_*.json"))

    def _runs(self) -> list[EvalRun]:
        return [run for path in self._paths() if (run := self._read(path))]

    def _read(self, path: Path) -> EvalRun | None:
        try:
            return EvalRun.model_validate_json(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, ValidationError) as error:
            log.warning("%s is no eval run of this version and is not shown: %s", path, error)
            return None

    def _save(self, run: EvalRun) -> None:
        """Write a run; a reader sees the old file or the new one, never half of one."""
        path = self._folder / f"{run.id}.json"
        fresh = path.with_suffix(".new")
        fresh.write_text(run.model_dump_json(), "utf-8")
        fresh.replace(path)
