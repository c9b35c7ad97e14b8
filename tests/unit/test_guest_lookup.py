import asyncio
from collections.abc import Awaitable

import pytest
from sample_orders import an_order

from assistant.conversation import Customer
from assistant.errors import OrderNotFound, ShopUnreachable, TooManyTries
from assistant.orders.identity import GuestLookup
from assistant.orders.numbers import number_key
from assistant.orders.words import CustomerProfile, Order
from assistant.settings import Limits

EMAIL = "aoife@example.com"


class SmallShop:
    """A shop of a few orders, which can be closed."""

    def __init__(self, *orders: Order) -> None:
        self.by_key = {number_key(order.number): order for order in orders}
        self.open = True

    async def order(self, number: str) -> Order:
        await asyncio.sleep(0)
        if not self.open:
            raise ShopUnreachable("closed; try later")
        if number_key(number) not in self.by_key:
            raise OrderNotFound("no such order")
        return self.by_key[number_key(number)]

    async def orders(self, customer_id: str) -> list[Order]:
        return [order for order in self.by_key.values() if order.customer_id == customer_id]

    async def profile(self, customer_id: str) -> CustomerProfile:
        raise OrderNotFound(customer_id)

    async def close(self) -> None:
        self.open = False


@pytest.fixture
def shop() -> SmallShop:
    return SmallShop(an_order(), an_order(number="FH-10002", email=""))


@pytest.fixture
def guests(shop: SmallShop) -> GuestLookup:
    return GuestLookup(shop, Limits(order_tries=3, order_window_seconds=60))


async def refusal(attempt: Awaitable[Customer]) -> str:
    with pytest.raises(OrderNotFound) as refused:
        await attempt
    return str(refused.value)


@pytest.mark.parametrize("number", ["FH-10001", "#10001", "fh10001"])
@pytest.mark.parametrize("email", [EMAIL, "  AOIFE@Example.COM "])
async def test_number_and_email_open_that_order(guests: GuestLookup, number: str, email: str) -> None:
    customer = await guests.open(number, email, "conv_1", "192.0.2.1")
    assert customer == Customer(verified_by="order_and_email", order_number="FH-10001", email=EMAIL)


async def test_wrong_number_and_wrong_email_are_refused_alike(guests: GuestLookup) -> None:
    wrong_email = await refusal(guests.open("FH-10001", "else@example.com", "conv_1", "192.0.2.1"))
    wrong_number = await refusal(guests.open("FH-99999", EMAIL, "conv_2", "192.0.2.2"))
    assert wrong_email == wrong_number


async def test_an_order_without_an_email_opens_to_no_empty_one(guests: GuestLookup) -> None:
    for n, email in enumerate(("", "  ")):
        await refusal(guests.open("FH-10002", email, f"conv_{n}", f"192.0.2.{n}"))


@pytest.mark.parametrize(
    ("conversation", "address", "number"),
    [
        ("conv_{}", "192.0.2.{}", "FH-10001"),
        ("conv_{}", "192.0.2.1", "FH-2000{}"),
        ("conv_1", "192.0.2.{}", "FH-2000{}"),
    ],
    ids=["per order number", "per address", "per conversation"],
)
async def test_wrong_tries_run_out(guests: GuestLookup, conversation: str, address: str, number: str) -> None:
    for n in range(3):
        await refusal(guests.open(number.format(n), "x@example.com", conversation.format(n), address.format(n)))
    with pytest.raises(TooManyTries) as refused:
        await guests.open(number.format(9), EMAIL, conversation.format(9), address.format(9))
    assert 1 <= refused.value.retry_after <= 61


async def test_another_spelling_is_the_same_order_number(guests: GuestLookup) -> None:
    for n, spelling in enumerate(("FH-10001", "fh10001", "#10001")):
        await refusal(guests.open(spelling, "x@example.com", f"conv_{n}", f"192.0.2.{n}"))
    with pytest.raises(TooManyTries):
        await guests.open("10001", EMAIL, "conv_9", "192.0.2.9")


async def test_an_email_is_never_locked(guests: GuestLookup) -> None:
    for n in range(9):
        await refusal(guests.open(f"FH-2000{n}", EMAIL, f"conv_{n}", f"192.0.2.{n}"))
    assert await guests.open("FH-10001", EMAIL, "conv_9", "192.0.2.9")


async def test_right_tries_do_not_count(guests: GuestLookup) -> None:
    for _ in range(9):
        assert await guests.open("FH-10001", EMAIL, "conv_1", "192.0.2.1")


async def test_tries_sent_all_at_once_are_counted_too(guests: GuestLookup) -> None:
    tries = (guests.open(f"FH-3{n:04d}", "x@example.com", "conv_1", f"192.0.2.{n}") for n in range(20))
    outcomes = [type(o) for o in await asyncio.gather(*tries, return_exceptions=True)]
    assert (outcomes.count(OrderNotFound), outcomes.count(TooManyTries)) == (3, 17)


async def test_a_closed_shop_says_so_and_costs_no_try(guests: GuestLookup, shop: SmallShop) -> None:
    shop.open = False
    for _ in range(5):
        with pytest.raises(ShopUnreachable):
            await guests.open("FH-10001", EMAIL, "conv_1", "192.0.2.1")
    shop.open = True
    assert await guests.open("FH-10001", EMAIL, "conv_1", "192.0.2.1")
