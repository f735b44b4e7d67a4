"""The pages behind the secret link of a phone appointment: see, move, cancel, choose, calendar.

No login and no JavaScript. A GET changes nothing: programs that open the links of mails do no harm.
"""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from kit.calendar_entry import MEDIA_TYPE
from kit.clock import now
from kit.errors import NotFound, Refusal
from kit.limits import Limited
from kit.organisation import organisation
from kit.phones import masked_phone
from kit.templating import pages
from livechat import words
from livechat.appointment_calendar import FILE
from livechat.appointment_links import PATH
from livechat.appointment_models import Appointment, AppointmentState
from livechat.appointments import TOO_LATE
from livechat.booking import Seen
from livechat.slots import Slot, by_day
from staff.pages import REFERRER
from web.api import count
from web.appointments import Base, ToBook

YEARS = range(2000, 2100)
HEADERS = REFERRER | {"X-Robots-Tag": "noindex, nofollow"}

router = APIRouter(prefix=PATH, include_in_schema=False)

Start = Annotated[str, Form(max_length=60)]
Phone = Annotated[str, Form(max_length=60)]


@router.get("/{token}", name="appointment")
async def show_appointment(
    request: Request, booking: ToBook, token: str, fait: Annotated[str, Query()] = ""
) -> Response:
    await count(request, Limited.LINK)
    try:
        seen = await booking.look(token)
    except NotFound:
        return _void(request)
    if seen.proposal is None:
        return _appointment(request, token, seen, notice=fait)
    if seen.appointment is not None:
        return RedirectResponse(booking.url_path(seen.appointment), 303, HEADERS)
    return _choice(request, token, seen)


@router.get("/{token}/deplacement")
async def show_move(request: Request, booking: ToBook, token: str) -> Response:
    return await _change(request, booking, token, _move)


@router.post("/{token}/deplacement")
async def receive_move(
    request: Request, booking: ToBook, base: Base, token: str, start: Start = ""
) -> Response:
    await count(request, Limited.LINK)
    chosen = _instant(start)
    try:
        if chosen is None:
            return _move(request, token, await _of_appointment(booking, token), "no_choice")
        await booking.move(token, chosen, base)
    except NotFound:
        return _void(request)
    except Refusal as refusal:
        return await _refused(request, booking, token, refusal, start)
    return _done(token, "deplacement")


@router.get("/{token}/annulation")
async def show_cancellation(request: Request, booking: ToBook, token: str) -> Response:
    return await _change(request, booking, token, _cancellation)


@router.post("/{token}/annulation")
async def receive_cancellation(
    request: Request, booking: ToBook, base: Base, token: str
) -> Response:
    await count(request, Limited.LINK)
    try:
        await booking.cancel(token, base)
    except NotFound:
        return _void(request)
    except Refusal as refusal:
        return await _refused(request, booking, token, refusal)
    return _done(token, "annulation")


@router.post("/{token}/choix")
async def receive_choice(
    request: Request,
    booking: ToBook,
    base: Base,
    token: str,
    start: Start = "",
    phone: Phone = "",
) -> Response:
    await count(request, Limited.LINK)
    chosen, mistake = _instant(start), "no_choice"
    try:
        if chosen is not None:
            return _done(await booking.choose(token, chosen, phone, base), "reservation")
    except NotFound:
        return _void(request)
    except Refusal as refusal:
        mistake, status = refusal.code or "refused", refusal.status
    else:
        status = 422
    try:
        seen = await booking.look(token)
    except NotFound:
        return _void(request)
    if seen.proposal is None:
        return _void(request)
    return _choice(request, token, seen, mistake, status, start, phone)


@router.get("/{token}/calendrier.ics")
async def send_calendar(request: Request, booking: ToBook, base: Base, token: str) -> Response:
    await count(request, Limited.LINK)
    try:
        content = await booking.calendar(token, base)
    except NotFound:
        return _void(request)
    disposition = {"Content-Disposition": f'attachment; filename="{FILE}"'}
    return Response(content, media_type=MEDIA_TYPE, headers=HEADERS | disposition)


