"""Who follows a ticket, and what of it they see.

Two kinds of senders: whoever holds a secret link, and whoever is connected and wrote it. What is
personal stays masked to the first until a mailed code was entered.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.errors import Invalid, NotFound
from kit.files import StoredFile
from staff.models import StaffMember
from ticketing import links
from ticketing.lifecycle import Actor, Event, Status
from ticketing.models import Ticket, TicketEntry
from ticketing.thread import NO_SUCH


@dataclass(frozen=True)
class ByLink:
    """Whoever holds a secret link; `visit` is the cookie of an entered code."""

    token: str
    visit: str | None = None


@dataclass(frozen=True)
class Connected:
    """Whoever the host site vouched for."""

    subject: str
    number: int


type Sender = ByLink | Connected


@dataclass(frozen=True)
class Line:
    """One entry as its sender sees it. Masked: neither text nor files."""

    at: datetime
    actor: Actor
    event: Event | None
    who: str | None  # of the staff
    text: str | None
    files: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Seen:
    """A ticket as its sender sees it. `unmasked`: whether personal data may be shown."""

    ticket: Ticket
    lines: Sequence[Line]
    unmasked: bool

    @property
    def address(self) -> str | None:
        email = self.ticket.email
        return email if email is None or self.unmasked else masked_address(email)


@dataclass(frozen=True)
class OpenFile:
    row: StoredFile
    path: Path


async def find(session: AsyncSession, sender: Sender) -> tuple[Ticket, bool]:
    match sender:
        case ByLink(token=token, visit=visit):
            found = await links.find(session, token, visit)
            # Who wrote no address can be mailed no code: then the link alone opens it.
            return found.ticket, found.unmasked or found.ticket.email is None
        case Connected(subject=subject, number=number):
            # A draft has no thread yet: it is `drafts.py` that opens it.
            query = select(Ticket).where(
                Ticket.number == number,
                Ticket.subject == subject,
                Ticket.status != Status.DRAFT,
            )
            ticket = await session.scalar(query)
            if ticket is None:
                raise NotFound(NO_SUCH)
            return ticket, True


def require_code(unmasked: bool) -> None:
    """Raises Invalid: what a link masks nobody reads or changes before the mailed code."""
    if not unmasked:
        raise Invalid("A code that was sent by mail comes first.", code="code_needed")


def line_of(entry: TicketEntry, names: Mapping[UUID, str], unmasked: bool) -> Line:
    return Line(
        at=entry.at,
        actor=entry.actor,
        event=entry.event,
        who=names.get(entry.member_id) if entry.member_id else None,
        text=entry.text if unmasked else None,
        files=entry.payload.get("files", []) if unmasked else [],
    )


def masked_address(email: str) -> str:
    """
    >>> masked_address("a.dupont@exemple.fr")
    'a…@exemple.fr'
    """
    name, _, domain = email.rpartition("@")
    return f"{name[:1]}…@{domain}"


async def names_of_staff(session: AsyncSession) -> dict[UUID, str]:
    query = select(StaffMember.id, StaffMember.name)
    return {row.id: row.name for row in await session.execute(query)}
