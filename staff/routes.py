"""The team's own pages: log in and out, accept an invitation, change one's password."""

import re
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from kit.database import Reading, database_of
from kit.errors import NotFound
from kit.limits import Limited, Limits
from staff import administration, mailbox_pages, opening_pages, reply_pages
from staff.access import LOGIN, Here, Member, give_cookie, take_cookie
from staff.accounts import invited
from staff.entrance import accept, change_password, log_in
from staff.mistakes import Mistake, Mistaken
from staff.pages import Text, done, revocations_of, show
from staff.sessions import revoke

HOME = "/equipe"
OURS = re.compile(r"(/[\w-]+)+", re.ASCII)  # an address on this site, and nothing cleverer

router = APIRouter(tags=["staff"], include_in_schema=False)


@router.get(LOGIN, name="staff_login")
async def show_login(request: Request, suite: Annotated[str, Query()] = "") -> Response:
    return show(request, "staff/login.html", None, email="", back=_ours(suite))


@router.post(LOGIN)
async def receive_login(
    request: Request, email: Text = "", password: Text = "", suite: Text = ""
) -> Response:
    await _count_attempt(request)
    back = _ours(suite)
    try:
        token = await log_in(database_of(request), email, password)
    except Mistaken as mistake:
        return show(request, "staff/login.html", None, mistake, email=email[:254], back=back)
    answer = done(back)
    give_cookie(request, answer, token)
    return answer


@router.post("/equipe/deconnexion")
async def log_out(request: Request, here: Here) -> Response:
    _, row = here
    async with database_of(request).writing.begin() as session:
        await revoke(session, row.id)
    revocations_of(request).end([row.id])
    answer = done(LOGIN, "deconnexion")
    take_cookie(request, answer)
    return answer


@router.get("/equipe/invitation/{token}")
async def show_invitation(request: Request, session: Reading, token: str) -> Response:
    try:
        member = await invited(session, token)
    except NotFound:
        return _void(request)
    return show(request, "staff/invitation.html", None, email=member.email, name=member.name)


@router.post("/equipe/invitation/{token}")
async def receive_invitation(
    request: Request, token: str, name: Text = "", password: Text = "", again: Text = ""
) -> Response:
    await _count_attempt(request)
    try:
        async with database_of(request).reading() as session:
            email = (await invited(session, token)).email
        _expect_same(password, again)
        opened = await accept(database_of(request), revocations_of(request), token, name, password)
    except NotFound:
        return _void(request)
    except Mistaken as mistake:
        return show(request, "staff/invitation.html", None, mistake, email=email, name=name[:60])
    answer = done(HOME)
    give_cookie(request, answer, opened)
    return answer


@router.get("/equipe/mot-de-passe")
async def show_password(request: Request, member: Member) -> Response:
    return show(request, "staff/password.html", member)


@router.post("/equipe/mot-de-passe")
async def receive_password(
    request: Request, here: Here, present: Text = "", password: Text = "", again: Text = ""
) -> Response:
    await _count_attempt(request)
    database, revocations = database_of(request), revocations_of(request)
    try:
        _expect_same(password, again)
        await change_password(database, revocations, here, present, password)
    except Mistaken as mistake:
        return show(request, "staff/password.html", here[0], mistake)
    return done(HOME, "mot-de-passe")


@router.get(HOME, name="staff_home")
async def show_home(request: Request, member: Member) -> Response:
    return show(request, "staff/home.html", member)


def _ours(path: str) -> str:
    """Where to go after the login: never to another site."""
    return path if OURS.fullmatch(path) else HOME


def _void(request: Request) -> Response:
    return show(request, "staff/invitation_void.html", None, status=404)


def _expect_same(password: str, again: str) -> None:
    if password != again:
        raise Mistaken("again", Mistake.OTHER_PASSWORD)


async def _count_attempt(request: Request) -> None:
    limits: Limits = request.app.state.limits
    await limits.hit(Limited.LOG_IN, request.client.host if request.client else "unknown")


for each in (
    administration.router,
    opening_pages.router,
    reply_pages.router,
    mailbox_pages.router,
):
    router.include_router(each)
