"""Counts every request, and logs those that failed."""

import logging
from time import monotonic

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.errors import HandrailError
from assistant.telemetry import Metrics

log = logging.getLogger("handrail")


class Traffic:
    """ASGI middleware. A stream is counted when it begins."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on; count it by its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = monotonic()
        scope.setdefault("state", {})

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._count(scope, message["status"], monotonic() - began)
            await send(message)

        await self._app(scope, receive, counted)

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        route, problem = _route(scope), scope["state"].get("problem")
        self._metrics.request(scope["method"], route, status)
        if limit := getattr(problem, "limit", None):
            self._metrics.refused(limit)
        if status >= 400:
            fields = {
                "method": scope["method"][:20],
                "route": route,
                "path": scope["path"][:200],
                "status": status,
                "why": str(problem) if isinstance(problem, HandrailError) else None,
                "took_ms": round(seconds * 1000),
            }
            log.log(logging.ERROR if status >= 500 else logging.INFO, "request failed", extra={"fields": fields})


def _route(scope: Scope) -> str:
    """The route as it is declared; a folder of files counts as one, and so does all that is not found."""
    route = scope.get("route")
    if route is not None:
        return str(route.path)
    return str(scope.get("root_path") or "unmatched") if "endpoint" in scope else "unmatched"
