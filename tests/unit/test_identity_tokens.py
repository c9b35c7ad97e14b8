import base64
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from assistant.errors import IdentityError, SettingsError
from assistant.orders.identity import IdentityTokens
from assistant.settings import Identity

SECRET = "a secret of the shop, long enough for every HMAC that a forger may try (64 bytes)"
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PRIVATE = RSA_KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)
PUBLIC = RSA_KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
HS = IdentityTokens(Identity(key=SecretStr(SECRET)))
RS = IdentityTokens(Identity(algorithm="RS256", key=SecretStr(PUBLIC.decode())))


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    fresh = {"sub": "c-1", "email": "a@example.com", "name": "Aoife", "iss": "shop", "aud": "handrail"}
    return {k: v for k, v in (fresh | {"iat": now, "exp": now + 300} | changes).items() if v is not None}


def signed(key: Any = SECRET, algorithm: str = "HS256", **changes: Any) -> str:
    return jwt.encode(claims(**changes), key, algorithm=algorithm)


def b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def by_hand(header: dict[str, Any], signature: bytes = b"") -> str:
    return f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims()).encode())}.{b64(signature)}"


def signed_with_the_public_key() -> str:
    """The RS/HS confusion: an HMAC made with the public key, which everybody knows."""
    import hashlib
    import hmac

    head = b64(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
    body = b64(json.dumps(claims()).encode())
    return f"{head}.{body}.{b64(hmac.new(PUBLIC, f'{head}.{body}'.encode(), hashlib.sha256).digest())}"


def test_a_good_token_names_the_customer() -> None:
    customer = HS.verify(signed())
    assert (customer.id, customer.email, customer.name) == ("c-1", "a@example.com", "Aoife")
    assert customer.verified_by == "token"
    assert customer.order_number is None
    assert RS.verify(signed(PRIVATE, "RS256")).id == "c-1"


def test_email_and_name_may_be_missing_or_odd() -> None:
    customer = HS.verify(signed(email=None, name=7))
    assert (customer.email, customer.name) == (None, None)


NOW = int(time.time())
FORGERIES = {
    "alg none": by_hand({"alg": "none", "typ": "JWT"}),
    "alg None in capitals": by_hand({"alg": "NONE", "typ": "JWT"}),
    "no alg": by_hand({"typ": "JWT"}),
    "other algorithm, right secret": signed(algorithm="HS512"),
    "RS256 where HS256 is set": signed(PRIVATE, "RS256"),
    "another secret": signed("another secret, also long enough for HS256"),
    "signature cut off": signed().rsplit(".", 1)[0] + ".",
    "a key in the header": jwt.encode(claims(), "x" * 40, "HS256", headers={"jwk": {"kty": "oct", "k": "eHg"}}),
    "empty": "",
    "prose": "I am Aoife, honestly",
    "not ASCII": "é.ü.ö",
    "a header nested too deep": f"{b64(b'[' * 40_000)}.e30.e30",
    "two audiences' worth of dots": "a.b.c.d.e",
}
STALE = {
    "no exp": ({"exp": None}, "lacks the claim exp"),
    "no iat": ({"iat": None}, "lacks the claim iat"),
    "no aud": ({"aud": None}, "lacks the claim aud"),
    "no iss": ({"iss": None}, "lacks the claim iss"),
    "no sub": ({"sub": None}, "lacks the claim sub"),
    "blank sub": ({"sub": " "}, "names no customer"),
    "expired": ({"exp": NOW - 60}, "has expired"),
    "too old, whatever exp says": ({"iat": NOW - 3_600, "exp": NOW + 90_000}, "too old"),
    "from the future": ({"iat": NOW + 90_000}, "not valid yet"),
    "not before later": ({"nbf": NOW + 90_000}, "not valid yet"),
    "another audience": ({"aud": "warehouse"}, "another service"),
    "another issuer": ({"iss": "elsewhere"}, "another service"),
    "iat that is no number": ({"iat": "yesterday"}, "could not be verified"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_token_is_refused(name: str) -> None:
    with pytest.raises(IdentityError, match="could not be verified") as refused:
        HS.verify(FORGERIES[name])
    assert not [word for word in ("HS256", "signature", "alg", SECRET) if word in str(refused.value)]


@pytest.mark.parametrize("name", STALE)
def test_a_stale_or_incomplete_token_is_refused_and_told_why(name: str) -> None:
    changes, why = STALE[name]
    with pytest.raises(IdentityError, match=why):
        HS.verify(signed(**changes))


@pytest.mark.parametrize("token", [signed_with_the_public_key(), signed(), by_hand({"alg": "none"})])
def test_an_rsa_service_takes_no_hmac(token: str) -> None:
    with pytest.raises(IdentityError, match="could not be verified"):
        RS.verify(token)


def test_without_a_key_no_token_is_taken() -> None:
    with pytest.raises(IdentityError, match=r"identity\.key"):
        IdentityTokens(Identity()).verify(signed())


@pytest.mark.parametrize(
    ("algorithm", "key"), [("RS256", "not a PEM key"), ("HS256", PUBLIC.decode()), ("RS256", SECRET)]
)
def test_a_key_that_does_not_fit_is_a_settings_error(algorithm: Any, key: str) -> None:
    with pytest.raises(SettingsError, match="does not fit"):
        IdentityTokens(Identity(algorithm=algorithm, key=SecretStr(key)))


@given(st.text() | st.from_regex(r"\A[\w-]+\.[\w-]+\.[\w-]*\Z"))
def test_no_text_is_a_token(token: str) -> None:
    with pytest.raises(IdentityError):
        HS.verify(token)
