"""What the routers work with. The composition root (app.py) fills it once."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from assistant.api.limits import RateLimits, Streams
from assistant.bell import Bell
from assistant.desk import Desk
from assistant.handoff.macros import Macro
from assistant.knowledge import Shop
from assistant.orders.identity import GuestLookup, IdentityTokens
from assistant.retrieval.shelf import Shelf
from assistant.settings import Settings
from assistant.storage.store import Store
from assistant.telemetry import Metrics
from evals.runs import EvalRuns


@dataclass(frozen=True)
class Services:
    """The parts of one running service. `guests` is None where there is no order system."""

    settings: Settings
    shop: Shop
    store: Store
    desk: Desk
    bell: Bell
    shelf: Shelf
    tokens: IdentityTokens
    guests: GuestLookup | None
    limits: RateLimits
    streams: Streams
    metrics: Metrics
    evals: EvalRuns
    macros: tuple[Macro, ...]


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


Here = Annotated[Services, Depends(_services)]


def client_address(request: Request, settings: Settings) -> str:
    """The caller's address; X-Forwarded-For counts only when a trusted proxy says so."""
    peer = request.client.host if request.client else "unknown"
    trusted = settings.server.trusted_proxies
    hops = [
        hop.strip() for line in request.headers.getlist("x-forwarded-for") for hop in line.split(",") if hop.strip()
    ]
    while peer in trusted and hops:
        peer = hops.pop()
    return peer
