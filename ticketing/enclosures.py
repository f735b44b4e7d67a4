"""Files that senders enclose: taken in one by one while a form is filled in, sent with it.

Until its form is sent a file is pending: whoever has a mistake to mend does not choose it again,
and what is never sent is erased after a day.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit import files
from kit.clock import now
from kit.database import Database
from kit.errors import Refusal
from kit.files import FileStore, StoredFile
from kit.finishing import to_its_end
from kit.masking import mask
from ticketing.dossier import shown

AT_MOST = 5  # files of one message
SENT, PENDING = "user", "pending"
PENDING_LASTS = timedelta(days=1)


class Enclosures:
    """`holder_id` says whose form it is: who names another one finds nothing."""

    def __init__(self, database: Database, store: FileStore) -> None:
        self._database = database
        self._store = store

    @to_its_end
    async def take_in(self, holder_id: UUID, name: str, content: bytes) -> dict[str, Any]:
        """A pending file, as an entry names it. Raises TooLarge, Invalid, Conflict, Unavailable."""
        file_id, inspected = await self._store.take_in(mask(name).text, content)
        try:
            async with self._database.writing.begin() as session:
                await files.require_room(session, holder_id, len(inspected.content))
                row = files.add(session, file_id, inspected, holder_id=holder_id, sender=PENDING)
                await session.flush()
                return shown(row)
        except Refusal:
            await self._store.remove([file_id])
            raise

    @to_its_end
    async def pending(self, holder_id: UUID, file_ids: Collection[UUID]) -> list[dict[str, Any]]:
        """Those of them that wait in this form."""
        async with self._database.reading() as session:
            return [shown(row) for row in await find_pending(session, [holder_id], file_ids)]


async def find_pending(
    session: AsyncSession, holder_ids: Collection[UUID], file_ids: Collection[UUID]
) -> Sequence[StoredFile]:
    query = select(StoredFile).where(
        StoredFile.id.in_(file_ids),
        StoredFile.holder_id.in_(holder_ids),
        StoredFile.sender == PENDING,
    )
    return (await session.scalars(query.order_by(StoredFile.created_at, StoredFile.id))).all()


async def held_by(session: AsyncSession, holder_id: UUID) -> Sequence[StoredFile]:
    query = select(StoredFile).where(StoredFile.holder_id == holder_id)
    return (await session.scalars(query.order_by(StoredFile.created_at, StoredFile.id))).all()


def hand_over(rows: Sequence[StoredFile], to: UUID) -> list[dict[str, Any]]:
    """They are sent, and another holder's from here on."""
    for row in rows:
        row.holder_id, row.sender = to, SENT
    return [shown(row) for row in rows]


async def forget_pending(session: AsyncSession) -> None:
    """Of forms that were never sent. What they leave on the disk is swept."""
    old = StoredFile.created_at < now() - PENDING_LASTS
    await session.execute(delete(StoredFile).where(StoredFile.sender == PENDING, old))
