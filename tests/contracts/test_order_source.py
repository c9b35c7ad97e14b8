"""What every shop system must do behind the OrderSource port. A new adapter joins by a fixture in SOURCES."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from assistant.errors import OrderNotFound
from assistant.orders.demo import DemoShop
from assistant.orders.source import OrderSource
from assistant.settings import ROOT


@dataclass
class Shop:
    """A source with a customer known to have several orders."""

    source: OrderSource
    customer_id: str


def demo_shop(tmp_path: Path) -> Shop:
    source = DemoShop.open(ROOT / "knowledge", tmp_path, lambda: date(2026, 11, 18))
    assert source
    return Shop(source, "c-1001")


SOURCES: list[Callable[[Path], Shop]] = [demo_shop]


@pytest.fixture(params=SOURCES, ids=lambda make: make.__name__)
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Shop:
    made: Shop = request.param(tmp_path)
    return made


async def test_a_customers_orders_come_newest_first(shop: Shop) -> None:
    orders = await shop.source.orders(shop.customer_id)
    assert len(orders) > 2
    assert {order.customer_id for order in orders} == {shop.customer_id}
    assert [o.placed_at for o in orders] == sorted((o.placed_at for o in orders), reverse=True)


async def test_an_order_by_number_is_the_one_in_the_list(shop: Shop) -> None:
    for order in await shop.source.orders(shop.customer_id):
        assert await shop.source.order(order.number) == order


@pytest.mark.parametrize("spell", [str.lower, str.upper, "#{}".format, " {} ".format])
async def test_hash_and_case_do_not_matter(shop: Shop, spell: Callable[[str], str]) -> None:
    number = (await shop.source.orders(shop.customer_id))[0].number
    assert (await shop.source.order(spell(number))).number == number


async def test_the_digits_alone_are_enough(shop: Shop) -> None:
    number = (await shop.source.orders(shop.customer_id))[0].number
    assert (await shop.source.order(re.sub(r"\D", "", number))).number == number


@pytest.mark.parametrize("number", ["", "0", "99999999", "' OR 1=1 --", "XY-10201", "%", "\x00", "\ud800", "1" * 5_000])
async def test_what_is_no_order_is_not_found(shop: Shop, number: str) -> None:
    with pytest.raises(OrderNotFound):
        await shop.source.order(number)


async def test_an_unknown_customer_has_no_orders_and_no_profile(shop: Shop) -> None:
    assert await shop.source.orders("nobody") == []
    with pytest.raises(OrderNotFound):
        await shop.source.profile("nobody")


async def test_a_profile_is_the_customers(shop: Shop) -> None:
    profile = await shop.source.profile(shop.customer_id)
    assert profile.id == shop.customer_id
    assert profile.email == (await shop.source.orders(shop.customer_id))[0].email


async def test_closing_twice_does_no_harm(shop: Shop) -> None:
    await shop.source.close()
    await shop.source.close()
