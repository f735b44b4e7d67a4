"""Two tickets of one sender that are about the same become one; one about two things becomes two.

Nothing is erased: both threads say what was moved, by names, so that it can be undone later.
"""

from collections.abc import Collection, Sequence
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.database import Database
from kit.errors import Conflict, Invalid, NotFound
from kit.files import FileStore, StoredFile
from kit.finishing import to_its_end
from staff.models import StaffMember
from ticketing import notices, search, thread
from ticketing.dossier import find, shown
from ticketing.lifecycle import OPEN, Actor, Event, Status
from ticketing.models import Ticket, TicketEntry, TicketTag
from ticketing.opening import NewTicket, submit
from ticketing.replies import held_reply
from ticketing.thread import NO_SUCH
from ticketing.triage import Moved, require_triage


class Merging:
    def __init__(self, database: Database, store: FileStore) -> None:
        self._database = database
        self._store = store

    @to_its_end
    async def merge(self, member: StaffMember, number: int, into: int) -> None:
        """The one is closed and its sender told; the other goes on, with the tags of both.

        Raises NotFound, Conflict (`other_sender`, `target_closed`, `taken_already`, `reply_held`),
        IllegalEvent. Files stay with the ticket that they were sent to.
        """
        require_triage(member)
        if number == into:
            raise Invalid("A ticket is not merged into itself.", code="same_ticket")
        async with self._database.writing.begin() as session:
            source, target = await _hold_both(session, number, into)
            await _require_mergeable(session, member, source, target)
            tags = await _unite_tags(session, source, target)
            before = {"status": source.status, "assignee": _text_of(source.assignee_id)}
            entry = await thread.happen(
                session,
                source,
                Event.MERGED,
                Actor.STAFF,
                member_id=member.id,
                payload={"into": target.number, "tags": tags, "before": before},
            )
            source.merged_into = target.number
            entry.mail_id = await notices.send(
                session, source, notices.MERGED, other=target.reference
            )
            await _leave_trace(
                session, target, member, {"merged": {"from": source.number, "tags": tags}}
            )

    @to_its_end
    async def split(
        self,
        member: StaffMember,
        number: int,
        seqs: Collection[int],
        *,
        title: str,
        category: str | None = None,
        subcategory: str | None = None,
        form_id: UUID | None = None,
    ) -> Ticket:
        """A new ticket of the same sender, who is told its number, from what they wrote there.

        `seqs`: which entries. Their files are copied. The same `form_id` again gives the same
        ticket. Raises NotFound, Invalid, TooLarge.
        """
        async with self._database.reading() as session:
            await find(session, member, number)
            chosen = await _said(session, number, seqs)
        new_id = uuid4()
        copies = await self._copy(chosen, new_id)
        async with self._database.writing.begin() as session:
            source = await thread.lock(session, number)
            made = await _split_before(session, source, form_id)
            if made is None:
                new = NewTicket(
                    id=new_id,
                    title=title,
                    description=_joined(chosen) or title,
                    email=source.email,
                    subject=source.subject,
                    structure=source.structure,
                    sender_role=source.sender_role,
                    service=source.service,
                    category=category,
                    subcategory=subcategory,
                    files=[shown(row) for row in copies],
                )
                return await _split_off(session, member, source, chosen, copies, new, form_id)
        await self._store.remove([row.id for row in copies])
        return made

    async def _copy(self, chosen: Sequence[TicketEntry], holder_id: UUID) -> list[StoredFile]:
        """The files of these entries again, on the disk; their rows are not stored yet."""
        named = [UUID(each["id"]) for entry in chosen for each in entry.payload.get("files", [])]
        async with self._database.reading() as session:
            query = select(StoredFile).where(StoredFile.id.in_(named))
            rows = (await session.scalars(query)).all()
        return [
            StoredFile(
                id=await self._store.copy(row.id),
                holder_id=holder_id,
                sender=row.sender,
                name=row.name,
                media_type=row.media_type,
                size=row.size,
            )
            for row in rows
        ]


