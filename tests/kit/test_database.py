"""One transaction a step, one writer at a time, instants that keep their zone: on both databases."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError

from kit.database import Database, async_url, is_sqlite
from livechat.models import Conversation, LogEntry
from livechat.protocol import Mode

ROOT = Path(__file__).parents[2]
PARIS_SUMMER = timezone(timedelta(hours=2))
PROCESSES, EACH = 3, 60


async def store(database: Database, **values: object) -> UUID:
    async with database.writing.begin() as session:
        session.add(row := Conversation(**values))
    return row.id


# Instants ------------------------------------------------------------------------------------


async def test_an_instant_comes_back_aware_in_utc_whatever_its_zone_was(
    database: Database,
) -> None:
    noon = datetime(2026, 7, 14, 14, 0, 0, 123456, tzinfo=PARIS_SUMMER)
    stored = await store(database, active_at=noon)
    async with database.reading() as session:
        found = (await session.get_one(Conversation, stored)).active_at
    assert found == noon
    assert (found.tzinfo, found.hour) == (UTC, 12)


async def test_an_instant_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="time zone"):
        await store(database, active_at=datetime(2026, 7, 14, 14))  # noqa: DTZ001


async def test_instants_compare_as_instants_in_a_query(database: Database) -> None:
    stored = await store(database, active_at=datetime(2026, 7, 14, 12, tzinfo=UTC))
    early = datetime(2026, 7, 14, 13, 30, tzinfo=PARIS_SUMMER)
    late = datetime(2026, 7, 14, 14, 30, tzinfo=PARIS_SUMMER)
    query = select(Conversation.id)
    async with database.reading() as session:
        assert await session.scalar(query.where(Conversation.active_at < early)) is None
        assert await session.scalar(query.where(Conversation.active_at < late)) == stored


# What is stored --------------------------------------------------------------------------------


async def test_an_enumeration_is_stored_by_its_word(database: Database) -> None:
    await store(database, mode=Mode.QUEUED)
    async with database.reading() as session:
        assert await session.scalar(text("SELECT mode FROM conversations")) == "queued"
        assert await session.scalar(select(Conversation.mode)) is Mode.QUEUED


async def test_a_log_entry_of_no_conversation_is_refused(database: Database) -> None:
    stray = LogEntry(
        conversation_id=uuid4(), seq=1, type="message", at=datetime.now(UTC), payload={}
    )
    with pytest.raises(IntegrityError):
        async with database.writing.begin() as session:
            session.add(stray)


async def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.writing.begin() as session:
            session.add(Conversation())
            await session.flush()
            raise RuntimeError
    async with database.reading() as session:
        assert await session.scalar(select(Conversation)) is None


async def test_a_reader_sees_what_is_committed_and_waits_for_nobody(database: Database) -> None:
    async with database.writing.begin() as writer:
        writer.add(Conversation())
        await writer.flush()
        async with asyncio.timeout(4), database.reading() as reader:
            assert await reader.scalar(select(Conversation)) is None
    async with database.reading() as reader:
        assert await reader.scalar(select(Conversation)) is not None


# One writer at a time ----------------------------------------------------------------------------


async def test_several_processes_number_without_duplicates_or_holes(
    database: Database, database_url: str
) -> None:
    async with database.writing.begin() as session:
        await session.execute(text("CREATE TABLE counter (last INTEGER)"))
        await session.execute(text("INSERT INTO counter VALUES (0)"))
        await session.execute(text("CREATE TABLE given (number INTEGER)"))
    command = (sys.executable, "-m", "tests.kit.numbering", database_url, str(EACH))
    processes = [
        await asyncio.create_subprocess_exec(*command, cwd=ROOT) for _ in range(PROCESSES)
    ]
    assert [await process.wait() for process in processes] == [0] * PROCESSES
    async with database.reading() as session:
        given = (await session.scalars(text("SELECT number FROM given ORDER BY number"))).all()
    assert given == list(range(1, PROCESSES * EACH + 1))


async def test_sqlite_keeps_what_it_acknowledged_and_forgets_what_was_erased(
    database: Database, database_url: str
) -> None:
    if not is_sqlite(database_url):
        return
    wanted = {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1}
    async with database.reading() as session:
        for pragma, value in wanted.items():
            assert await session.scalar(text(f"PRAGMA {pragma}")) == value


@pytest.mark.parametrize(
    ("given", "driven"),
    [
        ("sqlite:///var/claudia.db", "sqlite+aiosqlite:///var/claudia.db"),
        ("postgres://host/claudia", "postgresql+asyncpg://host/claudia"),
        ("postgresql+psycopg://host/claudia", "postgresql+asyncpg://host/claudia"),
    ],
)
def test_an_address_gets_the_driver_of_its_database(given: str, driven: str) -> None:
    assert async_url(given) == driven


@pytest.mark.parametrize("url", ["mysql://host/claudia", "claudia.db", ""])
def test_another_database_is_refused_with_what_is_possible(url: str) -> None:
    with pytest.raises(ValueError, match=r"SQLite or PostgreSQL"):
        async_url(url)
