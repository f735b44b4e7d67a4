"""How one member wants the list of triage: the filters that they keep under a name, the columns.

Whose they are is asked here; foreign and absent ones are alike.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.database import Database
from kit.errors import Conflict, Invalid, NotFound
from kit.finishing import to_its_end
from staff.models import StaffMember
from ticketing.filters import Filters
from ticketing.models import SavedQueue, TriagePreference
from ticketing.triage import require_triage

LONGEST_NAME = 60
AT_MOST = 20  # of one member: each is counted whenever the list is shown


class Column(StrEnum):
    """Of the list, beside the number, which is always there."""

    TITLE = "title"
    DUE = "due"
    STATUS = "status"
    ASSIGNEE = "assignee"
    PRIORITY = "priority"
    CATEGORY = "category"
    SUBCATEGORY = "subcategory"
    DATE = "date"
    CHANGED = "changed"
    TAGS = "tags"
    STRUCTURE = "structure"


# What operators of the real service see, and what is due.
ORDINARY = (
    Column.TITLE,
    Column.DUE,
    Column.STATUS,
    Column.ASSIGNEE,
    Column.CATEGORY,
    Column.SUBCATEGORY,
    Column.DATE,
)


class SavedQueues:
    def __init__(self, database: Database) -> None:
        self._database = database

    @to_its_end
    async def save(self, member: StaffMember, name: str, filters: Filters) -> SavedQueue:
        """Raises Invalid, Conflict; NotFound for who does not work on tickets."""
        require_triage(member)
        name = _checked(name)
        async with self._database.writing.begin() as session:
            held = select(func.count()).where(SavedQueue.member_id == member.id)
            if (await session.scalar(held) or 0) >= AT_MOST:
                raise Conflict(f"At most {AT_MOST} queues of one's own.", code="queues_full")
            await _require_free(session, member, name)
            row = SavedQueue(member_id=member.id, name=name, filters=filters.to_dict())
            session.add(row)
        return row

    @to_its_end
    async def rename(self, member: StaffMember, queue_id: UUID, name: str) -> SavedQueue:
        require_triage(member)
        async with self._database.writing.begin() as session:
            row = await _own(session, member, queue_id)
            name = _checked(name)
            await _require_free(session, member, name, but=queue_id)
            row.name = name
        return row

    @to_its_end
    async def delete(self, member: StaffMember, queue_id: UUID) -> None:
        require_triage(member)
        async with self._database.writing.begin() as session:
            await session.delete(await _own(session, member, queue_id))

    @to_its_end
    async def choose_columns(self, member: StaffMember, columns: Iterable[str]) -> None:
        """In the order of the page, whatever the order they are named in. None: the ordinary."""
        require_triage(member)
        named = set(columns)
        chosen = [str(column) for column in Column if column in named]
        async with self._database.writing.begin() as session:
            row = await session.get(TriagePreference, member.id)
            if row is None:
                session.add(TriagePreference(member_id=member.id, columns=chosen))
            else:
                row.columns = chosen


async def saved_by(session: AsyncSession, member_id: UUID) -> Sequence[SavedQueue]:
    query = select(SavedQueue).where(SavedQueue.member_id == member_id)
    return (await session.scalars(query.order_by(SavedQueue.name, SavedQueue.id))).all()


async def columns_of(session: AsyncSession, member_id: UUID) -> Sequence[Column]:
    row = await session.get(TriagePreference, member_id)
    known = set(row.columns) if row else set()
    return [column for column in Column if column in known] or list(ORDINARY)


async def _own(session: AsyncSession, member: StaffMember, queue_id: UUID) -> SavedQueue:
    row = await session.get(SavedQueue, queue_id)
    if row is None or row.member_id != member.id:
        raise NotFound("There is no such queue.")
    return row


def _checked(name: str) -> str:
    name = " ".join(name.replace("\0", "").split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise Invalid("A queue has a name of up to sixty characters.", code="queue_name")
    return name


async def _require_free(
    session: AsyncSession, member: StaffMember, name: str, but: UUID | None = None
) -> None:
    query = select(SavedQueue.id).where(SavedQueue.member_id == member.id, SavedQueue.name == name)
    if await session.scalar(query.where(SavedQueue.id != but) if but else query):
        raise Conflict("There is a queue of that name.", code="queue_name_taken")
