"""Tickets without an e-mail address (from the chat): the holder of a link may add theirs.

It is stored once a code that was mailed to it comes back. Until then it stands nowhere but in the
hash of the code: nobody else's address becomes that of a ticket.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from kit.database import Database
from kit.errors import Conflict, Invalid
from kit.finishing import to_its_end
from kit.mail import address_of
from ticketing import links, notices, search, thread
from ticketing.lifecycle import Actor
from ticketing.links import Found


class Addressing:
    def __init__(self, database: Database) -> None:
        self._database = database

    @to_its_end
    async def offer(self, token: str, email: str) -> str:
        """Mail a code to it. The address as it is compared. Raises NotFound, Invalid, Conflict."""
        async with self._database.writing.begin() as session:
            found = await _without_address(session, token)
            address = address_of(email)
            code = await links.new_code(session, found.link, about=address)
            await notices.send_code(session, found.ticket, code, to=address)
            return address

    @to_its_end
    async def confirm(self, token: str, email: str, code: str) -> str:
        """The ticket's from here on, and acknowledged. The cookie that unmasks. Raises Invalid."""
        async with self._database.writing.begin() as session:
            found = await _without_address(session, token)
            address = address_of(email)
            visit = await links.enter_code(session, found.link, code, about=address)
            if visit is not None:
                ticket = await thread.lock(session, found.ticket.number)
                ticket.email = address
                entry = await thread.append(session, ticket, Actor.SYSTEM, internal=True)
                await search.add(session, ticket.number, address)
                entry.mail_id = await notices.acknowledge(session, ticket)
        if visit is None:
            raise Invalid("This code is wrong or too old.", code="code_wrong")
        return visit


async def _without_address(session: AsyncSession, token: str) -> Found:
    found = await links.find(session, token, hold=True)
    if found.ticket.email is not None:
        raise Conflict("It has an address already.", code="address_known")
    return found
