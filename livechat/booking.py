"""The user's side of phone appointments: take one, see it, move it, cancel it.

Two ways in: the token of the conversation, and the secret link of one appointment, which needs no
login. What is invented, foreign, void or too old is refused alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.errors import Conflict, NotFound
from kit.finishing import to_its_end
from kit.mail import address_of, deliverable
from kit.phones import phone_of
from kit.secret_links import Pass
from livechat import agenda, appointment_calendar, appointments, log, proposals
from livechat.agenda_keeper import AgendaKeeper
from livechat.appointment_links import APPOINTMENT, NO_SUCH
from livechat.appointment_models import Appointment, Proposal
from livechat.appointments import Wanted
from livechat.models import Conversation
from livechat.moments import Moment
from livechat.protocol import Frame, Mode
from livechat.slots import Slot

READABLE = timedelta(days=7)  # after its end an appointment can still be seen


class Chosen(Frame):
    """What a user picked. `client_id` is the client's: sent twice, booked once."""

    client_id: UUID
    proposal: UUID
    start: Moment
    phone: str = Field(min_length=1, max_length=60)
    email: str | None = Field(None, max_length=254)


@dataclass(frozen=True)
class Shown:
    """An appointment and its secret address."""

    appointment: Appointment
    url: str


@dataclass(frozen=True)
class Seen:
    """What a link leads to: an appointment with the times it may move to, or what was proposed."""

    appointment: Appointment | None
    proposal: Proposal | None
    slots: Sequence[Slot]


