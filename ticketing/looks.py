"""Who of the staff has a ticket on their screen, and what came since they last looked.

A lease that the open page renews: whoever closes it, or loses the network, is gone soon after.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.database import Database
from kit.errors import NotFound
from kit.finishing import to_its_end
from staff.models import StaffMember
from ticketing import thread
from ticketing.lifecycle import Actor, Status
from ticketing.models import Ticket, TicketLook
from ticketing.replies import held_reply
from ticketing.thread import NO_SUCH
from ticketing.triage import REPLIES, require_triage

LEASE = timedelta(seconds=45)  # the page renews it every twenty


@dataclass(frozen=True)
class News:
    """What the open page is told.

    `said`: its sender wrote; `held`: a reply is not sent yet; `sent`: one was, since.
    """

    looking: Sequence[str]
    last_seq: int
    said: bool
    held: bool
    sent: bool


class Looks:
    def __init__(self, database: Database) -> None:
        self._database = database

    @to_its_end
    async def look(self, member: StaffMember, number: int, after_seq: int = 0) -> News:
        """Theirs for a while; the names of the others. Raises NotFound."""
        require_triage(member)
        async with self._database.writing.begin() as session:
            ticket = await session.get(Ticket, number)
            if ticket is None or ticket.status is Status.DRAFT:
                raise NotFound(NO_SUCH)
            await _renew(session, member.id, number)
            newer = await thread.entries(session, number, internal=True, after_seq=after_seq)
            return News(
                looking=await others(session, member.id, number),
                last_seq=ticket.last_seq,
                said=any(entry.actor is Actor.SENDER for entry in newer),
                held=await held_reply(session, number) is not None,
                sent=any(entry.event in REPLIES for entry in newer),
            )


async def others(session: AsyncSession, member_id: UUID, number: int) -> Sequence[str]:
    """The names of those who have it on their screen, beside this member."""
    query = (
        select(StaffMember.name)
        .join(TicketLook, TicketLook.member_id == StaffMember.id)
        .where(
            TicketLook.ticket_number == number,
            TicketLook.until > now(),
            TicketLook.member_id != member_id,
        )
        .order_by(StaffMember.name)
    )
    return (await session.scalars(query)).all()


async def _renew(session: AsyncSession, member_id: UUID, number: int) -> None:
    """Two tabs of one member may renew at once: the later one counts."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert if is_sqlite else postgresql.insert
    row = insert(TicketLook).values(member_id=member_id, ticket_number=number, until=now() + LEASE)
    key = [TicketLook.member_id, TicketLook.ticket_number]
    await session.execute(
        row.on_conflict_do_update(index_elements=key, set_={"until": row.excluded.until})
    )
