import pytest

from assistant.orders.numbers import find_order_number, number_key


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Where is FH-10234?", "FH-10234"),
        ("fh10234 still not here", "FH10234"),
        ("my order FH 10234 please", "FH 10234"),
        ("It's #10234.", "10234"),
        ("order no. 10234", "10234"),
        ("Order number is fh-10234, thanks", "FH-10234"),
        ("order #1001?", "1001"),
        ("10234", "10234"),
        ("both FH-10234 and FH-10235", "FH-10234"),
    ],
)
def test_numbers_are_found_as_customers_write_them(text: str, number: str) -> None:
    assert find_order_number(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "boots in EU 42 or EU-42",
        "I ordered 2 jackets and paid 129.00",
        "orders over 150 euros in 2027",
        "a jacket with 20,000 mm, delivered within 30 days",
        "in 20000 steps",
        "tracking RR123456789IE says nothing",
        "1Z84F5456303838123",
        "my order of 2 boots",
        "",
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert find_order_number(text) is None


def test_spellings_share_a_key() -> None:
    assert {number_key(n) for n in ("FH-10234", "fh10234", "#10234", " FH 10234 ", "10234")} == {"10234"}
