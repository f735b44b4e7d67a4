"""Files that people send: kept outside the web root under names that we make, with a row each.

A file is on the disk before its row is committed. What is on the disk without a row (a process died
in between, or the row was erased) is swept away at the next purge.
"""

import asyncio
import filecmp
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote
from uuid import UUID, uuid4

from sqlalchemy import String, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from kit.clock import now
from kit.database import Base
from kit.errors import Conflict, NotFound, Unavailable
from kit.file_kinds import Inspected, inspect

AT_ONCE = 2  # images decoded at the same time: each may take 160 MB
FREE_BYTES = 500 * 1024 * 1024  # left on the disk for the database, whatever people send
BUSY_S = 60  # when the disk is full: come back after
ORPHAN_AFTER = timedelta(minutes=10)

# What one holder (a conversation) may keep.
HELD_FILES = 30
HELD_BYTES = 60 * 1024 * 1024


class StoredFile(Base):
    """`holder_id`: the conversation that it was sent in, as an opaque id."""

    __tablename__ = "stored_files"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    holder_id: Mapped[UUID] = mapped_column(index=True)
    sender: Mapped[str] = mapped_column(String(40))  # "user", or the id of a member
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(60))
    size: Mapped[int]  # bytes
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)


class FileStore:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._working = asyncio.Semaphore(AT_ONCE)

    def path_of(self, file_id: UUID) -> Path:
        return self._folder / file_id.hex[:2] / file_id.hex

    async def take_in(self, name: str, content: bytes) -> tuple[UUID, Inspected]:
        """Make it harmless and write it down. Raises TooLarge, Invalid, Unavailable.

        No transaction is open meanwhile: the row follows (`add`).
        """
        async with self._working:
            return await asyncio.to_thread(self._write, name, content)

    def _write(self, name: str, content: bytes) -> tuple[UUID, Inspected]:
        inspected = inspect(name, content)
        self._folder.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(self._folder).free < FREE_BYTES:
            raise Unavailable("There is no room for files at the moment.", retry_after=BUSY_S)
        file_id = uuid4()
        path = self.path_of(file_id)
        path.parent.mkdir(exist_ok=True)
        with path.open("xb") as file:
            file.write(inspected.content)
            file.flush()
            os.fsync(file.fileno())  # acknowledged means on the disk
        return file_id, inspected

    async def copy(self, file_id: UUID) -> UUID:
        """The same content under another id, for another holder. Raises NotFound."""
        return await asyncio.to_thread(self._copy, file_id)

    def _copy(self, file_id: UUID) -> UUID:
        copy_id = uuid4()
        path = self.path_of(copy_id)
        path.parent.mkdir(exist_ok=True)
        try:
            os.utime(self.path_of(file_id))  # of both, so that the new one is not swept at once
            path.hardlink_to(self.path_of(file_id))  # what is kept never changes
        except FileNotFoundError:
            raise NotFound("This file does not exist.") from None
        return copy_id

    async def are_equal(self, one: UUID, other: UUID) -> bool:
        """Whether both hold the same bytes. What is no longer there equals nothing."""
        with suppress(FileNotFoundError):
            paths = self.path_of(one), self.path_of(other)
            return await asyncio.to_thread(filecmp.cmp, *paths, shallow=False)
        return False

    async def remove(self, file_ids: Sequence[UUID]) -> None:
        """From the disk; their rows are gone already."""
        await asyncio.to_thread(self._unlink, [self.path_of(file_id) for file_id in file_ids])

    @staticmethod
    def _unlink(paths: Sequence[Path]) -> None:
        for path in paths:
            path.unlink(missing_ok=True)

    async def old_names(self) -> list[UUID]:
        """What has been on the disk for so long that its row must be there, if it has one."""
        return await asyncio.to_thread(self._find_old)

    def _find_old(self) -> list[UUID]:
        before = (now() - ORPHAN_AFTER).timestamp()
        found = []
        for path in self._folder.glob("??/*"):
            # What is not ours, or has just gone, is left alone.
            with suppress(ValueError, FileNotFoundError):
                file_id = UUID(hex=path.name)
                if path.stat().st_mtime < before:
                    found.append(file_id)
        return found


def add(
    session: AsyncSession, file_id: UUID, inspected: Inspected, *, holder_id: UUID, sender: str
) -> StoredFile:
    """The row of a file that was taken in."""
    row = StoredFile(
        id=file_id,
        holder_id=holder_id,
        sender=sender,
        name=inspected.name,
        media_type=inspected.media_type,
        size=len(inspected.content),
    )
    session.add(row)
    return row


async def require_room(session: AsyncSession, holder_id: UUID, size: int) -> None:
    """Raises Conflict when this holder keeps as much as it may. `size`: bytes to come."""
    query = select(func.count(), func.coalesce(func.sum(StoredFile.size), 0)).where(
        StoredFile.holder_id == holder_id
    )
    count, held = (await session.execute(query)).one()
    if count >= HELD_FILES or held + size > HELD_BYTES:
        raise Conflict("No more files are taken here.", code="file_quota")


async def find(session: AsyncSession, holder_id: UUID, file_id: UUID) -> StoredFile:
    """Raises NotFound, foreign or absent alike."""
    row = await session.get(StoredFile, file_id)
    if row is None or row.holder_id != holder_id:
        raise NotFound("This file does not exist.")
    return row


async def forget(session: AsyncSession, holder_ids: Sequence[UUID]) -> list[UUID]:
    """Delete the rows of these holders. Returns what is then to remove from the disk."""
    query = select(StoredFile.id).where(StoredFile.holder_id.in_(holder_ids))
    found = list(await session.scalars(query))
    await session.execute(delete(StoredFile).where(StoredFile.holder_id.in_(holder_ids)))
    return found


async def drop(session: AsyncSession, file_ids: Sequence[UUID]) -> None:
    """Delete these rows; what they leave on the disk is swept."""
    await session.execute(delete(StoredFile).where(StoredFile.id.in_(file_ids)))


def disposition(name: str) -> str:
    """The header by which a browser saves a file under that name instead of showing it."""
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"


async def without_row(session: AsyncSession, file_ids: Sequence[UUID]) -> list[UUID]:
    known: set[UUID] = set()
    for start in range(0, len(file_ids), 500):
        some = file_ids[start : start + 500]
        known.update(await session.scalars(select(StoredFile.id).where(StoredFile.id.in_(some))))
    return [file_id for file_id in file_ids if file_id not in known]
