"""The customer's path over HTTP, through the service as it is shipped."""

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import Any

import httpx
import jwt
import pytest
from conftest import Start
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from live import IN_TRANSIT, KEY, KNOWLEDGE, LATE, PARTLY_SHIPPED, Chat, Colleague, Json, Live

from assistant.answering.support import normal

SHIPPING = "How long does standard delivery to Ireland take?"
BROKEN = "I want a refund, this arrived broken"


def article(article_id: str) -> str:
    (path,) = KNOWLEDGE.rglob(f"{article_id}.md")
    return path.read_text("utf-8")


def problem(reply: httpx.Response, status: int) -> str:
    """The detail of an error answer, after a look at its shape."""
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    body = reply.json()
    assert (body["status"], set(body)) == (status, {"type", "title", "status", "detail"})
    assert body["title"]
    assert body["detail"]
    return str(body["detail"])


# --- what a customer is told ----------------------------------------------------------------------------


def test_the_first_message_says_that_an_ai_answers(chat: Chat) -> None:
    (greeting,) = chat.opened["messages"]
    assert (greeting["author"], "AI" in greeting["text"]) == ("assistant", True)
    assert [event["body"] for event in islice(chat.events(), 1)] == [greeting]
    assert chat.read()["last_event"] == 1


def test_a_reply_quotes_the_article_it_rests_on(chat: Chat) -> None:
    outcome = chat.ask(SHIPPING)
    assert (outcome["kind"], outcome["reason"], outcome["asks"]) == ("reply", None, None)
    cited = outcome["said"]["citations"]
    assert cited
    for citation in cited:
        assert normal(citation["quote"]) in normal(article(citation["article_id"]))
        assert citation["title"]
    assert chat.read()["status"] == "with_assistant"


def test_sentences_follow_the_stages_and_come_before_the_message(chat: Chat) -> None:
    sent = chat.send(SHIPPING).json()["message_id"]
    end = chat.seen("outcome", message_id=sent)["seq"]
    told = list(islice(chat.events(), end))
    assert [e["body"]["stage"] for e in told if e["kind"] == "stage"] == [
        "understanding",
        "searching",
        "writing",
        "checking",
    ]
    kinds = [e["kind"] for e in told if e["kind"] != "stage"]
    sentences = [e["body"] for e in told if e["kind"] == "sentence"]
    assert kinds == ["message", "message", *["sentence"] * len(sentences), "message", "outcome"]
    assert [s["index"] for s in sentences] == list(range(len(sentences)))
    assert all(s["text"] in told[-2]["body"]["text"] for s in sentences)


@pytest.mark.parametrize("order", [IN_TRANSIT, PARTLY_SHIPPED, LATE], ids=["in-transit", "partly", "late"])
def test_where_is_my_order(chat: Chat, order: Json) -> None:
    asked = chat.ask("Where is my order?")
    assert (asked["kind"], asked["asks"], asked["reason"]) == (
        "clarification",
        "order_and_email",
        "identity_needed",
    )
    told = chat.answered_after_identity(order)
    assert told["kind"] == "reply", told
    assert order["order_number"] in told["said"]["text"]
    assert order["email"] not in told["said"]["text"]
    shown = chat.read()["customer"]
    assert (shown["verified_by"], shown["order_number"]) == ("order_and_email", order["order_number"])
    assert chat.seen("customer")["body"] == {"verified_by": "order_and_email", "order_number": order["order_number"]}


def test_a_wrong_number_and_a_wrong_address_look_the_same(chat: Chat) -> None:
    wrong_number = chat.identify("FH-99999", IN_TRANSIT["email"])
    wrong_address = chat.identify(IN_TRANSIT["order_number"], "somebody@example.com")
    problem(wrong_number, 403)
    assert wrong_number.content == wrong_address.content
    assert chat.read()["customer"]["verified_by"] == "nobody"


def test_one_order_opens_no_other(chat: Chat) -> None:
    chat.ask("Where is my order?")
    assert chat.answered_after_identity(PARTLY_SHIPPED)["kind"] == "reply"
    outcome = chat.ask(f"Where is my order {LATE['order_number']}?")
    assert outcome["kind"] == "clarification"
    assert LATE["order_number"] not in outcome["said"]["text"]


