"""The log and the metrics, as an operator gets them."""

import json
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from assistant.conversation import Decision, Handoff, Permit, Reason, Reply, Trail, Turn
from assistant.evidence import Draft, Evidence, Inquiry, Passage, ScoredPassage
from assistant.settings import Logs
from assistant.telemetry import Metrics, facts_of, gauge, set_up_logs

OPERATIONS = (Path(__file__).resolve().parents[2] / "docs" / "operations.md").read_text("utf-8")
WORDS = "my words about ada@example.com"


def turn(*, model: str = "m", prompt: str = "answer@4", outcome: Reply | Handoff | None = None) -> Turn:
    inquiry = Inquiry(message=WORDS, question=WORDS, parts=(WORDS,), topic="shipping")
    passage = Passage(id="p", article_id="a", title="t", text="x")
    permit = Permit(topic="shipping", mode="auto", threshold=0.3)
    return Turn(
        conversation_id="conv_1",
        message_id="msg_1",
        outcome=outcome or Reply(text=WORDS, citations=()),
        trail=Trail(
            inquiry=inquiry,
            evidence=Evidence(
                inquiry=inquiry,
                passages=(ScoredPassage(passage=passage, score=1),),
                snapshot="000001",
                failures={"find_order": WORDS},
            ),
            draft=Draft(answers_question=True, prompt=prompt, model=model, usage={"prompt": 90, "completion": 10}),
            decision=Decision(topic="shipping", risk=0.12, permit=permit, reason=None, why=WORDS),
        ),
        took_ms=120,
    )


def samples(page: bytes) -> dict[str, float]:
    """Value by name and labels, such as `handrail_turns_total{outcome=reply}`."""
    return {
        f"{s.name}{{{','.join(f'{k}={v}' for k, v in sorted(s.labels.items()))}}}": s.value
        for family in text_string_to_metric_families(page.decode())
        for s in family.samples
    }


# --- the log --------------------------------------------------------------------------------------------


Lines = Callable[[], list[str]]


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[Logs], Lines]]:
    root = logging.getLogger()
    handlers, level, ours = root.handlers[:], root.level, logging.getLogger("handrail").level

    def start(logs: Logs) -> Lines:
        set_up_logs(logs)
        return lambda: capsys.readouterr().err.splitlines()

    yield start
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.getLogger("handrail").setLevel(ours)


def test_a_finished_turn_is_one_line_without_a_word_of_the_customer(written: Callable[[Logs], Lines]) -> None:
    lines = written(Logs(format="json"))
    logging.getLogger("handrail").info("turn finished", extra={"fields": facts_of(turn())})
    (line,) = lines()
    found = json.loads(line)
    assert found.items() >= {
        "message": "turn finished", "level": "info", "conversation": "conv_1", "outcome": "reply", "topic": "shipping",
        "risk": 0.12, "permit_mode": "auto", "permit_basis": "trial", "model": "m", "prompt": "answer@4",
        "snapshot": "000001", "passages": 1, "tokens": 100, "took_ms": 120, "tools_failed": ["find_order"],
    }.items()  # fmt: skip
    assert "words" not in line


@pytest.mark.parametrize("form", ["text", "json"])
def test_personal_data_is_masked_wherever_it_stands(written: Callable[[Logs], Lines], form: str) -> None:
    lines = written(Logs.model_validate({"format": form}))
    try:
        raise ValueError("no parcel for ada@example.com")
    except ValueError:
        logging.getLogger("handrail").exception(
            "turn of %s failed",
            "bob@example.com",
            extra={"fields": {"path": "/?email=cyd@example.com", "n": [1, None]}},
        )
    logging.getLogger("uvicorn.error").error("from 203.0.113.9")
    said = "\n".join(lines())
    assert said.count("[EMAIL]") >= 2
    assert "ValueError: no parcel for [EMAIL]" in said
    assert "Traceback" in said
    assert "[IP_ADDRESS]" in said
    assert "example.com" not in said
    if form == "json":
        assert [json.loads(line)["level"] for line in said.splitlines()] == ["error", "error"]


