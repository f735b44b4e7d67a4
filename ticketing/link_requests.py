"""Links to tickets that people ask for with a reference and an address: first a row, then a mail.

Whoever asks learns nothing: any reference with any address is stored alike, in the same statements,
before the answer. Only afterwards a round looks whether there is such a ticket.
"""

import logging
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.database import Database
from kit.finishing import to_its_end
from ticketing import notices
from ticketing.lifecycle import Status
from ticketing.link_models import LinkRequest
from ticketing.models import Ticket, number_of, of_address

logger = logging.getLogger(__name__)

EVERY_S = 1.0
PAUSES = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
TRIES = len(PAUSES) + 1


class LinkRequests:
    """Takes them, and sees to what is due. Any number of processes may do it over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @to_its_end
    async def ask(self, reference: str, email: str) -> None:
        """It stands once this returns. Both have the form of what they are (`number_of`)."""
        async with self._database.writing.begin() as session:
            session.add(LinkRequest(reference=reference, email=email))

    async def go(self) -> int:
        """One round. How many were seen to."""
        done = 0
        while (due := await self._next()) is not None:
            done += await self._see_to(due)
        return done

    @to_its_end
    async def _next(self) -> UUID | None:
        """Without the lock of a writer, which nobody else could have meanwhile."""
        async with self._database.reading() as session:
            query = select(LinkRequest.id).where(_due()).order_by(LinkRequest.due_at).limit(1)
            return await session.scalar(query)

    @to_its_end
    async def _see_to(self, request_id: UUID) -> bool:
        """The mail and the end of the request are one transaction: no lease is needed."""
        try:
            async with self._database.writing.begin() as session:
                row = await _held(session, request_id)
                if row is not None:
                    await _send(session, row)
                    await session.delete(row)
        except Exception as error:  # its text may hold the address
            logger.warning("Link request %s: %s", request_id, type(error).__name__)
            await self._put_off(request_id)
            return False
        return row is not None

    async def _put_off(self, request_id: UUID) -> None:
        """One that fails stops no other; one that always fails is given up."""
        async with self._database.writing.begin() as session:
            row = await _held(session, request_id)
            if row is None:
                return
            row.attempts += 1
            if row.attempts >= TRIES:
                await session.delete(row)
            else:
                row.due_at = now() + PAUSES[row.attempts - 1]


def _due() -> ColumnElement[bool]:
    return LinkRequest.due_at <= now()


async def _held(session: AsyncSession, request_id: UUID) -> LinkRequest | None:
    """None: somebody else has seen to it, or put it off, meanwhile."""
    query = select(LinkRequest).where(LinkRequest.id == request_id, _due())
    return await session.scalar(query.with_for_update())


async def _send(session: AsyncSession, row: LinkRequest) -> None:
    query = select(Ticket).where(
        Ticket.number == number_of(row.reference),
        of_address(row.email),
        Ticket.status != Status.DRAFT,
    )
    ticket = await session.scalar(query)
    if ticket is not None:
        await notices.send(session, ticket, notices.LINK)


async def forget_address(session: AsyncSession, address: str) -> None:
    """Erase those for this address, in whatever letter case."""
    theirs = func.lower(LinkRequest.email) == address.strip().lower()
    await session.execute(delete(LinkRequest).where(theirs))