def test_guessing_ends(start: Start) -> None:
    live = start(limits={"order_tries": 2})
    chat = live.chat()
    for number in ("FH-1", "FH-2"):
        problem(chat.identify(number, "a@example.com"), 403)
    refused = chat.identify(**IN_TRANSIT)
    problem(refused, 429)
    assert int(refused.headers["Retry-After"]) >= 1
    problem(live.chat().identify(**IN_TRANSIT), 429)  # the address counts, not the conversation alone


def test_a_demand_goes_to_a_person_with_all_they_need(service: Live, agent: Colleague) -> None:
    chat = service.chat()
    chat.ask("Where is my order?")
    chat.answered_after_identity(IN_TRANSIT)
    outcome = chat.ask(BROKEN)
    assert (outcome["kind"], outcome["reason"]) == ("handoff", "topic_reserved")
    assert chat.seen("status")["body"] == {"status": "waiting_for_human"}
    ticket = agent.ticket_of(chat.id)
    assert BROKEN in ticket["summary"]
    assert IN_TRANSIT["order_number"] in ticket["summary"]
    assert ticket["suggestion"]
    read = agent.get(f"/v1/inbox/tickets/{ticket['id']}")
    receipts = read["turn"]["trail"]["evidence"]["receipts"]
    assert [receipt["result"]["number"] for receipt in receipts] == [IN_TRANSIT["order_number"]]
    assert read["conversation"]["messages"] == chat.read()["messages"]


def test_after_a_handoff_the_assistant_is_quiet(chat: Chat) -> None:
    chat.ask(BROKEN)
    before = len(chat.read()["messages"])
    assert chat.send(SHIPPING).status_code == 202
    last = chat.read()
    assert [m["text"] for m in last["messages"][before:]] == [SHIPPING]
    assert [e["kind"] for e in islice(chat.events(), last["last_event"])].count("outcome") == 1


def test_a_customer_may_say_whether_it_helped(chat: Chat) -> None:
    said = chat.ask(SHIPPING)["said"]["id"]
    give = partial(chat.http.post, f"{chat.path}/feedback", headers=chat.headers)
    assert give(json={"message_id": said, "helpful": True}).status_code == 204
    assert give(json={"message_id": said, "helpful": False, "comment": "no"}).status_code == 204
    problem(give(json={"message_id": "msg_unknown", "helpful": True}), 404)


# --- the stream -----------------------------------------------------------------------------------------


def test_a_stream_resumes_without_gap_or_repeat(chat: Chat) -> None:
    sent = chat.send(SHIPPING).json()["message_id"]
    first = list(islice(chat.events(), 3))  # hung up while the turn runs
    end = chat.seen("outcome", message_id=sent)["seq"]
    rest = list(islice(chat.events(after=3), end - 3))
    assert [e["seq"] for e in first + rest] == list(range(1, end + 1))
    assert first + rest == list(islice(chat.events(), end))


def test_a_stream_at_its_end_waits_for_what_comes(chat: Chat) -> None:
    stream = chat.events(after=chat.read()["last_event"])
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, stream)
        chat.send(SHIPPING)
        assert coming.result(timeout=20)["body"]["text"] == SHIPPING
        stream.close()


# --- sending --------------------------------------------------------------------------------------------


def turns(chat: Chat, message_id: str) -> int:
    last = chat.seen("outcome", message_id=message_id)["seq"]
    told = list(islice(chat.events(), last))
    assert sum(e["kind"] == "message" and e["body"]["id"] == message_id for e in told) == 1
    return sum(e["kind"] == "outcome" for e in told)


def test_a_message_sent_twice_gets_one_turn(chat: Chat) -> None:
    for _ in range(2):
        assert chat.send(SHIPPING, id="mine-0001").json() == {"message_id": "mine-0001"}
    assert turns(chat, "mine-0001") == 1
    assert chat.send(SHIPPING, id="mine-0001").status_code == 202
    problem(chat.send("Something else", id="mine-0001"), 409)
    assert chat.ask("Can I return sale items?")["kind"] == "reply"
    assert [m["author"] for m in chat.read()["messages"]] == ["assistant", *["customer", "assistant"] * 2]


