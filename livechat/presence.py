"""Who is there: leases in the database, renewed by each living connection.

A connection that is cut leaves some seconds of grace; a process that dies leaves its leases to run
out. What follows from an advisor's absence is the rounds' business (livechat/rounds.py).
"""

from collections import Counter
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, update

from kit.clock import now
from kit.database import Database
from kit.finishing import to_its_end
from livechat import chats, log
from livechat.assignment import assign_waiting, lock_queue
from livechat.changes import Changes
from livechat.desk_models import Presence
from livechat.hub import Hub

LEASE = timedelta(seconds=60)
GRACE = timedelta(seconds=15)
FORGOTTEN_AFTER = timedelta(hours=1)


class Presences:
    def __init__(self, database: Database, hub: Hub) -> None:
        self._database = database
        self._hub = hub
        self._users: Counter[UUID] = Counter()  # sockets of users in this process

    @to_its_end
    async def come(self, member_id: UUID) -> UUID:
        """A new connection of this advisor; their return may free a place."""
        connection_id = uuid4()
        async with self._database.writing.begin() as session:
            await lock_queue(session)
            old = now() - FORGOTTEN_AFTER
            await session.execute(delete(Presence).where(Presence.lease_until < old))
            session.add(Presence(id=connection_id, member_id=member_id, lease_until=now() + LEASE))
            await session.flush()
            await assign_waiting(session)
        Changes().publish(self._hub)
        return connection_id

    @to_its_end
    async def renew(self, connection_id: UUID) -> None:
        await self._set(connection_id, lease_until=now() + LEASE)

    @to_its_end
    async def look_at(self, connection_id: UUID, conversation_id: UUID | None) -> None:
        await self._set(connection_id, looking_at=conversation_id)
        Changes().publish(self._hub)  # the others see who else is looking

    @to_its_end
    async def leave(self, connection_id: UUID, at_once: bool = False) -> None:
        """Cut off, with some grace; none after logging out."""
        until = now() if at_once else now() + GRACE
        await self._set(connection_id, lease_until=until, looking_at=None)
        Changes().publish(self._hub)

    async def _set(self, connection_id: UUID, **values: object) -> None:
        async with self._database.writing.begin() as session:
            query = update(Presence).where(Presence.id == connection_id).values(**values)
            await session.execute(query)

    # The user ----------------------------------------------------------------------------

    @to_its_end
    async def user_came(self, conversation_id: UUID) -> None:
        self._users[conversation_id] += 1
        await self._wait_for_user(conversation_id, wait=False)

    @to_its_end
    async def user_left(self, conversation_id: UUID) -> None:
        """When it was their last socket here they are waited for, if an advisor is involved."""
        self._users[conversation_id] -= 1
        if self._users[conversation_id] <= 0:
            del self._users[conversation_id]
            await self._wait_for_user(conversation_id, wait=True)

    async def _wait_for_user(self, conversation_id: UUID, wait: bool) -> None:
        async with self._database.reading() as session:
            chat = await chats.open_chat(session, conversation_id)
        if chat is None or (chat.user_due_at is not None) is wait:
            return
        async with self._database.writing.begin() as session:
            await log.lock(session, conversation_id)
            chat = await chats.open_chat(session, conversation_id)
            if chat is not None:
                chat.user_due_at = now() + chats.USER_GONE_AFTER if wait else None
        Changes().publish(self._hub)
