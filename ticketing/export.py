"""The list of triage as a file for spreadsheets: what the filter finds, in the member's columns.

Streamed: a few hundred tickets at a time, each with a short reading of its own, so that neither the
memory nor a transaction holds the whole. What people wrote is never a formula (OWASP, "CSV
injection"), also where a spreadsheet splits cells elsewhere than we do.
"""

import codecs
import csv
import io
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kit.clock import now
from kit.database import Database
from kit.finishing import to_its_end
from staff.models import Role, StaffMember
from ticketing import routing, words
from ticketing.filters import Filters
from ticketing.models import Ticket
from ticketing.queues import conditions, due_of, tags_of
from ticketing.saved_queues import Column, columns_of
from ticketing.triage import require_triage

AT_A_TIME = 500
SEPARATOR = ";"  # what spreadsheets in French expect
SEE_EMAILS = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})

# Where a cell may begin, for a spreadsheet that splits at another sign than ours: there, what
# starts a formula (fullwidth forms too) gets an apostrophe before it, blanks or not.
_SPLITS = ';,\t\r\n"'
_FORMULA = r"\s*[=+\-@＝＋－＠]"
_DANGEROUS = re.compile(rf"^(?=[\t\r\n])|(?:^|(?<=[{_SPLITS}]))(?={_FORMULA})")


@dataclass(frozen=True)
class Known:
    """What all rows share."""

    columns: Sequence[Column]
    with_email: bool
    names: dict[UUID, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)


class Export:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def start(self, member: StaffMember, filters: Filters) -> AsyncIterator[bytes]:
        """The file in pieces, the newest ticket first. Raises NotFound before the first piece."""
        require_triage(member)
        known = await self._prepare(member)
        return self._pieces(member, filters, known, now())

    async def _pieces(
        self, member: StaffMember, filters: Filters, known: Known, at: datetime
    ) -> AsyncIterator[bytes]:
        yield codecs.BOM_UTF8 + written([heading(known)])
        last: int | None = None
        while True:
            rows, last = await self._some(member, filters, known, at, last)
            if rows:
                yield written(rows)
            if last is None:
                return

    @to_its_end
    async def _prepare(self, member: StaffMember) -> Known:
        async with self._database.reading() as session:
            columns = await columns_of(session, member.id)
            rows = await session.execute(select(StaffMember.id, StaffMember.name))
            names = {row.id: row.name for row in rows}
        return Known(columns, member.role in SEE_EMAILS, names, routing.labels())

    @to_its_end
    async def _some(
        self,
        member: StaffMember,
        filters: Filters,
        known: Known,
        at: datetime,
        before: int | None,
    ) -> tuple[list[list[str]], int | None]:
        """The next rows, and the number to go on from; None: these were the last."""
        async with self._database.reading.begin() as session:
            held = await conditions(session, member, filters, at)
            query = select(Ticket).where(*held).order_by(Ticket.number.desc())
            if before is not None:
                query = query.where(Ticket.number < before)
            tickets = (await session.scalars(query.limit(AT_A_TIME))).all()
            tags = await tags_of(session, [ticket.number for ticket in tickets])
        rows = [row_of(ticket, tags.get(ticket.number, ()), known) for ticket in tickets]
        return rows, tickets[-1].number if len(tickets) == AT_A_TIME else None


def heading(known: Known) -> list[str]:
    email = [words.EMAIL] if known.with_email else []
    return [words.NUMBER, *(words.COLUMNS[column] for column in known.columns), *email]


def row_of(ticket: Ticket, tags: Sequence[str], known: Known) -> list[str]:
    cells = [ticket.reference, *(_cell(ticket, column, tags, known) for column in known.columns)]
    return [*cells, ticket.email or ""] if known.with_email else cells


def written(rows: Sequence[Sequence[str]]) -> bytes:
    """Every cell between quotes, lines as RFC 4180 wants them."""
    text = io.StringIO(newline="")
    writer: Any = csv.writer(text, delimiter=SEPARATOR, quoting=csv.QUOTE_ALL)
    writer.writerows([[harmless(cell) for cell in row] for row in rows])
    return text.getvalue().encode()


def harmless(text: str) -> str:
    """The same text, which no spreadsheet takes for a formula.

    >>> harmless("=1+1"), harmless("a;-b"), harmless("Bonjour")
    ("'=1+1", "a;'-b", 'Bonjour')
    """
    return _DANGEROUS.sub("'", text)


def _cell(ticket: Ticket, column: Column, tags: Sequence[str], known: Known) -> str:
    match column:
        case Column.TITLE:
            return ticket.title
        case Column.DATE:
            return _moment(ticket.submitted_at)
        case Column.CATEGORY:
            return known.labels.get(ticket.category or "", ticket.category or "")
        case Column.SUBCATEGORY:
            pair = f"{ticket.category}/{ticket.subcategory}"
            return known.labels.get(pair, ticket.subcategory or "")
        case Column.STATUS:
            return words.STATUS_FOR_STAFF[ticket.status]
        case Column.ASSIGNEE:
            known_as = known.names.get(ticket.assignee_id) if ticket.assignee_id else ""
            return words.FORMER_MEMBER if known_as is None else known_as
        case Column.PRIORITY:
            return words.PRIORITIES.get(ticket.priority, str(ticket.priority))
        case Column.DUE:
            return _moment(due_of(ticket))
        case Column.CHANGED:
            return _moment(ticket.changed_at)
        case Column.TAGS:
            return ", ".join(tags)
        case Column.STRUCTURE:
            return ticket.structure or ""


def _moment(at: datetime | None) -> str:
    return words.date_and_hour(at) if at else ""
