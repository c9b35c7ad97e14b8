"""The facts of an order, flat and ready for templates and for the support check. Pure."""

from datetime import date
from typing import Any

from assistant.orders.situations import aftermath, has_arrived, judge, working_days_since
from assistant.orders.words import Order, OrderLine, Refund, Return, Shipment

NEEDS_HUMAN = frozenset({"lost", "return_to_sender"})
_PARCEL_FACTS = ("carrier", "tracking_code", "tracking_url", "status", "shipped_on", "last_scan_on")


def facts(order: Order, today: date) -> dict[str, Any]:
    """The facts of an order: ISO dates, `129.00 EUR` amounts, None where unknown. No address, e-mail or note.

    The parcel facts at the top level (carrier, tracking, shipped_on …) are those of the parcel that decides
    the situation; `parcels` has all of them. `days_late` counts working days, `days_since_delivery` days.
    """
    situation, parcel = judge(order, today)
    deciding = _parcel(parcel) if parcel else {}
    expected_on = (parcel and parcel.expected_on) or order.expected_on
    delivered_on = _last_delivery(order)
    return {
        "number": order.number,
        "state": order.state,
        "situation": situation,
        "needs_human": situation in NEEDS_HUMAN or any(s.status == "failure" for s in order.shipments),
        "placed_on": order.placed_at.date().isoformat(),
        "expected_on": _iso(expected_on),
        "delivered_on": _iso(delivered_on),
        "days_since_delivery": (today - delivered_on).days if delivered_on else None,
        "days_late": working_days_since(expected_on, today) if situation == "late" and expected_on else 0,
        **{name: deciding.get(name) for name in _PARCEL_FACTS},
        "items": [_item(line) for line in order.lines],
        "items_to_follow": _items_to_follow(order),
        "total": str(order.total),
        "parcels": [_parcel(shipment) for shipment in order.shipments if shipment.status != "cancelled"],
        "refunds": [_refund(refund) for refund in order.refunds],
        "returns": [_return(announced) for announced in order.returns],
    }


def refund_facts(order: Order, today: date) -> dict[str, Any]:
    """The facts of an order seen from the money: a return or refund decides the situation, then parcels."""
    found = facts(order, today)
    return found | {"situation": aftermath(order) or found["situation"]}


def _last_delivery(order: Order) -> date | None:
    days = [s.delivered_on for s in order.shipments if s.delivered_on and s.status != "cancelled"]
    return max(days, default=None) if has_arrived(order) else None


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _item(line: OrderLine) -> str:
    return f"{line.quantity} × {line.title}"


def _items_to_follow(order: Order) -> list[str]:
    packed = {title for parcel in order.shipments for title in parcel.lines}
    return [_item(line) for line in order.lines if line.title not in packed]


def _parcel(parcel: Shipment) -> dict[str, Any]:
    return {
        "carrier": parcel.carrier,
        "tracking_code": parcel.tracking_code,
        "tracking_url": parcel.tracking_url,
        "status": parcel.status,
        "shipped_on": _iso(parcel.shipped_on),
        "expected_on": _iso(parcel.expected_on),
        "last_scan_on": _iso(parcel.last_scan_on),
        "delivered_on": _iso(parcel.delivered_on),
        "items": list(parcel.lines),
    }


def _refund(refund: Refund) -> dict[str, Any]:
    return {
        "amount": str(refund.amount),
        "state": refund.state,
        "requested_on": refund.requested_on.isoformat(),
        "paid_on": _iso(refund.paid_on),
        "method": refund.method,
    }


def _return(announced: Return) -> dict[str, Any]:
    return {
        "state": announced.state,
        "announced_on": announced.announced_on.isoformat(),
        "received_on": _iso(announced.received_on),
        "items": list(announced.lines),
    }
