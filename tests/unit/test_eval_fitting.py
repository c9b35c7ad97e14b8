import math

import numpy as np
import pytest
from eval_turns import case, draft_of, handoff, must_not, reply, turn

from assistant.conversation import Reason
from assistant.gate.risk import FEATURES, Risk
from evals.fitting import Row, choose_threshold, fit, operate, row_of

SIGNALS = {"sentence": 0.7, "score": 0.6, "coverage": 0.5}


def rows_of(risk: Risk, count: int) -> list[Row]:
    """Rows whose labels are drawn with the probability that `risk` gives them."""
    random = np.random.default_rng(3)
    rows = []
    for i in range(count):
        features = dict(zip(FEATURES, random.random(len(FEATURES)), strict=True))
        wrong = bool(random.random() < risk.of_extract(features))
        rows.append(Row(str(i), f"g{i // 3}", features, wrong, not wrong, True))
    return rows


def test_the_fit_finds_the_weights_that_made_the_labels() -> None:
    weights = {"sentence": -6.0, "score": -3.0, "coverage": 1.0}
    truth = Risk(intercept=5.0, weights=weights)
    found = fit(rows_of(truth, 3000))
    assert found.risk.intercept == pytest.approx(truth.intercept, abs=0.6)
    for name, weight in truth.weights.items():
        assert found.risk.weights[name] == pytest.approx(weight, abs=0.5)
    assert found.auroc > 0.8
    assert found.log_loss < math.log(2)


def test_a_feature_that_never_varies_gets_no_weight() -> None:
    rows = [
        Row(row.case_id, row.group, row.features | {"coverage": 0.0}, row.wrong, row.answerable, True)
        for row in rows_of(Risk(intercept=2.0, weights=dict.fromkeys(FEATURES, -1.0)), 90)
    ]
    assert fit(rows).risk.weights["coverage"] == 0


def test_a_turn_that_risk_decides_becomes_a_row() -> None:
    said = reply()
    row = row_of(case(), turn(said, "returns", draft=draft_of(said, **SIGNALS)))
    assert row is not None
    assert row.features == SIGNALS
    assert (row.wrong, row.answerable, row.sendable) == (False, True, True)


def test_a_draft_is_judged_as_if_it_had_been_sent() -> None:
    draft = draft_of(reply(), **SIGNALS)
    held = row_of(must_not(), turn(handoff(), "returns", draft=draft))
    assert held is not None
    assert held.wrong
    abstained = row_of(case(), turn(handoff(), draft=draft.model_copy(update={"answers_question": False})))
    assert abstained is not None
    assert not abstained.sendable
    assert not abstained.wrong


@pytest.mark.parametrize("reason", [Reason.TOPIC_RESERVED, Reason.CUSTOMER_ASKED, Reason.IDENTITY_NEEDED])
def test_a_turn_that_something_else_decides_is_left_out(reason: Reason) -> None:
    assert row_of(case(), turn(handoff(reason), "returns", draft=draft_of(reply(), **SIGNALS))) is None


def test_a_turn_without_article_sentences_is_left_out() -> None:
    assert row_of(case(), turn(handoff())) is None
    assert row_of(case(), turn(reply(), draft=draft_of(reply()))) is None
    receipt = reply().citations[0].model_copy(update={"article_id": None})
    mixed = reply().model_copy(update={"citations": (receipt,)})
    assert row_of(case(), turn(mixed, draft=draft_of(mixed, **SIGNALS))) is None


def test_the_threshold_is_the_highest_that_keeps_false_answers_few() -> None:
    cases = [*(case(id=f"a{i}") for i in range(50)), *(must_not(id=f"n{i}") for i in range(50))]
    answerable = [Row(f"a{i}", "g", {}, i == 0, True, True) for i in range(40)]
    others = [Row(f"n{i}", "h", {}, True, False, i != 4) for i in range(5)]
    risks = np.array([*np.linspace(0.0, 0.39, 40), 0.105, 0.205, 0.305, 0.355, 0.055])
    chosen = choose_threshold([*answerable, *others], risks, cases)
    assert chosen.threshold == 0.30  # two of 50 are answered; from .31 on it would be three
    assert chosen.false_answers == 0.04
    assert chosen.answered == 31 / 50
    assert chosen.wrong == 3 / 33


def test_nothing_is_sent_where_nothing_may_be() -> None:
    row = Row("n1", "g", {}, True, False, False)
    assert operate([row], np.array([0.0]), [must_not()], 1.0).false_answers == 0
