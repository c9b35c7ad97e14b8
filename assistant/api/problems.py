"""Errors as answers: application/problem+json (RFC 9457), each error of ours mapped once."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from assistant.errors import (
    Conflict,
    HandrailError,
    IdentityError,
    MessageTooLong,
    NotAllowed,
    NotFound,
    OrderError,
    OrderNotFound,
    ReportError,
    StorageUnavailable,
    TooManyRequests,
    TooManyTries,
)

RETRY_SECONDS = 3

STATUS: dict[type[HandrailError], tuple[int, str]] = {
    NotFound: (404, "Not found"),
    ReportError: (404, "No report"),
    Conflict: (409, "Conflict"),
    IdentityError: (401, "Not accepted"),
    NotAllowed: (403, "Not allowed"),
    OrderNotFound: (403, "Not verified"),
    MessageTooLong: (413, "Too long"),
    TooManyTries: (429, "Too many tries"),
    TooManyRequests: (429, "Too many requests"),
    StorageUnavailable: (503, "Try again"),
    OrderError: (503, "The shop system is away"),
}


class Problem(BaseModel):
    """The body of every error answer."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": title, "content": {"application/problem+json": {}}}
    for status, title in ((401, "Not signed in"), (403, "Not allowed"), (404, "Not found"), (409, "Conflict"),
                          (413, "Too large"), (422, "Malformed"), (429, "Too many requests"), (503, "Try again"))
}  # fmt: skip


def answer(status: int, title: str, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """A problem as an HTTP answer."""
    problem = Problem(title=title, status=status, detail=detail)
    return JSONResponse(problem.model_dump(), status, headers, "application/problem+json")


def install(app: FastAPI) -> None:
    """Map every error of ours, and the framework's own, to a problem."""
    app.add_exception_handler(HandrailError, _ours)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http)


async def _ours(_: Request, error: Exception) -> JSONResponse:
    kind = next((kind for kind in type(error).__mro__ if kind in STATUS), None)
    status, title = STATUS[kind] if kind else (500, "Something is wrong on our side")
    seconds = getattr(error, "retry_after", RETRY_SECONDS)
    headers = {"Retry-After": str(round(seconds))} if status in (429, 503) else None
    return answer(status, title, str(error), headers)


async def _malformed(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this type only
    problems = "; ".join(
        f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}" for problem in error.errors()
    )
    return answer(422, "Malformed", problems)


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type only
    return answer(error.status_code, error.detail, error.detail, dict(error.headers or {}))
