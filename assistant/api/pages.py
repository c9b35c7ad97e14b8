"""The pages (demo shop with the widget, inbox, studio) and the state of the service."""

import asyncio
import logging
from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles

from assistant.api.bodies import Health
from assistant.api.problems import detail_of
from assistant.api.services import Here
from assistant.errors import HandrailError, SnapshotError

WEB = Path(__file__).resolve().parents[1] / "web"

log = logging.getLogger("handrail")

router = APIRouter(include_in_schema=False)


def _page(path: str) -> FileResponse:
    return FileResponse(WEB / path)


@router.get("/")
async def shop() -> FileResponse:
    """The demo shop."""
    return _page("shop/index.html")


@router.get("/inbox")
async def inbox() -> FileResponse:
    """The human agents' inbox."""
    return _page("inbox/index.html")


@router.get("/studio")
async def studio() -> FileResponse:
    """The owners' studio."""
    return _page("studio/index.html")


@router.get("/widget.js")
async def widget() -> FileResponse:
    """The customer's widget, to be included by the shop's pages."""
    return _page("widget/widget.js")


@router.get("/articles/{article_id}")
async def article(article_id: str) -> FileResponse:  # noqa: ARG001 - the page reads it from its address
    """One help article."""
    return _page("article/index.html")


@router.get("/docs")
async def api_page() -> FileResponse:
    """The API's own page."""
    return _page("api/index.html")


health = APIRouter(tags=["health"])


@health.get("/health")
async def alive() -> Health:
    """The process runs."""
    return Health(status="ok")


@health.get("/ready", response_model=Health, responses={503: {"model": Health, "description": "Not ready"}})
async def ready(here: Here) -> JSONResponse:
    """The database answers and a snapshot of the knowledge is being served."""
    checks = {"knowledge": await asyncio.to_thread(_knowledge, here), "database": "ok"}
    try:
        await here.store.ping()
    except HandrailError as error:
        log.warning("not ready: %s", error)
        checks["database"] = detail_of(error)
    fine = all(check == "ok" for check in checks.values())
    body = Health(status="ok" if fine else "not_ready", checks=checks)
    return JSONResponse(body.model_dump(), 200 if fine else 503)


def _knowledge(here: Here) -> str:
    try:
        here.shelf.warm()
    except SnapshotError as error:
        log.warning("not ready: %s", error)
        return detail_of(error)
    return "ok"


def install(app: FastAPI) -> None:
    """Add the pages, their assets and the health checks to an app."""
    app.include_router(router)
    app.include_router(health)
    app.mount("/assets", StaticFiles(directory=WEB), name="assets")
    app.mount("/docs/ui", StaticFiles(packages=[("fastapi_offline", "static")]), name="docs-ui")
