import asyncio
import shutil
import sqlite3
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from assistant.errors import KnowledgeError, ShopNonsense, ShopUnreachable
from assistant.orders.demo import DemoShop
from assistant.orders.demo_entries import DEMO_FILE, DemoEntries
from assistant.orders.facts import facts
from assistant.orders.situations import SITUATIONS
from assistant.orders.words import Order, OrderState
from assistant.settings import ROOT

KNOWLEDGE = ROOT / "knowledge"
TODAY = date(2026, 11, 18)
WEEK = [TODAY + timedelta(days=n) for n in range(7)]


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    """A copy of the demo shop's knowledge, to be changed."""
    path = tmp_path / "knowledge" / DEMO_FILE
    path.parent.mkdir(parents=True)
    shutil.copy(KNOWLEDGE / DEMO_FILE, path)
    return tmp_path / "knowledge"


def opened(knowledge: Path, home: Path, today: date = TODAY) -> DemoShop:
    shop = DemoShop.open(knowledge, home, lambda: today, ZoneInfo("Europe/Dublin"))
    assert shop
    return shop


async def all_orders(shop: DemoShop) -> list[Order]:
    entries = DemoEntries.read(KNOWLEDGE / DEMO_FILE)
    return [order for customer in entries.customers for order in await shop.orders(customer.id)]


async def test_the_shop_is_large_and_varied(tmp_path: Path) -> None:
    orders = await all_orders(opened(KNOWLEDGE, tmp_path))
    assert len(orders) >= 110
    assert len({order.email for order in orders}) >= 32
    assert {order.state for order in orders} == set(get_args(OrderState))
    assert {refund.state for order in orders for refund in order.refunds} == {"pending", "paid"}
    assert {r.state for order in orders for r in order.returns} >= {"announced", "in_transit", "received"}
    assert any(len(order.shipments) == 2 for order in orders if order.state == "partly_shipped")
    assert any("ignore previous" in order.note for order in orders)
    assert any("IGNORE PREVIOUS" in line.title for order in orders for line in order.lines)
    assert Counter("Gift note" in order.note for order in orders)[True] >= 2


async def test_every_order_keeps_its_situation_through_the_week(tmp_path: Path) -> None:
    seen: dict[str, set[str]] = {}
    for today in WEEK:
        for order in await all_orders(opened(KNOWLEDGE, tmp_path, today)):
            seen.setdefault(order.number, set()).add(facts(order, today)["situation"])
    assert {number: found for number, found in seen.items() if len(found) > 1} == {}
    assert set.union(*seen.values()) == set(SITUATIONS)


@pytest.mark.parametrize("today", WEEK)
async def test_dates_are_plausible_on_any_day(tmp_path: Path, today: date) -> None:
    for order in await all_orders(opened(KNOWLEDGE, tmp_path, today)):
        placed = order.placed_at.date()
        for parcel in order.shipments:
            steps = [parcel.shipped_on, parcel.last_scan_on, parcel.delivered_on]
            known = [placed, *(day for day in steps if day), today]
            assert known == sorted(known), order.number
        assert all(r.requested_on >= placed and (r.paid_on or today) >= r.requested_on for r in order.refunds)
        assert sum(line.price.amount * line.quantity for line in order.lines) <= order.total.amount


async def test_days_follow_today_in_the_shops_time_zone(tmp_path: Path) -> None:
    first = (await opened(KNOWLEDGE, tmp_path, TODAY).orders("c-1001"))[0]
    later = (await opened(KNOWLEDGE, tmp_path, TODAY + timedelta(days=7)).orders("c-1001"))[0]
    assert later.placed_at - first.placed_at == timedelta(days=7)
    assert str(first.placed_at.tzinfo) == "Europe/Dublin"


async def test_a_changed_file_is_built_again_and_an_unchanged_one_is_not(knowledge: Path, tmp_path: Path) -> None:
    opened(knowledge, tmp_path)
    database = tmp_path / "demo_shop.sqlite"
    built = database.stat().st_ino
    opened(knowledge, tmp_path)
    assert database.stat().st_ino == built
    source = knowledge / DEMO_FILE
    source.write_text(source.read_text("utf-8").replace("Aoife Brennan", "Aoife Byrne"), "utf-8")
    assert (await opened(knowledge, tmp_path).profile("c-1001")).name == "Aoife Byrne"


async def test_a_broken_database_is_built_again(tmp_path: Path) -> None:
    (tmp_path / "demo_shop.sqlite").write_bytes(b"this is no database, and long enough to be read as one" * 40)
    assert await opened(KNOWLEDGE, tmp_path).orders("c-1001")


def test_many_builders_at_once_leave_one_whole_database(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        shops = list(pool.map(lambda _: opened(KNOWLEDGE, tmp_path), range(8)))
    assert all(asyncio.run(shop.orders("c-1001")) for shop in shops)
    assert [path.name for path in tmp_path.iterdir()] == ["demo_shop.sqlite"]


async def test_a_vanished_database_is_unreachable(tmp_path: Path) -> None:
    shop = opened(KNOWLEDGE, tmp_path)
    (tmp_path / "demo_shop.sqlite").unlink()
    with pytest.raises(ShopUnreachable, match="restart"):
        await shop.orders("c-1001")


async def test_a_row_that_is_no_order_is_nonsense(tmp_path: Path) -> None:
    shop = opened(KNOWLEDGE, tmp_path)
    with closing(sqlite3.connect(tmp_path / "demo_shop.sqlite")) as database, database:
        database.execute("UPDATE orders SET body = '{\"number\": 1}'")
    with pytest.raises(ShopNonsense):
        await shop.orders("c-1001")


def test_without_orders_in_the_knowledge_there_is_no_shop(tmp_path: Path) -> None:
    assert DemoShop.open(tmp_path, tmp_path / "home", lambda: TODAY) is None
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("find", "put", "complaint"),
    [
        ("  - number: FH-10205\n", "  - number: FH-10201\n", "the order number 10201 stands there twice"),
        ("{id: c-1002,", "{id: c-1001,", "the customer id c-1001 stands there twice"),
        ("customer: c-1001", "customer: c-9999", "names 'c-9999'"),
        ("carrier: DPD", "carrier: DHL", "names 'DHL'"),
        ("state: unpaid", "state: unpayed", r"orders FH-\d+: orders\.\d+\.state"),
        ("    placed: ", "    mood: 1\n    placed: ", r"orders FH-\d+: orders\.\d+\.mood: Extra"),
        ("orders:", "orders: [", "not valid YAML"),
        ("\norders:", "\nordres:", "orders: Field required"),
    ],
)
def test_a_broken_file_names_the_entry(knowledge: Path, tmp_path: Path, find: str, put: str, complaint: str) -> None:
    source = knowledge / DEMO_FILE
    text = source.read_text("utf-8")
    assert find in text
    source.write_text(text.replace(find, put, 1), "utf-8")
    with pytest.raises(KnowledgeError, match=f"^{DEMO_FILE}.*{complaint}"):
        opened(knowledge, tmp_path)
    assert not (tmp_path / "demo_shop.sqlite").exists()
