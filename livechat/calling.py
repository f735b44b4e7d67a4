"""The advisors' side of phone appointments: see them, say what came of a call, hand them over.

Who may do what is decided here. An advisor sees and changes their own appointments, and those that
a colleague who left has left behind; who oversees all of them.
"""

from datetime import datetime, time
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from kit.clock import now
from kit.errors import Conflict, NotFound
from kit.finishing import to_its_end
from kit.organisation import organisation
from kit.phones import shown
from livechat import agenda, appointments, log
from livechat.agenda import SlotTaken
from livechat.agenda_keeper import AgendaKeeper
from livechat.appointment_models import Appointment, AppointmentState
from livechat.desk import OVERSEERS
from livechat.models import Conversation
from livechat.reading import names_of_staff
from staff.models import StaffMember

EVERY_S = 30.0
NO_SUCH = "There is no such appointment."  # nor is a colleague's, as far as you learn


class Outcome(StrEnum):
    """What an advisor says came of an appointment."""

    DONE = "done"
    NO_ANSWER = "no_answer"
    CANCELLED = "cancelled"


class Calling:
    def __init__(self, keeper: AgendaKeeper) -> None:
        self._keeper = keeper
        self._database = keeper.database

    @to_its_end
    async def mine(self, member: StaffMember) -> list[dict[str, Any]]:
        """From today on: mine and those nobody has any more; all of them for who oversees."""
        query = select(Appointment).where(Appointment.start >= _midnight())
        async with self._database.reading() as session:
            callers = await agenda.callers(session)
            found = (await session.scalars(query.order_by(Appointment.start))).all()
            seen = [each for each in found if _may_see(member, each, callers)]
            there = await log.conversations_of(session, [each.conversation_id for each in seen])
            names = await names_of_staff(session)
        return [_row(each, member, callers, there, names) for each in seen]

    @to_its_end
    async def conclude(
        self, member: StaffMember, appointment_id: UUID, outcome: Outcome, base: str
    ) -> None:
        """Raises NotFound for a colleague's, Conflict when it is over or has not begun."""
        async with self._keeper.holding(await self._conversation_of(appointment_id)) as held:
            session, conversation = held.session, held.conversation
            found = await agenda.find(session, appointment_id)
            if member.role not in OVERSEERS and found.member_id != member.id:
                raise NotFound(NO_SUCH)
            if outcome is Outcome.CANCELLED:
                paper = self._keeper.paper(base)
                entries = await appointments.cancel(session, conversation, found, paper, member)
            else:
                state = AppointmentState(outcome.value)
                entries = appointments.conclude(session, conversation, found, state, member)
            held.changes.add(*entries)

    @to_its_end
    async def take(self, member: StaffMember, appointment_id: UUID, to: UUID | None) -> None:
        """Take it over from who left; who oversees gives any to anybody who is free.

        Raises NotFound, SlotTaken, Conflict when it is over.
        """
        async with self._keeper.holding(await self._conversation_of(appointment_id)) as held:
            session = held.session
            found = await agenda.find(session, appointment_id)
            callers = await agenda.callers(session)
            oversees = member.role in OVERSEERS
            if not oversees and (
                to not in (None, member.id) or not _may_see(member, found, callers)
            ):
                raise NotFound(NO_SUCH)
            if found.state is not AppointmentState.BOOKED:
                raise Conflict("This appointment is over.", code="appointment_over")
            wanted = to or member.id
            if wanted == found.member_id:
                return
            free = await agenda.caller_at(session, found.slot, now(), first=wanted, but=found)
            if free != wanted:
                raise SlotTaken
            appointments.hand_over(session, held.conversation, found, wanted, member)

    @to_its_end
    async def reassign(self) -> None:
        """One round: what somebody who left would have called goes to a colleague who is free."""
        at = now()
        async with self._database.reading() as session:
            callers = await agenda.callers(session)
            left = (await session.scalars(_to_come(at, callers))).all()
            free = await agenda.free_at(session, {each.slot for each in left}, at)
            able = [each for each in left if each.slot in free]
        for each in able:
            await self._reassign(each, at)

    async def _reassign(self, left: Appointment, at: datetime) -> None:
        """Looked at again under the locks: somebody may have come first."""
        async with self._keeper.holding(left.conversation_id) as held:
            session = held.session
            found = await agenda.find(session, left.id)
            gone = found.member_id not in await agenda.callers(session)
            caller = await agenda.caller_at(session, found.slot, at)
            if gone and caller and found.state is AppointmentState.BOOKED:
                appointments.hand_over(session, held.conversation, found, caller)

    async def _conversation_of(self, appointment_id: UUID) -> UUID:
        async with self._database.reading() as session:
            return (await agenda.find(session, appointment_id)).conversation_id


def _midnight() -> datetime:
    """At which today began here."""
    zone = organisation().timezone
    return datetime.combine(now().astimezone(zone).date(), time.min, zone)


def _may_see(
    member: StaffMember, appointment: Appointment, callers: dict[UUID, StaffMember]
) -> bool:
    orphan = appointment.member_id not in callers
    return member.role in OVERSEERS or appointment.member_id == member.id or orphan


def _to_come(at: datetime, callers: dict[UUID, StaffMember]) -> Select[Appointment]:
    """Of those who do not call any more."""
    return select(Appointment).where(
        Appointment.state == AppointmentState.BOOKED,
        Appointment.start > at,
        Appointment.member_id.not_in(callers),
    )


def _row(
    appointment: Appointment,
    member: StaffMember,
    callers: dict[UUID, StaffMember],
    there: dict[UUID, Conversation],
    names: dict[UUID, str],
) -> dict[str, Any]:
    conversation = there[appointment.conversation_id]
    return {
        "id": appointment.id,
        "conversation_id": appointment.conversation_id,
        "start": appointment.start,
        "end": appointment.end,
        "state": appointment.state,
        "phone": appointment.phone,
        "phone_shown": shown(appointment.phone),
        "email": appointment.email,
        "who": (conversation.identity or {}).get("email"),
        "advisor_id": appointment.member_id,
        "advisor": names.get(appointment.member_id),
        "mine": appointment.member_id == member.id,
        "orphan": appointment.member_id not in callers,
    }
