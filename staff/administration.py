"""Who works here, for administrators: invite, roles, chats at once, skills, those who left.

Nobody takes their own rights away: an installation always keeps somebody who can give them back.
"""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from kit.database import Reading, database_of
from kit.settings import Settings
from staff.access import Administrator
from staff.accounts import (
    Invited,
    deactivate,
    find_member,
    invite,
    list_members,
    name_of,
    reactivate,
    role_of,
    set_role,
    set_work,
)
from staff.mistakes import Mistake, Mistaken
from staff.models import Role, StaffMember
from staff.pages import Text, done, revocations_of, show

MEMBERS = "/equipe/membres"
MEMBER = MEMBERS + "/{member_id}"
EMPTY = {"email": "", "name": "", "role": str(Role.ADVISOR)}

router = APIRouter()


def invitation_url(base: str, token: str) -> str:
    return f"{base.rstrip('/')}/equipe/invitation/{token}"


@router.get(MEMBERS)
async def show_members(request: Request, session: Reading, me: Administrator) -> Response:
    members = await list_members(session)
    return show(request, "staff/members.html", me, members=members, invited=None, typed=EMPTY)


@router.post(MEMBERS)
async def receive_invitation(
    request: Request, me: Administrator, email: Text = "", name: Text = "", role: Text = ""
) -> Response:
    database, link, wrong = database_of(request), None, None
    typed = {"email": email[:254], "name": name[:60], "role": role}
    try:
        async with database.writing.begin() as session:
            invited = await _invite(session, me, email, name, role)
        link, typed = _after_inviting(request, invited), EMPTY
    except Mistaken as mistake:
        wrong = mistake
    async with database.reading() as session:
        members = await list_members(session)
    page = "staff/members.html"
    return show(request, page, me, wrong, members=members, invited=link, typed=typed)


async def _invite(
    session: AsyncSession, me: StaffMember, email: str, name: str, role: str
) -> Invited:
    wanted = role_of(role)
    invited = await invite(session, email, wanted, name)
    _other_than_mine(me, invited.member, wanted)
    return invited


def _after_inviting(request: Request, invited: Invited) -> dict[str, str]:
    revocations_of(request).end(invited.ended)
    settings: Settings = request.app.state.settings
    base = settings.public_url or str(request.base_url)
    return {"email": invited.member.email, "url": invitation_url(base, invited.token)}


@router.get(MEMBER)
async def show_member(
    request: Request, session: Reading, me: Administrator, member_id: UUID
) -> Response:
    edited = await find_member(session, member_id)
    return _member_page(request, me, edited)


@router.post(MEMBER)
async def receive_member(
    request: Request,
    me: Administrator,
    member_id: UUID,
    name: Text = "",
    role: Text = "",
    capacity: Text = "",
    skills: Text = "",
) -> Response:
    database = database_of(request)
    try:
        async with database.writing.begin() as session:
            edited = await find_member(session, member_id, hold=True)
            edited.name = name_of(name)
            set_work(edited, _number(capacity), skills.split(","))
            wanted = _other_than_mine(me, edited, role_of(role))
            ended = await set_role(session, edited, wanted)
    except Mistaken as mistake:
        async with database.reading() as session:
            edited = await find_member(session, member_id)
        return _member_page(request, me, edited, mistake)
    revocations_of(request).end(ended)
    return done(MEMBER.format(member_id=member_id), "membre")


@router.post(MEMBER + "/desactivation")
async def receive_deactivation(request: Request, me: Administrator, member_id: UUID) -> Response:
    async with database_of(request).writing.begin() as session:
        edited = await find_member(session, member_id, hold=True)
        ended = await deactivate(session, edited) if edited.id != me.id else None
    if ended is None:
        return _member_page(request, me, edited, Mistaken("role", Mistake.OWN_ROLE))
    revocations_of(request).end(ended)
    return done(MEMBER.format(member_id=member_id), "desactivation")


@router.post(MEMBER + "/reactivation")
async def receive_reactivation(request: Request, _: Administrator, member_id: UUID) -> Response:
    async with database_of(request).writing.begin() as session:
        reactivate(await find_member(session, member_id, hold=True))
    return done(MEMBER.format(member_id=member_id), "reactivation")


def _member_page(
    request: Request, me: StaffMember, edited: StaffMember, mistake: Mistaken | None = None
) -> Response:
    return show(request, "staff/member.html", me, mistake, edited=edited)


def _other_than_mine(me: StaffMember, edited: StaffMember, wanted: Role) -> Role:
    if edited.id == me.id and wanted is not me.role:
        raise Mistaken("role", Mistake.OWN_ROLE)
    return wanted


def _number(text: str) -> int:
    digits = text.strip()
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 3):
        raise Mistaken("capacity", Mistake.CAPACITY)
    return int(digits)
