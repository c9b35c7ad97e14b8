"""A file of questions, line by line, on the shipped knowledge."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from live import IN_TRANSIT, Json, copy_of, settings_for
from test_conversations_api import SHIPPING

from assistant.app import Assistant, assemble
from assistant.batch import answer_lines

ORDER = {"number": IN_TRANSIT["order_number"], "email": IN_TRANSIT["email"]}


@pytest.fixture(scope="module")
def shop(published_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    made = assemble(settings_for(copy_of(published_home, tmp_path_factory.mktemp("batch") / "home")))
    yield made
    made.shelf.close()
    made.index.close()


async def answers(shop: Assistant, *lines: Any, evidence: int = 3) -> list[Json]:
    written = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    return [answer async for answer in answer_lines(shop.responder, shop.orders, written, evidence)]


async def test_a_line_that_fails_does_not_stop_the_rest(shop: Assistant) -> None:
    found = await answers(
        shop,
        "{",
        "",
        "[1]",
        {"id": 2},
        {"id": "c", "question": ""},
        {"id": "d", "question": SHIPPING, "langage": "en"},
        {"id": None, "question": SHIPPING},
        {"id": 3, "question": "Where is it?", "order": ORDER | {"email": "wrong@example.com"}},
        {"id": 4, "question": SHIPPING},
    )
    assert [line["id"] for line in found] == ["line-1", "line-3", "2", "c", "d", "line-7", "3", "4"]
    assert ["error" in line for line in found] == [True] * 7 + [False]
    for line, said in zip(found, ["line 1", "line 3", "question", "question", "langage", "id", "line 8"], strict=False):
        assert said in line["error"]


async def test_an_answer_tells_what_it_rests_on(shop: Assistant) -> None:
    (told,) = await answers(shop, {"id": 1, "question": SHIPPING}, evidence=2)
    assert set(told) == {"id", "outcome", "evidence", "decision", "took_ms"}
    assert told["outcome"]["kind"] == "reply"
    assert told["outcome"]["citations"]
    assert [set(passage) for passage in told["evidence"]] == [{"article_id", "passage_id", "score"}] * 2
    assert told["evidence"] == sorted(told["evidence"], key=lambda passage: -passage["score"])
    assert 0 <= told["decision"]["risk"] <= 1


async def test_a_rule_that_decides_still_shows_evidence_and_risk(shop: Assistant) -> None:
    (told,) = await answers(shop, {"id": 1, "question": "I want a refund, this arrived broken"})
    assert (told["outcome"]["kind"], told["outcome"]["reason"]) == ("handoff", "topic_reserved")
    assert told["decision"]["rule"] == "money-back-demand"
    assert 0 < told["decision"]["risk"] <= 1
    assert len(told["evidence"]) == 3


async def test_history_and_order_count(shop: Assistant) -> None:
    history = [{"text": "Where is my order?"}, {"author": "assistant", "text": "Which one?"}]
    lines = [
        {"id": "with", "question": "The last one", "history": history, "order": ORDER},
        {"id": "without", "question": "The last one", "history": history},
    ]
    known, unknown = await answers(shop, *lines)
    assert ORDER["number"] in known["outcome"]["text"]
    assert unknown["outcome"]["reason"] == "identity_needed"
