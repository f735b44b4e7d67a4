"""The advisors' agenda: who calls whom when, who could still be booked, and who is on the phone.

Whoever books, moves or hands over an appointment holds the lock of the agenda, taken before that of
the conversation, so that what was free when it was looked at is free when it is written.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Exists, delete, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from kit.clock import now
from kit.database import hold_lock
from kit.errors import Conflict, NotFound
from kit.organisation import organisation
from kit.outbox import forget_about
from kit.schedule import load_hours
from livechat.appointment_models import Appointment, AppointmentState, Proposal
from livechat.slots import Rules, Slot, bookable, free, who_is_free
from staff.models import Role, StaffMember

CALLING_ROLES = frozenset({Role.ADVISOR, Role.SUPERVISOR})
SOON = timedelta(minutes=5)  # a call that begins within: nobody begins a chat any more
_AGENDA_LOCK = 7_310_843  # any number that nothing else uses


class SlotTaken(Conflict):
    """Nobody is free at that time, or it cannot be booked (any more)."""

    def __init__(self) -> None:
        super().__init__("This slot is not free.", code="slot_taken")


async def lock_agenda(session: AsyncSession) -> None:
    """Held until the transaction ends."""
    await hold_lock(session, _AGENDA_LOCK)


def rules() -> Rules:
    """What organisation.yml says of appointments."""
    ours = organisation().appointments
    return Rules(
        lasts=timedelta(minutes=ours.minutes),
        notice=timedelta(minutes=ours.notice_minutes),
        days_ahead=ours.days_ahead,
    )


def slot_at(start: datetime) -> Slot:
    return Slot(start, start + rules().lasts)


def calls(member: StaffMember) -> bool:
    """Whether they can be booked: they work here, with users, and have opened their account."""
    return member.active and member.role in CALLING_ROLES and member.password_hash is not None


async def callers(session: AsyncSession) -> dict[UUID, StaffMember]:
    found = await session.scalars(select(StaffMember).where(StaffMember.active))
    return {member.id: member for member in found if calls(member)}


async def taken(
    session: AsyncSession, since: datetime, but: Appointment | None = None
) -> dict[UUID, list[Slot]]:
    """What each has booked and that has not ended at `since`; without `but`, which is to move."""
    query = select(Appointment).where(
        Appointment.state == AppointmentState.BOOKED, Appointment.end > since
    )
    found: defaultdict[UUID, list[Slot]] = defaultdict(list)
    for each in await session.scalars(query):
        if but is None or each.id != but.id:
            found[each.member_id].append(each.slot)
    return found


async def free_slots(
    session: AsyncSession, at: datetime, but: Appointment | None = None
) -> dict[Slot, list[UUID]]:
    """Every slot that can be booked now, with those who are free then."""
    return await free_at(session, bookable(await load_hours(session), rules(), at), at, but)


async def slots_of(session: AsyncSession, member: StaffMember, at: datetime) -> list[Slot]:
    """The slots in which this one is free."""
    if not calls(member):
        return []
    slots = bookable(await load_hours(session), rules(), at)
    return free(slots, (await taken(session, at)).get(member.id, []))


async def free_at(
    session: AsyncSession, slots: Iterable[Slot], at: datetime, but: Appointment | None = None
) -> dict[Slot, list[UUID]]:
    """Who is free in each of these; those without anybody are left out."""
    return who_is_free(slots, await _agendas(session, at, but))


async def caller_at(
    session: AsyncSession,
    slot: Slot,
    at: datetime,
    *,
    first: UUID | None = None,
    but: Appointment | None = None,
) -> UUID | None:
    """Who is free then: `first` if they are, else whoever has the fewest calls; None: nobody."""
    agendas = await _agendas(session, at, but)
    able = who_is_free([slot], agendas).get(slot, [])
    if first in able:
        return first
    return min(able, key=lambda member: (len(agendas[member]), member.int), default=None)


async def _agendas(
    session: AsyncSession, at: datetime, but: Appointment | None
) -> dict[UUID, list[Slot]]:
    booked = await taken(session, at, but)
    return {member: booked.get(member, []) for member in await callers(session)}


def on_the_phone(member_id: InstrumentedAttribute[UUID], at: datetime) -> Exists:
    """Whether an appointment of this member is under way, or about to begin."""
    return exists().where(
        Appointment.member_id == member_id,
        Appointment.state == AppointmentState.BOOKED,
        Appointment.start <= at + SOON,
        Appointment.end > at,
    )


async def upcoming(session: AsyncSession, conversation_id: UUID) -> Appointment | None:
    """The appointment of this conversation that is to come, or under way."""
    query = (
        select(Appointment)
        .where(
            Appointment.conversation_id == conversation_id,
            Appointment.state == AppointmentState.BOOKED,
            Appointment.end > now(),
        )
        .order_by(Appointment.start)
        .limit(1)
    )
    return await session.scalar(query)


async def find(session: AsyncSession, appointment_id: UUID) -> Appointment:
    """As it is stored now. Raises NotFound."""
    found = await session.get(Appointment, appointment_id, populate_existing=True)
    if found is None:
        raise NotFound("There is no such appointment.")
    return found


async def forget(session: AsyncSession, conversation_ids: Sequence[UUID]) -> None:
    """Erase what was proposed and booked in these conversations, and the mails about it."""
    for table in (Proposal, Appointment):
        theirs = table.conversation_id.in_(conversation_ids)
        subjects = (await session.scalars(select(table.id).where(theirs))).all()
        await forget_about(session, subjects)
        await session.execute(delete(table).where(theirs))
