"""Whether risk can be believed, and what another threshold would do."""

from eval_turns import case, draft_of, handoff, must_not, reply, result, turn

from assistant.conversation import Reason
from evals.reliability import FEWEST, coverage, reliability
from evals.report import CaseResult
from evals.results import case_result

RIGHT, WRONG = reply(), reply("14 days")


def drafts(risk: float, right: int, wrong: int) -> list[CaseResult]:
    """What came of so many right and wrong drafts of this risk."""
    said = [RIGHT] * right + [WRONG] * wrong
    return [
        case_result(result(case(id=f"{risk}-{n}", group=f"{risk}-{n}"), turn(one, risk=risk, draft=draft_of(one))))
        for n, one in enumerate(said)
    ]


def test_a_risk_that_tells_the_truth_is_believed() -> None:
    found = reliability([*drafts(0.05, 38, 2), *drafts(0.5, 10, 10), *drafts(1.0, 0, 5)])
    assert [(b.low, round(b.predicted, 9), b.wrong.value, b.wrong.n) for b in found.bins] == [
        (0.0, 0.05, 0.05, 40),
        (0.5, 0.5, 0.5, 20),
        (0.9, 1.0, 1.0, 5),
    ]
    assert found.says.startswith("65 drafts in 3 bins. In 3 of them")
    assert "Too" not in found.says


def test_a_risk_that_is_too_sure_or_too_careful_is_said_to_be() -> None:
    found = reliability([*drafts(0.05, 10, 30), *drafts(0.95, 38, 2)])
    assert "Too sure of itself (more was wrong than predicted) at a risk of 0.0 to 0.1" in found.says
    assert "predicted 5%, found 75% of 40" in found.says
    assert "Too careful (less was wrong than predicted) at a risk of 0.9 to 1.0" in found.says
    assert found.brier > 0.6


def test_few_drafts_say_nothing() -> None:
    assert reliability(drafts(0.5, FEWEST - 1, 0)) is None
    assert reliability(drafts(0.5, FEWEST, 0)) is not None


def test_only_what_risk_decides_on_counts() -> None:
    ruled = turn(handoff(Reason.TOPIC_RESERVED), risk=1.0, draft=draft_of(RIGHT))
    held = turn(handoff(), risk=0.6, draft=draft_of(RIGHT))
    assert case_result(result(must_not(), ruled)).draft_wrong is None
    assert case_result(result(case(), turn(handoff()))).draft_wrong is None
    kept = case_result(result(case(), held))
    assert (kept.draft_wrong, kept.sendable, kept.wrong) == (False, True, None)
    assert case_result(result(must_not(), held)).draft_wrong is True


def test_the_curve_counts_what_each_threshold_would_send() -> None:
    found = coverage([*drafts(0.1, 3, 1), *drafts(0.4, 1, 1), *drafts(0.6, 0, 2)], 0.5)
    assert [(p.threshold, p.coverage, p.wrong, p.sent) for p in found.points] == [
        (0.1, 0.5, 0.25, 4),
        (0.4, 0.75, 0.3333, 6),
        (0.6, 1.0, 0.5, 8),
    ]
    assert "An estimate from 8 drafts" in found.says
    assert "At the threshold of 0.50 it sends 75% of them alone, 33.3% of which are wrong" in found.says
    assert coverage([], 0.5) is None


def test_a_curve_of_very_many_points_keeps_its_ends() -> None:
    found = coverage([one for n in range(1000) for one in drafts(n / 1000, 1, 0)], None)
    assert 100 <= len(found.points) <= 201
    assert (found.points[0].sent, found.points[-1].sent) == (1, 1000)
