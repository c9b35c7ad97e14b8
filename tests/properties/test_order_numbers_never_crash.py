from hypothesis import given
from hypothesis import strategies as st

from assistant.orders.numbers import find_order_number, number_key


@given(st.text())
def test_any_text_gives_a_number_or_none(text: str) -> None:
    found = find_order_number(text)
    assert found is None or (any(c.isdigit() for c in found) and len(found) <= 20)


@given(st.text())
def test_a_key_is_short_and_stable(number: str) -> None:
    key = number_key(number)
    assert len(key) <= 64
    assert number_key(key) == key


@given(st.integers(1000, 99_999_999), st.sampled_from(["FH-{}", "fh{}", "#{}", "order {}", "Order number: {}"]))
def test_a_mentioned_number_keeps_its_key(number: int, spelling: str) -> None:
    found = find_order_number(f"hello, where is {spelling.format(f'{number:05d}')} please")
    assert found is not None
    assert number_key(found) == f"{number:05d}"
