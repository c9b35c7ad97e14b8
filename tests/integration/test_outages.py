"""What stands around the service fails; the customer still gets a reply, a person, or a clear "try again"."""

import asyncio
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from conftest import Start
from databases import new_database, postgresql, postgresql_folder
from live import IN_TRANSIT, KNOWLEDGE, Live, a_model, copy_of, eventually, settings_for
from model_server import ModelServer, Move, answers, drops, fails, says, silence, stalls
from test_conversations_api import SHIPPING, problem
from test_snapshots import lose_the_manifest

import assistant.app
from assistant.errors import OrderError, ShopNonsense, ShopUnreachable
from assistant.evidence import Draft, Evidence
from assistant.orders.demo import DemoShop

ORDER_TOPIC = "Where is my order?"


# --- the database ---------------------------------------------------------------------------------------


def test_the_database_goes_and_comes_back(start: Start, tmp_path: Path) -> None:
    with postgresql_folder() as folder:
        with postgresql(folder) as server:
            live = start(storage={"url": new_database(server)})
            chat = live.chat()
            assert chat.ask(SHIPPING)["kind"] == "reply"
            told = chat.events(after=chat.read()["last_event"])
        for refused in (
            chat.send("Are you there?", id="kept-by-widget"),
            live.http.post("/v1/conversations", json={}),
            live.http.get(f"{chat.path}/events", headers=chat.headers),
        ):
            said = problem(refused, 503)
            assert "try again" in said
            assert "database" not in said
            assert int(refused.headers["Retry-After"]) >= 1
        assert live.http.get("/ready").status_code == 503
        assert live.http.get("/health").status_code == 200
        with postgresql(folder), ThreadPoolExecutor(1) as pool:
            coming = pool.submit(lambda: list(islice(told, 1)))
            eventually(lambda: chat.send(SHIPPING, id="kept-by-widget").is_success, "the database")
            assert chat.outcome("kept-by-widget")["kind"] == "reply"
            assert [m["author"] for m in chat.read()["messages"]] == ["assistant", *["customer", "assistant"] * 2]
            assert coming.result()
            told.close()
            live.__exit__()


# --- the chat model -------------------------------------------------------------------------------------


SECONDS = 3.0


@pytest.fixture(scope="module")
def with_model(published_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Live, ModelServer]]:
    """A service with a chat model that makes the moves it is given."""
    home = copy_of(published_home, tmp_path_factory.mktemp("with_model") / "home")
    with a_model(silence) as model:
        chosen = {"name": "m", "base_url": model.url, "api_key": "k"}
        with Live(settings_for(home, model=chosen, turn={"seconds": SECONDS})) as live:
            yield live, model


@pytest.mark.parametrize(
    "move",
    [
        fails(500),
        drops,
        silence,
        stalls,
        says("It takes a few days.", pause=0.01),
        says('{"answers_question": true, "sen'),
        answers({"answers_question": True, "sentences": [{"text": "x"}]}),
    ],
    ids=["500", "drops", "silence", "stalls", "prose", "broken-json", "wrong-schema"],
)
def test_whatever_the_model_does_the_articles_answer_in_time(with_model: tuple[Live, ModelServer], move: Move) -> None:
    live, model = with_model
    model.moves[:] = [move]
    asked_before = len(model.exchanges)
    chat = live.chat()
    started = monotonic()
    outcome = chat.ask(SHIPPING)
    assert monotonic() - started < SECONDS + 1
    assert len(model.exchanges) > asked_before
    assert outcome["kind"] == "reply"
    assert outcome["said"]["citations"]


def test_a_model_that_says_what_no_article_says_is_not_sent(with_model: tuple[Live, ModelServer]) -> None:
    live, model = with_model
    lie = {"answers_question": True, "sentences": [{"text": "Delivery takes 99 minutes.", "citations": []}]}
    model.moves[:] = [answers(lie)]
    outcome = live.chat().ask(SHIPPING)
    assert (outcome["kind"], outcome["reason"]) == ("handoff", "not_supported")
    assert "99" not in outcome["said"]["text"]


def test_nobody_listens_where_the_model_should_be(start: Start) -> None:
    live = start(model={"name": "m", "base_url": "http://127.0.0.1:9/v1", "api_key": "k"})
    assert live.chat().ask(SHIPPING)["kind"] == "reply"


# --- the shop system ------------------------------------------------------------------------------------


class BrokenShop:
    """An order source that answers until it breaks."""

    def __init__(self, error: OrderError) -> None:
        self.error: OrderError | None = None
        self._next = error

    def break_down(self) -> None:
        self.error = self._next

    def over(self, source: Any) -> Any:
        shop = self

        class Source:
            def __getattr__(self, name: str) -> Any:
                if shop.error and name != "close":
                    raise shop.error
                return getattr(source, name)

        return Source()


