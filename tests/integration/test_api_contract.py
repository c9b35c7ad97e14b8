"""The API as its OpenAPI page says: schemathesis sends a running service what the page allows, and what it does not."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from live import KNOWLEDGE, Chat, Colleague, Live, eventually, settings_for
from test_conversations_api import problem

import assistant.app

SEED = 20260331
EXAMPLES = 5  # for each operation
TOKEN = "a token for those who read metrics"
ALL = "examples,coverage,fuzzing,stateful"
# Left out: what valid input may still be answered with (an unknown ticket, a used id) is for the other tests to say.
LEFT_OUT = "positive_data_acceptance,ensure_resource_availability"
# A wrong token for a conversation gets 404, as an unknown conversation does: nobody can tell which ones there are.
SECRETIVE = f"{LEFT_OUT},ignored_auth"


class Caller(NamedTuple):
    """Who calls: what proves it, by security scheme; what the ids in the paths are; which paths, and what is tried."""

    proof: dict[str, dict[str, str]]
    csrf: dict[str, str]
    ids: dict[str, str]
    paths: str
    phases: str
    left_out: str


@pytest.fixture(scope="module")
def small_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two articles, the shipped orders, and one case in each half."""
    folder = tmp_path_factory.mktemp("small") / "knowledge"
    (folder / "articles").mkdir(parents=True)
    (folder / "cases").mkdir()
    for name in ("delivery", "washing"):
        text = f"---\nid: {name}\ntitle: {name.capitalize()}\n---\n\nStandard {name} takes 2 to 3 working days.\n"
        (folder / "articles" / f"{name}.md").write_text(text)
    for half in ("fitted", "held_back"):
        case = {"id": half, "group": half, "expect": "handoff", "articles": [], "why": ""}
        case["messages"] = [{"author": "customer", "text": "Give me a person"}]
        (folder / "cases" / f"{half}.jsonl").write_text(json.dumps(case) + "\n")
    (folder / "orders").symlink_to(KNOWLEDGE / "orders")
    return folder


@pytest.fixture(scope="module")
def live(small_shop: Path, tmp_path_factory: pytest.TempPathFactory, _one_model: None) -> Iterator[Live]:
    settings = settings_for(
        tmp_path_factory.mktemp("contract"),
        knowledge=small_shop,
        metrics={"token": TOKEN},
        limits={"order_tries": 10_000},
    )
    made = assistant.app.assemble(settings)
    assistant.app.publish(made, lambda done, total: None)
    made.index.close()
    with Live(settings) as running:
        yield running


@pytest.fixture(scope="module")
def handed_off(live: Live) -> Chat:
    chat = live.chat()
    assert chat.ask("Give me a person, something else broke")["kind"] == "handoff"
    return chat


def signed_in(colleague: Colleague) -> dict[str, dict[str, str]]:
    (cookie,) = colleague.http.cookies.values()
    return {"APIKeyCookie": {"api_key": cookie}, "MetricsToken": {"bearer": TOKEN}}


@pytest.fixture(scope="module")
def callers(live: Live, handed_off: Chat) -> dict[str, Caller]:
    """The callers by name. The agent's ids are made up, and nobody proves nothing."""
    owner, agent = live.colleague("owner"), live.colleague("agent")
    run = owner.post("/v1/studio/evals").json()["id"]
    eventually(lambda: owner.get(f"/v1/studio/evals/{run}")["state"] != "running", "the eval run")
    chat = {"conversation_id": handed_off.id, "article_id": "delivery"}
    kept = {"ticket_id": agent.ticket_of(handed_off.id)["id"], "run_id": run}
    token = {"HTTPBearer": {"bearer": handed_off.opened["token"]}}
    coverage, door = "coverage", "/v1/(conversations|articles)"
    rooms, entrance = "/v1/(studio|inbox|me)|/metrics", "/v1/sign|/v1/me|/health|/ready|/metrics"
    return {
        "customer": Caller(token, {}, chat, door, ALL, SECRETIVE),
        "owner": Caller(signed_in(owner), owner.csrf, kept, rooms, "coverage,fuzzing", LEFT_OUT),
        "agent": Caller(signed_in(agent), agent.csrf, {}, "/v1/(?!sign)", coverage, SECRETIVE),
        "nobody": Caller({}, {}, {}, entrance, coverage, LEFT_OUT),
    }


