"""The port to a shop system, for reading. Writes have a port of their own."""

from typing import Protocol

from assistant.orders.words import CustomerProfile, Order


class OrderSource(Protocol):
    """Read access to orders. It knows nothing of identity: who may see what is decided in tools.py.

    Every method raises ShopUnreachable (down, slow, refused) or ShopNonsense (no order in the answer).
    """

    async def order(self, number: str) -> Order:
        """One order by the number customers know; `#` and case do not matter.

        Raises:
            OrderNotFound: no such order.
        """

    async def orders(self, customer_id: str) -> list[Order]:
        """A customer's orders, newest first; empty for an unknown customer."""

    async def profile(self, customer_id: str) -> CustomerProfile:
        """A customer's profile.

        Raises:
            OrderNotFound: no such customer.
        """

    async def close(self) -> None:
        """Release connections."""
