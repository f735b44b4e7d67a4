"""Fewer hops into the driver's thread, and the same transactions."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from kit.database import Database, sqlite_url


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    made = Database(sqlite_url(tmp_path / "things.db"))
    async with made.writing.begin() as session:
        await session.execute(text("CREATE TABLE things (name TEXT)"))
        await session.execute(text("INSERT INTO things VALUES ('first')"))
    yield made
    await made.close()


async def names(session: AsyncSession) -> list[str]:
    return list(await session.scalars(text("SELECT name FROM things")))


async def thread_of(database: Database, session: AsyncSession) -> int:
    """Where a statement of this session runs."""
    connection = await session.connection()
    driver = (await connection.get_raw_connection()).driver_connection
    assert driver is not None
    driver._conn.create_function("here", 0, threading.get_ident)
    found = await session.scalar(text("SELECT here()"))
    assert isinstance(found, int)
    return found


async def test_a_glance_stays_in_the_event_loop_and_a_reading_does_not(database: Database) -> None:
    async with database.glancing() as session:
        assert await thread_of(database, session) == threading.get_ident()
    async with database.reading() as session:
        assert await thread_of(database, session) != threading.get_ident()


async def test_a_brief_writer_waits_for_its_lock_outside_of_the_event_loop(
    database: Database,
) -> None:
    async with database.writing.begin(brief=True) as session:
        assert await thread_of(database, session) != threading.get_ident()
        assert await thread_of(database, session) == threading.get_ident()


@pytest.mark.parametrize("brief", [False, True])
async def test_several_readings_of_one_session_see_one_state(
    database: Database, brief: bool
) -> None:
    async with (database.glancing if brief else database.reading)() as reader:
        assert await names(reader) == ["first"]
        async with database.writing.begin(brief=brief) as writer:
            await writer.execute(text("INSERT INTO things VALUES ('second')"))
        assert await names(reader) == ["first"]
    async with database.reading() as reader:
        assert await names(reader) == ["first", "second"]


@pytest.mark.parametrize("brief", [False, True])
async def test_what_fails_leaves_nothing_and_its_connection_goes_on(
    database: Database, brief: bool
) -> None:
    with pytest.raises(RuntimeError):
        async with database.writing.begin(brief=brief) as session:
            await session.execute(text("INSERT INTO things VALUES ('second')"))
            raise RuntimeError
    async with database.writing.begin(brief=brief) as session:
        assert await names(session) == ["first"]
        await session.execute(text("INSERT INTO things VALUES ('third')"))
    async with database.glancing() as session:
        assert await names(session) == ["first", "third"]


async def test_a_writer_that_gets_no_lock_writes_nothing_outside_of_a_transaction(
    database: Database, tmp_path: Path
) -> None:
    async with database.writing.begin() as session:
        connection = await session.connection()
        await connection.exec_driver_sql("PRAGMA busy_timeout=1")
    other = sqlite3.connect(tmp_path / "things.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    insert = text("INSERT INTO things VALUES ('second')")
    with pytest.raises(OperationalError):
        async with database.writing.begin(brief=True) as session:
            with pytest.raises(OperationalError):
                await session.execute(insert)
            await session.execute(insert)
    other.execute("ROLLBACK")
    other.close()
    async with database.glancing() as session:
        assert await names(session) == ["first"]


async def test_a_reading_that_reads_nothing_and_a_writing_that_writes_nothing_end(
    database: Database,
) -> None:
    async with database.writing.begin(brief=True) as session:
        await session.connection()
    async with database.glancing() as session:
        await session.connection()
        await session.rollback()
        assert await names(session) == ["first"]


@pytest.mark.parametrize("brief", [False, True])
async def test_who_is_cut_off_while_waiting_for_the_lock_keeps_no_lock(
    database: Database, tmp_path: Path, brief: bool
) -> None:
    other = sqlite3.connect(tmp_path / "things.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def write() -> None:
        async with database.writing.begin(brief=brief) as session:
            await session.execute(text("INSERT INTO things VALUES ('second')"))

    cut_off = asyncio.create_task(write())
    await asyncio.sleep(0.05)
    cut_off.cancel()
    await asyncio.sleep(0.05)
    other.execute("ROLLBACK")
    with pytest.raises(asyncio.CancelledError):
        await cut_off
    other.execute("PRAGMA busy_timeout=1")
    other.execute("BEGIN IMMEDIATE")  # nobody holds it
    other.close()
    async with database.glancing() as session:
        assert await names(session) == ["first"]