@pytest.mark.parametrize("error", [ShopUnreachable("the shop is down"), ShopNonsense("that is no order")])
def test_a_shop_system_that_fails_brings_a_person(
    start: Start, monkeypatch: pytest.MonkeyPatch, error: OrderError
) -> None:
    shop, open_shop = BrokenShop(error), DemoShop.open
    monkeypatch.setattr(DemoShop, "open", lambda *given: shop.over(open_shop(*given)))
    live = start()
    known, unknown = live.chat(), live.chat()
    known.ask(ORDER_TOPIC)
    assert known.answered_after_identity(IN_TRANSIT)["kind"] == "reply"
    shop.break_down()
    outcome = known.ask("Where is my order now?")
    assert (outcome["kind"], outcome["reason"]) == ("handoff", "tool_failed")
    unknown.ask(ORDER_TOPIC)
    refused = unknown.identify(**IN_TRANSIT)
    problem(refused, 503)
    assert refused.headers["Retry-After"]
    assert unknown.ask(SHIPPING)["kind"] == "reply"


# --- the knowledge --------------------------------------------------------------------------------------


def test_nothing_published_is_a_handoff_until_something_is(start: Start, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    live = start()
    outcome = live.chat().ask(SHIPPING)
    assert (outcome["kind"], outcome["reason"]) == ("handoff", "nothing_found")
    assert live.http.get("/ready").status_code == 503
    publish(live)
    chat = live.chat()
    assert chat.ask(SHIPPING)["kind"] == "reply"


def publish(live: Live, **changes: Any) -> str:
    """Publish as `handrail sync` does beside the running service."""
    made = assistant.app.assemble(settings_for(live.settings.home, **changes))
    try:
        return assistant.app.publish(made, lambda done, total: None).snapshot
    finally:
        made.index.close()


@pytest.fixture
def other_knowledge(tmp_path: Path) -> Path:
    """The shipped knowledge with one article more."""
    folder = tmp_path / "knowledge"
    shutil.copytree(KNOWLEDGE, folder, ignore=shutil.ignore_patterns("cases"))
    (folder / "articles" / "sledges.md").write_text(
        "---\nid: sledge-hire\ntitle: Hiring a sledge\ntopic: product\n---\n\n# Hiring a sledge\n\n"
        "You can hire a wooden sledge in our showroom for €7 a day.\n"
    )
    return folder


def test_a_publish_is_served_without_a_restart(start: Start, other_knowledge: Path) -> None:
    live = start()
    owner = live.colleague("owner")
    live.chat().ask(SHIPPING)
    before = owner.get("/v1/studio/knowledge")["snapshot"]
    after = publish(live, knowledge=other_knowledge)
    assert after != before

    def moved() -> bool:
        live.chat().ask(SHIPPING)
        return bool(owner.get("/v1/studio/knowledge")["snapshot"] == after)

    assert eventually(moved)
    outcome = live.chat().ask("Can I hire a wooden sledge?")
    assert "€7 a day" in outcome["said"]["text"]


def test_damage_under_a_running_service_is_not_served(start: Start, other_knowledge: Path) -> None:
    live = start()
    owner = live.colleague("owner")
    live.chat().ask(SHIPPING)
    before = owner.get("/v1/studio/knowledge")["snapshot"]
    (folder,) = (path.parent for path in live.settings.home.rglob(f"{before}/manifest.json"))
    lose_the_manifest(folder)
    assert live.chat().ask(SHIPPING)["kind"] == "reply"
    after = publish(live, knowledge=other_knowledge)
    (folder,) = (path.parent for path in live.settings.home.rglob(f"{after}/manifest.json"))
    lose_the_manifest(folder)
    assert live.chat().ask(SHIPPING)["kind"] == "reply"
    shown = owner.get("/v1/studio/knowledge")
    assert shown["snapshot"] == before
    assert eventually(lambda: owner.get("/v1/studio/knowledge")["problem"], "the problem to be told")
    assert live.http.get("/ready").status_code == 200


# --- bugs -----------------------------------------------------------------------------------------------


class Buggy:
    """An answerer with a bug, or one whose draft no database takes."""

    def __init__(self, signals: dict[str, float] | None = None) -> None:
        self._signals = signals

    async def draft(self, evidence: Evidence, seconds: float) -> Draft:
        if self._signals is None:
            raise ValueError("a bug")
        return Draft(answers_question=False, signals=self._signals)


@pytest.mark.parametrize("bug", [Buggy(), Buggy({"similarity": float("nan")})], ids=["raises", "cannot-be-stored"])
def test_a_bug_brings_a_person(start: Start, monkeypatch: pytest.MonkeyPatch, bug: Buggy) -> None:
    monkeypatch.setattr(assistant.app, "choose_answerer", lambda *given: bug)
    live = start()
    chat = live.chat()
    outcome = chat.ask(SHIPPING)
    assert (outcome["kind"], outcome["reason"]) == ("handoff", "assistant_unavailable")
    ticket = live.colleague("agent").ticket_of(chat.id)
    assert ticket["priority"] == "high"
    assert SHIPPING in ticket["summary"]


class Slow:
    """An answerer that never comes to an end."""

    async def draft(self, evidence: Evidence, seconds: float) -> Draft:
        await asyncio.Event().wait()
        return Draft(answers_question=False)


def test_a_turn_ends_with_its_budget(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assistant.app, "choose_answerer", lambda *given: Slow())
    chat = start(turn={"seconds": 0.5}).chat()
    outcome = chat.ask(SHIPPING)
    assert (outcome["kind"], outcome["reason"]) == ("handoff", "assistant_unavailable")
