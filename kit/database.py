"""Where everything is kept: one transaction a step, opened and committed here, nowhere else.

SQLite (the embedded default) and PostgreSQL behave alike: a session of `writing` is the only writer
of what it locks until it ends; a session of `reading` never blocks a writer.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, ClassVar

from fastapi import Depends, Request
from sqlalchemy import CursorResult, DateTime, Delete, Engine, Enum, MetaData, event, text
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from kit import sqlite_driver
from kit.taking_turns import Turnstile

BUSY_TIMEOUT_MS = 5_000  # how long a SQLite writer waits for another one
# What is asked decides how PostgreSQL looks for it. From the sixth time on it would plan without
# looking at what is asked: the counts of the queues then took 170 ms instead of 15. Compiling a
# query, or asking other processes to help, takes longer than any of ours.
PLANNING = {
    "plan_cache_mode": "force_custom_plan",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
}
MAPPED_BYTES = 1 << 30  # of a SQLite file, read without a copy: half the time of a long list
PATIENCE_S = 0.5  # how much older a write is that goes before what somebody waits to read


class Instant(TypeDecorator[datetime]):
    """A point in time, always aware and in UTC: SQLite would give it back without its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("A stored instant needs a time zone.")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def enumerated(values: type[StrEnum]) -> Enum:
    """The column type of a StrEnum: its words, as text, on both databases."""
    return Enum(values, native_enum=False, length=20, values_callable=_words_of)


def _words_of(values: type[StrEnum]) -> list[str]:
    return [str(value) for value in values]


class Base(DeclarativeBase):
    # Named constraints: a migration can then alter them on both databases.
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {datetime: Instant}


def sessions(engine: AsyncEngine, **options: bool) -> async_sessionmaker[AsyncSession]:
    return async_sessionmaker(engine.execution_options(**options), expire_on_commit=False)


class Writing:
    """Transactions that write. `in_turn`: one after the other in this process.

    SQLite has one writer at a time and makes the others look again and again: among many of them
    one may look in vain until its time is over.
    """

    def __init__(self, engine: AsyncEngine, in_turn: bool) -> None:
        self._makers = sessions(engine)
        self._brief = sessions(engine, brief=True)
        self._turnstile = Turnstile() if in_turn else None

    @asynccontextmanager
    async def begin(
        self, *, soon: bool = False, brief: bool = False
    ) -> AsyncIterator[AsyncSession]:
        """`soon`: somebody waits to read it. It goes before what came just now.

        `brief`: as for `glancing`; where it may wait, it waits outside of the event loop.
        """
        patience_s = 0.0 if soon else PATIENCE_S
        turn = self._turnstile.turn(patience_s) if self._turnstile else nullcontext()
        async with turn, (self._brief if brief else self._makers).begin() as session:
            yield session


class Database:
    """The engine of one process, and its kinds of sessions.

    `glancing` reads: a few rows, found by an index. On SQLite it does so in the event loop, which
    takes less time than a hop into another thread; whatever may read many rows is for `reading`.
    """

    def __init__(self, url: str) -> None:
        self.engine = _sqlite_engine(url) if is_sqlite(url) else _postgresql_engine(url)
        self.writing = Writing(self.engine, in_turn=is_sqlite(url))
        self.reading = sessions(self.engine, read_only=True)
        self.glancing = sessions(self.engine, read_only=True, brief=True)

    async def close(self) -> None:
        await self.engine.dispose()


async def hold_lock(session: AsyncSession, key: int) -> None:
    """The lock of that number, held until the transaction ends.

    On SQLite a writing transaction is alone already.
    """
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


async def carry_out(session: AsyncSession, statement: Delete) -> int:
    """How many rows went."""
    result = await session.execute(statement)
    return result.rowcount if isinstance(result, CursorResult) else 0


def is_sqlite(url: str) -> bool:
    return url.startswith("sqlite")


def sqlite_url(path: Path) -> str:
    return f"sqlite:///{path}"


def async_url(url: str) -> str:
    """The same address with the asynchronous driver of its database.

    >>> async_url("postgresql://host/claudia")
    'postgresql+asyncpg://host/claudia'
    """
    scheme, separator, rest = url.partition("://")
    kind = scheme.split("+")[0]
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
    drivers["postgres"] = drivers["postgresql"]
    if kind not in drivers:
        raise ValueError("The database is SQLite or PostgreSQL: sqlite:///… or postgresql://…")
    return drivers[kind] + separator + rest


def _postgresql_engine(url: str) -> AsyncEngine:
    return create_async_engine(
        async_url(url), pool_pre_ping=True, connect_args={"server_settings": PLANNING}
    )


def _sqlite_engine(url: str) -> AsyncEngine:
    made = create_async_engine(
        async_url(url), connect_args={"async_creator_fn": sqlite_driver.connect}
    )
    _prepare_sqlite(made.sync_engine)
    return made


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def set_up(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        # The driver opens transactions by itself, and too late: we say BEGIN ourselves.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")  # acknowledged means on the disk
        cursor.execute("PRAGMA secure_delete=ON")  # erased means gone from the file too
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA mmap_size={MAPPED_BYTES}")
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        cursor.close()

    event.listen(engine, "begin", sqlite_driver.begin)


def database_of(request: Request) -> Database:
    found: Any = request.app.state.database
    assert isinstance(found, Database)
    return found


async def open_reading(request: Request) -> AsyncIterator[AsyncSession]:
    async with database_of(request).reading.begin() as session:
        yield session


# For reading only. Who writes opens a transaction of `writing` in a service, so that what fails to
# commit is never answered with a 200 (FastAPI ends a plain dependency after the answer has left).
Reading = Annotated[AsyncSession, Depends(open_reading, scope="function")]
