"""Sessions: they end by time, by a logout, and are forgotten a month later."""

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from kit.clock import now
from kit.database import Database
from kit.errors import Unauthorised
from staff.access import COOKIE, login_of
from staff.entrance import log_in
from staff.models import StaffMember, StaffSession
from staff.revocations import Revocations
from staff.sessions import forget_ended_sessions, is_current, revoke
from tests.clock import Clock
from tests.staff.people import PASSWORD, hire


@pytest.fixture
async def token(database: Database, clock: Clock) -> str:
    await hire(database)
    return await log_in(database, "claire@exemple.fr", PASSWORD)


async def enter(database: Database, token: str) -> tuple[StaffMember, StaffSession]:
    return await login_of(database, {COOKIE: token})


async def test_a_session_ends_after_two_hours_without_use(
    database: Database, token: str, clock: Clock
) -> None:
    clock.forward(hours=1, minutes=59)
    _, row = await enter(database, token)
    clock.forward(hours=1, minutes=59)  # its use was noted: two more hours
    await enter(database, token)
    clock.forward(hours=2, minutes=1)
    async with database.reading() as session:
        assert not await is_current(session, row.id)
    with pytest.raises(Unauthorised):
        await enter(database, token)


async def test_a_session_ends_after_twelve_hours_in_use(
    database: Database, token: str, clock: Clock
) -> None:
    for _ in range(11):
        clock.forward(hours=1)
        await enter(database, token)
    clock.forward(hours=1)
    with pytest.raises(Unauthorised):
        await enter(database, token)


async def test_its_use_is_noted_once_a_minute(database: Database, token: str, clock: Clock) -> None:
    _, first = await enter(database, token)
    clock.forward(seconds=50)
    await enter(database, token)
    assert (await enter(database, token))[1].seen_at == first.seen_at
    clock.forward(seconds=20)
    await enter(database, token)
    assert (await enter(database, token))[1].seen_at > first.seen_at


async def test_a_revoked_session_opens_nothing(database: Database, token: str) -> None:
    _, row = await enter(database, token)
    async with database.reading() as session:
        assert await is_current(session, row.id)
        assert not await is_current(session, uuid4())
    async with database.writing.begin() as session:
        await revoke(session, row.id)
    async with database.reading() as session:
        assert not await is_current(session, row.id)
    with pytest.raises(Unauthorised):
        await enter(database, token)


@pytest.mark.parametrize("token_of_nobody", ["", "x", "é" * 50, "\x00"])
async def test_a_token_of_nobody_opens_nothing(database: Database, token_of_nobody: str) -> None:
    with pytest.raises(Unauthorised):
        await enter(database, token_of_nobody)


async def test_ended_sessions_are_forgotten_a_month_later(
    database: Database, token: str, clock: Clock
) -> None:
    _, row = await enter(database, token)
    async with database.writing.begin() as session:
        await revoke(session, row.id)
    for days, left in ((29, 1), (2, 0)):
        clock.forward(days=days)
        async with database.writing.begin() as session:
            await forget_ended_sessions(session, now())
            count = await session.scalar(select(func.count()).select_from(StaffSession))
        assert count == left


async def test_whoever_listens_learns_of_the_end_of_their_session_only() -> None:
    revocations, mine, theirs = Revocations(), uuid4(), uuid4()
    with revocations.listen(mine) as one, revocations.listen(mine) as two:
        revocations.end([theirs])
        assert not one.is_set()
        revocations.end([mine])
        await asyncio.gather(one.wait(), two.wait())
    revocations.end([mine])  # nobody listens any more