def test_a_line_of_text_stays_one_line(written: Callable[[Logs], Lines]) -> None:
    lines = written(Logs())
    fields = {"path": "/a\nERROR forged=1", "why": None, "plain": "yes"}
    logging.getLogger("handrail").warning("one\ntwo", extra={"fields": fields})
    (line,) = lines()
    assert re.fullmatch(r'\d{4}-\S+Z WARNING one two path="/a\\nERROR forged=1" plain=yes', line)


def test_libraries_speak_up_from_warnings_on(written: Callable[[Logs], Lines]) -> None:
    lines = written(Logs(level="debug"))
    logging.getLogger("httpx").info("HTTP Request: GET https://example.com")
    logging.getLogger("handrail").debug("ours")
    assert len(lines()) == 1


# --- metrics --------------------------------------------------------------------------------------------


def test_a_finished_turn_is_counted() -> None:
    metrics = Metrics("m")
    metrics.turn(turn())
    metrics.turn(turn(outcome=Handoff(text="x", reason=Reason.NO_PERMIT)))
    found = samples(metrics.page())
    assert found["handrail_turns_total{outcome=reply,reason=none,topic=shipping}"] == 1
    assert found["handrail_turns_total{outcome=handoff,reason=no_permit,topic=shipping}"] == 1
    assert found["handrail_turn_seconds_bucket{le=0.25,outcome=reply}"] == 1
    assert found["handrail_turn_seconds_bucket{le=0.1,outcome=reply}"] == 0
    assert found["handrail_turn_risk_bucket{le=0.15,outcome=reply}"] == 1
    assert found["handrail_model_tokens_total{kind=prompt,model=m}"] == 180
    assert found["handrail_tool_failures_total{tool=find_order}"] == 2
    assert found["handrail_model_fallbacks_total{}"] == 0


def test_a_fallback_is_what_the_extractive_answerer_wrote_for_a_model() -> None:
    for model, fallbacks in (("m", 1), ("", 0)):
        metrics = Metrics(model)
        metrics.turn(turn(model="extractive", prompt=""))
        assert samples(metrics.page())["handrail_model_fallbacks_total{}"] == fallbacks


def test_a_turn_that_ended_early_is_counted_too() -> None:
    metrics = Metrics()
    early = Turn(
        conversation_id="c", message_id="m", outcome=Handoff(text="x", reason=Reason.ASSISTANT_UNAVAILABLE),
        trail=Trail(), took_ms=0,
    )  # fmt: skip
    metrics.turn(early)
    name = "handrail_turns_total{outcome=handoff,reason=assistant_unavailable,topic=unknown}"
    assert samples(metrics.page())[name] == 1
    assert {"topic", "risk", "model"} <= {name for name, value in facts_of(early).items() if value is None}


def test_no_caller_can_invent_a_label() -> None:
    metrics = Metrics()
    metrics.request("BREW", "unmatched", 405)
    assert samples(metrics.page())["handrail_http_requests_total{method=other,route=unmatched,status=405}"] == 1


def test_what_holds_now_is_not_remembered() -> None:
    metrics = Metrics()
    now = [
        gauge("tickets", "Open.", {("open", "high"): 2.0}, ("status", "priority")),
        gauge("streams_open", "Open.", 3),
    ]
    found = samples(metrics.page(now))
    assert (found["handrail_tickets{priority=high,status=open}"], found["handrail_streams_open{}"]) == (2, 3)
    assert not any(name.startswith("handrail_tickets") for name in samples(metrics.page()))


# --- the page about them --------------------------------------------------------------------------------


def test_every_alert_is_about_metrics_that_there_are() -> None:
    (rules,) = [block for block in re.findall(r"```yaml\n(.*?)```", OPERATIONS, re.DOTALL) if "alert:" in block]
    alerts = yaml.safe_load(rules)["groups"][0]["rules"]
    assert len(alerts) == 3
    listed = set(re.findall(r"^\| `(\w+)` \|", OPERATIONS, re.MULTILINE))
    for alert in alerts:
        assert set(re.findall(r"handrail_\w+", alert["expr"])) <= listed
