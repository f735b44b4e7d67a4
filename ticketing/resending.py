"""A form that is sent again, by a double click or after going back: what is new in it is kept.

Its words make the ticket what it is; so what may be new are files. Those that were sent before come
again with each sending: told by their names and their bytes, they are kept once.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit import files
from kit.files import FileStore, StoredFile
from ticketing import thread
from ticketing.enclosures import PENDING, hand_over
from ticketing.following import answer, present
from ticketing.models import Ticket


async def add_files(
    session: AsyncSession, store: FileStore, ticket: Ticket, rows: Sequence[StoredFile]
) -> None:
    """Those of the waiting `rows` that are new are one more message of its sender.

    Raises Conflict when there is no room.
    """
    if not rows:
        return
    written_to = await thread.lock(session, ticket.number)
    there = await present(session, written_to)
    added = await new_among(session, store, rows, [written_to.id, there.id])
    if added:
        await files.require_room(session, there.id, sum(row.size for row in added))
        await answer(session, there, "", files=hand_over(added, there.id))


async def new_among(
    session: AsyncSession,
    store: FileStore,
    rows: Sequence[StoredFile],
    holder_ids: Collection[UUID],
) -> list[StoredFile]:
    """Those that none of these holders has; what waits as they do does not count."""
    query = select(StoredFile).where(
        StoredFile.holder_id.in_(holder_ids), StoredFile.sender != PENDING
    )
    held = (await session.scalars(query)).all()
    return [row for row in rows if not await _is_among(store, row, held)]


async def _is_among(store: FileStore, row: StoredFile, held: Sequence[StoredFile]) -> bool:
    alike = [each for each in held if (each.name, each.size) == (row.name, row.size)]
    return any([await store.are_equal(row.id, each.id) for each in alike])
