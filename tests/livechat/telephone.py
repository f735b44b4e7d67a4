"""A call centre whose advisors also phone: proposals, appointments, and what is mailed of them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select, update

from kit.database import Database
from kit.mail_models import OutboxMail
from livechat import agenda
from livechat.agenda_keeper import AgendaKeeper
from livechat.appointment_links import Links
from livechat.appointment_models import Appointment, Proposal
from livechat.booking import Booking, Chosen, Shown
from livechat.calling import Calling
from livechat.console_protocol import Propose
from livechat.proposing import Proposing
from livechat.protocol import Act, AppointmentEvent, MessageEvent
from livechat.slots import Slot
from staff.models import StaffMember
from tests.livechat.centre import Centre
from tests.livechat.fakes import KEY
from ticketing.models import Ticket

BASE = "https://assistance.example/"
MOBILE = "06 12 34 56 78"
TUESDAY = datetime(2026, 11, 24, tzinfo=UTC)


class Telephone(Centre):
    def __init__(self, database: Database, **other: Any) -> None:
        super().__init__(database, **other)
        keeper = AgendaKeeper(database, self.hub, Links(KEY), "assistance@example.org")
        self.links = keeper.links
        self.booking = Booking(keeper, KEY)
        self.calling = Calling(keeper)
        self.proposing = Proposing(keeper, self.desk, KEY)

    async def free(self, member: StaffMember) -> list[Slot]:
        days = await self.proposing.slots(member, None)
        return [slot for slots in days.values() for slot in slots]

    async def propose(
        self, member: StaffMember, chat_id: UUID, *starts: datetime, client_id: UUID | None = None
    ) -> int:
        frame = Propose(
            type="propose", chat_id=chat_id, client_id=client_id or uuid4(), starts=list(starts)
        )
        return await self.proposing.propose(member, frame)

    async def offer(self, member: StaffMember, *starts: datetime) -> tuple[UUID, MessageEvent]:
        """A user in a chat with this advisor, who proposed these times (or the three next ones)."""
        conversation_id, chat_id = await self.serve(member)
        chosen = starts or [slot.start for slot in (await self.free(member))[:3]]
        await self.propose(member, chat_id, *chosen)
        return conversation_id, (await self.messages(conversation_id))[-1]

    async def book(
        self, conversation_id: UUID, offered: MessageEvent, number: int = 0, **other: Any
    ) -> Shown:
        """Take one of the times of a proposal."""
        assert offered.proposal
        fields = {
            "client_id": uuid4(),
            "proposal": offered.proposal,
            "start": offered.slots[number].start,
            "phone": MOBILE,
        }
        chosen = Chosen.model_validate(fields | other)
        return await self.booking.book(conversation_id, chosen, BASE)

    async def booked(self, member: StaffMember, **other: Any) -> tuple[UUID, Shown]:
        """A user with an appointment, no longer in the chat."""
        conversation_id, offered = await self.offer(member)
        shown = await self.book(conversation_id, offered, **other)
        await self.finish(member, (await self.chat_of(conversation_id)).id)
        return conversation_id, shown

    async def ask_callback(self) -> tuple[UUID, str]:
        """A user who asked to be called back: the conversation and the reference."""
        conversation_id = await self.open()
        await self.click(conversation_id, Act.CALLBACK)
        async with self.database.reading() as session:
            query = select(Ticket).where(Ticket.conversation_id == conversation_id)
            return conversation_id, (await session.scalars(query)).one().reference

    async def appointments(self) -> list[Appointment]:
        async with self.database.reading() as session:
            return list(await session.scalars(select(Appointment).order_by(Appointment.start)))

    async def proposal(self, proposal_id: UUID | None) -> Proposal:
        async with self.database.reading() as session:
            return await session.get_one(Proposal, proposal_id)

    async def upcoming(self, conversation_id: UUID) -> Appointment | None:
        async with self.database.reading() as session:
            return await agenda.upcoming(session, conversation_id)

    async def states(self, conversation_id: UUID) -> list[str]:
        """What the user was told of their appointments, in order."""
        events = await self.events(conversation_id)
        return [event.state for event in events if isinstance(event, AppointmentEvent)]

    async def mails(self) -> list[OutboxMail]:
        async with self.database.reading() as session:
            query = select(OutboxMail).order_by(OutboxMail.created_at, OutboxMail.due_at)
            return list(await session.scalars(query))

    async def dismiss(self, member: StaffMember) -> None:
        """They do not work here any more."""
        async with self.database.writing.begin() as session:
            gone = update(StaffMember).where(StaffMember.id == member.id)
            await session.execute(gone.values(active=False))

    @staticmethod
    def token(shown: Shown) -> str:
        return shown.url.rpartition("/")[2]


def at(hour: int, minute: int = 0, *, days: int = 0) -> datetime:
    """A time of that Tuesday in Paris, or of a later day."""
    return TUESDAY.replace(hour=hour - 1, minute=minute) + timedelta(days=days)


MORNING = at(9, 55)  # the notice of an appointment ends just before eleven


def shortly(shown: Shown, **before: float) -> datetime:
    """The instant that is so long before an appointment."""
    return shown.appointment.start - timedelta(**before)
