"""Who is writing at this moment, shown to the other side: a passing hint, kept in no log.

At once in this process. For the others it is a row that their watchers notice: written while an
advisor talks with the user only, and every three seconds a typist at most.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.database import Database
from kit.finishing import to_its_end
from livechat import chats
from livechat.desk_models import ChatState, TypingHint
from livechat.hub import Hub, Listener
from livechat.protocol import Author, SomeoneTypes

WRITTEN_EVERY = timedelta(seconds=3)
FRESH = timedelta(seconds=5)  # older hints are no news
KEPT = timedelta(minutes=1)


class Typists:
    def __init__(self, database: Database, hub: Hub) -> None:
        self._database = database
        self._hub = hub
        self._written: dict[tuple[UUID, Author], datetime] = {}

    async def types(
        self, conversation_id: UUID, author: Author, but: Listener | None = None
    ) -> None:
        """`but`: the listener that needs not be told, since it is the typist's own."""
        self._hub.publish_to_others(conversation_id, but, SomeoneTypes(author=author))
        if self._is_due(conversation_id, author):
            await self._write(conversation_id, author)

    def _is_due(self, conversation_id: UUID, author: Author) -> bool:
        at = now()
        lately = {who: when for who, when in self._written.items() if when > at - WRITTEN_EVERY}
        due = (conversation_id, author) not in lately
        if due:
            lately[conversation_id, author] = at
        self._written = lately
        return due

    @to_its_end
    async def _write(self, conversation_id: UUID, author: Author) -> None:
        async with self._database.reading() as session:
            chat = await chats.open_chat(session, conversation_id)
        if chat is None or chat.state is not ChatState.ACTIVE:
            return  # nobody is on the other side
        theirs = (TypingHint.conversation_id == conversation_id) & (TypingHint.author == author)
        async with self._database.writing.begin() as session:
            await session.execute(
                delete(TypingHint).where(or_(theirs, TypingHint.at < now() - KEPT))
            )
            session.add(
                TypingHint(
                    conversation_id=conversation_id, author=author, process=self._hub.process
                )
            )


async def seen_elsewhere(session: AsyncSession, process: UUID) -> Sequence[TypingHint]:
    """What was hinted a moment ago in processes other than this one."""
    query = select(TypingHint).where(TypingHint.at > now() - FRESH, TypingHint.process != process)
    return (await session.scalars(query)).all()
