"""Trainings under test: planned by the staff, registered for by users, told of by mail."""

from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from icalendar import Calendar, Event
from sqlalchemy import select

from chorus import training, training_planning
from chorus.training import Registered
from chorus.training_drafts import TrainingDraft
from chorus.training_mails import NO_SUCH, Paper
from chorus.training_models import TrainingRegistration, TrainingSession
from chorus.training_rounds import TrainingRounds
from kit.database import Database
from kit.mail_models import OutboxMail
from kit.secret_links import SecretLinks
from staff.models import Role, StaffMember
from tests.staff.people import hire

BASE = "https://assistance.example"
MORNING = datetime(2026, 11, 24, 8, tzinfo=UTC)  # a Tuesday, nine o'clock in Paris
JOIN = "https://webinaires.example/facture"
DRAFT = TrainingDraft(
    title="Déposer une facture",
    theme="compte_depot",
    kind="webinar",
    audience=("entreprise",),
    day="2026-12-01",
    start="10:00",
    end="11:30",
    places="3",
    join_url=JOIN,
    description="Créer son compte et déposer.",
)
PAPER = Paper(SecretLinks(b"a key of tests", b"training", NO_SUCH), BASE, "assistance@example.org")


class Classroom:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.rounds = TrainingRounds(database, PAPER)
        self._planner: StaffMember | None = None

    async def planner(self) -> StaffMember:
        if self._planner is None:
            self._planner = await hire(self.database, "sonia@exemple.fr", Role.SUPERVISOR)
        return self._planner

    async def plan(self, **fields: Any) -> TrainingSession:
        member = await self.planner()
        async with self.database.writing.begin() as session:
            return await training_planning.plan(session, member, replace(DRAFT, **fields))

    async def change(self, planned: TrainingSession, **fields: Any) -> None:
        member = await self.planner()
        async with self.database.writing.begin() as session:
            draft = replace(DRAFT, **fields)
            await training_planning.change(session, member, planned.id, draft)

    async def call_off(self, planned: TrainingSession) -> None:
        member = await self.planner()
        async with self.database.writing.begin() as session:
            await training_planning.call_off(session, member, planned.id)

    async def register(
        self, planned: TrainingSession, email: str = "a.dupont@exemple.fr", **who: Any
    ) -> TrainingRegistration:
        async with self.database.writing.begin() as session:
            return await training.register(session, planned.id, email, paper=PAPER, **who)

    async def cancel(self, registration: TrainingRegistration, **who: Any) -> Registered:
        async with self.database.writing.begin() as session:
            return await training.cancel(session, registration.id, paper=PAPER, **who)

    async def cancel_by_link(self, token: str) -> Registered:
        async with self.database.writing.begin() as session:
            return await training.cancel_by_link(session, token, paper=PAPER)

    async def look(self, token: str) -> Registered:
        async with self.database.reading() as session:
            return await training.look(session, token, paper=PAPER)

    async def titles(self, kind: str | None = None, limit: int = 10) -> list[str]:
        async with self.database.reading() as session:
            found = await training.upcoming(session, kind, limit)
        return [each.training.title for each in found]

    async def left(self, planned: TrainingSession) -> int | None:
        async with self.database.reading() as session:
            return (await training.offer_of(session, planned.id)).left

    async def of(
        self, subject: str | None = None, conversation_id: UUID | None = None
    ) -> list[str]:
        """The addresses that this person registered."""
        async with self.database.reading() as session:
            found = await training.registrations_of(session, subject, conversation_id)
        return [each.registration.email for each in found]

    async def mails(self) -> list[OutboxMail]:
        """In the order in which they were promised."""
        async with self.database.reading() as session:
            query = select(OutboxMail).order_by(OutboxMail.created_at, OutboxMail.due_at)
            return list(await session.scalars(query))

    async def kinds(self) -> list[str]:
        return [each.kind.removeprefix("training_") for each in await self.mails()]


def token_of(registration: TrainingRegistration) -> str:
    return PAPER.path(registration).rpartition("/")[2]


def plain(text: str) -> str:
    """With ordinary spaces."""
    return text.replace("\u00a0", " ")


def days_later(number: float) -> datetime:
    return MORNING + timedelta(days=number)


def calendar_of(mail: OutboxMail) -> tuple[str, Event]:
    """The method and the one entry of the attachment, read as a calendar program does."""
    (attachment,) = mail.attachments
    content = b64decode(attachment["content"])
    assert all(len(line) <= 75 for line in content.split(b"\r\n")) and b"\n\n" not in content
    calendar = Calendar.from_ical(content)
    (event,) = calendar.walk("VEVENT")
    assert isinstance(event, Event)
    method = str(calendar["METHOD"])
    assert attachment["media_type"].endswith(f"method={method}")
    return method, event
