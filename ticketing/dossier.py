"""All that the staff see of one ticket: its thread, its sender, its due times, who looks at it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit import files
from kit.calendar import Hours
from kit.clock import now
from kit.database import Database
from kit.errors import Conflict, NotFound, Refusal
from kit.files import FileStore, StoredFile
from kit.finishing import to_its_end
from kit.masking import mask
from kit.schedule import load_hours
from staff.models import StaffMember
from ticketing import looks, routing, targets, thread
from ticketing.lifecycle import OPEN, Status
from ticketing.models import HeldReply, Ticket, TicketEntry, TicketLink, TicketTag, of_address
from ticketing.replies import held_reply
from ticketing.routing import Pair, Rule
from ticketing.targets import Explained
from ticketing.thread import NO_SUCH
from ticketing.triage import TRIAGE_ROLES, Moved, require_triage

OTHERS = 10  # tickets of the same person that are shown


@dataclass(frozen=True)
class Aims:
    """Its due times, as they came about. None: it has no such target."""

    first_answer: Explained | None  # as it was when the answer was given, once it is
    solution: Explained | None
    first_answered_at: datetime | None


@dataclass(frozen=True)
class Dossier:
    ticket: Ticket
    entries: Sequence[TicketEntry]
    names: Mapping[UUID, str]  # of all the staff
    tags: Sequence[str]
    held: HeldReply | None
    looking: Sequence[str]
    aims: Aims
    others: Sequence[Ticket]
    colleagues: Sequence[StaffMember]  # to whom it may be assigned
    rules: Mapping[Pair, Rule]
    live_links: int


@dataclass(frozen=True)
class OpenFile:
    """A file that the asker may read."""

    row: StoredFile
    path: Path


class Dossiers:
    def __init__(self, database: Database, store: FileStore) -> None:
        self._database = database
        self._store = store

    @to_its_end
    async def read(self, member: StaffMember, number: int) -> Dossier:
        """Raises NotFound: no such ticket, a draft, or not theirs to see."""
        async with self._database.reading.begin() as session:
            ticket = await find(session, member, number)
            entries = await thread.entries(session, number, internal=True)
            tags = select(TicketTag.tag).where(TicketTag.ticket_number == number)
            return Dossier(
                ticket=ticket,
                entries=entries,
                names=await _names(session),
                tags=(await session.scalars(tags.order_by(TicketTag.tag))).all(),
                held=await held_reply(session, number),
                looking=await looks.others(session, member.id, number),
                aims=await _aims(session, ticket),
                others=await _others(session, ticket),
                colleagues=await _colleagues(session),
                rules=await routing.rules(session),
                live_links=await _live_links(session, number),
            )

    @to_its_end
    async def open_file(self, member: StaffMember, number: int, file_id: UUID) -> OpenFile:
        """Raises NotFound, foreign or absent alike."""
        async with self._database.reading() as session:
            ticket = await find(session, member, number)
            row = await files.find(session, ticket.id, file_id)
        return OpenFile(row, self._store.path_of(row.id))

    @to_its_end
    async def take_file(self, member: StaffMember, number: int, name: str, content: bytes) -> Moved:
        """A file that a reply is to carry. Raises Conflict unless they have taken the ticket."""
        async with self._database.reading() as session:
            await _require_taken(session, member, number)
        file_id, inspected = await self._store.take_in(mask(name).text, content)
        try:
            async with self._database.writing.begin() as session:
                ticket = await thread.lock(session, number)
                await files.require_room(session, ticket.id, len(inspected.content))
                row = files.add(
                    session, file_id, inspected, holder_id=ticket.id, sender=str(member.id)
                )
                await session.flush()
                return shown(row)
        except Refusal:
            await self._store.remove([file_id])
            raise

    @to_its_end
    async def own_files(
        self, member: StaffMember, number: int, file_ids: Sequence[UUID]
    ) -> list[Moved]:
        """Those of them that this member has sent for this ticket: nobody attaches others."""
        async with self._database.reading() as session:
            ticket = await find(session, member, number)
            query = select(StoredFile).where(
                StoredFile.id.in_(file_ids),
                StoredFile.holder_id == ticket.id,
                StoredFile.sender == str(member.id),
            )
            found = await session.scalars(query.order_by(StoredFile.created_at))
            return [shown(row) for row in found]


def shown(row: StoredFile) -> Moved:
    """How an entry names a file."""
    return {"id": str(row.id), "name": row.name, "size": row.size}


async def find(session: AsyncSession, member: StaffMember, number: int) -> Ticket:
    """Raises NotFound: no such ticket, a draft, or not theirs to see."""
    require_triage(member)
    ticket = await session.get(Ticket, number)
    if ticket is None or ticket.status is Status.DRAFT:
        raise NotFound(NO_SUCH)
    return ticket


async def _require_taken(session: AsyncSession, member: StaffMember, number: int) -> None:
    ticket = await find(session, member, number)
    if ticket.status not in OPEN or ticket.assignee_id != member.id:
        raise Conflict("Take this ticket first.", code="take_first")


async def _names(session: AsyncSession) -> dict[UUID, str]:
    rows = await session.execute(select(StaffMember.id, StaffMember.name))
    return {row.id: row.name for row in rows}


async def _colleagues(session: AsyncSession) -> Sequence[StaffMember]:
    query = select(StaffMember).where(StaffMember.active, StaffMember.role.in_(TRIAGE_ROLES))
    return (await session.scalars(query.order_by(StaffMember.name))).all()


async def _live_links(session: AsyncSession, number: int) -> int:
    query = select(func.count()).where(
        TicketLink.ticket_number == number,
        TicketLink.revoked_at.is_(None),
        TicketLink.expires_at > now(),
    )
    return await session.scalar(query) or 0


async def _others(session: AsyncSession, ticket: Ticket) -> Sequence[Ticket]:
    """Of the same person, by their account or their address, newest first."""
    same = [of_address(ticket.email)] if ticket.email else []
    same += [Ticket.subject == ticket.subject] if ticket.subject else []
    if not same:
        return []
    query = (
        select(Ticket)
        .where(or_(*same), Ticket.number != ticket.number, Ticket.status != Status.DRAFT)
        .order_by(Ticket.number.desc())
        .limit(OTHERS)
    )
    return (await session.scalars(query)).all()


async def _aims(session: AsyncSession, ticket: Ticket) -> Aims:
    hours: Hours = await load_hours(session)
    changes = await thread.status_changes(session, ticket.number)

    def explained(minutes: int | None, until: datetime | None = None) -> Explained | None:
        known = [each for each in changes if until is None or each[0] < until]
        if not minutes or not known:
            return None
        return targets.explain(hours, known, until or now(), timedelta(minutes=minutes))

    return Aims(
        first_answer=explained(ticket.first_answer_minutes, ticket.first_answered_at),
        solution=explained(ticket.solution_minutes),
        first_answered_at=ticket.first_answered_at,
    )
