from pathlib import Path

import pytest

from assistant.errors import KnowledgeError
from evals.gates import DEFAULT_GATES, Gate, load_gates


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert load_gates(tmp_path) == DEFAULT_GATES
    assert {(gate.metric, gate.half) for gate in DEFAULT_GATES} == {
        ("false_answer_rate", "held_back"),
        ("hit@3", "held_back"),
    }


def test_gates_are_read(tmp_path: Path) -> None:
    (tmp_path / "gates.yaml").write_text(
        "gates:\n- {metric: wrong_rate, at_most: 0.1, compares: bad_end, half: fitted}\n"
    )
    assert load_gates(tmp_path) == (Gate(metric="wrong_rate", half="fitted", compares="bad_end", at_most=0.1),)


@pytest.mark.parametrize(
    ("entry", "wrong"),
    [
        ("{metric: hit_at_3, at_least: 0.9}", "no metric 'hit_at_3'; known are false_answer_rate"),
        ("{metric: hit@3}", "needs either `at_most` or `at_least`"),
        ("{metric: hit@3, at_least: 0.9, at_most: 1}", "needs either `at_most` or `at_least`"),
        ("{metric: hit@3, at_least: 0.9, compare: value}", "gates.0.compare"),
    ],
)
def test_a_broken_gate_is_named(tmp_path: Path, entry: str, wrong: str) -> None:
    (tmp_path / "gates.yaml").write_text(f"gates:\n- {entry}\n")
    with pytest.raises(KnowledgeError, match=r"^gates\.yaml") as caught:
        load_gates(tmp_path)
    assert wrong in str(caught.value)
