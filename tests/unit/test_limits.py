"""Rate limits and the address they count by."""

import pytest
from starlette.requests import Request

from assistant.api.limits import RateLimits
from assistant.api.services import client_address
from assistant.errors import TooManyRequests
from assistant.settings import Limits, Server, Settings


def test_each_conversation_has_its_own_count() -> None:
    limits = RateLimits(Limits(messages_per_minute=2, messages_per_minute_per_address=3))
    for _ in range(2):
        limits.message("a", "here")
    with pytest.raises(TooManyRequests) as refused:
        limits.message("a", "here")
    assert 1 <= refused.value.retry_after <= 60
    limits.message("b", "here")
    with pytest.raises(TooManyRequests):
        limits.message("c", "here")
    limits.message("c", "there")


def test_signing_in_counts_by_name_and_by_address() -> None:
    limits = RateLimits(Limits(sign_ins_per_minute=1))
    limits.sign_in("ada", "here")
    for name, address in (("ada", "there"), ("bob", "here")):
        with pytest.raises(TooManyRequests):
            limits.sign_in(name, address)


@pytest.mark.parametrize(
    ("trusted", "forwarded", "address"),
    [
        ((), "203.0.113.1", "192.0.2.1"),
        (("192.0.2.1",), "203.0.113.1", "203.0.113.1"),
        (("192.0.2.1",), "198.51.100.7, 203.0.113.1", "203.0.113.1"),
        (("192.0.2.1",), "", "192.0.2.1"),
        (("192.0.2.9",), "203.0.113.1", "192.0.2.1"),
    ],
)
def test_only_a_trusted_proxy_names_the_caller(trusted: tuple[str, ...], forwarded: str, address: str) -> None:
    headers = [(b"x-forwarded-for", forwarded.encode())]
    request = Request({"type": "http", "client": ("192.0.2.1", 5), "headers": headers})
    assert client_address(request, Settings(server=Server(trusted_proxies=trusted))) == address
