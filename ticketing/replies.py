"""Replies of the staff: held back for some seconds, then into the thread and by mail."""

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from ticketing import notices, thread
from ticketing.lifecycle import Actor
from ticketing.models import HeldReply, Ticket, TicketEntry


async def held_reply(session: AsyncSession, number: int) -> HeldReply | None:
    return await session.scalar(select(HeldReply).where(HeldReply.ticket_number == number))


async def withdraw(session: AsyncSession, ticket: Ticket) -> None:
    """A reply that was not sent yet does not follow the ticket to somebody else."""
    await session.execute(delete(HeldReply).where(HeldReply.ticket_number == ticket.number))


async def send_reply(session: AsyncSession, ticket: Ticket, reply: HeldReply) -> TicketEntry:
    """Into the thread, and by mail. The caller holds the ticket. Raises IllegalEvent."""
    entry = await thread.happen(
        session,
        ticket,
        reply.event,
        Actor.STAFF,
        member_id=reply.member_id,
        text=reply.text,
        payload={"files": reply.files} if reply.files else None,
    )
    which = notices.OF_EVENTS[reply.event]
    entry.mail_id = await notices.send(session, ticket, which, text=reply.text)
    return entry
