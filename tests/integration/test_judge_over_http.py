"""ragas with a judge model, over real HTTP: a server that answers ragas's own prompts by the schema it is asked for."""

import re
from dataclasses import replace

import pytest
from eval_turns import case, handoff, reply, result, turn
from judge import judges
from model_server import ModelServer, Move, answers, fails, model_server, silence
from word_embedder import WordEmbedder

from assistant.chat_models.openai_compatible import OpenAICompatible
from assistant.settings import Model
from evals.judging import OUT_OF_TIME, Judge, judge_replies, sample
from evals.meanings import JUDGED
from evals.report import JudgeResult
from evals.results import Result

pytest.importorskip("ragas", reason="the extra `evals` is not installed")

NONE = dict.fromkeys(JUDGED, 0)


def replies(count: int) -> list[Result]:
    return [result(case(id=f"c{n}"), turn(reply(), "returns", "refunds")) for n in range(count)]


async def judged(results: list[Result], *moves: Move, **limits: float) -> tuple[list[Result], JudgeResult, ModelServer]:
    """Show results to a server that makes these moves."""
    async with model_server(*moves) as server:
        model = OpenAICompatible(Model(name="judge-1", base_url=server.url, api_key="k", seconds=5, retries=0))
        judge = replace(Judge(model, WordEmbedder(), 5, 40, 60), **limits)
        try:
            found, told = await judge_replies(judge, results, lambda *_: None)
        finally:
            await model.close()
        return found, told, server


async def test_a_judge_scores_replies_and_nothing_else() -> None:
    held = result(case(id="held"), turn(handoff(), "returns"))
    unlabelled = result(case(id="free", must_say=[]), turn(reply(), "returns"))
    (one, other, free), told, server = await judged([*replies(1), held, unlabelled], judges())
    assert {name: one.scores[name] for name in JUDGED} == pytest.approx(dict.fromkeys(JUDGED, 1.0))
    assert not set(JUDGED) & set(other.scores)
    assert free.scores["context_recall"] is None
    assert (told.name, told.replies, told.shown, told.why_not) == ("judge-1", 2, 2, ())
    assert told.version.startswith("ragas 0.")
    assert told.scored == NONE | {"faithfulness": 2, "answer_relevancy": 2, "context_precision": 2, "context_recall": 1}
    assert told.not_scored == NONE
    assert {exchange.body["temperature"] for exchange in server.exchanges} == {0}
    assert len(server.exchanges) == (2 + 1 + 2 + 1) + (2 + 1 + 1)


async def test_a_judge_that_says_no_scores_zero() -> None:
    (one,), told, _ = await judged(replies(1), judges(0, "what is the weather like?"))
    assert one.scores["faithfulness"] == one.scores["context_precision"] == one.scores["context_recall"] == 0
    assert one.scores["answer_relevancy"] < 0.9
    assert told.not_scored == NONE


@pytest.mark.parametrize(
    ("move", "why"),
    [
        (fails(500), "failed"),
        (answers({"colour": "red"}), "not by the schema"),
        (judges(7), "neither 0 nor 1"),
        (answers({"statements": [], "question": "", "noncommittal": 0}), "empty answer|not by the schema"),
    ],
    ids=["down", "nonsense", "no verdict", "empty"],
)
async def test_a_judge_that_fails_leaves_replies_unscored(move: Move, why: str) -> None:
    (one,), told, _ = await judged(replies(1), move)
    unscored = {name for name in JUDGED if one.scores[name] is None}
    assert {"faithfulness", "context_precision", "context_recall"} <= unscored
    assert sum(told.not_scored.values()) == len(unscored)
    assert any(re.search(why, line) for line in told.why_not)


async def test_a_judge_that_is_silent_costs_no_more_than_its_time() -> None:
    found, told, _ = await judged(replies(2), silence, total_seconds=0.5)
    assert all(one.scores[name] is None for one in found for name in JUDGED)
    assert told.not_scored == dict.fromkeys(JUDGED, 2)
    assert told.why_not == (OUT_OF_TIME,)


async def test_what_it_says_of_settings_names_the_judges() -> None:
    _, told, _ = await judged(replies(1), fails(401))
    assert any("judge.api_key" in line for line in told.why_not)
    assert not any("model.api_key" in line for line in told.why_not)


async def test_the_sample_is_small_and_the_same_in_every_run() -> None:
    found, told, _ = await judged(replies(9), judges(), replies=2)
    assert (told.replies, told.shown, told.scored["faithfulness"]) == (9, 2, 2)
    shown = {one.case.id for one in found if "faithfulness" in one.scores}
    assert shown == {one.case.id for one in sample(replies(9)[::-1], 2)}