class Booking:
    def __init__(self, keeper: AgendaKeeper, mac_key: bytes) -> None:
        self._keeper = keeper
        self._database = keeper.database
        self._links = keeper.links
        self._mac_key = mac_key

    # From the conversation ---------------------------------------------------------------

    @to_its_end
    async def book(self, conversation_id: UUID, chosen: Chosen, base: str) -> Shown:
        """Raises Invalid for a number or an address, NotFound, SlotTaken, Conflict."""
        phone, email = phone_of(chosen.phone), chosen.email and address_of(chosen.email)
        mac = log.mac_of(chosen.model_dump_json(exclude={"client_id"}), self._mac_key)
        paper = self._keeper.paper(base)
        async with self._keeper.holding(conversation_id) as held:
            session, conversation = held.session, held.conversation
            known = await log.repeated(session, conversation_id, chosen.client_id, mac)
            if known is not None:
                made = await agenda.find(session, UUID(known.payload["id"]))
                return Shown(made, paper.url(made))
            wanted = Wanted(
                proposal=await _proposal_of(session, conversation, chosen.proposal),
                start=chosen.start,
                phone=phone,
                email=email or _known_address(conversation),
                client_id=chosen.client_id,
                body_mac=mac,
            )
            made, entries = await appointments.book(session, conversation, wanted, paper)
            held.changes.add(*entries)
        return Shown(made, paper.url(made))

    @to_its_end
    async def list_of(self, conversation_id: UUID, base: str) -> list[Shown]:
        """All of this conversation that a link still opens, in order."""
        query = (
            select(Appointment)
            .where(
                Appointment.conversation_id == conversation_id,
                Appointment.end > now() - READABLE,
            )
            .order_by(Appointment.start)
        )
        paper = self._keeper.paper(base)
        async with self._database.reading() as session:
            return [Shown(each, paper.url(each)) for each in await session.scalars(query)]

    @to_its_end
    async def slots(self, conversation_id: UUID, proposal_id: UUID) -> list[Slot]:
        """What can be picked of a proposal now. Raises NotFound for a foreign one."""
        async with self._database.reading() as session:
            conversation = await session.get_one(Conversation, conversation_id)
            proposal = await _proposal_of(session, conversation, proposal_id)
            return await proposals.slots_for(session, proposal, now())

    # From a link -------------------------------------------------------------------------

    @to_its_end
    async def look(self, token: str) -> Seen:
        """Raises NotFound."""
        named = self._links.read(token)
        async with self._database.reading() as session:
            if named.kind == APPOINTMENT:
                found = await _appointment_of(session, named)
                return Seen(found, None, await _other_slots(session, found))
            proposal = await _proposed_to(session, named)
            taken = await agenda.upcoming(session, proposal.conversation_id)
            return Seen(taken, proposal, await proposals.slots_for(session, proposal, now()))

    @to_its_end
    async def move(self, token: str, start: datetime, base: str) -> None:
        """Raises NotFound, SlotTaken, Conflict when it is over or too late."""
        named = self._appointment_named(token)
        async with self._keeper.holding(await self._conversation_of(named)) as held:
            found = await _appointment_of(held.session, named)
            paper = self._keeper.paper(base)
            entries = await appointments.move(held.session, held.conversation, found, start, paper)
            held.changes.add(*entries)

    @to_its_end
    async def cancel(self, token: str, base: str) -> None:
        """Raises NotFound, Conflict when it is over or too late."""
        named = self._appointment_named(token)
        async with self._keeper.holding(await self._conversation_of(named)) as held:
            found = await _appointment_of(held.session, named)
            paper = self._keeper.paper(base)
            entries = await appointments.cancel(held.session, held.conversation, found, paper)
            held.changes.add(*entries)

    @to_its_end
    async def choose(self, token: str, start: datetime, phone: str, base: str) -> str:
        """Take a proposed time. Returns the token of the appointment."""
        number = phone_of(phone)
        named = self._links.read(token)
        async with self._database.reading() as session:
            conversation_id = (await _proposed_to(session, named)).conversation_id
        async with self._keeper.holding(conversation_id) as held:
            wanted = Wanted(
                proposal=await _proposed_to(held.session, named),
                start=start,
                phone=number,
                email=_known_address(held.conversation),
            )
            made, entries = await appointments.book(
                held.session, held.conversation, wanted, self._keeper.paper(base)
            )
            held.changes.add(*entries)
        return self._links.token(made)

    @to_its_end
    async def calendar(self, token: str, base: str) -> bytes:
        """The appointment for the calendar of whoever holds its link. Raises NotFound."""
        named = self._appointment_named(token)
        paper = self._keeper.paper(base)
        async with self._database.reading() as session:
            found = await _appointment_of(session, named)
        return appointment_calendar.entry(found, paper.url(found), paper.sender)

    def url_path(self, appointment: Appointment) -> str:
        return self._links.to(appointment)

    def _appointment_named(self, token: str) -> Pass:
        named = self._links.read(token)
        if named.kind != APPOINTMENT:
            raise NotFound(NO_SUCH)
        return named

    async def _conversation_of(self, named: Pass) -> UUID:
        async with self._database.reading() as session:
            return (await _appointment_of(session, named)).conversation_id


def _known_address(conversation: Conversation) -> str | None:
    return deliverable((conversation.identity or {}).get("email"))


async def _proposal_of(
    session: AsyncSession, conversation: Conversation, proposal_id: UUID
) -> Proposal:
    if conversation.mode is Mode.CLOSED:
        raise Conflict("This conversation is closed.")
    found = await session.get(Proposal, proposal_id)
    if found is None or found.conversation_id != conversation.id:
        raise NotFound("There is no such proposal.")
    return found


async def _proposed_to(session: AsyncSession, named: Pass) -> Proposal:
    found = await session.get(Proposal, named.id) if named.kind != APPOINTMENT else None
    if found is None or found.instants[-1] <= now():
        raise NotFound(NO_SUCH)
    return found


async def _appointment_of(session: AsyncSession, named: Pass) -> Appointment:
    found = await session.get(Appointment, named.id, populate_existing=True)
    if found is None or found.generation != named.generation or found.end + READABLE <= now():
        raise NotFound(NO_SUCH)
    return found


async def _other_slots(session: AsyncSession, appointment: Appointment) -> list[Slot]:
    free = await agenda.free_slots(session, now(), appointment)
    return [slot for slot in free if slot != appointment.slot]
