"""Who is asking: a token from the shop's own site, or an order number together with its e-mail address."""

from __future__ import annotations

import hashlib
import hmac
import math
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import jwt
from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from assistant.conversation import Customer
from assistant.errors import IdentityError, OrderNotFound, SettingsError, TooManyTries
from assistant.orders.numbers import number_key

if TYPE_CHECKING:
    from assistant.orders.source import OrderSource
    from assistant.orders.words import Order
    from assistant.settings import Identity, Limits

CLOCK_SKEW = 30  # seconds by which the shop's clock may differ from ours
REQUIRED = ["exp", "iat", "aud", "iss", "sub"]
NO_SUCH_ORDER = "we found no order with this number and e-mail address; check both and try again"


class IdentityTokens:
    """Verifies the tokens that the shop's site signs. Algorithm and key come from the settings alone.

    Raises:
        SettingsError: the key does not fit the algorithm.
    """

    def __init__(self, settings: Identity) -> None:
        self._settings = settings
        key = settings.key.get_secret_value()
        self._key = key
        try:
            jwt.get_algorithm_by_name(settings.algorithm).prepare_key(key) if key else None
        except (jwt.InvalidKeyError, ValueError):
            raise SettingsError(
                f"identity.key does not fit {settings.algorithm}: "
                "HS256 takes a secret, RS256 a public key in PEM; correct identity.key or identity.algorithm"
            ) from None

    def verify(self, token: str) -> Customer:
        """The customer a token speaks for: `sub`, and `email` and `name` where given.

        Raises:
            IdentityError: no key is configured, or the token is expired, too old, forged or incomplete.
        """
        if not self._key:
            raise IdentityError("this service takes no identity tokens; set identity.key to the shop's key")
        claims = self._claims(token)
        if time.time() - claims["iat"] > self._settings.max_age_seconds + CLOCK_SKEW:
            raise IdentityError("the identity token is too old; reload the shop's page and try again")
        if not claims["sub"].strip():
            raise IdentityError("the identity token names no customer; the shop must put the customer id in sub")
        return Customer(id=claims["sub"], email=_text(claims, "email"), name=_text(claims, "name"), verified_by="token")

    def _claims(self, token: str) -> dict[str, Any]:
        try:
            return jwt.decode(
                token,
                self._key,
                algorithms=[self._settings.algorithm],
                audience=self._settings.audience,
                issuer=self._settings.issuer,
                leeway=CLOCK_SKEW,
                options={"require": REQUIRED},
            )
        except jwt.ExpiredSignatureError:
            why = "has expired; reload the shop's page and try again"
        except jwt.ImmatureSignatureError:
            why = "is not valid yet; check the clock of the shop's server"
        except jwt.MissingRequiredClaimError as error:
            why = f"lacks the claim {error.claim}; the shop must add it"
        except (jwt.InvalidAudienceError, jwt.InvalidIssuerError):
            why = "was made for another service; the shop must use the configured issuer and audience"
        except (jwt.InvalidTokenError, RecursionError, OverflowError):
            why = "could not be verified; reload the shop's page and try again"
        raise IdentityError(f"the identity token {why}")


class GuestLookup:
    """Opens one order for somebody who knows its number and e-mail address.

    Wrong tries count per conversation, address and order number, never per e-mail address: that would let a
    stranger who knows it lock the customer out of every order.
    """

    def __init__(self, source: OrderSource, limits: Limits) -> None:
        self._source = source
        self._limit = RateLimitItemPerSecond(limits.order_tries, limits.order_window_seconds)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._under_way: Counter[tuple[str, str]] = Counter()

    async def open(self, order_number: str, email: str, conversation_id: str, address: str) -> Customer:
        """The customer whom this pair of number and e-mail opens that one order to.

        Raises:
            OrderNotFound: no such order or another e-mail address; the same text and the same work for both.
            TooManyTries: too many wrong tries within the window.
            ShopUnreachable: the shop system is down; not counted as a try.
            ShopNonsense: it answered something that is no order; not counted either.
        """
        keys = (("conversation", conversation_id), ("address", address), ("order", number_key(order_number)))
        with self._try(keys):
            try:
                return await customer_of(self._source, order_number, email)
            except OrderNotFound:
                for key in keys:
                    self._limiter.hit(self._limit, *key)
                raise

    @contextmanager
    def _try(self, keys: tuple[tuple[str, str], ...]) -> Iterator[None]:
        """Hold a place under every limit, so that tries sent all at once cannot slip past the count."""
        self._under_way.update(keys)
        try:
            for key in keys:
                if not self._limiter.test(self._limit, *key, cost=self._under_way[key]):
                    raise TooManyTries(self._wait(key))
            yield
        finally:
            self._under_way.subtract(keys)
            self._under_way += Counter()  # drops the zeros

    def _wait(self, key: tuple[str, str]) -> int:
        return max(1, math.ceil(self._limiter.get_window_stats(self._limit, *key).reset_time - time.time()))


async def customer_of(source: OrderSource, order_number: str, email: str) -> Customer:
    """The customer whom a pair of order number and e-mail address opens that one order to; tries are not counted.

    Raises:
        OrderNotFound: no such order or another e-mail address; the same text and the same work for both.
    """
    order = await _find(source, order_number)
    given, known = _digest(email), _digest(order.email if order else "")
    if hmac.compare_digest(given, known) and order and order.email.strip():
        return Customer(verified_by="order_and_email", order_number=order.number, email=order.email)
    raise OrderNotFound(NO_SUCH_ORDER)


async def _find(source: OrderSource, number: str) -> Order | None:
    try:
        return await source.order(number)
    except OrderNotFound:
        return None


def _digest(email: str) -> bytes:
    return hashlib.sha256(email.strip().casefold().encode("utf-8", "replace")).digest()


def _text(claims: dict[str, Any], name: str) -> str | None:
    value = claims.get(name)
    return value if isinstance(value, str) and value.strip() else None
