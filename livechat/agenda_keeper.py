"""One step in somebody's agenda: one transaction under the right locks, told once it committed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from kit.database import Database
from livechat.agenda import SlotTaken, lock_agenda
from livechat.appointment_links import Links
from livechat.appointment_mails import Stationery
from livechat.changes import Held, holding
from livechat.hub import Hub


class AgendaKeeper:
    """`sender`: the address that our mails come from."""

    def __init__(self, database: Database, hub: Hub, links: Links, sender: str) -> None:
        self.database = database
        self.links = links
        self._hub = hub
        self._sender = sender

    def paper(self, base: str) -> Stationery:
        """To write on. `base`: the address of our site, as its users see it."""
        return Stationery(self.links, base, self._sender)

    @asynccontextmanager
    async def holding(self, conversation_id: UUID) -> AsyncIterator[Held]:
        """Raises NotFound; SlotTaken when the database itself refuses two calls at once."""
        try:
            async with holding(self.database, self._hub, conversation_id, lock_agenda) as held:
                yield held
                held.changes.staff_only(held.conversation)
        except IntegrityError as broken:
            if "uq_appointments_booked" in str(broken) or "appointments.start" in str(broken):
                raise SlotTaken from None
            raise
