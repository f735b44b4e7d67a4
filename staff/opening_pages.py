"""Exceptional closures and openings, planned by administrators; users read their reason."""

from datetime import date, time
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from kit.clock import now
from kit.database import Reading, database_of
from kit.organisation import organisation
from kit.schedule import add_exception, list_exceptions, remove_exception
from kit.spans import Span
from staff.access import Administrator
from staff.mistakes import Mistake, Mistaken
from staff.pages import Text, done, show

HOURS = "/equipe/horaires"
LONGEST_REASON = 120
EMPTY = {"day": "", "kind": "closed", "start": "", "end": "", "reason": ""}

router = APIRouter()


@router.get(HOURS)
async def show_hours(request: Request, session: Reading, me: Administrator) -> Response:
    exceptions = await list_exceptions(session, since=_today())
    return show(request, "staff/hours.html", me, exceptions=exceptions, typed=EMPTY)


@router.post(HOURS)
async def receive_exception(
    request: Request,
    me: Administrator,
    day: Text = "",
    kind: Text = "closed",
    start: Text = "",
    end: Text = "",
    reason: Text = "",
) -> Response:
    database = database_of(request)
    closed = kind != "open"
    try:
        when, span, why = _day(day), _span(start, end, needed=not closed), _reason(reason)
    except Mistaken as mistake:
        typed = {"day": day, "kind": kind, "start": start, "end": end, "reason": reason}
        async with database.reading() as session:
            exceptions = await list_exceptions(session, since=_today())
        return show(request, "staff/hours.html", me, mistake, exceptions=exceptions, typed=typed)
    async with database.writing.begin() as session:
        await add_exception(session, when, closed=closed, reason=why, span=span)
    return done(HOURS, "horaires")


@router.post(HOURS + "/{exception_id}/suppression")
async def receive_removal(request: Request, _: Administrator, exception_id: UUID) -> Response:
    async with database_of(request).writing.begin() as session:
        await remove_exception(session, exception_id)
    return done(HOURS, "horaires")


def _today() -> date:
    return now().astimezone(organisation().timezone).date()


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Mistaken("day", Mistake.DAY) from None


def _span(start: str, end: str, *, needed: bool) -> Span | None:
    """None for the whole day, which only a closure may take."""
    if not start and not end and not needed:
        return None
    try:
        return Span(time.fromisoformat(start), time.fromisoformat(end))
    except ValueError:
        raise Mistaken("start", Mistake.SPAN) from None


def _reason(text: str) -> str:
    reason = " ".join(text.split())
    if not 1 <= len(reason) <= LONGEST_REASON or not reason.isprintable():
        raise Mistaken("reason", Mistake.REASON)
    return reason
