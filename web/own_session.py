"""The session of whoever the host site sent to « mes tickets »: opened by an identity token, once.

The host site posts the token with a form or a button of its page: so it stands in no address and in
no history. Our answer gives a cookie for these pages alone. What they change must come from them.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from chorus import page_sessions
from chorus.identity import Identity, Verifier
from chorus.models import PageSession
from kit.database import Database, database_of
from kit.errors import Forbidden, Invalid, Unauthorised
from kit.finishing import to_its_end
from kit.limits import Limited
from staff.access import HARMLESS, is_secure
from ticketing.drafts import Owner
from web.api import count
from web.sender_forms import HEADERS, page, posted, text_of

PATH = "/mes-tickets"
OPEN = PATH + "/session"  # web/guard.py lets host sites post to it
END = PATH + "/fin"
COOKIE = "claudia_tickets"
TYPED = ("title", "description", "text")  # what may be long, and must not be lost

router = APIRouter(include_in_schema=False)


class SessionNeeded(Unauthorised):
    """Nobody is connected, or no longer."""


async def connected(request: Request) -> PageSession:
    """Raises SessionNeeded, Forbidden for a form that does not say where it comes from."""
    try:
        row = await _use(database_of(request), request.cookies.get(COOKIE, ""))
    except Unauthorised as reason:
        raise SessionNeeded(str(reason)) from None
    if request.method not in HARMLESS and "origin" not in request.headers:
        raise Forbidden("A change says by its Origin where it comes from.")
    request.state.connected = row  # for the banner of each page
    return row


def owner_of(here: Annotated[PageSession, Depends(connected)]) -> Owner:
    return Owner(here.subject, here.claims["email"], here.claims.get("role"))


Here = Annotated[PageSession, Depends(connected)]
Mine = Annotated[Owner, Depends(owner_of)]


@to_its_end
async def _use(database: Database, token: str) -> PageSession:
    async with database.reading() as session:
        row = await page_sessions.find(session, token)
    if page_sessions.new_end(row) is not None:
        async with database.writing.begin() as session:
            await page_sessions.prolong(session, row.token_hash)
    return row


@router.post(OPEN)
async def open_pages(request: Request, identity: Annotated[str, Form()] = "") -> Response:
    await count(request, Limited.OPEN_PAGES)
    verifier: Verifier = request.app.state.verifier
    try:
        verified = await verifier.verify(identity)
        former = request.cookies.get(COOKIE, "")
        token = await _open(database_of(request), verified, former)
    except Unauthorised:
        return _ended(request, refused=True)
    answer = RedirectResponse(PATH, 303, HEADERS)
    answer.set_cookie(
        COOKIE, token, path=PATH, secure=is_secure(request), httponly=True, samesite="lax"
    )
    return answer


@to_its_end
async def _open(database: Database, verified: Identity, former: str) -> str:
    """Whoever was connected in this browser before no longer is."""
    async with database.writing.begin() as session:
        await page_sessions.leave(session, former)
        return await page_sessions.open_session(session, verified)


@router.post(PATH + "/quitter")
async def leave(request: Request) -> Response:
    await _leave(database_of(request), request.cookies.get(COOKIE, ""))
    answer = RedirectResponse(END, 303, HEADERS)
    answer.delete_cookie(
        COOKIE, path=PATH, secure=is_secure(request), httponly=True, samesite="lax"
    )
    return answer


@to_its_end
async def _leave(database: Database, token: str) -> None:
    async with database.writing.begin() as session:
        await page_sessions.leave(session, token)


@router.get(END)
async def show_end(request: Request) -> Response:
    return page(request, "web/own_ended.html", why="left", typed={})


async def ask_for_session(request: Request, _: Exception) -> Response:
    """The answer to SessionNeeded. What was typed meanwhile is shown, to be copied."""
    typed = {}
    if request.method == "POST":
        try:
            async with posted(request) as form:
                typed = {name: text for name in TYPED if (text := text_of(form, name).strip())}
        except Invalid:
            typed = {}
    return _ended(request, typed=typed)


def _ended(
    request: Request, *, refused: bool = False, typed: dict[str, str] | None = None
) -> Response:
    why = "refused" if refused else "ended"
    return page(request, "web/own_ended.html", 401, why=why, typed=typed or {})
