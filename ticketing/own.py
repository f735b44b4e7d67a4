"""All the tickets of whoever is connected, sorted as the real service does: to act on, under way,
closed, drafts. Nobody finds another's, whatever they look for.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.database import Database
from kit.finishing import to_its_end
from ticketing import search, visible
from ticketing.lifecycle import TABS, Status
from ticketing.models import Ticket

ROWS = 20  # of a page
LOOKED_THROUGH = 500  # newest of what search finds
_NEWEST = (Ticket.changed_at.desc(), Ticket.number.desc())


@dataclass(frozen=True)
class Listing:
    """One page of a tab, and how many each tab holds of what was looked for."""

    tab: str
    counts: Mapping[str, int]
    tickets: Sequence[Ticket]
    page: int
    pages: int


class OwnTickets:
    def __init__(self, database: Database) -> None:
        self._database = database

    @to_its_end
    async def look(self, subject: str, tab: str, question: str = "", page: int = 1) -> Listing:
        """Newest change first. `tab`: a key of TABS; another one is the first that holds any."""
        async with self._database.reading() as session:
            if visible.asked(question):
                found = await _find(session, subject, question)
                counts = _by_tab(Counter(ticket.status for ticket in found))
            else:
                found, counts = None, _by_tab(await _count(session, subject))
            tab = tab if tab in TABS else next((each for each in TABS if counts[each]), "to_do")
            pages = max(1, -(-counts[tab] // ROWS))
            page = min(max(page, 1), pages)
            first = (page - 1) * ROWS
            if found is None:
                tickets = await _rows(session, subject, tab, first)
            else:
                here = [ticket for ticket in found if ticket.status in TABS[tab]]
                tickets = here[first : first + ROWS]
        return Listing(tab, counts, tickets, page, pages)


def _theirs(subject: str) -> ColumnElement[bool]:
    return Ticket.subject == subject


async def _count(session: AsyncSession, subject: str) -> Mapping[Status, int]:
    query = select(Ticket.status, func.count()).where(_theirs(subject)).group_by(Ticket.status)
    return {row[0]: row[1] for row in await session.execute(query)}


def _by_tab(counts: Mapping[Status, int]) -> dict[str, int]:
    return {
        tab: sum(counts.get(status, 0) for status in statuses) for tab, statuses in TABS.items()
    }


async def _rows(session: AsyncSession, subject: str, tab: str, first: int) -> Sequence[Ticket]:
    query = select(Ticket).where(_theirs(subject), Ticket.status.in_(sorted(TABS[tab])))
    return (await session.scalars(query.order_by(*_NEWEST).offset(first).limit(ROWS))).all()


async def _find(session: AsyncSession, subject: str, question: str) -> list[Ticket]:
    """Drafts are not in the text of search: they are few, and all looked at."""
    matching = search.matches(session, question)
    assert matching is not None
    query = (
        select(Ticket)
        .where(_theirs(subject), or_(Ticket.status == Status.DRAFT, matching))
        .order_by(*_NEWEST)
        .limit(LOOKED_THROUGH)
    )
    tickets = (await session.scalars(query)).all()
    words = await visible.words_of(session, tickets)
    return [each for each in tickets if visible.holds_every(words[each.number], question)]
