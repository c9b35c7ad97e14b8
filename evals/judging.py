"""Judged scores of the replies sent alone, limited in number and time; a failure is "not scored", never 0."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from assistant.errors import ChatModelError, SettingsError
from evals.meanings import JUDGED
from evals.ragas_scorers import INSTALL, AsyncScorer, judged_scorers, ragas_version
from evals.report import JudgeResult
from evals.results import Result, clip

if TYPE_CHECKING:
    from assistant.chat_models.port import ChatModel
    from assistant.retrieval.embedder import Embedder
    from evals.run import Progress

OUT_OF_TIME = "the time for judging was used up; raise judge.total_seconds"
WHY_NOT = 5  # different failures that are told

_SETTING = re.compile(r"\bmodel(?=\.(name|base_url|api_key|seconds)\b)")  # the chat model names its own group

log = logging.getLogger("handrail")


@dataclass(frozen=True)
class Judge:
    """A model that judges replies.

    Attributes:
        seconds: limit of one call.
        replies: how many replies it is shown at most.
        total_seconds: limit for all of them.
    """

    model: ChatModel
    embedder: Embedder
    seconds: float
    replies: int
    total_seconds: float


def sample(results: Sequence[Result], most: int) -> list[Result]:
    """At most so many replies, drawn by the digest of the case's id: the same cases in every run that answers them."""
    replies = [result for result in results if result.outcome == "reply"]
    return sorted(replies, key=lambda result: sha256(result.case.id.encode()).digest())[:most]


async def judge_replies(
    judge: Judge, results: Sequence[Result], progress: Progress
) -> tuple[list[Result], JudgeResult]:
    """Show a sample of the replies to the judge.

    Args:
        judge: which model, and its limits.
        results: all of a run.
        progress: told before each reply.

    Returns:
        The results, with judged scores where there are some, and what was and was not scored.

    Raises:
        SettingsError: ragas is not installed.
    """
    try:
        scorers = await asyncio.to_thread(judged_scorers, judge.model, judge.embedder, judge.seconds)
    except ImportError as error:
        raise SettingsError(f"judge.name is set, but ragas cannot be imported ({error}); {INSTALL}") from None
    shown = sample(results, judge.replies)
    tally = _Tally(scorers)
    until = asyncio.get_running_loop().time() + judge.total_seconds
    judged: dict[str, Result] = {}
    for number, result in enumerate(shown, start=1):
        progress(len(results), len(results), f"{judge.model.name} judges reply {number} of {len(shown)}")
        judged[result.case.id] = await tally.score(result, until)
    replies = sum(result.outcome == "reply" for result in results)
    told = JudgeResult(
        name=judge.model.name,
        version=f"ragas {ragas_version()}",
        replies=replies,
        shown=len(shown),
        scored=dict(tally.scored),
        not_scored=dict(tally.not_scored),
        why_not=tuple(dict.fromkeys(tally.why_not))[:WHY_NOT],
    )
    return [judged.get(result.case.id, result) for result in results], told


class _Tally:
    """Scores one reply after the other and counts what came back."""

    def __init__(self, scorers: dict[str, AsyncScorer]) -> None:
        self._scorers = scorers
        self.scored = Counter(dict.fromkeys(JUDGED, 0))
        self.not_scored = Counter(dict.fromkeys(JUDGED, 0))
        self.why_not: list[str] = []

    async def score(self, result: Result, until: float) -> Result:
        """The result with the scores that came before `until`, a time of the event loop."""
        found = await asyncio.gather(*(self._one(name, result, until) for name in self._scorers))
        return replace(result, scores=result.scores | dict(zip(self._scorers, found, strict=True)))

    async def _one(self, name: str, result: Result, until: float) -> float | None:
        assert result.turn  # noqa: S101 - only replies are shown
        try:
            async with asyncio.timeout_at(until):
                score = await self._scorers[name](result.case, result.turn)
        except TimeoutError:
            self._failed(name, OUT_OF_TIME)
        except ChatModelError as error:
            self._failed(name, str(error))
        except Exception as error:  # ragas raises of every kind; no run is lost to its judge
            log.warning("judging %s of case %s failed", name, result.case.id, exc_info=error)
            self._failed(name, f"{type(error).__name__}: {error}")
        else:
            self.scored[name] += score is not None
            return score
        return None

    def _failed(self, name: str, why: str) -> None:
        self.not_scored[name] += 1
        self.why_not.append(clip(_SETTING.sub("judge", why), 300))
