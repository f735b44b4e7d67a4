"""Replies of the staff: held back for some seconds, then into the thread and by mail."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ticketing import notices, thread
from ticketing.lifecycle import Actor
from ticketing.models import HeldReply, Ticket, TicketEntry


async def held_reply(session: AsyncSession, number: int) -> HeldReply | None:
    return await session.scalar(select(HeldReply).where(HeldReply.ticket_number == number))


async def withdraw(session: AsyncSession, ticket: Ticket) -> None:
    """A reply that was not sent yet does not follow the ticket to somebody else: it is kept."""
    held = await held_reply(session, ticket.number)
    if held is not None:
        await session.delete(held)
        await keep_as_note(session, ticket, held)


async def keep_as_note(session: AsyncSession, ticket: Ticket, reply: HeldReply) -> None:
    """What its author wrote, where the staff find it, since it cannot be sent any more."""
    await thread.append(
        session,
        ticket,
        Actor.STAFF,
        member_id=reply.member_id,
        internal=True,
        text=reply.text,
        payload=_carried(reply),
    )


async def send_reply(session: AsyncSession, ticket: Ticket, reply: HeldReply) -> TicketEntry:
    """Into the thread, and by mail. The caller holds the ticket. Raises IllegalEvent."""
    entry = await thread.happen(
        session,
        ticket,
        reply.event,
        Actor.STAFF,
        member_id=reply.member_id,
        text=reply.text,
        payload=_carried(reply),
    )
    which = notices.OF_EVENTS[reply.event]
    entry.mail_id = await notices.send(session, ticket, which, text=reply.text)
    return entry


def _carried(reply: HeldReply) -> dict[str, Any] | None:
    return {"files": reply.files} if reply.files else None
