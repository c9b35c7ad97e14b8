import json
from pathlib import Path

import pytest
from eval_turns import draft_of, reply

from assistant.answering.topics import GENERAL
from assistant.errors import SettingsError
from assistant.evidence import Draft, Evidence, Inquiry
from assistant.gate.risk import FEATURES, Risk

WEAK = dict.fromkeys(FEATURES, 0.2)
STRONG = dict.fromkeys(FEATURES, 0.9)


def evidence(reserved: float = 0.0) -> Evidence:
    inquiry = Inquiry(message="?", question="?", parts=("?",), topic=GENERAL, reserved_score=reserved)
    return Evidence(inquiry=inquiry)


def test_stronger_evidence_is_less_risk() -> None:
    risk = Risk.load()
    said = reply()
    weak, strong = draft_of(said, **WEAK), draft_of(said, **STRONG)
    assert 0 < risk.of(evidence(), strong) < risk.of(evidence(), weak) < 1


def test_the_formula() -> None:
    risk = Risk(intercept=0.0, weights=dict.fromkeys(FEATURES, 0.0))
    assert risk.of(evidence(), draft_of(reply(), **WEAK)) == 0.5


def test_nothing_to_say_is_surely_wrong() -> None:
    assert Risk.load().of(evidence(), Draft(answers_question=False)) == 1


def test_order_facts_are_as_risky_as_the_question_is_reserved() -> None:
    facts = draft_of(reply())
    assert Risk.load().of(evidence(), facts) < 0.05
    assert Risk.load().of(evidence(reserved=0.8), facts) > 0.3


def test_weights_for_other_features_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "risk.json"
    file.write_text(json.dumps({"intercept": 0, "weights": {"mood": 1}}))
    with pytest.raises(SettingsError, match="make risk"):
        Risk.load(file)