async def _hold_both(session: AsyncSession, number: int, into: int) -> tuple[Ticket, Ticket]:
    """In the order of their numbers: two who merge crosswise do not wait for each other."""
    held = {each: await thread.lock(session, each) for each in sorted((number, into))}
    if any(ticket.status is Status.DRAFT for ticket in held.values()):
        raise NotFound(NO_SUCH)
    return held[number], held[into]


async def _require_mergeable(
    session: AsyncSession, member: StaffMember, source: Ticket, target: Ticket
) -> None:
    if not same_sender(source, target):
        raise Conflict("These tickets are of two senders.", code="other_sender")
    if target.status not in OPEN:
        raise Conflict("The other ticket is closed.", code="target_closed")
    if source.status in OPEN and source.assignee_id not in (None, member.id):
        raise Conflict("A colleague has taken this ticket.", code="taken_already")
    if await held_reply(session, source.number) is not None:
        raise Conflict("A reply is about to be sent.", code="reply_held")


def same_sender(one: Ticket, other: Ticket) -> bool:
    """By their account or by their address."""
    if one.subject is not None and one.subject == other.subject:
        return True
    return one.email is not None and one.email.casefold() == (other.email or "").casefold()


async def _unite_tags(session: AsyncSession, source: Ticket, target: Ticket) -> list[str]:
    """Gives the target what it lacks of the source's. Returns those."""

    async def tags_of(ticket: Ticket) -> set[str]:
        query = select(TicketTag.tag).where(TicketTag.ticket_number == ticket.number)
        return set(await session.scalars(query))

    lacking = sorted(await tags_of(source) - await tags_of(target))
    for tag in lacking:
        session.add(TicketTag(ticket_number=target.number, tag=tag))
        await search.add(session, target.number, tag)
    return lacking


async def _said(session: AsyncSession, number: int, seqs: Collection[int]) -> Sequence[TicketEntry]:
    """What the sender wrote among these entries. Raises Invalid when that is nothing."""
    chosen = [
        entry
        for entry in await thread.entries(session, number, internal=False)
        if entry.seq in seqs
        and entry.actor is Actor.SENDER
        and (entry.text or entry.payload.get("files"))
    ]
    if not chosen:
        raise Invalid("Choose what the new ticket is made of.", code="nothing_chosen")
    return chosen


async def _split_before(
    session: AsyncSession, source: Ticket, form_id: UUID | None
) -> Ticket | None:
    """What this form made already."""
    trace = await thread.repeated(session, source, form_id) if form_id else None
    return await session.get_one(Ticket, trace.payload["split"]["into"]) if trace else None


async def _split_off(
    session: AsyncSession,
    member: StaffMember,
    source: Ticket,
    chosen: Sequence[TicketEntry],
    copies: Sequence[StoredFile],
    new: NewTicket,
    form_id: UUID | None,
) -> Ticket:
    session.add_all(copies)
    made = await submit(session, new)
    moved = [entry.seq for entry in chosen]
    into, origin = {"into": made.number}, {"number": source.number}
    await _leave_trace(session, source, member, {"split": {**into, "entries": moved}}, form_id)
    await _leave_trace(session, made, member, {"split_from": {**origin, "entries": moved}})
    return made


def _joined(chosen: Sequence[TicketEntry]) -> str:
    return "\n\n".join(entry.text for entry in chosen if entry.text)


async def _leave_trace(
    session: AsyncSession,
    ticket: Ticket,
    member: StaffMember,
    moved: Moved,
    client_id: UUID | None = None,
) -> None:
    await thread.append(
        session,
        ticket,
        Actor.STAFF,
        member_id=member.id,
        internal=True,
        payload=moved,
        client_id=client_id,
    )


def _text_of(member_id: UUID | None) -> str | None:
    return str(member_id) if member_id else None
