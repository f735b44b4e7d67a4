"""Due times in the list follow the calendar, whoever changes it and whoever dies meanwhile."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.database import Database
from kit.files import FileStore
from kit.schedule import add_exception, load_hours, mark_of, remove_exception
from kit.spans import Span
from tests.clock import Clock
from tests.ticketing.support import Support
from ticketing import due_times, search, thread
from ticketing.dossier import Dossiers
from ticketing.due_times import DueTimes
from ticketing.lifecycle import Event, Status
from ticketing.models import NEVER, Ticket

PARIS = ZoneInfo("Europe/Paris")


def at(day: int, hour: int) -> datetime:
    """June 2026: the 2nd is a Tuesday, without a holiday until July; open from 8:30 to 18:30."""
    return datetime(2026, 6, day, hour, tzinfo=PARIS)


@pytest.fixture(autouse=True)
def tuesday_at_nine(clock: Clock) -> None:
    clock.put_at(at(2, 9))


async def close(database: Database, day: int, span: Span | None = None) -> UUID:
    async with database.writing.begin() as session:
        row = await add_exception(
            session, date(2026, 6, day), closed=True, reason="Fermé", span=span
        )
    return row.id


async def open_again(database: Database, exception_id: UUID) -> None:
    async with database.writing.begin() as session:
        await remove_exception(session, exception_id)


async def aim_at(support: Support, number: int, first: int, solution: int) -> None:
    """Targets in hours of open time, whatever the list of categories says."""
    async with support.database.writing.begin() as session:
        ticket = await session.get_one(Ticket, number)
        ticket.first_answer_minutes, ticket.solution_minutes = first * 60, solution * 60
        ticket.hours_mark = ""
    await DueTimes(support.database).go()


async def dues(support: Support, number: int) -> tuple[datetime | None, datetime | None, datetime]:
    ticket = await support.find(number)
    return ticket.first_answer_due, ticket.solution_due, ticket.due_at


async def minutes_used(support: Support, number: int) -> int:
    return round((await support.find(number)).used_s / 60)


def near(found: datetime | None, wanted: datetime) -> bool:
    """What is used is kept in whole seconds, and the clock of the tests runs on."""
    return found is not None and abs(found - wanted) < timedelta(minutes=1)


async def test_a_closure_moves_what_is_due_and_its_removal_moves_it_back(support: Support) -> None:
    number = (await support.open()).number
    await aim_at(support, number, first=10, solution=20)
    first, solution, due = await dues(support, number)
    assert near(first, at(3, 9)) and near(solution, at(4, 9)) and due == first
    closure = await close(support.database, 3)
    assert await DueTimes(support.database).go() == 1
    first, solution, due = await dues(support, number)
    assert near(first, at(4, 9)) and near(solution, at(5, 9)) and due == first
    await open_again(support.database, closure)
    assert await DueTimes(support.database).go() == 1
    first, solution, _ = await dues(support, number)
    assert near(first, at(3, 9)) and near(solution, at(4, 9))


async def test_a_second_round_finds_nothing_to_do(support: Support) -> None:
    number = (await support.open()).number
    await close(support.database, 3)
    assert await DueTimes(support.database).go() == 1
    before = await dues(support, number)
    assert await DueTimes(support.database).go() == 0
    assert await dues(support, number) == before


async def test_hours_that_have_passed_are_counted_anew(
    support: Support, clock: Clock, tmp_path: Path
) -> None:
    """Closed yesterday, as it turns out: what was used then is given back, as is explained."""
    number = (await support.open()).number
    await aim_at(support, number, first=30, solution=39)
    clock.put_at(at(3, 9))
    claire = await support.hire("Claire")
    await support.triage.take(claire, number)  # ten hours are used
    assert await minutes_used(support, number) == 600
    await close(support.database, 2)
    await DueTimes(support.database).go()
    ticket = await support.find(number)
    assert await minutes_used(support, number) == 30
    dossier = await Dossiers(support.database, FileStore(tmp_path)).read(claire, number)
    explained = dossier.aims.solution
    assert explained is not None and explained.due is not None
    assert near(ticket.solution_due, explained.due)


async def test_who_waited_for_its_sender_is_counted_anew_when_it_runs_again(
    support: Support, clock: Clock
) -> None:
    number = (await support.open()).number
    await aim_at(support, number, first=30, solution=39)
    clock.put_at(at(3, 9))
    claire = await support.hire("Claire")
    await support.triage.take(claire, number)
    await support.triage.reply(claire, number, Event.DETAILS_ASKED, "Lequel ?", at_once=True)
    await close(support.database, 2)
    assert await DueTimes(support.database).go() == 0  # nothing is due of it
    assert (await dues(support, number))[2] == NEVER
    sender = await support.sender(number)
    await support.following.write(sender, "Le 12.")
    ticket = await support.find(number)
    assert ticket.status is Status.ASSIGNED
    assert await minutes_used(support, number) == 30


async def test_a_process_that_dies_half_way_leaves_the_rest_to_the_next(
    support: Support, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [(await support.open()).number for _ in range(5)]
    await close(support.database, 3)
    monkeypatch.setattr(due_times, "AT_ONCE", 2)
    keep_time = thread.keep_time

    async def dies_at_the_fourth(session: AsyncSession, ticket: Ticket, *known: Any) -> None:
        if ticket.number == numbers[3]:
            raise RuntimeError("the process dies")
        await keep_time(session, ticket, *known)

    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(thread, "keep_time", dies_at_the_fourth)
        await DueTimes(support.database).go()
    assert await DueTimes(support.database).go() == 3  # the second two are one transaction
    async with support.database.reading() as session:
        marks = set(await session.scalars(select(Ticket.hours_mark)))
        assert marks == {mark_of(await load_hours(session))}


async def test_two_processes_leave_each_other_what_the_other_holds(support: Support) -> None:
    number = (await support.open()).number
    await close(support.database, 3)
    async with support.database.writing.begin() as session:
        if session.get_bind().dialect.name == "sqlite":
            return  # one writer at a time: the other waits for its turn
        await session.execute(select(Ticket).where(Ticket.number == number).with_for_update())
        assert await DueTimes(support.database).go() == 0
    assert await DueTimes(support.database).go() == 1


async def test_a_request_of_before_there_were_threads_runs_since_its_first_event(
    support: Support, clock: Clock, tmp_path: Path
) -> None:
    async with support.database.writing.begin() as session:
        old = Ticket(title="Avant", solution_minutes=39 * 60)
        session.add(old)
        await session.flush()
        await search.create(session, old)
    claire = await support.hire("Claire")
    await support.triage.take(claire, old.number)
    clock.put_at(at(3, 9))
    await close(support.database, 4)
    await DueTimes(support.database).go()
    assert await minutes_used(support, old.number) == 600
    dossier = await Dossiers(support.database, FileStore(tmp_path)).read(claire, old.number)
    assert dossier.aims.solution is not None
    assert near(dossier.ticket.solution_due, dossier.aims.solution.due or NEVER)


async def test_hours_are_told_apart_by_when_they_open_alone(database: Database) -> None:
    async def mark() -> str:
        async with database.reading() as session:
            return mark_of(await load_hours(session))

    ordinary = await mark()
    closure = await close(database, 3)
    closed = await mark()
    assert closed != ordinary
    await open_again(database, closure)
    assert await mark() == ordinary
    morning = await close(database, 3, Span(time(9), time(10)))
    assert await mark() not in {ordinary, closed}
    await open_again(database, morning)
    async with database.writing.begin() as session:
        await add_exception(session, date(2026, 6, 3), closed=True, reason="Autre motif")
    assert await mark() == closed


async def test_what_is_to_do_is_found_through_an_index(database: Database) -> None:
    query = str(due_times._other_hours("m").compile(compile_kwargs={"literal_binds": True}))
    async with database.reading() as session:
        if session.get_bind().dialect.name != "sqlite":
            return  # with an empty table it reads the table, whatever there is
        plan = (await session.execute(text(f"EXPLAIN QUERY PLAN {query}"))).all()
    assert "ix_tickets_hours_mark" in str(plan) and "SCAN tickets" not in str(plan), plan
