"""The words of a shop system, the same whichever shop stands behind them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from assistant.evidence import Word

OrderState = Literal[
    "unpaid",
    "paid",
    "preparing",
    "partly_shipped",
    "shipped",
    "delivered",
    "returned",
    "refunded",
    "cancelled",
]

# EasyPost's ten tracker statuses, plus delivery_attempted and delayed.
ShipmentStatus = Literal[
    "unknown", "pre_transit", "in_transit", "out_for_delivery", "delivered", "available_for_pickup",
    "return_to_sender", "failure", "cancelled", "error", "delivery_attempted", "delayed",
]  # fmt: skip


class Money(Word):
    """An amount in major units and its ISO 4217 currency; prints as `129.00 EUR`."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount:.2f} {self.currency}"


class OrderLine(Word):  # noqa: D101
    sku: str
    title: str
    quantity: int
    price: Money  # of one


class Shipment(Word):
    """One parcel. `lines` are the titles in it."""

    carrier: str
    tracking_code: str
    tracking_url: str = ""
    status: ShipmentStatus
    shipped_on: date | None = None
    expected_on: date | None = None
    delivered_on: date | None = None
    last_scan_on: date | None = None
    lines: tuple[str, ...] = ()


class Refund(Word):  # noqa: D101
    amount: Money
    state: Literal["pending", "paid"]
    requested_on: date
    paid_on: date | None = None
    method: str = ""


class Return(Word):  # noqa: D101
    state: Literal["announced", "in_transit", "received", "closed"]
    announced_on: date
    received_on: date | None = None
    lines: tuple[str, ...] = ()


class Order(Word):  # noqa: D101
    number: str
    customer_id: str
    email: str
    state: OrderState
    placed_at: datetime  # in the shop's time zone
    expected_on: date | None = None
    lines: tuple[OrderLine, ...]
    total: Money
    shipments: tuple[Shipment, ...] = ()
    refunds: tuple[Refund, ...] = ()
    returns: tuple[Return, ...] = ()
    country: str = ""  # where it goes, ISO 3166-1 alpha-2; empty: unknown
    ship_to: str = ""  # never shown to a guest who proved only order number and e-mail
    note: str = ""


class CustomerProfile(Word):  # noqa: D101
    id: str
    name: str
    email: str
    language: str = "en"
    region: str = ""
    since: date | None = None
