"""The human agents' inbox and the owners' studio over HTTP."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from conftest import Start
from live import IN_TRANSIT, KNOWLEDGE, Chat, Colleague, Json, Live, eventually
from test_conversations_api import BROKEN, SHIPPING, problem

LEGAL = "My lawyer will write to you about this jacket"
TICKETS = "/v1/inbox/tickets"


@pytest.fixture
def ticket(chat: Chat, agent: Colleague) -> Json:
    """A ticket with a suggestion, of the `chat`."""
    chat.ask("Where is my order?")
    chat.answered_after_identity(IN_TRANSIT)
    assert chat.ask(BROKEN)["kind"] == "handoff"
    return agent.ticket_of(chat.id)


# --- signing in -----------------------------------------------------------------------------------------


def test_signing_in_and_out(service: Live) -> None:
    agent = service.colleague("agent")
    assert (agent.me["name"], agent.me["role"]) == ("agent", "human_agent")
    assert agent.get("/v1/me") == agent.me
    problem(agent.http.post("/v1/sign-out"), 403)
    cookies = dict(agent.http.cookies)
    assert agent.post("/v1/sign-out").status_code == 204
    problem(agent.http.get("/v1/me"), 401)
    agent.http.cookies.update(cookies)
    problem(agent.http.get("/v1/me"), 401)  # ended here, not only forgotten there


def test_the_cookie_is_out_of_reach(service: Live) -> None:
    body = {"name": "agent", "password": service.passwords["agent"]}
    cookie = service.http.post("/v1/sign-in", json=body).headers["set-cookie"].lower()
    service.http.cookies.clear()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_a_wrong_name_and_a_wrong_password_look_the_same(service: Live) -> None:
    refused = [
        service.http.post("/v1/sign-in", json={"name": name, "password": "wrong"}) for name in ("agent", "nobody")
    ]
    assert problem(refused[0], 401) == problem(refused[1], 401)
    assert not service.http.cookies


def test_guessing_passwords_ends(start: Start) -> None:
    live = start(limits={"sign_ins_per_minute": 2})
    sign_in = partial(live.http.post, "/v1/sign-in")
    for _ in range(2):
        problem(sign_in(json={"name": "owner", "password": "wrong"}), 401)
    refused = sign_in(json={"name": "owner", "password": live.passwords["owner"]})
    problem(refused, 429)
    assert 1 <= int(refused.headers["Retry-After"]) <= 60


def test_nothing_opens_without_signing_in(service: Live) -> None:
    assert not service.http.cookies
    for path in (
        TICKETS,
        f"{TICKETS}/ticket_1",
        f"{TICKETS}/ticket_1/events",
        "/v1/inbox/macros",
        "/v1/studio/knowledge",
        "/v1/studio/evals",
        "/v1/me",
    ):
        problem(service.http.get(path), 401)
    for path in (f"{TICKETS}/ticket_1/claim", f"{TICKETS}/ticket_1/resolve", "/v1/studio/evals"):
        problem(service.http.post(path), 401)


@pytest.mark.parametrize("headers", [{}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "wrong"}, {"X-CSRF-Token": "é"}])
def test_changes_need_the_csrf_token(agent: Colleague, owner: Colleague, ticket: Json, headers: dict[str, str]) -> None:
    raw = {name.encode(): value.encode() for name, value in headers.items()}
    bodies = {"replies": {"text": "Hello"}, "reject": {"verdict": "tone"}, "take-over": {"assignee": "owner"}}
    for path in ("claim", "resolve", "hand-back", *bodies):
        body = bodies.get(path)
        problem(agent.http.post(f"{TICKETS}/{ticket['id']}/{path}", json=body, headers=raw), 403)
    problem(owner.http.post("/v1/studio/evals", headers=raw), 403)
    assert agent.get(f"{TICKETS}/{ticket['id']}")["ticket"] == ticket


def test_the_studio_is_for_owners(agent: Colleague) -> None:
    for path in ("/v1/studio/knowledge", "/v1/studio/evals", "/v1/studio/evals/run_1"):
        problem(agent.http.get(path), 403)
    problem(agent.post("/v1/studio/evals"), 403)


# --- tickets --------------------------------------------------------------------------------------------


def test_the_most_urgent_ticket_comes_first(service: Live, agent: Colleague) -> None:
    chats = [service.chat() for _ in range(3)]
    for chat, text in zip(chats, (BROKEN, LEGAL, LEGAL), strict=True):
        assert chat.ask(text)["kind"] == "handoff"
    listed = [t for t in agent.get(TICKETS) if t["conversation_id"] in {chat.id for chat in chats}]
    assert [t["conversation_id"] for t in listed] == [chats[1].id, chats[2].id, chats[0].id]
    ranks = [("urgent", "high", "normal", "low").index(t["priority"]) for t in agent.get(TICKETS)]
    assert ranks == sorted(ranks)


def test_a_ticket_is_read_with_its_trail(chat: Chat, agent: Colleague, ticket: Json) -> None:
    read = agent.get(f"{TICKETS}/{ticket['id']}")
    assert read["ticket"] == ticket
    assert read["conversation"]["messages"] == chat.read()["messages"]
    trail = read["turn"]["trail"]
    assert trail["inquiry"]["message"] == BROKEN
    assert trail["evidence"]["passages"]
    assert trail["evidence"]["receipts"]
    assert (trail["decision"]["reason"], trail["decision"]["rule"]) == (ticket["reason"], "money-back-demand")
    assert len(trail["support"]["sentences"]) == len(trail["draft"]["sentences"]) > 0
    problem(agent.http.get(f"{TICKETS}/ticket_unknown"), 404)


def test_one_human_agent_has_a_ticket(agent: Colleague, owner: Colleague, ticket: Json) -> None:
    path = f"{TICKETS}/{ticket['id']}/claim"
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda colleague: colleague.post(path), (agent, owner)))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (taken,) = (answer.json() for answer in answers if answer.status_code == 200)
    winner, loser = (agent, owner) if taken["assignee"] == "agent" else (owner, agent)
    assert (taken["status"], taken["assignee"]) == ("claimed", winner.me["name"])
    assert winner.post(path).json() == taken
    problem(loser.post(f"{TICKETS}/{ticket['id']}/replies", {"text": "Hello"}), 409)
    assert ticket["id"] in [t["id"] for t in loser.get(TICKETS, status="claimed")]
    assert ticket["id"] not in [t["id"] for t in loser.get(TICKETS, status="open")]


def test_the_suggestion_is_sent_as_it_is(chat: Chat, agent: Colleague, ticket: Json) -> None:
    sent = agent.post(f"{TICKETS}/{ticket['id']}/replies", {"text": ticket["suggestion"]})
    assert sent.status_code == 201
    arrived = chat.seen("message", author="human_agent")["body"]
    assert arrived == sent.json()
    assert arrived["text"] == ticket["suggestion"].strip()
    assert chat.read()["status"] == "with_human"
    assert agent.get(f"{TICKETS}/{ticket['id']}")["ticket"]["assignee"] == "agent"


def test_a_human_agent_says_what_was_wrong_with_the_suggestion(
    chat: Chat, agent: Colleague, ticket: Json, service: Live
) -> None:
    path = f"{TICKETS}/{ticket['id']}/replies"
    assert agent.post(path, {"text": "Sorry about that!", "verdict": "incomplete"}).status_code == 201
    problem(agent.post(path, {"text": "Sorry about that!", "verdict": "rude"}), 422)
    problem(agent.post(path, {"text": "  "}), 422)
    (verdict,) = service.verdicts(ticket["turn_id"])
    assert (verdict.reason, verdict.human_agent) == ("incomplete", "agent")
    assert (verdict.shown, verdict.sent) == (ticket["suggestion"], "Sorry about that!")
    assert 0.5 < verdict.edit_distance <= 1


def test_a_verdict_says_what_was_done(agent: Colleague, ticket: Json, service: Live) -> None:
    body = {"text": ticket["suggestion"], "verdict": "incorrect"}
    assert agent.post(f"{TICKETS}/{ticket['id']}/replies", body).status_code == 201
    read = agent.get(f"{TICKETS}/{ticket['id']}")
    assert (read["verdict"]["reason"], read["verdict"]["sent"]) == ("as_is", ticket["suggestion"].strip())


def test_an_answer_sent_twice_arrives_once(chat: Chat, agent: Colleague, owner: Colleague, ticket: Json) -> None:
    path = f"{TICKETS}/{ticket['id']}"
    body = {"id": "msg_made_by_the_page", "text": "A new pair leaves today.", "verdict": "incomplete"}
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: agent.post(f"{path}/replies", body), range(4)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    problem(agent.post(f"{path}/replies", body | {"text": "Something else"}), 409)
    assert agent.post(f"{path}/resolve").status_code == 200
    again = agent.post(f"{path}/replies", body)
    assert (again.status_code, again.text) == (201, answers[0].text)
    read = agent.get(path)
    assert [m["id"] for m in read["conversation"]["messages"] if m["author"] == "human_agent"] == [body["id"]]
    assert [step["body"]["step"] for step in read["steps"]] == ["claimed", "resolved"]
    problem(owner.post(f"{path}/replies", {"id": "no", "text": "Hello"}), 422)


def test_a_rejected_suggestion_is_judged_once(chat: Chat, agent: Colleague, ticket: Json, service: Live) -> None:
    path = f"{TICKETS}/{ticket['id']}"
    problem(agent.post(f"{path}/reject", {"verdict": "as_is"}), 422)
    for _ in range(2):
        assert agent.post(f"{path}/reject", {"verdict": "outdated"}).json()["assignee"] == "agent"
    problem(agent.post(f"{path}/reject", {"verdict": "tone"}), 409)
    assert chat.read()["messages"][-1]["author"] == "assistant"
    assert agent.post(f"{path}/replies", {"text": "In my own words."}).status_code == 201
    (verdict,) = service.verdicts(ticket["turn_id"])
    assert (verdict.reason, verdict.sent, verdict.edit_distance) == ("outdated", "", 1.0)
    assert agent.get(path)["verdict"]["reason"] == "outdated"


def test_a_ticket_changes_hands(chat: Chat, agent: Colleague, owner: Colleague, ticket: Json) -> None:
    path = f"{TICKETS}/{ticket['id']}"
    assert agent.post(f"{path}/claim").status_code == 200
    problem(owner.post(f"{path}/claim"), 409)
    problem(owner.post(f"{path}/hand-back"), 409)
    problem(owner.post(f"{path}/resolve"), 409)
    problem(owner.post(f"{path}/take-over", {"assignee": "somebody else"}), 409)
    assert owner.post(f"{path}/take-over", {"assignee": "agent"}).json()["assignee"] == "owner"
    problem(agent.post(f"{path}/replies", {"text": "Hello"}), 409)
    handed_back = owner.post(f"{path}/hand-back").json()
    assert (handed_back["status"], handed_back["assignee"]) == ("open", None)
    assert chat.read()["status"] == "waiting_for_human"
    steps = [event["body"]["step"] for event in agent.get(path)["steps"]]
    assert steps == ["claimed", "taken_over", "handed_back"]


def test_the_team_sees_who_does_what_and_the_customer_does_not(chat: Chat, agent: Colleague, ticket: Json) -> None:
    path = f"{TICKETS}/{ticket['id']}"
    assert agent.post(f"{path}/reject", {"verdict": "tone"}).status_code == 200
    assert agent.post(f"{path}/replies", {"text": "Hello, I am looking into it."}).status_code == 201
    kinds = []
    for event in chat.events():
        kinds.append(event["kind"])
        if event["body"].get("author") == "human_agent":
            break
    assert "ticket" not in kinds
    told = []
    with agent.http.stream("GET", f"{path}/events") as stream:
        for line in stream.iter_lines():
            told += [line] if line.startswith("event: ") else []
            if "looking into it" in line:
                break
    assert told.count("event: ticket") == 2
    problem(agent.http.get(f"{TICKETS}/ticket_unknown/events"), 404)


def test_macros_are_offered(agent: Colleague) -> None:
    macros = agent.get("/v1/inbox/macros")
    assert {path.stem for path in (KNOWLEDGE / "macros").glob("*.md")} == {macro["id"] for macro in macros}
    (late,) = (macro for macro in macros if macro["id"] == "late-apology")
    assert late["topic"] == "order_status"
    assert "order {{ order_number }} is late" in late["text"]


def test_only_the_first_answer_judges_the_suggestion(agent: Colleague, ticket: Json, service: Live) -> None:
    path = f"{TICKETS}/{ticket['id']}/replies"
    for text in (ticket["suggestion"], "Anything else?"):
        assert agent.post(path, {"text": text}).status_code == 201
    verdicts = service.verdicts(ticket["turn_id"])
    assert [(verdict.reason, verdict.edit_distance) for verdict in verdicts] == [("as_is", 0.0)]


def test_a_resolved_conversation_opens_again(chat: Chat, agent: Colleague, ticket: Json) -> None:
    path = f"{TICKETS}/{ticket['id']}"
    assert agent.post(f"{path}/resolve").json()["status"] == "resolved"
    assert agent.post(f"{path}/resolve").json()["status"] == "resolved"
    assert chat.seen("status", status="resolved")
    problem(agent.post(f"{path}/claim"), 409)
    problem(agent.post(f"{path}/replies", {"text": "Hello"}), 409)
    assert ticket["id"] in [t["id"] for t in agent.get(TICKETS, status="resolved")]
    assert chat.ask(SHIPPING)["kind"] == "reply"
    assert chat.read()["status"] == "with_assistant"
    assert chat.ask(BROKEN)["kind"] == "handoff"
    assert agent.ticket_of(chat.id)["id"] != ticket["id"]


# --- the studio -----------------------------------------------------------------------------------------

CASE = (
    '{"id": "%s", "group": "%s", "messages": [{"author": "customer", "text": "%s"}], "expect": "%s",'
    ' "articles": [], "why": ""}\n'
)


@pytest.fixture
def few_cases(tmp_path: Path) -> Path:
    """The shipped knowledge with four cases."""
    folder = tmp_path / "knowledge"
    (folder / "cases").mkdir(parents=True)
    for name in ("articles", "orders", "rules", "shop.yaml", "topics.yaml"):
        (folder / name).symlink_to(KNOWLEDGE / name)
    for half in ("fitted", "held_back"):
        cases = [(f"{half}-1", half, SHIPPING, "reply"), (f"{half}-2", half, BROKEN, "handoff")]
        (folder / "cases" / f"{half}.jsonl").write_text("".join(CASE % case for case in cases))
    return folder


def test_the_studio_shows_what_is_served(service: Live, owner: Colleague, chat: Chat) -> None:
    chat.ask(SHIPPING)
    shown = owner.get("/v1/studio/knowledge")
    assert shown["snapshot"]
    assert shown["published_at"]
    assert shown["problem"] is None
    assert 0 < shown["articles"] < shown["passages"]
    assert service.http.get("/ready").json() == {"status": "ok", "checks": {"knowledge": "ok", "database": "ok"}}


def test_an_eval_run_from_start_to_report(start: Start, few_cases: Path) -> None:
    owner = start(knowledge=few_cases).colleague("owner")
    assert owner.get("/v1/studio/evals") == []
    with ThreadPoolExecutor(4) as pool:
        started = list(pool.map(lambda _: owner.post("/v1/studio/evals"), range(4)))
    assert {reply.status_code for reply in started} == {202}
    (run_id,) = {reply.json()["id"] for reply in started}

    def finished() -> Any:
        run = owner.get(f"/v1/studio/evals/{run_id}")
        return run if run["state"] != "running" else None

    run = eventually(finished, "the eval run")
    assert (run["state"], run["done"], run["total"], run["error"]) == ("done", 4, 4, None)
    shown = owner.get(f"/v1/studio/evals/{run_id}/report")["report"]
    whole = owner.get(f"/v1/studio/evals/{run_id}/report.json")
    assert len(whole["halves"]["held_back"]["cases"]) == 2
    assert shown["halves"]["held_back"]["metrics"] == whole["halves"]["held_back"]["metrics"]
    (line,) = owner.get("/v1/studio/evals")
    assert line == {name: run[name] for name in line}
    problem(owner.http.get("/v1/studio/evals/run_unknown"), 404)
    problem(owner.http.get("/v1/studio/evals/..%2Frun"), 404)
