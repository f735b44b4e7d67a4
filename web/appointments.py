"""Phone appointments over HTTP: what the chat and the advisors' console call."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from kit.limits import Limited
from kit.phones import masked_phone
from kit.settings import Settings
from livechat import words
from livechat.booking import Booking, Chosen, Shown
from livechat.calling import Calling, Outcome
from livechat.moments import Moment
from livechat.proposing import Proposing
from livechat.slots import Slot
from web.api import Body, Permitted, count
from web.console import AnAdvisor
from web.problems import DOCUMENTED

router = APIRouter(prefix="/api", tags=["api"], responses=DOCUMENTED)
staff_router = APIRouter(prefix="/api/agents", include_in_schema=False)


class SlotAnswer(BaseModel):
    start: datetime
    end: datetime


class AppointmentAnswer(SlotAnswer):
    """`url`: a secret page, which shows, moves and cancels this appointment without any login."""

    id: UUID
    state: Literal["booked", "cancelled", "done", "no_answer"]
    phone_masked: str
    url: str


class AppointmentsAnswer(BaseModel):
    appointments: list[AppointmentAnswer]


class SlotsAnswer(BaseModel):
    slots: list[SlotAnswer]


class ProposalBody(Body):
    starts: list[Moment] = Field(min_length=1, max_length=4)
    client_id: UUID | None = None


class OutcomeBody(Body):
    outcome: Outcome


class TakeBody(Body):
    """`member_id`: to whom, for who oversees; by default to who asks."""

    member_id: UUID | None = None


def base_of(request: Request) -> str:
    """The address of our site, as its users see it."""
    settings: Settings = request.app.state.settings
    return settings.public_url or str(request.base_url)


def booking_of(request: Request) -> Booking:
    found: Booking = request.app.state.booking
    return found


def calling_of(request: Request) -> Calling:
    found: Calling = request.app.state.calling
    return found


def proposing_of(request: Request) -> Proposing:
    found: Proposing = request.app.state.proposing
    return found


Base = Annotated[str, Depends(base_of)]
ToBook = Annotated[Booking, Depends(booking_of)]
ToCall = Annotated[Calling, Depends(calling_of)]
ToPropose = Annotated[Proposing, Depends(proposing_of)]


# The user's ------------------------------------------------------------------------------


@router.post("/conversations/{conversation_id}/appointments", status_code=201)
async def book(
    request: Request, booking: ToBook, conversation_id: Permitted, base: Base, body: Chosen
) -> AppointmentAnswer:
    """Take a time that an advisor proposed. Another one moves the appointment that there is.

    Refusals carry a `code`: slot_taken, proposal_over, too_late (409); phone_invalid, phone_costly,
    email_invalid (422).
    """
    await count(request, Limited.SAY, str(conversation_id))
    await count(request, Limited.SAY_FROM)
    return _answer(await booking.book(conversation_id, body, base))


@router.get("/conversations/{conversation_id}/appointments")
async def appointments(
    booking: ToBook, conversation_id: Permitted, base: Base
) -> AppointmentsAnswer:
    """All of this conversation until a week after their end, in order."""
    found = await booking.list_of(conversation_id, base)
    return AppointmentsAnswer(appointments=[_answer(each) for each in found])


@router.get("/conversations/{conversation_id}/slots")
async def slots(booking: ToBook, conversation_id: Permitted, proposal: UUID) -> SlotsAnswer:
    """What can still be taken of a proposal, filled up with what else is free."""
    return SlotsAnswer(slots=_slots(await booking.slots(conversation_id, proposal)))


def _answer(shown: Shown) -> AppointmentAnswer:
    found = shown.appointment
    return AppointmentAnswer(
        id=found.id,
        start=found.start,
        end=found.end,
        state=found.state.value,
        phone_masked=masked_phone(found.phone),
        url=shown.url,
    )


def _slots(found: list[Slot]) -> list[SlotAnswer]:
    return [SlotAnswer(start=slot.start, end=slot.end) for slot in found]


# The advisors' ---------------------------------------------------------------------------


@staff_router.get("/appointments", name="agents_appointments")
async def show_appointments(member: AnAdvisor, calling: ToCall) -> list[dict[str, Any]]:
    return await calling.mine(member)


@staff_router.get("/slots", name="agents_slots")
async def show_slots(
    member: AnAdvisor,
    proposing: ToPropose,
    chat_id: Annotated[UUID | None, Query()] = None,
) -> list[dict[str, Any]]:
    days = await proposing.slots(member, chat_id)
    return [
        {"day": day, "label": words.day(found[0].start), "slots": _slots(found)}
        for day, found in days.items()
    ]


@staff_router.post("/appointments/{appointment_id}/outcome", status_code=204)
async def conclude(
    member: AnAdvisor, calling: ToCall, base: Base, appointment_id: UUID, body: OutcomeBody
) -> None:
    await calling.conclude(member, appointment_id, body.outcome, base)


@staff_router.post("/appointments/{appointment_id}/take", status_code=204)
async def take(
    member: AnAdvisor, calling: ToCall, appointment_id: UUID, body: TakeBody | None = None
) -> None:
    await calling.take(member, appointment_id, body.member_id if body else None)


@staff_router.get("/callbacks", name="agents_callbacks")
async def show_callbacks(_: AnAdvisor, proposing: ToPropose) -> list[dict[str, Any]]:
    return await proposing.callbacks()


@staff_router.post("/callbacks/{reference}/proposal", status_code=201)
async def propose_callback(
    member: AnAdvisor, proposing: ToPropose, base: Base, reference: str, body: ProposalBody
) -> dict[str, int]:
    seq = await proposing.propose_callback(member, reference, body.starts, body.client_id, base)
    return {"seq": seq}