def test_a_message_sent_at_once_from_everywhere_gets_one_turn(chat: Chat) -> None:
    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(lambda _: chat.send(SHIPPING, id="mine-0001").status_code, range(8)))
    assert sent == [202] * 8
    assert turns(chat, "mine-0001") == 1


def test_the_same_id_in_another_conversation_is_another_message(service: Live) -> None:
    for chat in (service.chat(), service.chat()):
        assert chat.send(SHIPPING, id="mine-0001").status_code == 202
        assert turns(chat, "mine-0001") == 1


def test_messages_sent_quickly_are_answered_in_order(chat: Chat) -> None:
    texts = [SHIPPING, "Can I return sale items?", "How do I wash a down jacket?", "Do you ship to Canada?"]
    ids = [chat.send(text).json()["message_id"] for text in texts]
    end = chat.seen("outcome", message_id=ids[-1])["seq"]
    told = list(islice(chat.events(), end))
    outcomes = [e["body"]["message_id"] for e in told if e["kind"] == "outcome"]
    assert outcomes == ids
    working = [e["body"]["message_id"] for e in told if e["kind"] in ("stage", "sentence", "outcome")]
    assert list(dict.fromkeys(working)) == ids
    assert working == sorted(working, key=ids.index)


@pytest.mark.parametrize("text", ["x" * 100_000, "x" * 5_000, "🎒" * 12_000], ids=["100kB", "5000", "emoji"])
def test_a_message_too_long_is_refused_clearly(chat: Chat, text: str) -> None:
    assert "at most" in problem(chat.send(text), 413)
    assert len(chat.read()["messages"]) == 1


def test_a_body_without_a_length_is_counted_too(chat: Chat) -> None:
    def pieces() -> Any:
        yield b'{"text": "'
        yield from [b"x" * 10_000] * 10
        yield b'"}'

    headers = chat.headers | {"Content-Type": "application/json"}
    problem(chat.http.post(f"{chat.path}/messages", content=pieces(), headers=headers), 413)


@pytest.mark.parametrize(
    "body",
    [
        {"text": ""},
        {"text": " \n\t "},
        {"text": None},
        {"text": 7},
        {},
        [],
        {"text": "Hi", "author": "human_agent"},
        {"text": "Hi", "id": "short"},
        {"text": "Hi", "id": "x" * 65},
        {"text": "Hi", "id": "with space"},
        {"text": "Hi", "id": "line-break\n"},
    ],
)
def test_malformed_messages_are_refused(chat: Chat, body: Any) -> None:
    problem(chat.http.post(f"{chat.path}/messages", json=body, headers=chat.headers), 422)
    assert len(chat.read()["messages"]) == 1


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b'{"text": "\xff"}', b"\x00", b'{"\\ud800": 1, "text": "Hi"}', b'{"text": "half a pair: \\ud83d"}'],
)
def test_what_is_no_text_is_refused(chat: Chat, content: bytes) -> None:
    headers = chat.headers | {"Content-Type": "application/json"}
    refused = chat.http.post(f"{chat.path}/messages", content=content, headers=headers)
    assert refused.status_code in (400, 422), refused.text
    problem(refused, refused.status_code)


def test_a_nul_does_no_harm(chat: Chat) -> None:
    assert chat.ask("How long does\u0000 standard delivery to Ireland take?")["kind"] in ("reply", "handoff")


# --- whose conversation it is ---------------------------------------------------------------------------


def test_a_strange_conversation_and_a_wrong_token_look_the_same(chat: Chat) -> None:
    other = Chat(chat.http)
    calls = [
        partial(chat.http.get, ""),
        partial(chat.http.get, "/events"),
        partial(chat.http.post, "/messages", json={"text": "Hi"}),
        partial(chat.http.post, "/identity", json=IN_TRANSIT),
        partial(chat.http.post, "/feedback", json={"message_id": "msg_1", "helpful": True}),
    ]
    for call in calls:
        (path,) = call.args
        whole = partial(call.func, **call.keywords)
        wrong_token = whole(f"{chat.path}{path}", headers=other.headers)
        no_such = whole(f"/v1/conversations/conv_{'0' * 32}{path}", headers=other.headers)
        problem(wrong_token, 404)
        assert wrong_token.content == no_such.content
        problem(whole(f"{chat.path}{path}"), 401)


