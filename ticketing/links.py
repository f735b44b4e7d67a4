"""Secret links to one ticket, and the mailed codes that open what they mask.

Of the 256 bits of a link only a hash is stored: a copy of the database opens nothing. Invented,
foreign, expired and revoked links are refused alike: one lookup of a hash, whatever was asked.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.errors import NotFound
from kit.site import site_url
from ticketing.models import Ticket, TicketCode, TicketLink
from ticketing.thread import NO_SUCH

PATH = "/suivi"
LINK_LASTS = timedelta(days=180)
CODE_LASTS = timedelta(minutes=15)
CODE_DIGITS = 6
CODE_ATTEMPTS = 5
VISIT_LASTS = timedelta(hours=1)


@dataclass(frozen=True)
class Found:
    """What a valid link names, and whether its holder has entered a mailed code."""

    link: TicketLink
    ticket: Ticket
    unmasked: bool


async def issue(session: AsyncSession, ticket: Ticket) -> str:
    """A new link: its address on our site. It is not kept anywhere but where it is sent."""
    token = secrets.token_urlsafe(32)
    row = TicketLink(
        ticket_number=ticket.number, token_hash=hashed(token), expires_at=now() + LINK_LASTS
    )
    session.add(row)
    await session.flush()
    return f"{site_url()}{PATH}/{token}"


async def find(
    session: AsyncSession, token: str, visit: str | None = None, *, hold: bool = False
) -> Found:
    """Raises NotFound. `visit` is the cookie that a code was entered for."""
    at = now()
    query = (
        select(TicketLink, Ticket, TicketCode.id)
        .join(Ticket, Ticket.number == TicketLink.ticket_number)
        .outerjoin(
            TicketCode,
            (TicketCode.link_id == TicketLink.id)
            & (TicketCode.visit_hash == hashed(visit or secrets.token_urlsafe(32)))
            & (TicketCode.visit_until > at),
        )
        .where(
            TicketLink.token_hash == hashed(token),
            TicketLink.expires_at > at,
            TicketLink.revoked_at.is_(None),
        )
    )
    if hold:
        query = query.with_for_update(of=Ticket)
    row = (await session.execute(query.execution_options(populate_existing=True))).first()
    if row is None:
        raise NotFound(NO_SUCH)
    link, ticket, code_id = row
    return Found(link, ticket, unmasked=code_id is not None)


async def revoke_all(session: AsyncSession, ticket: Ticket) -> None:
    """Every link to it, for instance because a mail went to the wrong person."""
    theirs = TicketLink.ticket_number == ticket.number
    still = TicketLink.revoked_at.is_(None)
    await session.execute(update(TicketLink).where(theirs, still).values(revoked_at=now()))


async def new_code(session: AsyncSession, link: TicketLink, about: str = "") -> str:
    """A code to be mailed; it voids those before it. It opens only with the same `about`."""
    voided = update(TicketCode).where(
        TicketCode.link_id == link.id, TicketCode.visit_hash.is_(None)
    )
    await session.execute(voided.values(expires_at=now()))
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    code_hash = hashed(f"{link.id}{about}{code}")
    row = TicketCode(link_id=link.id, code_hash=code_hash, expires_at=now() + CODE_LASTS)
    session.add(row)
    await session.flush()
    return code


async def enter_code(
    session: AsyncSession, link: TicketLink, code: str, about: str = ""
) -> str | None:
    """The value of the cookie that opens the masked data; None for a wrong or old code.

    A wrong one counts, and must be committed: five and the code is void.
    """
    query = (
        select(TicketCode)
        .where(TicketCode.link_id == link.id, TicketCode.visit_hash.is_(None))
        .order_by(TicketCode.created_at.desc())
        .limit(1)
        .with_for_update()
    )
    row = await session.scalar(query)
    if row is None or row.expires_at <= now() or row.attempts >= CODE_ATTEMPTS:
        return None
    row.attempts += 1
    typed = "".join(each for each in code if each.isdigit())
    if not secrets.compare_digest(hashed(f"{link.id}{about}{typed}"), row.code_hash):
        return None
    visit = secrets.token_urlsafe(32)
    row.visit_hash, row.visit_until = hashed(visit), now() + VISIT_LASTS
    return visit


def hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
