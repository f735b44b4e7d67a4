"""The accounts of the team: invited, accepted, locked for a while, deactivated.

Functions take the session first and never commit. None of them hashes a password: `entrance.py`
does, before it opens a transaction.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.errors import NotFound
from staff.mistakes import Mistake, Mistaken
from staff.models import Role, StaffMember
from staff.sessions import new_token, revoke_all, token_hash

INVITATION_LASTS = timedelta(days=7)
ATTEMPTS = 5  # wrong passwords in a row, then
LOCKED = timedelta(minutes=15)
LONGEST_NAME = 60
MOST_CHATS = 20
MOST_SKILLS, LONGEST_SKILL = 20, 40

_EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f.]+(\.[^@\s\x00-\x1f.]+)+")


@dataclass(frozen=True)
class Invited:
    """`token` opens the account, once; `ended` are sessions that this ended."""

    member: StaffMember
    token: str = field(repr=False)
    ended: Sequence[UUID] = ()


@dataclass(frozen=True)
class Credentials:
    """What an attempt to log in is compared with; both are None for an unknown address."""

    member_id: UUID | None
    password_hash: str | None = field(repr=False)


def address_of(text: str) -> str:
    """An e-mail address as it is stored. Raises Mistaken."""
    email = text.strip().lower()
    if len(email) > 254 or not _EMAIL.fullmatch(email):
        raise Mistaken("email", Mistake.EMAIL)
    return email


def role_of(text: str) -> Role:
    try:
        return Role(text.strip().lower())
    except ValueError:
        raise Mistaken("role", Mistake.ROLE) from None


def name_of(text: str) -> str:
    name = " ".join(text.split())
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise Mistaken("name", Mistake.NAME)
    return name


async def invite(session: AsyncSession, email: str, role: Role, name: str = "") -> Invited:
    """Make an account, or a new link for one that exists (also for a forgotten password).

    Whoever was deactivated comes back, and chooses a new password.
    """
    email = address_of(email)
    member = await session.scalar(_by_email(email).with_for_update())
    ended: Sequence[UUID] = ()
    if member is None:
        member = StaffMember(email=email, name=name_of(name or email.split("@")[0][:60]), role=role)
        session.add(member)
    else:
        ended = await set_role(session, member, role)
        member.name = name_of(name or member.name)
    if member.active is False:
        member.active, member.password_hash = True, None
    return Invited(member, await _new_invitation(session, member), ended)


def _by_email(email: str) -> Select[StaffMember]:
    return select(StaffMember).where(StaffMember.email == email)


async def _new_invitation(session: AsyncSession, member: StaffMember) -> str:
    token = new_token()
    member.invitation_hash = token_hash(token)
    member.invitation_expires_at = now() + INVITATION_LASTS
    await session.flush()
    return token


async def invited(session: AsyncSession, token: str, *, hold: bool = False) -> StaffMember:
    """Whose invitation this is. Raises NotFound when it is used, replaced, too old or invented.

    `hold` keeps others from using it until the transaction ends.
    """
    query = select(StaffMember).where(StaffMember.invitation_hash == token_hash(token))
    member = await session.scalar(query.with_for_update() if hold else query)
    expires_at = member.invitation_expires_at if member and member.active else None
    if member is None or expires_at is None or expires_at <= now():
        raise NotFound("This invitation does not hold, or no longer.")
    return member


async def accept_invitation(
    session: AsyncSession, token: str, name: str, password_hash: str
) -> Invited:
    """Use it up. Sessions that were opened with an earlier password end."""
    member = await invited(session, token, hold=True)
    member.name = name_of(name)
    member.password_hash = password_hash
    member.invitation_hash = member.invitation_expires_at = None
    member.failed_attempts, member.locked_until = 0, None
    ended = await revoke_all(session, member.id)
    await session.flush()
    return Invited(member, "", ended)


async def credentials_of(session: AsyncSession, email: str) -> Credentials:
    try:
        member = await session.scalar(_by_email(address_of(email)))
    except Mistaken:  # nobody has an address that is none
        member = None
    return Credentials(member.id, member.password_hash) if member else Credentials(None, None)


async def record_attempt(
    session: AsyncSession, tried: Credentials, *, right: bool
) -> StaffMember | None:
    """Count an attempt; the member when it opens the door, None whatever the reason otherwise.

    The fifth wrong password in a row locks the account for a quarter of an hour: even the right
    one is refused then, so that guesses made at once learn nothing.
    """
    if tried.member_id is None:
        return None
    member = await session.get(StaffMember, tried.member_id, with_for_update=True)
    if member is None or not member.active or member.password_hash != tried.password_hash:
        return None
    if member.locked_until and member.locked_until > now():
        return None
    if right:
        member.failed_attempts, member.locked_until = 0, None
        return member
    member.failed_attempts += 1
    if member.failed_attempts >= ATTEMPTS:
        member.failed_attempts, member.locked_until = 0, now() + LOCKED
    return None


async def renew_hash(session: AsyncSession, tried: Credentials, password_hash: str) -> None:
    """The same password under another hash, unless it was changed meanwhile."""
    mine = (StaffMember.id == tried.member_id, StaffMember.password_hash == tried.password_hash)
    await session.execute(update(StaffMember).where(*mine).values(password_hash=password_hash))


async def set_password(
    session: AsyncSession, member_id: UUID, password_hash: str, *, but: UUID
) -> Sequence[UUID]:
    """Returns the sessions that this ended: all of theirs but `but`."""
    member = await find_member(session, member_id, hold=True)
    member.password_hash = password_hash
    return await revoke_all(session, member_id, but=but)


async def set_role(session: AsyncSession, member: StaffMember, role: Role) -> Sequence[UUID]:
    """Rights that change end the sessions that had the old ones. Returns those."""
    if member.role is role:
        return ()
    member.role = role
    return await revoke_all(session, member.id)


def set_work(member: StaffMember, capacity: int, skills: Iterable[str]) -> None:
    """How many chats at once they take, and about what."""
    if not 0 <= capacity <= MOST_CHATS:
        raise Mistaken("capacity", Mistake.CAPACITY)
    named = list(dict.fromkeys(" ".join(each.lower().split()) for each in skills if each.strip()))
    if len(named) > MOST_SKILLS or any(len(each) > LONGEST_SKILL for each in named):
        raise Mistaken("skills", Mistake.SKILLS)
    member.capacity, member.skills = capacity, named


async def deactivate(session: AsyncSession, member: StaffMember) -> Sequence[UUID]:
    """They cannot log in any more, nor use a link that is under way. Returns ended sessions."""
    member.active = False
    member.invitation_hash = member.invitation_expires_at = None
    return await revoke_all(session, member.id)


def reactivate(member: StaffMember) -> None:
    member.active = True
    member.failed_attempts, member.locked_until = 0, None


async def find_member(session: AsyncSession, member_id: UUID, *, hold: bool = False) -> StaffMember:
    """Raises NotFound. `hold` keeps others from changing it until the transaction ends."""
    member = await session.get(StaffMember, member_id, with_for_update=hold)
    if member is None:
        raise NotFound("There is no such member.")
    return member


async def list_members(session: AsyncSession) -> Sequence[StaffMember]:
    """Those who work here first, by name."""
    query = select(StaffMember).order_by(StaffMember.active.desc(), StaffMember.name)
    return (await session.scalars(query)).all()
