"""French full-text search over tickets: title, thread, reference, e-mail.

One text a ticket, normalised by kit/search_text.py on the way in and on the way out, so that
SQLite's FTS5 and PostgreSQL's `simple` configuration find the same.
"""

from collections.abc import Collection

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    TextClause,
    and_,
    bindparam,
    column,
    select,
    table,
    text,
)
from sqlalchemy.ext.asyncio import AsyncSession

from kit.search_text import normalise
from ticketing.models import Ticket

LONGEST_WORDS = 12  # of a question: more narrow nothing down
BEGINNING = 3  # letters from which on the last word may be the beginning of one
FEW = 2_000  # tickets that are looked up one by one

_rows = table("ticket_search", column("rowid", Integer), column("content"))


async def create(session: AsyncSession, ticket: Ticket) -> None:
    """The text of a new ticket; its thread is added as it grows."""
    known = (ticket.reference, ticket.title, ticket.email, ticket.structure, ticket.service)
    content = " ".join(normalise(each) for each in known if each)
    await session.execute(
        text("INSERT INTO ticket_search (rowid, content) VALUES (:number, :content)"),
        {"number": ticket.number, "content": content},
    )


async def add(session: AsyncSession, number: int, more: str) -> None:
    await session.execute(
        text("UPDATE ticket_search SET content = content || ' ' || :more WHERE rowid = :number"),
        {"number": number, "more": normalise(more)},
    )


async def forget(session: AsyncSession, numbers: Collection[int]) -> None:
    if numbers:
        erase = text("DELETE FROM ticket_search WHERE rowid IN :numbers")
        await session.execute(
            erase.bindparams(bindparam("numbers", expanding=True)), {"numbers": list(numbers)}
        )


async def wipe(session: AsyncSession) -> None:
    """After something was forgotten. SQLite keeps the words of erased rows until it merges them."""
    if session.get_bind().dialect.name == "sqlite":
        await session.execute(text("INSERT INTO ticket_search (ticket_search) VALUES ('optimize')"))


def matches(session: AsyncSession, question: str) -> ColumnElement[bool] | None:
    """The condition that a ticket holds every word of the question, the last one as a beginning.

    None for a question without a word.
    """
    found = _found(session, question, every=True)
    return None if found is None else Ticket.number.in_(found)


def joined(session: AsyncSession, question: str) -> ColumnElement[bool] | None:
    """The same condition where as many as are counted end the search: SQLite finds no more then."""
    clause = _clause(session, question, every=True)
    return None if clause is None else and_(Ticket.number == _rows.c.rowid, clause)


async def narrow(session: AsyncSession, question: str) -> ColumnElement[bool] | None:
    """The same condition in the form that costs least in a list with an order.

    Few tickets are named, and then sorted. Of many it is asked of each, in the order of the list,
    until the page is full: `number + 0` keeps the database from going through them one by one.
    """
    every = _found(session, question, every=True, beginning=False)
    found = _found(session, question, every=True)
    if every is None or found is None:
        return None
    for query in (every, found):  # whole words alone are found sooner, and may be too many already
        numbers = (await session.scalars(query.limit(FEW + 1))).all()
        if len(numbers) > FEW:
            return (Ticket.number + 0).in_(found)
    return Ticket.number.in_(numbers)


def matches_some(session: AsyncSession, question: str) -> ColumnElement[bool] | None:
    """The condition that a ticket holds at least one word of the question."""
    found = _found(session, question, every=False)
    return None if found is None else Ticket.number.in_(found)


def _found(
    session: AsyncSession, question: str, *, every: bool, beginning: bool = True
) -> Select[tuple[int]] | None:
    clause = _clause(session, question, every=every, beginning=beginning)
    return None if clause is None else select(_rows.c.rowid).where(clause)


def _clause(
    session: AsyncSession, question: str, *, every: bool, beginning: bool = True
) -> TextClause | None:
    asked = normalise(question).split()[:LONGEST_WORDS]
    if not asked:
        return None
    begins = beginning and len(asked[-1]) >= BEGINNING
    clause: TextClause
    if session.get_bind().dialect.name == "sqlite":
        words = (" AND " if every else " OR ").join(f'"{word}"' for word in asked)
        clause = text("ticket_search MATCH :words")
        words = f"{words}*" if begins else words
    else:
        clause = text("document @@ to_tsquery('simple', :words)")
        words = (" & " if every else " | ").join(asked)
        words = f"{words}:*" if begins else words
    # Several questions may stand in one query: each keeps its own words.
    return clause.bindparams(bindparam("words", words, unique=True))
