"""Who is logged in: a session lasts a working day at most, and ends after two hours without use.

The browser holds a random token, we only its hash: a copy of the database opens no door.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.errors import Unauthorised
from staff.models import StaffMember, StaffSession

LASTS = timedelta(hours=12)
IDLE = timedelta(hours=2)
NOTED_EVERY = timedelta(minutes=1)  # how often its use is written down, at most
KEPT = timedelta(days=30)  # after its end
TOKEN_BYTES = 32


def new_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """What is stored. A fast hash is enough for 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


async def open_session(session: AsyncSession, member: StaffMember) -> str:
    """Log them in. Returns the token, which nothing but their browser keeps."""
    token, at = new_token(), now()
    row = StaffSession(
        token_hash=token_hash(token),
        member_id=member.id,
        created_at=at,
        seen_at=at,
        expires_at=at + LASTS,
    )
    session.add(row)
    await session.flush()
    return token


async def who(session: AsyncSession, token: str) -> tuple[StaffMember, StaffSession]:
    """Whose token this is. Raises Unauthorised when it is nobody's, or no longer."""
    query = select(StaffMember, StaffSession).join(
        StaffSession, StaffSession.member_id == StaffMember.id
    )
    query = query.where(StaffSession.token_hash == token_hash(token), *_current(now()))
    found = (await session.execute(query)).one_or_none()
    if found is None:
        raise Unauthorised("Log in first.")
    member, row = found
    return member, row


async def is_current(session: AsyncSession, session_id: UUID) -> bool:
    """Whether somebody is still logged in with it: for sockets, whatever process ended it."""
    query = select(StaffSession.id).join(StaffMember, StaffMember.id == StaffSession.member_id)
    query = query.where(StaffSession.id == session_id, *_current(now()))
    return await session.scalar(query) is not None


def is_use_to_note(row: StaffSession) -> bool:
    return now() - row.seen_at >= NOTED_EVERY


async def note_use(session: AsyncSession, session_id: UUID) -> None:
    """It is in use now: its two hours begin again."""
    mine = StaffSession.id == session_id
    await session.execute(update(StaffSession).where(mine).values(seen_at=now()))


async def revoke(session: AsyncSession, session_id: UUID) -> None:
    mine = (StaffSession.id == session_id, StaffSession.revoked_at.is_(None))
    await session.execute(update(StaffSession).where(*mine).values(revoked_at=now()))


async def revoke_all(
    session: AsyncSession, member_id: UUID, *, but: UUID | None = None
) -> Sequence[UUID]:
    """End every session of theirs except `but`. Returns the ids: tell Revocations after commit."""
    open_ones = [StaffSession.member_id == member_id, StaffSession.revoked_at.is_(None)]
    if but is not None:
        open_ones.append(StaffSession.id != but)
    ids = (await session.scalars(select(StaffSession.id).where(*open_ones))).all()
    ended = update(StaffSession).where(StaffSession.id.in_(ids))
    await session.execute(ended.values(revoked_at=now()))
    return ids


async def forget_ended_sessions(session: AsyncSession, at: datetime) -> None:
    """Remove those that ended a month before `at`, however they ended."""
    long_ago = at - KEPT
    ended = or_(StaffSession.expires_at < long_ago, StaffSession.revoked_at < long_ago)
    await session.execute(delete(StaffSession).where(ended))


def _current(at: datetime) -> list[ColumnElement[bool]]:
    return [
        StaffSession.revoked_at.is_(None),
        StaffSession.expires_at > at,
        StaffSession.seen_at > at - IDLE,
        StaffMember.active.is_(True),
    ]
