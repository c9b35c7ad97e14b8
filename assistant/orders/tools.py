"""The order tools: which tool answers an inquiry, on which order, and for whom.

A deterministic router. Whose orders may be read comes from the Customer that the server verified, never from
the text; a number in the text only chooses among the orders that customer may see.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Literal

from assistant.conversation import Customer
from assistant.errors import OrderError, OrderNotFound
from assistant.evidence import Inquiry, Receipt, new_id
from assistant.orders.facts import facts, refund_facts
from assistant.orders.numbers import find_order_number
from assistant.orders.source import OrderSource
from assistant.orders.words import Order

Tool = Literal["order_status", "order_history", "refund_state"]

LATEST = 3  # orders that a question without a number is about, at most
HISTORY = 10  # orders in a history, at most
NOT_YOURS = "there is no such order for this customer; check the number, or ask with the account it was placed with"

_FINISHED = frozenset({"delivered", "cancelled", "refunded"})
_MONEY = re.compile(r"\b(refund\w*|money|reimburs\w+|credited|paid back)\b", re.IGNORECASE)
_PARCEL = re.compile(r"\b(where|track\w*|arriv\w+|deliver\w*|ship\w*|dispatch\w*|parcel|package)\b", re.IGNORECASE)
_HISTORY = re.compile(
    r"\b(my|all|past|previous|recent|last|earlier) (\w+ )?orders\b|\border history\b"
    r"|\bwhat (did|have) i (order|bought|buy)",
    re.IGNORECASE,
)
_TOPIC_TOOLS: dict[str, Tool] = {"refunds": "refund_state"}
_CLAIM_TOPICS = frozenset({"damaged_or_lost"})  # a claim is a human agent's to settle, whatever the parcel's state


def may_see(customer: Customer, order: Order) -> bool:
    """Whether this customer, as verified by the server, may read this order.

    A token or user hash opens the customer's own orders; order number and e-mail open that one order.
    """
    if customer.verified_by in ("token", "user_hash"):
        return bool(customer.id) and customer.id == order.customer_id
    if customer.verified_by == "order_and_email":
        return bool(customer.order_number) and customer.order_number == order.number
    return False


class OrderTools:
    """Read access to the shop for one inquiry at a time.

    Args:
        source: the shop system.
        today: the current day in the shop's time zone.
    """

    def __init__(self, source: OrderSource, today: Callable[[], date]) -> None:
        self._source = source
        self._today = today

    async def gather(self, customer: Customer, inquiry: Inquiry) -> tuple[tuple[Receipt, ...], dict[str, str]]:
        """The receipts that bear on an inquiry, and what kept others away: `identity` or `orders`, with the reason.

        A verified customer's order is looked up whatever is asked, because a human agent may need it; that this fails
        counts only where an order was asked for.
        """
        if customer.verified_by == "nobody":
            needed = {"identity": "the customer's own order is asked for, but the customer is not verified"}
            return (), needed if inquiry.about_own_order else {}
        try:
            return await self.look_up(customer, inquiry), {}
        except OrderError as error:
            kind = "identity" if isinstance(error, OrderNotFound) else "orders"
            return (), {kind: str(error)} if inquiry.about_own_order or inquiry.order_number else {}

    async def look_up(self, customer: Customer, inquiry: Inquiry) -> tuple[Receipt, ...]:
        """What the shop says to this inquiry; empty for a customer who is not verified.

        Raises:
            OrderNotFound: no such order, or not this customer's.
            ShopUnreachable: the shop system is down.
            ShopNonsense: it answered something that is no order.
        """
        if customer.verified_by == "nobody":
            return ()
        number = inquiry.order_number or find_order_number(inquiry.question)
        tools = tools_for(inquiry)
        if "order_history" in tools and customer.id and not number:
            return (self._history(await self._own(customer)),)
        return tuple(
            [
                self._receipt(tool, order, inquiry.topic)
                for tool in dict.fromkeys("order_status" if t == "order_history" else t for t in tools)
                for order in await self._chosen(customer, number, tool)
            ]
        )

    async def _chosen(self, customer: Customer, number: str | None, tool: Tool) -> Sequence[Order]:
        if number or not customer.id:
            return [await self._one(customer, number or customer.order_number or "")]
        own = await self._own(customer)
        return [order for order in own if self._is_live(tool, order)][:LATEST] or own[:1]

    async def _one(self, customer: Customer, number: str) -> Order:
        try:
            order = await self._source.order(number)
        except OrderNotFound:
            raise OrderNotFound(NOT_YOURS) from None
        if not may_see(customer, order):
            raise OrderNotFound(NOT_YOURS)
        return order

    async def _own(self, customer: Customer) -> list[Order]:
        orders = await self._source.orders(customer.id) if customer.id else []
        return [order for order in orders if may_see(customer, order)]

    def _is_live(self, tool: Tool, order: Order) -> bool:
        if tool == "refund_state":
            return bool(order.refunds or order.returns)
        return facts(order, self._today())["situation"] not in _FINISHED

    def _receipt(self, tool: Tool, order: Order, topic: str) -> Receipt:
        read = refund_facts if tool == "refund_state" else facts
        found = read(order, self._today())
        found["needs_human"] = found["needs_human"] or topic in _CLAIM_TOPICS
        return Receipt(id=new_id("rcpt"), tool=tool, arguments={"number": order.number}, result=found)

    def _history(self, orders: Sequence[Order]) -> Receipt:
        shown = [facts(order, self._today()) for order in orders[:HISTORY]]
        kept = ("number", "situation", "placed_on", "items", "total")
        result: dict[str, Any] = {
            "situation": "orders" if shown else "no_orders",
            "needs_human": False,
            "count": len(orders),
            "orders": [{name: order[name] for name in kept} for order in shown],
        }
        return Receipt(id=new_id("rcpt"), tool="order_history", arguments={}, result=result)


def tools_for(inquiry: Inquiry) -> tuple[Tool, ...]:
    """The tools that answer an inquiry, one per part and each once: by its words, else by its topic."""
    parts = inquiry.order_parts or (inquiry.question,)
    return tuple(dict.fromkeys(_tool_for(part, inquiry.topic) for part in parts))


def _tool_for(part: str, topic: str) -> Tool:
    if _MONEY.search(part):
        return "refund_state"
    if _PARCEL.search(part):
        return "order_status"
    if _HISTORY.search(part):
        return "order_history"
    return _TOPIC_TOOLS.get(topic, "order_status")
