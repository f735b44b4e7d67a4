"""The opening hours as they are kept: the week in organisation.yml, exceptions in a table.

An exception is a row about one day: closed all day, closed for some hours, or open for some hours
(which then replace the ordinary ones). `calendar.py` holds the rules.
"""

import hashlib
from collections import defaultdict
from datetime import date
from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.calendar import Dated, Hours
from kit.errors import Invalid, NotFound
from kit.holidays import public_holidays
from kit.models import OpeningException
from kit.organisation import Organisation, organisation
from kit.spans import Span
from kit.words import explain_hours

MARK_DIGITS = 16


async def load_hours(session: AsyncSession, whose: Organisation | None = None) -> Hours:
    """The hours in force, with every exception that is stored."""
    exceptions: defaultdict[date, list[Dated]] = defaultdict(list)
    for row in await list_exceptions(session):
        exceptions[row.day].append(row.as_rule())
    return hours_of(whose or organisation(), {day: tuple(r) for day, r in exceptions.items()})


def hours_of(whose: Organisation, exceptions: dict[date, tuple[Dated, ...]]) -> Hours:
    """The week and holidays of an organisation, with the given exceptions."""
    return Hours(
        weekly=tuple(tuple(Span(s.opens, s.closes) for s in day) for day in whose.hours.days),
        holidays=partial(public_holidays, whose.holidays),
        exceptions=exceptions,
        explain=explain_hours,
        zone=whose.timezone,
    )


def mark_of(hours: Hours, whose: Organisation | None = None) -> str:
    """Tells these hours from all that open at other times, whatever the reasons are.

    What was reckoned in open time keeps it, and so knows when it has to be reckoned anew: whatever
    changed the hours, in whichever process.
    """
    days = sorted(
        (day.isoformat(), sorted(repr((row.closed, row.span)) for row in rows))
        for day, rows in hours.exceptions.items()
    )
    told = (hours.weekly, days, hours.zone.key, (whose or organisation()).holidays)
    return hashlib.sha256(repr(told).encode()).hexdigest()[:MARK_DIGITS]


async def list_exceptions(
    session: AsyncSession, since: date | None = None
) -> list[OpeningException]:
    """Exceptions from `since` on (all when None), in order."""
    query = select(OpeningException).order_by(
        OpeningException.day, OpeningException.opens.nulls_first()
    )
    if since:
        query = query.where(OpeningException.day >= since)
    return list(await session.scalars(query))


async def add_exception(
    session: AsyncSession, day: date, *, closed: bool, reason: str, span: Span | None = None
) -> OpeningException:
    """Plan a closure or an opening; refused when an opening has no hours or no reason is given."""
    if not reason.strip() or (not closed and span is None):
        raise Invalid("An exception has a reason, and an opening its hours.")
    row = OpeningException(day=day, closed=closed, reason=reason.strip())
    if span:
        row.opens, row.closes = span.opens, span.closes
    session.add(row)
    await session.flush()
    return row


async def remove_exception(session: AsyncSession, exception_id: UUID) -> None:
    row = await session.get(OpeningException, exception_id)
    if row is None:
        raise NotFound("There is no such exception.")
    await session.delete(row)