@pytest.mark.parametrize("name", ["customer", "owner", "agent", "nobody"])
def test_no_answer_is_undocumented(live: Live, callers: dict[str, Caller], name: str, tmp_path: Path) -> None:
    who = callers[name]
    config = {
        "seed": SEED,
        "parameters": {f"path.{parameter}": value for parameter, value in who.ids.items()},
        "headers": who.csrf,
        "generation": {"max-examples": EXAMPLES, "database": "none"},
        **{f"auth.openapi.{scheme}": proof for scheme, proof in who.proof.items()},
    }
    settings = tmp_path / "schemathesis.toml"
    settings.write_text(as_toml(config))
    options = [f"--phases={who.phases}", "--checks=all", f"--exclude-checks={who.left_out}", "--continue-on-failure"]
    options += [f"--include-path-regex={who.paths}", "--exclude-path-regex=/events$"]  # a stream has no end
    options += ["--request-timeout=20", "--no-color"]
    command = [Path(sys.executable).with_name("schemathesis"), f"--config-file={settings}", "run"]
    command += [f"{live.url}/openapi.json", *options]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert said.returncode == 0, said.stdout[-12_000:] + said.stderr[-2_000:]
    assert re.search(r"Tested: [1-9]", said.stdout)


def as_toml(config: dict[str, Any]) -> str:
    """A TOML file; JSON's strings and numbers are TOML's too."""
    tables = {name: value for name, value in config.items() if isinstance(value, dict)}
    lines = [f"{name} = {json.dumps(value)}" for name, value in config.items() if name not in tables]
    for name, table in tables.items():
        lines += [f"[{name}]", *(f"{json.dumps(key)} = {json.dumps(value)}" for key, value in table.items())]
    return "\n".join(lines) + "\n"


# --- what the page cannot say ---------------------------------------------------------------------------


def test_the_stream_is_documented_as_one(live: Live, handed_off: Chat) -> None:
    said = live.http.get("/openapi.json").json()["paths"]["/v1/conversations/{conversation_id}/events"]["get"]
    assert list(said["responses"]["200"]["content"]) == ["text/event-stream"]
    assert set(said["responses"]) == {"200", "401", "404", "422", "429", "503"}
    with live.http.stream("GET", f"{handed_off.path}/events", headers=handed_off.headers) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
    for last_event_id in ("x", "-1", "9" * 40, "1.5"):
        headers = handed_off.headers | {"Last-Event-ID": last_event_id}
        problem(live.http.get(f"{handed_off.path}/events", headers=headers), 422)


def test_every_error_is_documented_as_a_problem(live: Live) -> None:
    page = live.http.get("/openapi.json").json()
    assert "HTTPValidationError" not in page["components"]["schemas"]
    for path, operations in page["paths"].items():
        for method, operation in operations.items():
            for status, response in operation["responses"].items():
                if int(status) >= 400 and path != "/ready":
                    assert list(response["content"]) == ["application/problem+json"], (method, path, status)
                    assert ("Retry-After" in response.get("headers", {})) == (status in ("429", "503"))
            if "requestBody" not in operation:
                assert not {"400", "413"} & set(operation["responses"]), (method, path)


@pytest.mark.parametrize("path", ["/v1", "/v1/nothing", "/no-such-page", "/assets/none.js", "/%00"])
def test_what_is_not_there_is_a_problem(live: Live, path: str) -> None:
    problem(live.http.get(path), 404)


def test_a_wrong_method_is_told_the_right_ones(live: Live) -> None:
    for method, path, allowed in (
        ("PUT", "/v1/studio/evals", {"GET", "POST"}),
        ("GET", "/v1/conversations", {"POST"}),
        ("DELETE", "/health", {"GET"}),
    ):
        refused = live.http.request(method, path)
        problem(refused, 405)
        assert set(refused.headers["Allow"].split(", ")) == allowed


@pytest.mark.parametrize("name", ["x" * 5_000, "%00", "%F0%9F%8E%92", "%ED%A0%80", "..%2F..%2Fetc", "1" * 400, "%20"])
def test_an_id_may_be_anything(live: Live, handed_off: Chat, name: str) -> None:
    agent = live.colleague("agent")
    problem(live.http.get(f"/v1/conversations/{name}", headers=handed_off.headers), 404)
    problem(live.http.get(f"/v1/articles/{name}"), 404)
    problem(agent.http.get(f"/v1/inbox/tickets/{name}"), 404)


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data", "application/json; a"])
def test_a_body_of_another_kind_is_refused_or_read(live: Live, handed_off: Chat, kind: str) -> None:
    sent = live.http.post(
        f"{handed_off.path}/messages", content=b"<text>Hi</text>", headers=handed_off.headers | {"Content-Type": kind}
    )
    problem(sent, 422)
