from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from assistant.conversation import Customer
from assistant.orders.tools import may_see
from assistant.orders.words import Money, Order, OrderLine

PRICE = Money(amount=Decimal(1), currency="EUR")
IDS = st.sampled_from(["", "c-1", "c-2", "C-1", " c-1"]) | st.text(max_size=5)
NUMBERS = st.sampled_from(["", "FH-1", "FH-2", "fh-1"]) | st.text(max_size=5)
EMAILS = st.sampled_from(["", "a@example.com", "b@example.com"])
KINDS = st.sampled_from(["token", "user_hash", "order_and_email", "emailed_code", "nobody"])


@st.composite
def orders(draw: st.DrawFn) -> Order:
    return Order(
        number=draw(NUMBERS),
        customer_id=draw(IDS),
        email=draw(EMAILS),
        state="paid",
        placed_at=datetime(2026, 1, 1, tzinfo=UTC),
        lines=(OrderLine(sku="S", title="Hat", quantity=1, price=PRICE),),
        total=PRICE,
    )


@st.composite
def customers(draw: st.DrawFn) -> Customer:
    return Customer(
        id=draw(st.none() | IDS),
        email=draw(st.none() | EMAILS),
        verified_by=draw(KINDS),
        order_number=draw(st.none() | NUMBERS),
    )


@given(customers(), orders())
def test_nobody_sees_what_is_not_theirs(customer: Customer, order: Order) -> None:
    if may_see(customer, order):
        own = customer.verified_by in ("token", "user_hash") and customer.id == order.customer_id != ""
        opened = customer.verified_by == "order_and_email" and customer.order_number == order.number != ""
        assert own or opened


@given(customers(), orders())
def test_an_unverified_customer_sees_nothing(customer: Customer, order: Order) -> None:
    assert not may_see(customer.model_copy(update={"verified_by": "nobody"}), order)


@given(orders(), customers())
def test_customers_see_their_own(order: Order, customer: Customer) -> None:
    mine = customer.model_copy(update={"verified_by": "token", "id": order.customer_id})
    assert may_see(mine, order) == bool(order.customer_id)
