import sys

import pytest
from eval_turns import case, handoff, must_not, reply, turn

from assistant.conversation import Conversation, Turn
from evals.gates import Gate
from evals.ragas_scorers import NAMES, ragas_scorers
from evals.run import run_cases

TURNS = {"fine": turn(reply(), "returns"), "wrong": turn(reply("14 days"), "a", "returns"), "held": turn(handoff())}


class Answers:
    """Gives each conversation the turn that its last message names, and stumbles over others."""

    async def respond(self, conversation: Conversation, message_id: str, stage) -> Turn:
        await stage("understanding")
        assert message_id == conversation.messages[-1].id
        return TURNS[conversation.messages[-1].text]


def asking(text: str) -> dict[str, object]:
    return {"messages": [{"author": "customer", "text": text}], "id": text, "group": text}


@pytest.fixture
def without_ragas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ragas.dataset_schema", None)
    monkeypatch.setitem(sys.modules, "ragas", None)


@pytest.mark.usefixtures("without_ragas")
async def test_a_run_scores_each_half_and_goes_on_after_a_case_that_raises() -> None:
    seen: list[tuple[int, int, str]] = []
    halves = {
        "fitted": (case(**asking("bug")), case(**asking("fine"))),
        "held_back": (must_not(**asking("held")), case(**asking("wrong")), must_not(**(asking("fine") | {"id": "x"}))),
    }
    gate = Gate(metric="false_answer_rate", at_most=0.05)
    report = await run_cases(Answers(), halves, None, lambda *told: seen.append(told), [gate])
    fitted, held_back = report.halves["fitted"], report.halves["held_back"]
    worked = [(0, "held"), (1, "wrong"), (2, "x"), (3, "bug"), (4, "fine")]
    assert seen == [(0, 5, ""), *((done, 5, name) for done, name in worked), (5, 5, "")]
    assert [(e.case_id, e.error) for e in fitted.errors] == [("bug", "KeyError: 'bug'")]
    assert fitted.outcomes == {"reply": {"error": 1, "reply": 1}}
    assert fitted.metrics["hit@1"].n == 1
    assert "false_answer_rate" not in fitted.metrics
    assert held_back.metrics["false_answer_rate"].value == 0.5
    assert held_back.metrics["wrong_rate"].value == 1
    assert [one.case_id for one in held_back.worst] == ["x", "wrong"]
    assert (report.snapshot, report.gates[0].passed, report.passed) == ("0001", False, False)
    assert any("pip install 'handrail[evals]'" in line for line in report.left_out)
    assert any("judge.name" in line for line in report.left_out)
    assert list(report.halves) == ["held_back", "fitted"]
    kept = held_back.cases[1]
    assert (kept.id, kept.outcome, kept.wrong, kept.retrieved) == ("wrong", "reply", True, ("a", "returns"))
    assert (kept.cited, kept.risk, kept.topic, kept.took_ms) == (("returns",), 0.1, "returns", 1)
    assert kept.scores["hit@1"] == 0
    assert report.summary().halves["held_back"].cases == ()


@pytest.mark.usefixtures("without_ragas")
async def test_an_order_without_an_order_system_is_an_error_of_its_case() -> None:
    ordered = case(**asking("fine"), order={"number": "FH-1", "email": "a@b.ie"})
    report = await run_cases(Answers(), {"held_back": (ordered,)}, None, lambda *told: None)
    assert "no order system" in report.halves["held_back"].errors[0].error
    assert report.halves["held_back"].metrics == {}


@pytest.mark.usefixtures("without_ragas")
def test_without_ragas_the_report_says_what_is_left_out() -> None:
    scorers, left_out = ragas_scorers()
    assert scorers == {}
    assert all(name in left_out[0] for name in NAMES)


async def test_ragas_scores_articles_by_id() -> None:
    pytest.importorskip("ragas", reason="the extra `evals` is not installed")
    scorers, left_out = ragas_scorers()
    precision, recall = (scorers[name] for name in NAMES)
    both = case(articles=["returns", "refunds"])
    found = turn(reply(), "returns", "a", "b", "returns")
    assert await precision(both, found) == pytest.approx(1 / 3)
    assert await recall(both, found) == 0.5
    assert await recall(both, turn(reply())) is None
    assert await recall(must_not(articles=["returns"]), found) is None
    assert left_out == ()
