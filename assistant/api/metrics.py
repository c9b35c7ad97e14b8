"""GET /metrics: what a Prometheus server reads."""

import asyncio
import ipaddress
import secrets
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from assistant.api.problems import problems
from assistant.api.services import Here, Services
from assistant.errors import IdentityError, NotAllowed, StorageUnavailable
from assistant.evidence import now
from assistant.storage.counts import Counted
from assistant.telemetry import Gauge, gauge

FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")

bearer = HTTPBearer(auto_error=False, scheme_name="MetricsToken", description="the setting metrics.token")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


async def _scraper(request: Request, here: Here, credentials: Credentials) -> None:
    token = here.settings.metrics.token.get_secret_value()
    if token:
        given = credentials.credentials if credentials else ""
        if not secrets.compare_digest(given.encode(), token.encode()):
            raise IdentityError("send the setting metrics.token as `Authorization: Bearer <token>`")
    elif not _is_this_machine(request):
        raise NotAllowed("metrics are for this machine only; set metrics.token to read them from another")


router = APIRouter(tags=["operations"], dependencies=[Depends(_scraper)], responses=problems(401, 403))


class Page(Response):
    """Prometheus' text format."""

    media_type = "text/plain; version=1.0.0"


@router.get("/metrics", response_class=Page, openapi_extra={"security": [{}]})  # no token is needed on this machine
async def read_metrics(here: Here) -> Page:
    """Everything counted, in Prometheus' text format."""
    try:
        counted = await here.store.counted()
    except StorageUnavailable:
        counted = None
    gauges = [*_of_store(counted), *_of_service(here)]
    return Page(await asyncio.to_thread(here.metrics.page, gauges))


def _of_store(counted: Counted | None) -> Iterator[Gauge]:
    yield gauge("database_up", "Whether the database answers.", float(counted is not None))
    if counted:
        by_status = {(status,): float(count) for status, count in counted.conversations.items()}
        yield gauge("conversations", "Conversations by status.", by_status, ("status",))
        waiting = {key: float(count) for key, count in counted.tickets.items()}
        yield gauge("tickets", "Tickets that are not resolved.", waiting, ("status", "priority"))
        yield gauge("messages_awaiting", "Messages that the assistant has not answered.", counted.awaiting)


def _of_service(here: Services) -> Iterator[Gauge]:
    yield gauge("streams_open", "Event streams that are open.", here.streams.open)
    status = here.shelf.status()
    yield gauge("snapshot_problem", "Whether the current snapshot cannot be served.", float(bool(status.problem)))
    if manifest := status.manifest:
        age = (now() - manifest.published_at).total_seconds()
        yield gauge("snapshot_age_seconds", "Since the snapshot being served was published.", age)
        yield gauge("snapshot_passages", "Passages in the snapshot being served.", manifest.passages)
        yield gauge("snapshot_articles", "Articles in the snapshot being served.", len(manifest.articles))


def _is_this_machine(request: Request) -> bool:
    """Whether the caller is on this machine itself, not behind a proxy that is."""
    if request.client is None or any(header in request.headers for header in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
