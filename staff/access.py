"""Who may open which page of the team, and who sends the forms that change something.

A page sends whoever is not logged in to the login page; a call of the API is answered 401. What
changes something with the cookie must say where it comes from (`web/guard.py` refuses other sites,
and a browser always says it): a cookie alone proves nothing about who wrote the form.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from kit.database import Database, database_of
from kit.errors import Forbidden, Unauthorised
from kit.finishing import to_its_end
from kit.settings import Settings
from staff.models import Role, StaffMember, StaffSession
from staff.sessions import LASTS, is_use_to_note, note_use, who

COOKIE = "claudia_staff"
LOGIN = "/equipe/connexion"
HARMLESS = {"GET", "HEAD", "OPTIONS"}

type LoggedIn = tuple[StaffMember, StaffSession]


class LoginNeeded(Unauthorised):
    """Asked for a page that only the team sees."""


@to_its_end
async def login_of(database: Database, cookies: Mapping[str, str]) -> LoggedIn:
    """Who is logged in, for pages and sockets alike. Raises Unauthorised. Notes that they are."""
    async with database.reading() as session:
        member, row = await who(session, cookies.get(COOKIE, ""))
    if is_use_to_note(row):
        async with database.writing.begin() as session:
            await note_use(session, row.id)
    return member, row


async def logged_in(request: Request) -> LoggedIn:
    """Raises LoginNeeded for a page, Unauthorised for the API, Forbidden for a forgery."""
    try:
        found = await login_of(database_of(request), request.cookies)
    except Unauthorised as reason:
        if request.url.path.startswith("/api/"):
            raise
        raise LoginNeeded(str(reason)) from None
    if request.method not in HARMLESS and "origin" not in request.headers:
        raise Forbidden("A change says by its Origin where it comes from.")
    return found


Here = Annotated[LoggedIn, Depends(logged_in)]


async def member_of(here: Here) -> StaffMember:
    return here[0]


Member = Annotated[StaffMember, Depends(member_of)]


def require(*roles: Role) -> Callable[[StaffMember], Awaitable[StaffMember]]:
    """A dependency: the member, when theirs is one of these roles. Raises Forbidden otherwise."""

    async def member_with_role(member: Member) -> StaffMember:
        if member.role not in roles:
            raise Forbidden("This is for other roles.")
        return member

    return member_with_role


Administrator = Annotated[StaffMember, Depends(require(Role.ADMINISTRATOR))]


async def go_to_login(request: Request, _: Exception) -> Response:
    """The answer to LoginNeeded; whoever logs in comes back to the page that they asked for."""
    back = f"?{urlencode({'suite': request.url.path})}" if request.method == "GET" else ""
    return RedirectResponse(LOGIN + back, status_code=303)


def give_cookie(request: Request, response: Response, token: str) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(LASTS.total_seconds()),
        secure=is_secure(request),
        httponly=True,
        samesite="strict",
    )


def take_cookie(request: Request, response: Response) -> None:
    secure = is_secure(request)
    response.delete_cookie(COOKIE, secure=secure, httponly=True, samesite="strict")


def is_secure(request: Request) -> bool:
    settings: Settings = request.app.state.settings
    return settings.public_url.startswith("https:") or request.url.scheme == "https"
