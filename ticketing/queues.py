"""The list of triage: which tickets a filter finds, in which order, and how many each queue holds.

Counts stop at `COUNTED_AT_MOST`: nobody needs to know whether 4,000 or 5,000 wait, and counting on
would cost more than the list itself. Advisors are told that there is no list.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.database import Database
from kit.finishing import to_its_end
from kit.organisation import organisation
from staff.models import StaffMember
from ticketing import search
from ticketing.filters import ME, NOBODY, Due, Filters, Sort, from_dict
from ticketing.lifecycle import OPEN, Status
from ticketing.models import NEVER, RequestKind, SavedQueue, Ticket, TicketTag
from ticketing.saved_queues import Column, columns_of, saved_by
from ticketing.teams import queues_of
from ticketing.triage import TRIAGE_ROLES, require_triage

ROWS = (25, 50, 100)  # of a page
LAST_PAGE = 200  # whoever looks further down narrows the filter, or exports
COUNTED_AT_MOST = 1_000
RECENTLY = timedelta(days=7)
_REFERENCE = re.compile(r"(?:tk)?[\s#-]*0*([1-9]\d{0,8})", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True)
class Queue:
    """`id`: of QUEUES, or of a saved one, which has a name."""

    id: str
    filters: Filters
    count: int
    name: str = ""

    @property
    def is_full(self) -> bool:
        return self.count >= COUNTED_AT_MOST


@dataclass(frozen=True)
class Listed:
    """One page of the list, and all that stands around it."""

    at: datetime
    filters: Filters
    tickets: Sequence[Ticket]
    tags: Mapping[int, Sequence[str]]
    page: int
    rows: int
    found: int  # COUNTED_AT_MOST at most
    has_more: bool
    queues: Sequence[Queue]
    saved: Sequence[Queue]
    columns: Sequence[Column]
    names: Mapping[UUID, str]  # of all the staff
    colleagues: Sequence[StaffMember]  # who take tickets
    known_tags: Sequence[str]

    @property
    def here(self) -> Queue | None:
        """The queue that this is."""
        everything = (*self.saved, *self.queues)
        return next((q for q in everything if q.filters.is_same_queue(self.filters)), None)


class Queues:
    def __init__(self, database: Database) -> None:
        self._database = database

    @to_its_end
    async def look(
        self, member: StaffMember, filters: Filters, *, page: int = 1, rows: int = ROWS[1]
    ) -> Listed:
        """Raises NotFound for who does not work on tickets."""
        require_triage(member)
        at, rows = now(), rows if rows in ROWS else ROWS[1]
        async with self._database.reading.begin() as session:
            held = await conditions(session, member, filters, at)
            slice_ = await _slice(session, held, filters.sort, min(max(page, 1), LAST_PAGE), rows)
            saved = await saved_by(session, member.id)
            counts = await count_all(session, member, saved, at)
            people = (await session.scalars(select(StaffMember).order_by(StaffMember.name))).all()
            return Listed(
                at=at,
                filters=filters,
                tickets=await _in_order(session, slice_.numbers),
                tags=await tags_of(session, slice_.numbers),
                page=slice_.page,
                rows=rows,
                found=slice_.found,
                has_more=slice_.has_more and slice_.page < LAST_PAGE,
                queues=[Queue(id_, each, counts[id_]) for id_, each in queues_of(member).items()],
                saved=[
                    Queue(str(row.id), from_dict(row.filters), counts[str(row.id)], row.name)
                    for row in saved
                ],
                columns=await columns_of(session, member.id),
                names={person.id: person.name for person in people},
                colleagues=[p for p in people if p.active and p.role in TRIAGE_ROLES],
                known_tags=await known_tags(session),
            )


@dataclass(frozen=True)
class _Slice:
    numbers: Sequence[int]
    page: int
    found: int
    has_more: bool


async def _slice(
    session: AsyncSession, held: Sequence[ColumnElement[bool]], sort: Sort, page: int, rows: int
) -> _Slice:
    """The numbers of one page. A page beyond the last one is the first."""
    query = select(Ticket.number).where(*held).order_by(*ORDERS[sort])
    start = (page - 1) * rows
    if start + rows < COUNTED_AT_MOST:  # one reading gives the page and the count
        known = (await session.scalars(query.limit(COUNTED_AT_MOST))).all()
        found, numbers = len(known), known[start:]
    else:
        numbers = (await session.scalars(query.offset(start).limit(rows + 1))).all()
        found = COUNTED_AT_MOST
    if not numbers and page > 1:
        return await _slice(session, held, sort, 1, rows)
    return _Slice(numbers[:rows], page, found, len(numbers) > rows)


async def _in_order(session: AsyncSession, numbers: Sequence[int]) -> list[Ticket]:
    rows = await session.scalars(select(Ticket).where(Ticket.number.in_(numbers)))
    found = {ticket.number: ticket for ticket in rows}
    return [found[number] for number in numbers if number in found]


_BY_DUE: tuple[ColumnElement[Any], ...] = (Ticket.due_at.asc(), Ticket.number.asc())
# Each is a total order: a ticket never stands on two pages of one reading.
ORDERS: Mapping[Sort, tuple[ColumnElement[Any], ...]] = {
    Sort.DUE: _BY_DUE,
    Sort.CHANGED: (Ticket.changed_at.desc(), Ticket.number.desc()),
    Sort.NUMBER: (Ticket.number.desc(),),
    Sort.PRIORITY: (-Ticket.priority, *_BY_DUE),  # as it is indexed
}


async def conditions(
    session: AsyncSession, member: StaffMember, filters: Filters, at: datetime
) -> list[ColumnElement[bool]]:
    """What holds of the tickets of a filter, as this member means it at that moment."""
    found = _plain_conditions(member, filters, at)
    if filters.text:
        found.append(_of_text(filters.text, await search.narrow(session, filters.text)))
    return found


def _conditions_to_count(
    session: AsyncSession, member: StaffMember, filters: Filters, at: datetime
) -> list[ColumnElement[bool]]:
    """The same without asking the database first, and without a number for each ticket found:
    many are counted in one query.
    """
    found = _plain_conditions(member, filters, at)
    if filters.text:
        is_number = _REFERENCE.fullmatch(filters.text.strip())
        condition = search.matches if is_number else search.joined
        found.append(_of_text(filters.text, condition(session, filters.text)))
    return found


def _plain_conditions(
    member: StaffMember, filters: Filters, at: datetime
) -> list[ColumnElement[bool]]:
    found = [
        *_of_statuses(filters),
        *_of_whom(filters.assignee, member),
        *_of_pair(filters.category),
        *_of_time(filters, at),
    ]
    if filters.route is not None:
        found.append(Ticket.route == filters.route)
    if filters.priority is not None:
        found.append(Ticket.priority == filters.priority)
    if filters.tag:
        tagged = select(TicketTag.ticket_number).where(TicketTag.tag == filters.tag)
        found.append(Ticket.number.in_(tagged))
    if filters.callback:
        found += [Ticket.kind == RequestKind.CALLBACK, Ticket.settled_at.is_(None)]
        found.append(Ticket.status.in_(OPEN))
    return found


def _of_statuses(filters: Filters) -> list[ColumnElement[bool]]:
    if filters.statuses:
        return [Ticket.status.in_(sorted(filters.statuses - {Status.DRAFT}))]
    if filters.due or filters.recently_closed:  # no draft is due, and none was closed
        return []
    return [Ticket.status != Status.DRAFT]


def _of_whom(assignee: str, member: StaffMember) -> list[ColumnElement[bool]]:
    if not assignee:
        return []
    if assignee == NOBODY:
        return [Ticket.assignee_id.is_(None)]
    return [Ticket.assignee_id == (member.id if assignee == ME else UUID(assignee))]


def _of_pair(pair: str) -> list[ColumnElement[bool]]:
    category, _, subcategory = pair.partition("/")
    found = [Ticket.category == category] if category else []
    return [*found, Ticket.subcategory == subcategory] if subcategory else found


def _of_time(filters: Filters, at: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.due is Due.LATE:
        found.append(Ticket.due_at < at)
    elif filters.due is Due.TODAY:
        today = at.astimezone(organisation().timezone).date()
        found += [Ticket.due_at >= at, Ticket.due_at < _start(today + timedelta(days=1))]
    if filters.recently_closed:
        found.append(Ticket.closed_at >= at - RECENTLY)
    if filters.since:
        found.append(Ticket.submitted_at >= _start(filters.since))
    if filters.until and filters.until < date.max:
        found.append(Ticket.submitted_at < _start(filters.until + timedelta(days=1)))
    return found


def _start(day: date) -> datetime:
    return datetime.combine(day, time.min, organisation().timezone)


def _of_text(asked: str, found: ColumnElement[bool] | None) -> ColumnElement[bool]:
    """Every word somewhere in the ticket; a number alone is also the number of a ticket."""
    typed = _REFERENCE.fullmatch(asked.strip())
    if typed and found is not None:
        return or_(found, Ticket.number == int(typed[1]))
    return Ticket.number == 0 if found is None else found  # punctuation alone finds nothing


async def count_all(
    session: AsyncSession, member: StaffMember, saved: Sequence[SavedQueue], at: datetime
) -> dict[str, int]:
    """How many each queue holds, by its id. One query."""
    asked = {**queues_of(member), **{str(row.id): from_dict(row.filters) for row in saved}}
    counts = [
        _bounded(_conditions_to_count(session, member, each, at), f"n{index}")
        for index, each in enumerate(asked.values())
    ]
    row = (await session.execute(select(*counts))).one()
    return dict(zip(asked, row, strict=True))


def _bounded(held: Sequence[ColumnElement[bool]], label: str) -> ColumnElement[int]:
    some = select(Ticket.number).where(*held).limit(COUNTED_AT_MOST).subquery()
    return select(func.count()).select_from(some).scalar_subquery().label(label)


async def tags_of(session: AsyncSession, numbers: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    query = select(TicketTag).where(TicketTag.ticket_number.in_(numbers)).order_by(TicketTag.tag)
    for row in await session.scalars(query):
        found.setdefault(row.ticket_number, []).append(row.tag)
    return found


async def known_tags(session: AsyncSession, at_most: int = 200) -> Sequence[str]:
    return (
        await session.scalars(
            select(TicketTag.tag).distinct().order_by(TicketTag.tag).limit(at_most)
        )
    ).all()


def due_of(ticket: Ticket) -> datetime | None:
    """None while the staff have nothing to do."""
    return None if ticket.due_at == NEVER else ticket.due_at
