"""What falls due of tickets: replies held back, warnings, closings. Due times stand in rows.

A round looks without a lock and writes one ticket a transaction; one that dies half-way has changed
nothing that the next does not find.
"""

import logging
from datetime import timedelta

from sqlalchemy import ColumnElement, Select, select

from kit.clock import now
from kit.database import Database
from kit.errors import Conflict
from kit.finishing import to_its_end
from kit.organisation import organisation
from kit.words import day
from ticketing import notices, replies, thread
from ticketing.lifecycle import Actor, Event
from ticketing.models import HeldReply, Ticket

logger = logging.getLogger(__name__)

EVERY_S = 1.0
AT_ONCE = 50


class TicketRounds:
    def __init__(self, database: Database) -> None:
        self._database = database

    @to_its_end
    async def go(self) -> None:
        at = now()
        async with self._database.reading() as session:
            due_replies = select(HeldReply.ticket_number).where(HeldReply.due_at <= at)
            held = (await session.scalars(due_replies.limit(AT_ONCE))).all()
            warned = (await session.scalars(_due(Ticket.warn_at <= at))).all()
            over = (Ticket.expires_at <= at, Ticket.warn_at.is_(None))
            expired = (await session.scalars(_due(*over))).all()
        for number in held:
            await self._send(number)
        for number in warned:
            await self._warn(number)
        for number in expired:
            await self._expire(number)

    async def _send(self, number: int) -> None:
        async with self._database.writing.begin() as session:
            ticket = await thread.lock(session, number)
            query = select(HeldReply).where(
                HeldReply.ticket_number == number, HeldReply.due_at <= now()
            )
            held = await session.scalar(query)
            if held is None:
                return  # taken back, or sent by another process
            await session.delete(held)
            await session.flush()
            try:
                await replies.send_reply(session, ticket, held)
            except Conflict:
                # Its sender closed it meanwhile.
                await replies.keep_as_note(session, ticket, held)

    async def _warn(self, number: int) -> None:
        async with self._database.writing.begin() as session:
            ticket = await thread.lock(session, number)
            if ticket.warn_at is None or ticket.warn_at > now():
                return
            ticket.warn_at = None
            ticket.expires_at = max(ticket.expires_at or now(), now() + _to_react())
            mail_id = await notices.send(
                session, ticket, notices.CLOSING_SOON, day=day(ticket.expires_at)
            )
            entry = await thread.append(
                session, ticket, Actor.SYSTEM, internal=True, payload={"warned": True}
            )
            entry.mail_id = mail_id

    async def _expire(self, number: int) -> None:
        async with self._database.writing.begin() as session:
            ticket = await thread.lock(session, number)
            if ticket.expires_at is None or ticket.expires_at > now() or ticket.warn_at:
                return
            entry = await thread.happen(session, ticket, Event.EXPIRED, Actor.SYSTEM)
            entry.mail_id = await notices.send(session, ticket, notices.CLOSED, event=Event.EXPIRED)


def _to_react() -> timedelta:
    """What its sender has left once they are warned, however late that is."""
    rules = organisation().tickets
    return timedelta(days=rules.close_after_days - rules.warn_after_days)


def _due(*conditions: ColumnElement[bool]) -> Select[int]:
    """Who has no address cannot be warned: nothing of theirs is closed by itself."""
    query = select(Ticket.number).where(*conditions, Ticket.email.is_not(None))
    return query.order_by(Ticket.number).limit(AT_ONCE)
