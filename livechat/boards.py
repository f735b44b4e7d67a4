"""One reading of the board for all consoles that look at it at the same time.

Every change wakes every console: were each to read for itself, twenty advisors would read twenty
times the same, and whoever writes meanwhile would wait for all of them.
"""

import asyncio

from kit.database import Database
from kit.finishing import to_its_end
from livechat import board
from livechat.board import Overview
from livechat.desk import OVERSEERS
from staff.models import StaffMember


class Boards:
    def __init__(self, database: Database) -> None:
        # Advisors need less of it, however many wait.
        self._readings = {each: SharedReading(database, waiting=each) for each in (False, True)}

    async def read(self, member: StaffMember) -> Overview:
        """What is true now or later: never what was read before it was asked for."""
        return await self._readings[member.role in OVERSEERS].take()


class SharedReading:
    """Whoever asks while a reading is under way shares the next: the first may be too early."""

    def __init__(self, database: Database, *, waiting: bool) -> None:
        self._database = database
        self._waiting = waiting
        self._running = asyncio.Lock()
        self._next: asyncio.Task[Overview] | None = None

    @to_its_end
    async def take(self) -> Overview:
        if self._next is None:
            self._next = asyncio.create_task(self._read_in_turn())
        return await self._next

    async def _read_in_turn(self) -> Overview:
        async with self._running:
            self._next = None  # who asks from here on may have seen something newer
            async with self._database.reading() as session:
                return await board.oversee(session, waiting=self._waiting)