async def _change(request: Request, booking: ToBook, token: str, page: Any) -> Response:
    """A page on which it can be changed; the appointment itself, when it cannot any more."""
    await count(request, Limited.LINK)
    try:
        seen = await _of_appointment(booking, token)
    except NotFound:
        return _void(request)
    assert seen.appointment
    if not _is_changeable(seen.appointment):
        return _appointment(request, token, seen)
    answer: Response = page(request, token, seen)
    return answer


async def _of_appointment(booking: ToBook, token: str) -> Seen:
    seen = await booking.look(token)
    if seen.proposal is not None:
        raise NotFound("This link is of a proposal.")
    return seen


async def _refused(
    request: Request, booking: ToBook, token: str, refusal: Refusal, chosen: str = ""
) -> Response:
    seen = await _of_appointment(booking, token)
    code = refusal.code or "refused"
    if code == "slot_taken":
        return _move(request, token, seen, code, refusal.status, chosen)
    return _appointment(request, token, seen, code, refusal.status)


# Pages -----------------------------------------------------------------------------------


def _appointment(
    request: Request,
    token: str,
    seen: Seen,
    mistake: str = "",
    status: int = 200,
    notice: str = "",
) -> Response:
    found = seen.appointment
    assert found
    booked = found.state is AppointmentState.BOOKED
    return _page(
        request,
        "web/appointment.html",
        status,
        token=token,
        state=found.state.value,
        moment=words.moment(found.start),
        phone=masked_phone(found.phone),
        changeable=_is_changeable(found),
        soon=booked and found.end > now(),
        mistake=mistake,
        notice=notice,
    )


def _move(
    request: Request,
    token: str,
    seen: Seen,
    mistake: str = "",
    status: int = 200,
    chosen: str = "",
) -> Response:
    assert seen.appointment
    return _page(
        request,
        "web/appointment_move.html",
        422 if mistake == "no_choice" else status,
        token=token,
        moment=words.moment(seen.appointment.start),
        days=_days(seen.slots),
        chosen=chosen,
        mistake=mistake,
        notice="",
    )


def _cancellation(request: Request, token: str, seen: Seen) -> Response:
    assert seen.appointment
    moment = words.moment(seen.appointment.start)
    context = {"token": token, "moment": moment, "mistake": "", "notice": ""}
    return _page(request, "web/appointment_cancel.html", 200, **context)


def _choice(
    request: Request,
    token: str,
    seen: Seen,
    mistake: str = "",
    status: int = 200,
    chosen: str = "",
    phone: str = "",
) -> Response:
    return _page(
        request,
        "web/appointment_choose.html",
        status,
        token=token,
        days=_days(seen.slots),
        chosen=chosen,
        phone=phone,
        mistake=mistake,
        notice="",
    )


def _void(request: Request) -> Response:
    return _page(request, "web/appointment_void.html", 404)


def _page(request: Request, template: str, status: int, **context: Any) -> Response:
    return pages.TemplateResponse(request, template, context, status, headers=HEADERS)


def _done(token: str, what: str) -> Response:
    """Loading the page again does nothing twice."""
    return RedirectResponse(f"{PATH}/{token}?fait={what}", 303, HEADERS)


def _is_changeable(appointment: Appointment) -> bool:
    booked = appointment.state is AppointmentState.BOOKED
    return booked and appointment.start - now() >= TOO_LATE


def _days(slots: Any) -> list[dict[str, Any]]:
    found: dict[Any, list[Slot]] = by_day(slots, organisation().timezone)
    return [
        {
            "key": day.isoformat(),
            "label": words.day(theirs[0].start),
            "slots": [
                {"value": each.start.isoformat(), "hour": words.hour(each.start)} for each in theirs
            ],
        }
        for day, theirs in found.items()
    ]


def _instant(text: str) -> datetime | None:
    """None when it is none: somebody wrote the form themselves."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo and found.year in YEARS else None
