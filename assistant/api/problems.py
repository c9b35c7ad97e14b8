"""Errors as answers: application/problem+json (RFC 9457), each error of ours mapped once, and how they are documented.

A route documents what it can answer with `problems(...)`; what any route with a body can answer is added to it here.
"""

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
    SnapshotError,
    StorageUnavailable,
    TooBusy,
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
    TooBusy: (503, "Too busy"),
    StorageUnavailable: (503, "Try again"),
    SnapshotError: (503, "Try again"),
    OrderError: (503, "The shop system is away"),
}

# What is said in place of an error's own words, which name parts of the installation.
UNSAID: dict[type[HandrailError], str] = {
    StorageUnavailable: "we cannot reach our records just now; try again in a few seconds",
    SnapshotError: "we cannot reach our articles just now; try again in a few seconds",
    OrderError: "we cannot reach the shop's orders just now; try again in a few seconds",
}

MEANINGS = {
    400: "The body is no UTF-8",
    401: "Not signed in, or not accepted",
    403: "Not allowed",
    404: "Not found",
    409: "The state has moved on",
    413: "Too large",
    422: "Malformed",
    429: "Too many requests",
    503: "Try again",
}
WITH_A_BODY = (400, 413, 422)
JSON = "application/json"
PROBLEM_JSON = "application/problem+json"


class Problem(BaseModel):
    """The body of every error answer."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a route or router may answer with besides success, for its `responses`."""
    return {status: {"model": Problem, "description": MEANINGS[status]} for status in statuses}


def answer(status: int, title: str, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """A problem as an HTTP answer."""
    problem = Problem(title=title, status=status, detail=_printable(detail))
    return JSONResponse(problem.model_dump(), status, headers, PROBLEM_JSON)


def install(app: FastAPI) -> None:
    """Map every error of ours, and the framework's own, to a problem, and document them as such."""
    app.add_exception_handler(HandrailError, _ours)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http)
    generated = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            _document(generated())
        return generated()

    app.openapi = openapi  # type: ignore[method-assign]  # the way FastAPI documents


def detail_of(error: HandrailError) -> str:
    """What a caller may read of an error."""
    kind = _kind(error)
    return UNSAID[kind] if kind in UNSAID else str(error)


def _kind(error: HandrailError) -> type[HandrailError] | None:
    """The nearest kind of error that has a status of its own."""
    return next((kind for kind in type(error).__mro__ if kind in STATUS), None)


async def _ours(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HandrailError)  # noqa: S101 - registered for this type only
    kind = _kind(error)
    status, title = STATUS[kind] if kind else (500, "Something is wrong on our side")
    seconds = getattr(error, "retry_after", RETRY_SECONDS)
    headers = {"Retry-After": str(round(seconds))} if status in (429, 503) else None
    request.state.problem = error  # for the log
    return answer(status, title, detail_of(error), headers)


async def _malformed(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this type only
    problems = "; ".join(
        f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}" for problem in error.errors()
    )
    return answer(422, "Malformed", problems)


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type only
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(sorted(_methods(request)))  # the framework names those of one route only
    return answer(error.status_code, error.detail, error.detail, headers)


def _methods(request: Request) -> set[str]:
    """Every method that is documented for this path; the framework's word for a page, which is not documented."""
    route = request.scope.get("route")
    documented = request.app.openapi()["paths"].get(getattr(route, "path", ""), {})
    return {method.upper() for method in documented} or set(getattr(route, "methods", ()))


def _printable(text: str) -> str:
    """A lone surrogate, which a caller can write as JSON and nobody can write as UTF-8, becomes a question mark."""
    return text.encode("utf-8", "replace").decode()


# --- the OpenAPI page -----------------------------------------------------------------------------------


def _document(schema: dict[str, Any]) -> None:
    """Complete what FastAPI cannot know: the media type of problems, and what reading a body can end in."""
    for path in schema["paths"].values():
        for operation in path.values():
            said = operation["responses"]
            if "requestBody" in operation:
                said |= {str(status): {"description": MEANINGS[status]} for status in WITH_A_BODY}
            elif not any(map(_can_be_malformed, operation.get("parameters", ()))):
                said.pop("422", None)
            for status, found in said.items():
                if int(status) >= 400 and found.get("content", {}).get(JSON, {}).get("schema") not in OTHER_BODIES:
                    found["description"] = MEANINGS.get(int(status), found["description"])
                    found["content"] = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
                    if status in ("429", "503"):
                        found["headers"] = RETRY_AFTER
            operation["responses"] = dict(sorted(said.items()))
    words = schema.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        words.pop(unused, None)
    words["Problem"] = Problem.model_json_schema()


RETRY_AFTER = {
    "Retry-After": {"description": "seconds to wait", "required": True, "schema": {"type": "integer", "minimum": 1}}
}
OTHER_BODIES = ({"$ref": "#/components/schemas/Health"},)


def _can_be_malformed(parameter: dict[str, Any]) -> bool:
    """Whether some text is no value of a parameter."""
    schema = parameter["schema"]
    kinds = [part.get("type") for part in schema.get("anyOf", [schema])]
    free = kinds[0] == "string" and not {"enum", "pattern", "minLength", "maxLength", "format"} & {
        key for part in schema.get("anyOf", [schema]) for key in part
    }
    return not free or (parameter.get("required", False) and parameter["in"] != "path")
