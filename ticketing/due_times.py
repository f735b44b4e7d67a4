"""Due times follow the opening hours: whenever a closure or an opening is planned or taken back.

Each ticket knows the hours that its due times were reckoned on. So nobody has to tell us that the
hours have changed, and whoever dies half-way leaves the rest to the next round.
"""

from collections.abc import Sequence

from sqlalchemy import Select, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.database import Database
from kit.finishing import to_its_end
from kit.schedule import load_hours, mark_of
from ticketing import thread
from ticketing.models import Ticket

EVERY_S = 2.0
AT_ONCE = 20  # others write between two transactions, and answer between two tickets


class DueTimes:
    """Reckons them anew. Any number of processes may do it over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def go(self) -> int:
        """One round: until none is left that somebody else does not hold. How many were done."""
        done = 0
        while numbers := await self._stale():
            batch = await self._reckon(numbers)
            done += batch
            if not batch:
                break
        return done

    @to_its_end
    async def _stale(self) -> Sequence[int]:
        """Without the lock of a writer, which nobody else could have meanwhile."""
        async with self._database.reading() as session:
            mark = mark_of(await load_hours(session))
            return (await session.scalars(_other_hours(mark).limit(AT_ONCE))).all()

    @to_its_end
    async def _reckon(self, numbers: Sequence[int]) -> int:
        async with self._database.writing.begin() as session:
            hours = await load_hours(session)
            tickets = await _held(session, numbers, mark_of(hours))
            for ticket in tickets:
                await thread.keep_time(session, ticket, now(), hours)
        return len(tickets)


async def _held(session: AsyncSession, numbers: Sequence[int], mark: str) -> Sequence[Ticket]:
    """Those that still need it and that nobody acts on: waiting for several at once could lock."""
    query = select(Ticket).where(
        Ticket.number.in_(numbers), Ticket.hours_mark != mark, Ticket.running_since.is_not(None)
    )
    return (await session.scalars(query.with_for_update(skip_locked=True))).all()


def _other_hours(mark: str) -> Select[int]:
    """Smaller, then greater, rather than different: only those are looked up in the index."""
    running = select(Ticket.number).where(Ticket.running_since.is_not(None))
    other = union_all(
        running.where(Ticket.hours_mark < mark), running.where(Ticket.hours_mark > mark)
    )
    return select(other.subquery().c.number)
