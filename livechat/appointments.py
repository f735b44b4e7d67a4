"""One phone appointment from its proposal to its end: each step, and what the user is told at it.

Every function works inside the transaction of its caller, who holds the lock of the agenda
(livechat/agenda.py), then that of the conversation, and returns what it appended to the log.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.errors import Conflict
from kit.phones import masked_phone
from livechat import agenda, appointment_mails, chats, log, staff_log, words
from livechat.agenda import SlotTaken, upcoming
from livechat.appointment_mails import Stationery
from livechat.appointment_models import Appointment, AppointmentState, Proposal
from livechat.models import Conversation, LogEntry
from livechat.slots import Slot
from staff.models import StaffMember
from ticketing import service as requests

TOO_LATE = timedelta(minutes=15)  # before it begins: the advisor gets ready


@dataclass(frozen=True)
class Wanted:
    """What a user chose: when, and where to be called. The number is E.164.

    `client_id` and `body_mac` tell the same choice sent again (livechat/log.py).
    """

    proposal: Proposal
    start: datetime
    phone: str
    email: str | None
    client_id: UUID | None = None
    body_mac: str | None = None


# Booking ---------------------------------------------------------------------------------


async def book(
    session: AsyncSession, conversation: Conversation, wanted: Wanted, paper: Stationery
) -> tuple[Appointment, list[LogEntry]]:
    """Take a slot. A conversation has one appointment to come: the one it has is moved.

    Raises SlotTaken, and Conflict when the proposal is over or it is too late to move.
    """
    at, slot = now(), agenda.slot_at(wanted.start.astimezone(UTC))
    before = await upcoming(session, conversation.id)
    await _require_bookable(session, wanted.proposal, slot, before, at)
    first = wanted.proposal.member_id
    caller = await agenda.caller_at(session, slot, at, first=first, but=before)
    if caller is None:
        raise SlotTaken
    wanted.proposal.taken_at = at
    if before is None:
        appointment = _booked(conversation, wanted, slot, caller)
        session.add(appointment)
        return appointment, await _tell_booked(session, conversation, appointment, wanted, paper)
    _readdress(before, wanted)
    _place(before, slot, caller)
    return before, await _tell_moved(session, conversation, before, paper, wanted)


async def _require_bookable(
    session: AsyncSession,
    proposal: Proposal,
    slot: Slot,
    before: Appointment | None,
    at: datetime,
) -> None:
    """What was proposed may be taken to the last moment; other slots with the usual notice."""
    if proposal.instants[-1] <= at:
        raise Conflict("This proposal is over.", code="proposal_over")
    if before is not None:
        _require_early(before, at)
    if slot.start > at and slot.start in proposal.instants:
        return
    if slot not in await agenda.free_slots(session, at, before):
        raise SlotTaken


def _booked(conversation: Conversation, wanted: Wanted, slot: Slot, caller: UUID) -> Appointment:
    return Appointment(
        id=uuid4(),
        conversation_id=conversation.id,
        member_id=caller,
        start=slot.start,
        end=slot.end,
        phone=wanted.phone,
        email=wanted.email,
        state=AppointmentState.BOOKED,
        generation=0,
        sequence=0,
        created_at=now(),
    )


async def _tell_booked(
    session: AsyncSession,
    conversation: Conversation,
    appointment: Appointment,
    wanted: Wanted,
    paper: Stationery,
) -> list[LogEntry]:
    await session.flush()
    await requests.settle_callback(session, conversation.id)
    await appointment_mails.confirm(session, appointment, paper)
    caller = await session.get_one(StaffMember, appointment.member_id)
    phone = masked_phone(appointment.phone)
    text = words.appointment_booked(appointment.start, caller.name, phone, appointment.email)
    entry = _record(session, conversation, appointment, "booked", wanted=wanted)
    return [entry, chats.tell(session, conversation, text)]


def _readdress(appointment: Appointment, wanted: Wanted) -> None:
    """Links that went to another address, or about another number, are void."""
    if (appointment.phone, appointment.email) != (wanted.phone, wanted.email):
        appointment.generation += 1
    appointment.phone, appointment.email = wanted.phone, wanted.email


def _place(appointment: Appointment, slot: Slot, caller: UUID) -> None:
    appointment.start, appointment.end = slot.start, slot.end
    appointment.member_id = caller
    appointment.sequence += 1


# Changing it -----------------------------------------------------------------------------


async def move(
    session: AsyncSession,
    conversation: Conversation,
    appointment: Appointment,
    start: datetime,
    paper: Stationery,
) -> list[LogEntry]:
    """To another free slot, with the same advisor if they can. Raises SlotTaken, Conflict."""
    at = now()
    require_open(appointment, at)
    slot = agenda.slot_at(start.astimezone(UTC))
    if slot == appointment.slot:
        return []
    if slot not in await agenda.free_slots(session, at, appointment):
        raise SlotTaken
    caller = await agenda.caller_at(session, slot, at, first=appointment.member_id, but=appointment)
    if caller is None:
        raise SlotTaken
    _place(appointment, slot, caller)
    return await _tell_moved(session, conversation, appointment, paper)


async def _tell_moved(
    session: AsyncSession,
    conversation: Conversation,
    appointment: Appointment,
    paper: Stationery,
    wanted: Wanted | None = None,
) -> list[LogEntry]:
    await session.flush()
    await appointment_mails.tell_change(session, appointment, paper)
    text = words.appointment_moved(appointment.start, masked_phone(appointment.phone))
    entry = _record(session, conversation, appointment, "moved", wanted=wanted)
    return [entry, chats.tell(session, conversation, text)]


async def cancel(
    session: AsyncSession,
    conversation: Conversation,
    appointment: Appointment,
    paper: Stationery,
    by: StaffMember | None = None,
) -> list[LogEntry]:
    """By the user, or by us. Raises Conflict when it is over, or too late for the user."""
    at = now()
    if by is None:
        require_open(appointment, at)
    _end(appointment, AppointmentState.CANCELLED, by)
    appointment.sequence += 1
    if by is not None:
        await requests.reopen_callback(session, conversation.id)
    await appointment_mails.tell_cancellation(session, appointment, paper)
    text = words.appointment_cancelled(appointment.start, by_us=by is not None)
    entry = _record(session, conversation, appointment, "cancelled", by)
    return [entry, chats.tell(session, conversation, text)]


def conclude(
    session: AsyncSession,
    conversation: Conversation,
    appointment: Appointment,
    state: AppointmentState,
    by: StaffMember,
) -> list[LogEntry]:
    """What came of the call. Raises Conflict before it was due."""
    if appointment.start > now():
        raise Conflict("This appointment has not begun.", code="too_early")
    _end(appointment, state, by)
    entry = _record(session, conversation, appointment, state.value, by)
    if state is AppointmentState.NO_ANSWER:
        phone = masked_phone(appointment.phone)
        return [entry, chats.tell(session, conversation, words.nobody_answered(phone))]
    return [entry]


def hand_over(
    session: AsyncSession,
    conversation: Conversation,
    appointment: Appointment,
    to: UUID,
    by: StaffMember | None = None,
) -> None:
    """Another advisor calls. The user was promised a call, not a person: only staff are told."""
    appointment.member_id = to
    _note(session, conversation, appointment, "handed_over", by)


def require_open(appointment: Appointment, at: datetime) -> None:
    """Raises Conflict when it is over, or begins too soon to be changed by the user."""
    if appointment.state is not AppointmentState.BOOKED or appointment.end <= at:
        raise Conflict("This appointment is over.", code="appointment_over")
    _require_early(appointment, at)


def _require_early(appointment: Appointment, at: datetime) -> None:
    if appointment.start - at < TOO_LATE:
        raise Conflict("This appointment begins too soon to be changed.", code="too_late")


def _end(appointment: Appointment, state: AppointmentState, by: StaffMember | None) -> None:
    if appointment.state is not AppointmentState.BOOKED:
        raise Conflict("This appointment is over.", code="appointment_over")
    appointment.state, appointment.ended_at = state, now()
    appointment.ended_by = by.id if by else None


def _record(
    session: AsyncSession,
    conversation: Conversation,
    appointment: Appointment,
    what: str,
    by: StaffMember | None = None,
    wanted: Wanted | None = None,
) -> LogEntry:
    """In both logs: as it stands for the user, and what was done for the staff."""
    _note(session, conversation, appointment, what, by)
    payload = {
        "id": str(appointment.id),
        "start": appointment.start.isoformat(),
        "end": appointment.end.isoformat(),
        "state": appointment.state.value,
        "phone": masked_phone(appointment.phone),
    }
    return log.append(
        session,
        conversation,
        "appointment",
        payload,
        client_id=wanted.client_id if wanted else None,
        body_mac=wanted.body_mac if wanted else None,
    )


def _note(
    session: AsyncSession,
    conversation: Conversation,
    appointment: Appointment,
    what: str,
    by: StaffMember | None,
) -> None:
    staff_log.append(
        session,
        conversation,
        "appointment",
        by.id if by else None,
        state=what,
        start=appointment.start.isoformat(),
        caller=str(appointment.member_id),
    )


# Telling ---------------------------------------------------------------------------------


def said(appointment: Appointment) -> str:
    """In a sentence to its user: when, where, and how to change it."""
    return words.appointment_said(appointment.start, masked_phone(appointment.phone))
