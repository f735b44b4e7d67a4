"""SQLite's driver with fewer hops into its thread: at most one a statement, where there were seven.

aiosqlite runs each call in the thread of its connection, and each hop costs more than a statement
that finds a row by its key. Here BEGIN goes along with the first statement of its transaction, the
rows come back with the statement that found them, and a transaction that says that it is brief hops
only where it may wait: for the lock of the writer, and for the disk at its commit.
"""

import sqlite3
from collections.abc import Callable, Iterable
from typing import Any, Self

import aiosqlite
from sqlalchemy.engine import Connection

READ, WRITE = "BEGIN", "BEGIN IMMEDIATE"


class Cursor(aiosqlite.Cursor):
    """A statement and its rows, which were all fetched with it."""

    _conn: "OneHop"
    _rows: list[Any]

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> Self:
        self._rows = await self._conn.run(self._run, sql, parameters or ())
        return self

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> Self:
        await self._conn.run(self._run_many, sql, parameters)
        return self

    async def fetchall(self) -> list[Any]:
        return self._rows

    async def fetchmany(self, size: int | None = None) -> Any:
        raise NotImplementedError("Rows come with their statement: nothing is streamed.")

    fetchone = fetchmany

    async def close(self) -> None:
        self._cursor.close()  # nothing is left to read: it only lets go

    def _run(self, sql: str, parameters: Any) -> list[Any]:
        self._conn.begin()
        return self._cursor.execute(sql, parameters).fetchall()

    def _run_many(self, sql: str, parameters: Any) -> None:
        self._conn.begin()
        self._cursor.executemany(sql, parameters)


class OneHop(aiosqlite.Connection):
    """A connection whose transaction opens with its first statement."""

    _due: str | None = None  # the BEGIN that was said and did not happen yet
    _brief = False
    _reads = False

    def begin_with(self, reads: bool, brief: bool) -> None:
        self._due, self._reads, self._brief = READ if reads else WRITE, reads, brief

    async def run[*A, R](self, function: Callable[[*A], R], *arguments: *A) -> R:
        """Here and now, or in the thread when it may take long."""
        if self._brief and (self._reads or self._due is None):
            return function(*arguments)
        result: R = await self._execute(function, *arguments)  # type: ignore[no-untyped-call]
        return result

    def begin(self) -> None:
        """One that fails stays due: nothing runs outside of its transaction."""
        if self._due is not None:
            self._conn.execute(self._due)
            self._due = None

    def cursor(self) -> Cursor:  # type: ignore[override]  # entered at once, without a hop
        return Cursor(self, self._conn.cursor())

    async def commit(self) -> None:
        await self._end(self._conn.commit)

    async def rollback(self) -> None:
        await self._end(self._conn.rollback)

    async def _end(self, how: Callable[[], None]) -> None:
        """Nothing runs in the thread now: SQLAlchemy closes the connection of who was cut off."""
        self._due = None
        if not self._conn.in_transaction:
            return
        if self._brief and self._reads:
            how()
        else:
            await self._execute(how)  # type: ignore[no-untyped-call]


def connect(database: str, **options: Any) -> OneHop:
    """For SQLAlchemy's `async_creator_fn`."""

    def open_file() -> sqlite3.Connection:
        # Its thread and ours never use it at once, and SQLite is built for several threads.
        opened: sqlite3.Connection = sqlite3.connect(
            database, **options | {"check_same_thread": False}
        )
        return opened

    opened = OneHop(open_file, iter_chunk_size=64)
    opened._thread.daemon = True  # as SQLAlchemy does for its own
    return opened


def begin(connection: Connection) -> None:
    """For SQLAlchemy's `begin`: the transaction of this connection opens with its first statement.

    Read-then-write needs the write lock from the start, or two writers number alike.
    """
    driver = connection.connection.driver_connection
    assert isinstance(driver, OneHop)
    options = connection.get_execution_options()
    driver.begin_with(options.get("read_only", False), options.get("brief", False))
