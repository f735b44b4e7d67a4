"""One transaction a step, one writer at a time, instants with their zone: on both databases."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError

from kit.database import MAPPED_BYTES, PLANNING, Database, async_url, is_sqlite
from livechat.models import Conversation, LogEntry
from livechat.protocol import Mode
from tests.processes import at_once

PARIS_SUMMER = timezone(timedelta(hours=2))
PROCESSES, EACH = 3, 50


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


async def test_a_connection_reads_as_the_figures_in_the_docs_need_it(database: Database) -> None:
    settings = {"PRAGMA mmap_size": str(MAPPED_BYTES)}
    if database.engine.dialect.name == "postgresql":
        settings = {f"SHOW {name}": value for name, value in PLANNING.items()}
    async with database.reading() as session:
        found = {asked: str(await session.scalar(text(asked))) for asked in settings}
    assert found == settings


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


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_several_processes_number_without_duplicates_or_holes(database_url: str) -> None:
    asyncio.run(_run(database_url, *COUNTER))
    assert at_once(PROCESSES, _number_things, database_url) == [0] * PROCESSES
    given = asyncio.run(_run(database_url, "SELECT number FROM given ORDER BY number"))
    assert given == list(range(1, PROCESSES * EACH + 1))


COUNTER = (
    "CREATE TABLE counter (last INTEGER)",
    "INSERT INTO counter VALUES (0)",
    "CREATE TABLE given (number INTEGER)",
)


async def _run(url: str, *statements: str) -> list[int]:
    """Carry these out. What the last one gives, if it gives anything."""
    database = Database(url)
    async with database.writing.begin() as session:
        for statement in statements[:-1]:
            await session.execute(text(statement))
        found = await session.execute(text(statements[-1]))
        rows = list(found.scalars()) if statements[-1].startswith("SELECT") else []
    await database.close()
    return rows


def _number_things(url: str) -> None:
    asyncio.run(_number(Database(url), "" if is_sqlite(url) else "FOR UPDATE"))


async def _number(database: Database, lock: str) -> None:
    """Read under the lock, then write the next number: as livechat/log.py does."""
    for _ in range(EACH):
        async with database.writing.begin() as session:
            last = await session.scalar(text(f"SELECT last FROM counter {lock}"))
            for statement in ("UPDATE counter SET last = :n", "INSERT INTO given VALUES (:n)"):
                await session.execute(text(statement), {"n": (last or 0) + 1})
    await database.close()


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
