"""What one transaction changed, told to whoever listens once it is committed."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.database import Database
from livechat import log
from livechat.hub import BOARD, Hub
from livechat.models import Conversation, LogEntry


class Changes:
    """Collected while the transaction is open; `publish` is for after its commit."""

    def __init__(self) -> None:
        self._entries: list[LogEntry] = []
        self._looked_at: set[UUID] = set()

    def add(self, *entries: LogEntry) -> None:
        self._entries += entries

    def staff_only(self, conversation: Conversation) -> None:
        """Something that only staff see was written in this conversation."""
        self._looked_at.add(conversation.id)

    def publish(self, hub: Hub) -> None:
        for entry in self._entries:
            hub.publish(entry.conversation_id, log.shown(entry))
        hub.look_again(self._looked_at)
        hub.look_again([BOARD])


@dataclass(frozen=True)
class Held:
    """A conversation, locked, while something is done in it."""

    session: AsyncSession
    conversation: Conversation
    changes: Changes


@asynccontextmanager
async def holding(
    database: Database,
    hub: Hub,
    conversation_id: UUID,
    lock_first: Callable[[AsyncSession], Awaitable[None]] | None = None,
) -> AsyncIterator[Held]:
    """One transaction in one conversation; what it changed is told after its commit.

    `lock_first`: a lock that comes before that of the conversation. Raises NotFound.
    """
    changes = Changes()
    async with database.writing.begin() as session:
        if lock_first is not None:
            await lock_first(session)
        yield Held(session, await log.lock(session, conversation_id), changes)
    changes.publish(hub)
