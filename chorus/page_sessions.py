"""Whoever the host site sent to our pages stays known there for a while, by a cookie.

One identity token opens one session, once: whoever finds a token in a log comes too late. A session
ends an hour after it was last used, when its holder leaves, and after twelve hours at the latest.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from chorus.identity import Identity, Structure, use_once
from chorus.models import PageSession
from kit.clock import now
from kit.errors import Unauthorised

LASTS = timedelta(hours=1)  # after it was last used
LASTS_AT_MOST = timedelta(hours=12)
NOTED_EVERY = timedelta(minutes=5)  # a use that is not worth a write


async def open_session(session: AsyncSession, identity: Identity) -> str:
    """The value of its cookie. Raises Unauthorised for a token that was used before."""
    await use_once(session, identity, uuid4())
    token = secrets.token_urlsafe(32)
    row = PageSession(
        token_hash=_hashed(token),
        subject=identity.subject,
        claims=identity.model_dump(mode="json", include={"email", "role", "structures"}),
        expires_at=now() + LASTS,
    )
    session.add(row)
    await session.flush()
    return token


async def find(session: AsyncSession, token: str) -> PageSession:
    """Raises Unauthorised: absent, ended and expired alike."""
    query = select(PageSession).where(
        PageSession.token_hash == _hashed(token), PageSession.expires_at > now()
    )
    row = await session.scalar(query)
    if row is None:
        raise Unauthorised("Nobody is connected.")
    return row


def new_end(row: PageSession) -> datetime | None:
    """Until when a use makes it last; None when that is hardly later than before."""
    end = min(now() + LASTS, row.opened_at + LASTS_AT_MOST)
    return end if end - row.expires_at >= NOTED_EVERY else None


async def prolong(session: AsyncSession, token_hash: str) -> None:
    """It was used. One that has ended meanwhile stays so."""
    row = await session.get(PageSession, token_hash, with_for_update=True)
    if row is not None and (end := new_end(row)) is not None:
        row.expires_at = end


async def leave(session: AsyncSession, token: str) -> None:
    """The cookie is void from here on."""
    await session.execute(delete(PageSession).where(PageSession.token_hash == _hashed(token)))


async def forget_expired(session: AsyncSession, at: datetime) -> None:
    await session.execute(delete(PageSession).where(PageSession.expires_at < at))


def structures_of(row: PageSession) -> list[Structure]:
    return [Structure.model_validate(each) for each in row.claims["structures"]]


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
