"""What an order amounts to today: one of seventeen situations, from its state, parcels, returns, refunds."""

from datetime import date, timedelta
from typing import Literal, get_args

import numpy as np

from assistant.orders.words import Order, Shipment

Situation = Literal[
    "unpaid", "preparing", "partly_shipped", "in_transit", "out_for_delivery", "delivery_attempted",
    "available_for_pickup", "late", "lost", "return_to_sender", "delivered", "cancelled", "return_announced",
    "return_in_transit", "return_received", "refund_pending", "refunded",
]  # fmt: skip
SITUATIONS: tuple[Situation, ...] = get_args(Situation)

LATE_AFTER = 2  # working days past the expected day
LOST_AFTER = 20  # working days without a scan
LOST_AFTER_NEARBY = 10  # the same, in the EU and the UK
NEARBY = frozenset(
    {
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU", "IE", "IT",
        "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
    }
)  # fmt: skip

# Of several parcels on their way, the one that worries most speaks for the order.
_WORST_FIRST: tuple[Situation, ...] = (
    "return_to_sender", "lost", "delivery_attempted", "available_for_pickup", "late", "out_for_delivery",
    "in_transit",
)  # fmt: skip
_SAID_BY_CARRIER: dict[str, Situation] = {
    "return_to_sender": "return_to_sender",
    "failure": "delivery_attempted",
    "delivery_attempted": "delivery_attempted",
    "available_for_pickup": "available_for_pickup",
}


def working_days_since(day: date, today: date) -> int:
    """Whole working days (Monday to Friday) that have passed after `day` and before `today`."""
    return max(0, int(np.busday_count(day + timedelta(days=1), today)))


def judge(order: Order, today: date) -> tuple[Situation, Shipment | None]:
    """An order's situation, and the parcel that decides it where one does."""
    if order.state == "unpaid" or order.state == "cancelled":
        return order.state, None
    parcels = [parcel for parcel in order.shipments if parcel.status != "cancelled"]
    if has_arrived(order):
        after = aftermath(order) if order.returns or order.state != "delivered" else None
        return after or "delivered", max(parcels, key=_delivery, default=None)
    moving = [parcel for parcel in parcels if parcel.status != "delivered" and _has_left(parcel, order)]
    if not moving:
        return _at_warehouse(order, today), None
    judged = [(_on_its_way(parcel, order, today), parcel) for parcel in moving]
    situation, parcel = min(judged, key=lambda pair: _WORST_FIRST.index(pair[0]))
    calm = situation in ("in_transit", "out_for_delivery")
    return ("partly_shipped" if calm and order.state == "partly_shipped" else situation), parcel


def has_arrived(order: Order) -> bool:
    """Whether everything in the order has been delivered."""
    if order.state in ("delivered", "returned", "refunded"):
        return True
    left = [parcel.status for parcel in order.shipments if parcel.status != "cancelled"]
    return order.state == "shipped" and bool(left) and set(left) == {"delivered"}


def aftermath(order: Order) -> Situation | None:
    """The step that a return or refund has reached, if any; a new return comes before an older refund."""
    returns = {one.state for one in order.returns}
    refunds = {one.state for one in order.refunds}
    steps: tuple[tuple[bool, Situation], ...] = (
        ("announced" in returns, "return_announced"),
        ("in_transit" in returns, "return_in_transit"),
        ("pending" in refunds, "refund_pending"),
        ("paid" in refunds, "refunded"),
        ("received" in returns or order.state == "returned", "return_received"),
        (order.state == "refunded", "refunded"),
    )
    return next((situation for holds, situation in steps if holds), None)


def _at_warehouse(order: Order, today: date) -> Situation:
    if _is_late(order.expected_on, today):
        return "late"
    if order.state == "partly_shipped":
        return "partly_shipped"
    return "in_transit" if order.state == "shipped" else "preparing"


def _on_its_way(parcel: Shipment, order: Order, today: date) -> Situation:
    if parcel.status in _SAID_BY_CARRIER:
        return _SAID_BY_CARRIER[parcel.status]
    last_seen = parcel.last_scan_on or parcel.shipped_on
    patience = LOST_AFTER_NEARBY if order.country in NEARBY else LOST_AFTER
    if last_seen and working_days_since(last_seen, today) >= patience:
        return "lost"
    if _is_late(parcel.expected_on or order.expected_on, today):
        return "late"
    return "out_for_delivery" if parcel.status == "out_for_delivery" else "in_transit"


def _is_late(expected_on: date | None, today: date) -> bool:
    return expected_on is not None and working_days_since(expected_on, today) >= LATE_AFTER


def _has_left(parcel: Shipment, order: Order) -> bool:
    return parcel.status != "pre_transit" or order.state not in ("paid", "preparing")


def _delivery(parcel: Shipment) -> date:
    return parcel.delivered_on or date.min
