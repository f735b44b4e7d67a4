"""The mails that a ticket causes: written here, promised in the transaction that causes them.

Each carries its own secret link and a signed Message-ID, by which an answer finds its ticket.
"""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit import outbox
from kit.clock import now
from kit.mail import write
from ticketing import links
from ticketing.lifecycle import Event, Status
from ticketing.models import Ticket

ACKNOWLEDGED = "ticketing/mails/acknowledged"
REOPENED = "ticketing/mails/reopened"
DETAILS_ASKED = "ticketing/mails/details_asked"
ANSWERED = "ticketing/mails/answered"
CLOSING_SOON = "ticketing/mails/closing_soon"
CLOSED = "ticketing/mails/closed"
MERGED = "ticketing/mails/merged"
LINK = "ticketing/mails/link"
CODE = "ticketing/mails/code"

# What an event tells its sender. The others are the staff's business.
OF_EVENTS = {
    Event.DETAILS_ASKED: DETAILS_ASKED,
    Event.ANSWERED: ANSWERED,
    Event.CLOSED: CLOSED,
    Event.EXPIRED: CLOSED,
    Event.MERGED: MERGED,
    Event.REOPENED: REOPENED,
}


async def send(session: AsyncSession, ticket: Ticket, which: str, **context: Any) -> UUID | None:
    """Promise one mail to the sender; the id under which answers to it come. None: no address."""
    if ticket.email is None:
        return None
    url = await links.issue(session, ticket)
    mail = write(
        which,
        ticket.email,
        reference=ticket.reference,
        title=ticket.title,
        connected=ticket.subject is not None,
        url=url,
        expired=ticket.status is Status.CLOSED and context.get("event") is Event.EXPIRED,
        **{name: value for name, value in context.items() if name != "event"},
    )
    row = await outbox.post(
        session, mail, kind=f"ticket_{PurePosixPath(which).name}", about=ticket.id
    )
    return row.id


async def acknowledge(
    session: AsyncSession, ticket: Ticket, known: Sequence[Ticket] = ()
) -> UUID | None:
    """`known`: open tickets of the same address about the same, which the mail names."""
    return await send(session, ticket, ACKNOWLEDGED, known=known)


async def send_code(
    session: AsyncSession, ticket: Ticket, code: str, *, to: str | None = None
) -> None:
    """The code that opens what a link masks. It goes to the ticket's address, nowhere else; of a
    ticket without one, to the address that is to become it.
    """
    address = ticket.email or to
    if address is not None:
        minutes = int(links.CODE_LASTS.total_seconds() // 60)
        mail = write(
            CODE,
            address,
            reference=ticket.reference,
            code=code,
            minutes=minutes,
        )
        expires_at = now() + links.CODE_LASTS
        await outbox.post(session, mail, kind="ticket_code", about=ticket.id, expires_at=expires_at)
