"""Exceptions of the opening hours, as they are stored."""

from datetime import date, datetime, time
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.exc import IntegrityError

from kit.calendar import state_at
from kit.database import Database
from kit.errors import Invalid, NotFound
from kit.models import OpeningException
from kit.schedule import add_exception, list_exceptions, load_hours, remove_exception
from kit.spans import Span

SATURDAY = date(2026, 11, 28)
SATURDAY_MORNING = datetime(2026, 11, 28, 10, tzinfo=ZoneInfo("Europe/Paris"))
MORNING = Span(time(9), time(12))


async def test_a_planned_opening_opens_until_it_is_removed(database: Database) -> None:
    async with database.writing.begin() as session:
        row = await add_exception(
            session, SATURDAY, closed=False, reason="clôture annuelle", span=MORNING
        )
    async with database.reading.begin() as session:
        assert state_at(await load_hours(session), SATURDAY_MORNING).open
    async with database.writing.begin() as session:
        await remove_exception(session, row.id)
    async with database.reading.begin() as session:
        assert not state_at(await load_hours(session), SATURDAY_MORNING).open


async def test_exceptions_are_listed_in_order_from_a_day_on(database: Database) -> None:
    async with database.writing.begin() as session:
        await add_exception(session, SATURDAY, closed=False, reason="matin", span=MORNING)
        await add_exception(session, SATURDAY, closed=True, reason="journée")
        await add_exception(session, date(2026, 1, 2), closed=True, reason="pont")
    async with database.reading.begin() as session:
        assert [r.reason for r in await list_exceptions(session)] == ["pont", "journée", "matin"]
        later = await list_exceptions(session, since=SATURDAY)
        assert [row.reason for row in later] == ["journée", "matin"]


async def test_an_opening_without_hours_or_a_row_without_reason_is_refused(
    database: Database,
) -> None:
    async with database.writing.begin() as session:
        with pytest.raises(Invalid):
            await add_exception(session, SATURDAY, closed=False, reason="clôture")
        with pytest.raises(Invalid):
            await add_exception(session, SATURDAY, closed=True, reason=" ")
        with pytest.raises(NotFound):
            await remove_exception(session, uuid4())


async def test_the_database_refuses_half_a_span(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.writing.begin() as session:
            session.add(OpeningException(day=SATURDAY, closed=True, reason="x", opens=time(9)))
