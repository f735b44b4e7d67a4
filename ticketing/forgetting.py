"""How tickets are erased: with their threads, links, files, mails and what search knows of them."""

from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kit import files, outbox
from kit.clock import now
from kit.database import carry_out
from ticketing import search
from ticketing.enclosures import forget_pending
from ticketing.models import (
    HeldReply,
    ReceivedMail,
    Ticket,
    TicketCode,
    TicketEntry,
    TicketLink,
    TicketLook,
    TicketTag,
    UnconfirmedTicket,
)

AT_ONCE = 200


async def forget(
    session: AsyncSession, chosen: ColumnElement[bool], limit: int | None = None
) -> tuple[int, list[UUID]]:
    """How many tickets went, and the files that are then to remove from the disk."""
    query = select(Ticket.number, Ticket.id).where(chosen).limit(limit).with_for_update()
    rows = (await session.execute(query)).all()
    numbers, ids = [row.number for row in rows], [row.id for row in rows]
    if not numbers:
        return 0, []
    links = select(TicketLink.id).where(TicketLink.ticket_number.in_(numbers))
    await session.execute(delete(TicketCode).where(TicketCode.link_id.in_(links)))
    for table in (TicketLink, TicketTag, TicketLook, HeldReply, UnconfirmedTicket, TicketEntry):
        await session.execute(delete(table).where(table.ticket_number.in_(numbers)))
    merged = update(Ticket).where(Ticket.merged_into.in_(numbers))
    await session.execute(merged.values(merged_into=None))
    await search.forget(session, numbers)
    await search.wipe(session)
    gone = await files.forget(session, ids)
    await outbox.forget_about(session, ids)
    count = await carry_out(session, delete(Ticket).where(Ticket.number.in_(numbers)))
    return count, gone


async def forget_stale(session: AsyncSession) -> list[UUID]:
    """What nobody confirmed in time, links and looks that ended. Returns files to remove."""
    at = now()
    old = UnconfirmedTicket.expires_at < at
    ids = (await session.scalars(select(UnconfirmedTicket.id).where(old))).all()
    gone = await files.forget(session, ids)
    await forget_pending(session)
    await session.execute(delete(UnconfirmedTicket).where(old))
    dead = select(TicketLink.id).where(TicketLink.expires_at < at)
    await session.execute(delete(TicketCode).where(TicketCode.link_id.in_(dead)))
    await session.execute(delete(TicketLink).where(TicketLink.expires_at < at))
    await session.execute(delete(TicketLook).where(TicketLook.until < at))
    return gone


async def forget_received(session: AsyncSession, chosen: ColumnElement[bool]) -> None:
    """The marks of mails that came in."""
    await session.execute(delete(ReceivedMail).where(chosen))
