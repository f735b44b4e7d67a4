"""The support as the tests see it: tickets, people, and what is known of both."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from kit.clock import now
from kit.database import Database
from kit.files import FileStore
from kit.mail_models import OutboxMail
from staff.models import Role, StaffMember
from ticketing.following import ByLink, Following
from ticketing.link_requests import LinkRequests
from ticketing.models import Ticket, TicketEntry
from ticketing.opening import NewTicket, submit
from ticketing.rounds import TicketRounds
from ticketing.triage import Triage

ADDRESS = "a.dupont@exemple.fr"
PAIR = {"category": "connexion_compte", "subcategory": "mot_de_passe"}


class Support:
    def __init__(self, database: Database, folder: Path = Path("unused")) -> None:
        self.database = database
        self.triage = Triage(database)
        self.following = Following(database, FileStore(folder))
        self.rounds = TicketRounds(database)
        self.link_requests = LinkRequests(database)

    async def hire(self, name: str, role: Role = Role.SUPPORT, **known: Any) -> StaffMember:
        member = StaffMember(
            id=uuid4(),
            email=f"{name.lower()}@example.org",
            name=name,
            role=role,
            capacity=known.pop("capacity", 3),
            skills=known.pop("skills", []),
            created_at=now(),
            **known,
        )
        async with self.database.writing.begin() as session:
            session.add(member)
        return member

    async def open(self, **given: Any) -> Ticket:
        known: dict[str, Any] = {
            "title": "Mot de passe perdu",
            "description": "Je ne reçois pas le courriel de réinitialisation.",
            "email": ADDRESS,
            **PAIR,
        }
        async with self.database.writing.begin() as session:
            return await submit(session, NewTicket(**known | given))

    async def find(self, number: int) -> Ticket:
        async with self.database.reading() as session:
            return await session.get_one(Ticket, number)

    async def thread(self, number: int) -> Sequence[TicketEntry]:
        query = select(TicketEntry).where(TicketEntry.ticket_number == number)
        async with self.database.reading() as session:
            return (await session.scalars(query.order_by(TicketEntry.seq))).all()

    async def mails(self) -> Sequence[OutboxMail]:
        async with self.database.reading() as session:
            query = select(OutboxMail).order_by(OutboxMail.created_at)
            return (await session.scalars(query)).all()

    async def token_of(self, number: int) -> str:
        """The secret of the last mail about a ticket."""
        ticket = await self.find(number)
        mine = [each for each in await self.mails() if each.about == ticket.id]
        linked = [each.text for each in mine if "/suivi/" in each.text]
        return linked[-1].partition("/suivi/")[2].split()[0]

    async def code_of(self, number: int) -> str:
        """The last code that was mailed about a ticket."""
        ticket = await self.find(number)
        codes = [each for each in await self.mails() if each.kind == "ticket_code"]
        text = [each.text for each in codes if each.about == ticket.id][-1]
        return next(word for word in text.split() if word.isdigit() and len(word) == 6)

    async def sender(self, number: int) -> ByLink:
        """Its sender, who followed the link of their last mail and entered the mailed code."""
        token = await self.token_of(number)
        await self.following.send_code(token)
        code = await self.code_of(number)
        return ByLink(token, await self.following.enter_code(token, code))