# --- identity tokens ------------------------------------------------------------------------------------


def claims(**changes: Any) -> Json:
    """Aoife Brennan's claims, as the shop's site signs them."""
    moment = int(time.time())
    usual = {"sub": "c-1001", "iss": "shop", "aud": "handrail", "iat": moment, "exp": moment + 300}
    return usual | changes


def test_who_is_signed_in_at_the_shop_need_not_prove_it_again(service: Live) -> None:
    chat = service.chat(identity_token=jwt.encode(claims(name="Aoife"), KEY, "HS256"))
    known = chat.read()["customer"]
    assert known == {"verified_by": "token", "name": "Aoife", "order_number": None}
    told = chat.ask(f"Where is my order {LATE['order_number']}?")
    assert LATE["order_number"] in told["said"]["text"]
    others = chat.ask(f"Where is my order {IN_TRANSIT['order_number']}?")
    assert IN_TRANSIT["order_number"] not in others["said"]["text"]


def test_a_token_that_proves_nothing_opens_nothing(service: Live) -> None:
    past = int(time.time()) - 4_000
    rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = rsa_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    tokens = {
        "expired": jwt.encode(claims(iat=past, exp=past + 60), KEY, "HS256"),
        "too old": jwt.encode(claims(iat=past), KEY, "HS256"),
        "forged": jwt.encode(claims(), "another key that is long enough for HS256", "HS256"),
        "of no algorithm": jwt.encode(claims(), "", "none"),
        "of another algorithm": jwt.encode(claims(), pem, "RS256"),
        "of a longer hash": jwt.encode(claims(), KEY, "HS384"),
        "for another service": jwt.encode(claims(aud="elsewhere"), KEY, "HS256"),
        "no token": "a.b.c",
    }
    for name, token in tokens.items():
        opened = service.http.post("/v1/conversations", json={"identity_token": token})
        assert problem(opened, 401), name


def test_a_public_key_is_no_secret(start: Start) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    live = start(identity={"algorithm": "RS256", "key": pem.decode()})
    signed = jwt.encode(claims(), key, "RS256")
    assert live.chat(identity_token=signed).read()["customer"]["verified_by"] == "token"
    header, body = (jwt.utils.base64url_encode(part).decode() for part in (b'{"alg":"HS256"}', jwt_body(signed)))
    mac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(f"{header}.{body}".encode(), pem)
    confused = f"{header}.{body}.{jwt.utils.base64url_encode(mac).decode()}"
    problem(live.http.post("/v1/conversations", json={"identity_token": confused}), 401)


def jwt_body(token: str) -> bytes:
    return jwt.utils.base64url_decode(token.split(".")[1])


# --- how often ------------------------------------------------------------------------------------------


def test_rates_are_limited(start: Start) -> None:
    live = start(limits={"messages_per_minute": 2, "conversations_per_minute_per_address": 2})
    first, second = live.chat(), live.chat()
    refused = [live.http.post("/v1/conversations", json={})]
    for _ in range(2):
        assert first.send("Hi").status_code == 202
    refused.append(first.send("Hi"))
    for reply in refused:
        problem(reply, 429)
        assert 1 <= int(reply.headers["Retry-After"]) <= 60
    assert second.send("Hi").status_code == 202


def test_nobody_escapes_a_limit_by_naming_another_address(start: Start) -> None:
    live = start(limits={"conversations_per_minute_per_address": 2})
    opened = [
        live.http.post("/v1/conversations", json={}, headers={"X-Forwarded-For": f"203.0.113.{n}"}).status_code
        for n in range(3)
    ]
    assert opened == [201, 201, 429]


def test_a_trusted_proxy_names_the_address(start: Start) -> None:
    live = start(limits={"conversations_per_minute_per_address": 1}, server={"trusted_proxies": ["127.0.0.1"]})

    def status(forwarded: str) -> int:
        headers = {"X-Forwarded-For": forwarded}
        return live.http.post("/v1/conversations", json={}, headers=headers).status_code

    assert [status(a) for a in ("203.0.113.1", "203.0.113.2", "198.51.100.9, 203.0.113.1")] == [201, 201, 429]
