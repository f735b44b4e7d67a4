"""Notices what other processes wrote, so that those who listen here hear of it soon.

What is pushed inside a process is only a hint, and does not reach the others. So each process looks
now and then which conversations were written in: one short query over an index. On SQLite it first
asks whether anybody else wrote at all (`PRAGMA data_version`), which costs next to nothing.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import aiosqlite
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.clock import now
from kit.database import Database
from kit.finishing import to_its_end
from livechat import typists
from livechat.desk_models import Chat, ChatState, TypingHint
from livechat.hub import BOARD, Hub
from livechat.models import Conversation
from livechat.protocol import Seen, SomeoneTypes, UserSeen

EVERY_S = 0.1
OVERLAP = timedelta(seconds=10)  # a transaction may commit so long after the time that it wrote


class Watcher:
    def __init__(self, database: Database, hub: Hub) -> None:
        self._database = database
        self._hub = hub
        self._connection: AsyncConnection | None = None
        self._version: int | None = None
        self._seen: dict[UUID, tuple[int, int]] = {}
        self._typing: set[UUID] = set()  # the hints that were passed on
        self._read: dict[UUID, tuple[int, int]] = {}  # how far advisors and users have read
        self._since: datetime | None = None

    @to_its_end
    async def look(self) -> None:
        """Hint at every conversation that was written in, by whomever, since the last look."""
        if not self._hub.listened_to():
            return
        version = await self._data_version()
        if version is not None and version == self._version:
            return
        at = now()
        since = (self._since or at) - OVERLAP
        query = select(Conversation.id, Conversation.last_seq, Conversation.last_staff_seq).where(
            Conversation.active_at > since
        )
        async with self._database.glancing() as session:
            found = {id: (seq, staff_seq) for id, seq, staff_seq in await session.execute(query)}
            hints = await typists.seen_elsewhere(session, self._hub.process)
            reading = select(Chat.conversation_id, Chat.read_by_advisor, Chat.read_by_user).where(
                Chat.state == ChatState.ACTIVE
            )
            marks = {id: (advisor, user) for id, advisor, user in await session.execute(reading)}
        self._pass_on(hints)
        self._tell_read(marks)
        changed = [id for id, numbers in found.items() if self._seen.get(id) != numbers]
        self._seen = found
        self._since, self._version = at, version  # only now: a look that fails is done again
        if changed:
            self._hub.look_again([*changed, BOARD])

    def _pass_on(self, hints: Sequence[TypingHint]) -> None:
        """Somebody writes in another process."""
        for hint in hints:
            if hint.id not in self._typing:
                self._hub.publish(hint.conversation_id, SomeoneTypes(author=hint.author))
        self._typing = {hint.id for hint in hints}

    def _tell_read(self, marks: dict[UUID, tuple[int, int]]) -> None:
        """Somebody has read further. Said twice in one process it changes nothing."""
        for conversation_id, (by_advisor, by_user) in marks.items():
            advisor_before, user_before = self._read.get(conversation_id, (0, 0))
            if by_advisor > advisor_before:
                self._hub.publish(conversation_id, Seen(seq=by_advisor))
            if by_user > user_before:
                self._hub.publish(conversation_id, UserSeen(seq=by_user))
        self._read = marks

    async def _data_version(self) -> int | None:
        """Another one whenever another connection wrote; None on PostgreSQL, which has none."""
        if self._database.engine.dialect.name != "sqlite":
            return None
        if self._connection is None:
            self._connection = await self._database.engine.connect()
        # The driver itself: SQLAlchemy would open a transaction, and hold up who writes.
        driver = (await self._connection.get_raw_connection()).driver_connection
        assert isinstance(driver, aiosqlite.Connection)
        async with driver.execute("PRAGMA data_version") as cursor:
            (version,) = await cursor.fetchone() or (None,)
        return version

    @to_its_end
    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()
