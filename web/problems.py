"""Errors as answers (RFC 9457): what happened, what was kept, what to do. Never what was typed."""

import logging
from http import HTTPStatus
from typing import Any

from asyncpg import PostgresError  # type: ignore[import-untyped]
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.exceptions import HTTPException

from kit.errors import Later, Refusal
from kit.templating import pages

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
BUSY_S = 2  # when the database was busy: come back after

# How a database says that it is busy or gone. While a connection is opened, drivers speak plainly.
ABSENCES = (OperationalError, InterfaceError, NoConnection, PostgresError, OSError)

DOCUMENTED: dict[int | str, dict[str, Any]] = {
    status: {
        "description": why,
        "content": {MEDIA_TYPE: {"schema": {"type": "object", "required": ["title", "status"]}}},
    }
    for status, why in {
        401: "No token, or one that is not valid",
        403: "Called by the page of another site",
        404: "Foreign or absent",
        409: "In conflict with what is stored",
        413: "Too large",
        422: "Not well formed",
        429: "Too many requests: come back after `Retry-After` seconds",
        503: "Not now: come back after `Retry-After` seconds",
    }.items()
}


def problem(
    status: int, detail: str | None = None, *, retry_after: int | None = None, **more: object
) -> JSONResponse:
    headers = {"Cache-Control": "no-store"}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    title = HTTPStatus(status).phrase
    content = {"type": "about:blank", "title": title, "status": status, **more}
    if detail:
        content["detail"] = detail
    return JSONResponse(content, status, headers=headers, media_type=MEDIA_TYPE)


def wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(
        "/api/"
    )


def error_page(request: Request, status: int) -> HTMLResponse:
    return pages.TemplateResponse(request, "web/error.html", {"status": status}, status)


async def refuse(request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)
    if wants_page(request):
        return error_page(request, refusal.status)
    retry_after = refusal.retry_after if isinstance(refusal, Later) else None
    more = {"code": refusal.code} if refusal.code else {}
    return problem(refusal.status, str(refusal), retry_after=retry_after, **more)


async def malformed(request: Request, error: Exception) -> Response:
    """Says where and why, without the value."""
    assert isinstance(error, RequestValidationError)
    if wants_page(request):
        return error_page(request, HTTPStatus.UNPROCESSABLE_ENTITY)
    wrong = [{"at": [str(s) for s in e["loc"][:3]], "why": e["type"]} for e in error.errors()]
    return problem(422, "The request is not well formed.", errors=_known(wrong))


def _known(wrong: list[dict[str, object]]) -> list[dict[str, object]]:
    """Without the names of unknown fields: they are the sender's words too."""
    for each in wrong:
        if each["why"] == "extra_forbidden":
            each["at"] = ["body"]
    return wrong[:10]


async def http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    cause = error.__cause__
    if isinstance(cause, Refusal):  # FastAPI says 400 for all that goes wrong while a body is read
        return await refuse(request, cause)
    status = 422 if isinstance(cause, ValueError | RecursionError) else error.status_code
    if wants_page(request):
        return error_page(request, status)
    answer = problem(status)
    answer.headers.update(error.headers or {})
    return answer


async def busy(request: Request, error: Exception) -> Response:
    """The database could not be had: nothing of this request was kept."""
    logger.error("The database did not answer: %s", type(error.__cause__ or error).__name__)
    if wants_page(request):
        return error_page(request, 503)
    return problem(503, "Nothing was stored. Try again in a moment.", retry_after=BUSY_S)


def install(app: FastAPI) -> None:
    app.add_exception_handler(Refusal, refuse)
    app.add_exception_handler(RequestValidationError, malformed)
    app.add_exception_handler(HTTPException, http_error)
    for absence in ABSENCES:
        app.add_exception_handler(absence, busy)
