"""How the service is reached, and what it reaches."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterator
from time import monotonic
from urllib.parse import urlsplit

import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from assistant.app import choose_model
from assistant.chat_models.port import ChatMessage, ChatModel
from assistant.doctor.finding import Finding, advice, ok, wrong
from assistant.evidence import now
from assistant.settings import ROOT, Settings

MODEL_SECONDS = 20.0
FEW_CHARACTERS = 10  # different ones: fewer than a key made at random has
RSA_BITS = 2_048
READY = {
    "type": "object",
    "properties": {"ready": {"type": "boolean"}},
    "required": ["ready"],
    "additionalProperties": False,
}


def chat_model(settings: Settings) -> Iterator[Finding]:
    """The chat model: it answers in JSON, and how fast."""
    model = choose_model(settings)
    if model is None:
        yield ok("chat model", "none is named: replies are extractive")
        return
    seconds = asyncio.run(_ask(model))
    said = f"{model.name} answers in JSON, after {seconds:.1f} s"
    if seconds > settings.model.seconds / 2:
        yield advice("chat model", said, "name a faster model: a reply is longer than this one was")
    else:
        yield ok("chat model", said)


async def _ask(model: ChatModel) -> float:
    began = monotonic()
    try:
        await model.complete([ChatMessage("user", 'Answer {"ready": true}.')], READY, MODEL_SECONDS)
        return monotonic() - began
    finally:
        await model.close()


def identity_key(settings: Settings) -> Iterator[Finding]:
    """The key of the shop's site."""
    key = settings.identity.key.get_secret_value()
    if not key:
        yield ok("identity key", "none: customers prove an order by its number and e-mail address")
    elif settings.identity.algorithm == "RS256":
        yield _public_key(key)
    elif len(set(key)) < FEW_CHARACTERS:
        remedy = "make one at random: python -c 'import secrets; print(secrets.token_urlsafe(32))'"
        yield wrong("identity key", f"has {len(set(key))} different characters; it can be guessed", remedy)
    else:
        yield ok("identity key", f"HS256, {len(key.encode())} bytes")


def _public_key(pem: str) -> Finding:
    remedy = "put the RS256 public key there in PEM (-----BEGIN PUBLIC KEY-----)"
    if "PRIVATE" in pem:
        return wrong("identity key", "is a private key; Handrail only needs the public one", remedy)
    try:
        key = serialization.load_pem_public_key(pem.encode())
    except ValueError:
        return wrong("identity key", "is no public key in PEM", remedy)
    if not isinstance(key, RSAPublicKey) or key.key_size < RSA_BITS:
        return wrong("identity key", f"is no RSA key of {RSA_BITS} bits or more", remedy)
    return ok("identity key", f"RS256, {key.key_size} bits")


def addresses(settings: Settings) -> Iterator[Finding]:
    """The public address, the shop's origins, the proxies, and whether they go together."""
    server, public = settings.server, urlsplit(settings.public_url)
    if public.scheme not in ("http", "https") or not public.hostname:
        remedy = "write it like https://help.example.com"
        yield wrong("addresses", f"server.public_url {settings.public_url!r} is no address", remedy)
        return
    yield ok("addresses", f"customers see {settings.public_url}")
    far = not _is_local(public.hostname)
    if far and public.scheme == "http":
        said = "server.public_url is http: sign-in cookies and chats travel in the clear"
        yield advice("addresses", said, "put a proxy with TLS before the service and write https://…")
    if not _is_local(server.host) and not server.public_url:
        said = f"the service listens on {server.host}, and server.public_url is not set"
        yield advice("addresses", said, "set server.public_url to the address that customers see")
    if public.scheme == "https" and not server.trusted_proxies:
        said = "no server.trusted_proxies: behind a proxy all customers count as one address"
        yield advice("addresses", said, "name the address that the proxy connects from")
    yield from _origins(settings, public.scheme)
    yield from _proxies(settings)


def _origins(settings: Settings, scheme: str) -> Iterator[Finding]:
    for origin in settings.server.allowed_origins:
        parts = urlsplit(origin)
        bare = f"{parts.scheme}://{parts.netloc}"
        if parts.scheme not in ("http", "https") or not parts.netloc or origin != bare:
            remedy = f"write {bare}" if parts.netloc else "write it like https://shop.example, without a path"
            yield wrong("addresses", f"server.allowed_origins: {origin!r} is no origin", remedy)
        elif parts.scheme == "https" and scheme == "http":
            said = f"{origin} is https and server.public_url is not: browsers refuse to mix them"
            yield wrong("addresses", said, "serve Handrail over https too")


def _proxies(settings: Settings) -> Iterator[Finding]:
    for proxy in settings.server.trusted_proxies:
        try:
            ipaddress.ip_address(proxy)
        except ValueError:
            said = f"server.trusted_proxies: {proxy!r} is no address, so it never matches"
            yield wrong("addresses", said, "name single addresses, such as 10.0.0.7")


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def port(settings: Settings) -> Iterator[Finding]:
    """The port: free, or Handrail's already."""
    host, number = settings.server.host, settings.server.port
    try:
        socket.create_server((host, number), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
        yield ok("port", f"{number} on {host} is free")
    except PermissionError:
        yield wrong("port", f"this user may not listen on {number}", "choose one above 1023 with --port")
    except OSError as error:
        if _answers(host, number):
            yield ok("port", f"a service answers on {number} already")
        else:
            yield wrong("port", f"cannot listen on {host}:{number} ({error.strerror})", "choose another with --port")


def _answers(host: str, number: int) -> bool:
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 - where it listens, not a bind
    try:
        found = httpx.get(f"http://{name}:{number}/health", timeout=2)
        return found.is_success and found.json().get("status") == "ok"
    except (httpx.HTTPError, ValueError):
        return False


def clock(settings: Settings) -> Iterator[Finding]:  # noqa: ARG001 - looks are all called alike
    """The clock: not before this version was installed."""
    installed = ROOT.joinpath("assistant", "settings.py").stat().st_mtime
    behind = installed - now().timestamp()
    if behind > 60:
        yield wrong("clock", f"is at least {behind / 3600:.1f} hours slow", "set it, for instance with NTP")
    else:
        yield ok("clock", f"it is {now():%Y-%m-%d %H:%M} UTC")
