"""The demo shop as written in knowledge/orders/demo_shop.yaml; every day is an offset from today."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import KnowledgeError
from assistant.orders.numbers import number_key
from assistant.orders.words import OrderState, ShipmentStatus

DEMO_FILE = "orders/demo_shop.yaml"


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ProductEntry(_Entry):
    """A product and its price per currency."""

    title: str
    prices: dict[str, Decimal]


class CustomerEntry(_Entry):
    """A customer; `since` is a day offset."""

    id: str
    name: str
    email: str
    region: str
    country: str
    address: str
    since: int
    language: str = "en"


class LineEntry(_Entry):  # noqa: D101
    sku: str
    quantity: int = Field(1, ge=1)


class ParcelEntry(_Entry):
    """One parcel; without `lines` everything is in it."""

    carrier: str
    code: str
    status: ShipmentStatus
    shipped: int | None = None
    expected: int | None = None
    last_scan: int | None = None
    delivered: int | None = None
    lines: tuple[str, ...] = ()


class RefundEntry(_Entry):  # noqa: D101
    amount: Decimal
    state: Literal["pending", "paid"]
    requested: int
    paid: int | None = None
    method: str = ""


class ReturnEntry(_Entry):  # noqa: D101
    state: Literal["announced", "in_transit", "received", "closed"]
    announced: int
    received: int | None = None
    lines: tuple[str, ...] = ()


class OrderEntry(_Entry):
    """One order; its total is the sum of its lines and `delivery`."""

    number: str
    customer: str
    state: OrderState
    placed: int = Field(le=0)
    at: str = Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    currency: str
    delivery: Decimal = Decimal(0)
    expected: int | None = None
    lines: tuple[LineEntry, ...] = Field(min_length=1)
    parcels: tuple[ParcelEntry, ...] = ()
    refunds: tuple[RefundEntry, ...] = ()
    returns: tuple[ReturnEntry, ...] = ()
    note: str = ""


class DemoEntries(_Entry):
    """The whole file. `carriers` maps a carrier to its tracking page, with `{code}` in it."""

    carriers: dict[str, str]
    products: dict[str, ProductEntry]
    customers: tuple[CustomerEntry, ...]
    orders: tuple[OrderEntry, ...]

    @classmethod
    def read(cls, path: Path) -> "DemoEntries":
        """Read and check the file.

        Raises:
            KnowledgeError: names the file, the entry and what is wrong with it.
        """
        try:
            written = yaml.safe_load(path.read_text("utf-8"))
            entries = cls.model_validate(written)
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise KnowledgeError(f"{DEMO_FILE} is not valid YAML: {error}") from None
        except ValidationError as error:
            raise KnowledgeError(_explain(error, written)) from None
        _check_unique("customer id", (customer.id for customer in entries.customers))
        _check_unique("order number", (number_key(order.number) for order in entries.orders))
        return entries

    def order_rows(self) -> Iterator[dict[str, Any]]:
        """Every order in the shape of the word Order, with day offsets in place of dates.

        Raises:
            KnowledgeError: an order names a customer, product, carrier or currency that the file lacks.
        """
        customers = {customer.id: customer for customer in self.customers}
        for order in self.orders:
            try:
                yield self._row(order, customers[order.customer])
            except KeyError as missing:
                raise KnowledgeError(
                    f"{DEMO_FILE}: {order.number} names {missing}, which the file lacks; add or correct it"
                ) from None

    def _row(self, order: OrderEntry, customer: CustomerEntry) -> dict[str, Any]:
        prices = {line.sku: self.products[line.sku].prices[order.currency] for line in order.lines}
        total = sum((prices[line.sku] * line.quantity for line in order.lines), order.delivery)

        def money(amount: Decimal) -> dict[str, str]:
            return {"amount": str(amount), "currency": order.currency}

        def titles(skus: Iterable[str]) -> list[str]:
            return [self.products[sku].title for sku in skus]

        return {
            "number": order.number,
            "customer_id": customer.id,
            "email": customer.email,
            "state": order.state,
            "placed_on": order.placed,
            "placed_time": order.at,
            "expected_on": order.expected,
            "lines": [
                line.model_dump() | {"title": self.products[line.sku].title, "price": money(prices[line.sku])}
                for line in order.lines
            ],
            "total": money(total),
            "shipments": [self._parcel(parcel, titles(parcel.lines or prices)) for parcel in order.parcels],
            "refunds": [_refund(refund, money) for refund in order.refunds],
            "returns": [_return(announced, titles(announced.lines or prices)) for announced in order.returns],
            "country": customer.country,
            "ship_to": customer.address,
            "note": order.note,
        }

    def _parcel(self, parcel: ParcelEntry, titles: list[str]) -> dict[str, Any]:
        return {
            "carrier": parcel.carrier,
            "tracking_code": parcel.code,
            "tracking_url": self.carriers[parcel.carrier].replace("{code}", parcel.code),
            "status": parcel.status,
            "shipped_on": parcel.shipped,
            "expected_on": parcel.expected,
            "last_scan_on": parcel.last_scan,
            "delivered_on": parcel.delivered,
            "lines": titles,
        }


def _refund(refund: RefundEntry, money: Callable[[Decimal], dict[str, str]]) -> dict[str, Any]:
    return {
        "amount": money(refund.amount),
        "state": refund.state,
        "requested_on": refund.requested,
        "paid_on": refund.paid,
        "method": refund.method,
    }


def _return(announced: ReturnEntry, titles: list[str]) -> dict[str, Any]:
    return {
        "state": announced.state,
        "announced_on": announced.announced,
        "received_on": announced.received,
        "lines": titles,
    }


def _check_unique(what: str, values: Iterable[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise KnowledgeError(f"{DEMO_FILE}: the {what} {value} stands there twice; give each its own")
        seen.add(value)


def _explain(error: ValidationError, written: Any) -> str:
    problem = error.errors()[0]
    where = ".".join(str(key) for key in problem["loc"]) or "the file"
    match problem["loc"], written:
        case (("orders" | "customers") as kind, int(index), *_), dict():
            entry = written[kind][index]
            name = entry.get("number", entry.get("id")) if isinstance(entry, dict) else entry
            where = f"{kind} {name}: {where}"
    return f"{DEMO_FILE}: {where}: {problem['msg']}; correct that entry"
