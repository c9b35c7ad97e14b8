"""What stands before every route: a limit on bodies, security headers, and a problem as the answer to a bug."""

import logging
from contextlib import suppress

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.api.problems import answer

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; frame-ancestors 'none'; form-action 'self'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


log = logging.getLogger("handrail")


class BodyTooLarge(Exception):  # noqa: N818 - never leaves this module
    """More bytes came than are read."""


class Guard:
    """ASGI middleware; streams pass through unbuffered."""

    def __init__(self, app: ASGIApp, body_bytes: int) -> None:
        self._app = app
        self._limit = body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or refuse it with a problem (413)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        left = self._limit
        started = False

        async def counted() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise BodyTooLarge
            return message

        async def headed(message: Message) -> None:
            nonlocal started
            if left < 0 and not started:
                return  # the app answers to half a body; the refusal below answers to the whole
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if _announced(scope) > self._limit:
            left = -1
        else:
            try:
                with suppress(BodyTooLarge):
                    await self._app(scope, counted, headed)
            except Exception:
                if started:
                    raise  # half an answer cannot be taken back
                log.exception("a bug in the answer to %s %s", scope["method"], scope["path"][:200])
                refusal = answer(500, "Something is wrong on our side", "it is in our log; please try again")
                await refusal(scope, receive, headed)
        if left < 0 and not started:
            left = 0
            refusal = answer(413, "Too large", f"a request body has at most {self._limit} bytes")
            await refusal(scope, receive, headed)


def _announced(scope: Scope) -> int:
    announced = Headers(scope=scope).get("content-length", "0")
    return int(announced) if announced.isdigit() else 0
