"""How long we keep what people told us, and how one person is forgotten altogether.

The periods are settings, one a kind of data. Rasa keeps nothing: what is talked in now is in its
memory, for a quarter of an hour (assistant/server.py).
"""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    delete,
    func,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession

from chorus import account_requests, page_sessions, training_forgetting
from chorus.models import PageSession, UsedToken
from chorus.training_models import TrainingRegistration
from kit import files, outbox, proof_of_work
from kit.clock import now
from kit.database import Database
from kit.errors import Invalid
from kit.files import FileStore
from kit.settings import Settings
from livechat import agenda
from livechat.appointment_models import Appointment
from livechat.desk_models import AssignmentDecision, Chat, StaffEntry, TypingHint
from livechat.models import Conversation, LogEntry, Turn
from staff.sessions import forget_ended_sessions
from ticketing import forgetting, link_requests
from ticketing.models import ReceivedMail, Ticket

logger = logging.getLogger(__name__)

EVERY_S = 3_600.0
AT_ONCE = 200  # conversations in one transaction: others write in between


@dataclass(frozen=True)
class Gone:
    """How much was erased."""

    conversations: int = 0
    requests: int = 0
    mails: int = 0
    registrations: int = 0  # for trainings


@dataclass(frozen=True)
class Person:
    """Whom to forget: by exactly one of these. An empty one names nobody."""

    conversation_id: UUID | None = None
    email: str | None = None
    subject: str | None = None  # issuer and sub of the identity token

    def __post_init__(self) -> None:
        if sum(map(bool, (self.conversation_id, self.email, self.subject))) != 1:
            raise Invalid("A person is named by a conversation, an email address or a subject.")


class Retention:
    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._files = FileStore(settings.var / "files")

    async def purge(self) -> Gone:
        """Erase what is older than its period."""
        at, kept = now(), self._settings
        gone = Gone()
        idle = select(Conversation.id).where(
            Conversation.active_at < at - timedelta(days=kept.retention_conversations_days)
        )
        while (some := await self._erase(idle.limit(AT_ONCE), requests=False)).conversations:
            gone = _sum(gone, some)
        before = at - timedelta(days=kept.retention_requests_days)
        requests = await self._forget_tickets(Ticket.changed_at < before)
        async with self._database.writing.begin() as session:
            await forgetting.forget_received(session, ReceivedMail.at < before)
            stale = await forgetting.forget_stale(session)
            await session.execute(delete(UsedToken).where(UsedToken.expires_at < at))
            await page_sessions.forget_expired(session, at)
            await account_requests.forget_done(session, at)
            before = at - timedelta(days=kept.retention_training_days)
            registrations = await training_forgetting.forget_past(session, before)
            await proof_of_work.forget_expired(session, at)
            await forget_ended_sessions(session, at)
            mail_age = timedelta(days=kept.retention_mails_days)
            mails = await outbox.forget_settled(session, at - mail_age)
        await self._files.remove(stale)
        log_age = timedelta(days=kept.retention_logs_days)
        await asyncio.to_thread(_remove_older, kept.var / "log", at - log_age)
        await asyncio.to_thread(_remove_old_record, kept.var)
        await self._sweep_files()
        rest = Gone(0, requests, mails, registrations)
        gone = _sum(gone, rest)
        logger.info("Purged: %s", gone)
        return gone

    async def erase(self, person: Person) -> Gone:
        """Forget one person: their conversations, requests, mails, registrations."""
        gone = await self._erase(_of(person), requests=True)
        requests = await self._forget_tickets(_asked_by(person))
        async with self._database.writing.begin() as session:
            mails = await outbox.forget_address(session, person.email) if person.email else 0
            if person.email:
                await account_requests.forget_address(session, person.email)
                await link_requests.forget_address(session, person.email)
            registrations = await _forget_registrations(session, person)
            if person.conversation_id is None:
                await session.execute(delete(PageSession).where(_connected(person)))
        rest = Gone(requests=requests, mails=mails, registrations=registrations)
        return _sum(gone, rest)

    async def _forget_tickets(self, chosen: ColumnElement[bool]) -> int:
        count = 0
        while True:
            async with self._database.writing.begin() as session:
                some, gone = await forgetting.forget(session, chosen, forgetting.AT_ONCE)
            await self._files.remove(gone)
            if not some:
                return count
            count += some

    async def _sweep_files(self) -> None:
        """Remove what is on the disk without a row: a process died before it was stored."""
        old = await self._files.old_names()
        async with self._database.reading() as session:
            orphans = await files.without_row(session, old)
        await self._files.remove(orphans)

    async def _erase(self, chosen: Select[UUID], *, requests: bool) -> Gone:
        erased, registered, attached = 0, 0, list[UUID]()
        async with self._database.writing.begin() as session:
            # Held: whoever writes in one of them meanwhile waits, and finds it gone.
            ids = (await session.scalars(chosen.with_for_update())).all()
            if requests:
                theirs = Ticket.conversation_id.in_(ids)
                erased, attached = await forgetting.forget(session, theirs)
                registered = await training_forgetting.forget_of(session, ids)
            else:
                await training_forgetting.forget_conversations(session, ids)
            chats = select(Chat.id).where(Chat.conversation_id.in_(ids))
            decided = delete(AssignmentDecision).where(AssignmentDecision.chat_id.in_(chats))
            await session.execute(decided)
            for table in (Chat, StaffEntry, TypingHint, Turn, LogEntry, UsedToken):
                await session.execute(delete(table).where(table.conversation_id.in_(ids)))
            await agenda.forget(session, ids)
            await account_requests.forget_of(session, ids)
            sent = [*await files.forget(session, ids), *attached]
            mails = await outbox.forget_about(session, ids)
            await session.execute(delete(Conversation).where(Conversation.id.in_(ids)))
        # After the commit: should this fail, files are found again by their age.
        await self._files.remove(sent)
        return Gone(len(ids), erased, mails, registered)


def _remove_older(folder: Path, instant: datetime) -> None:
    """Remove the log files that were last written before `instant`."""
    for path in folder.glob("*.log*"):
        if path.stat().st_mtime < instant.timestamp():
            path.unlink(missing_ok=True)


def _remove_old_record(var: Path) -> None:
    """Rasa wrote what people said into a file of its own once; nobody would ever erase it there."""
    for path in var.glob("rasa.db*"):
        path.unlink(missing_ok=True)


def _of(person: Person) -> Select[UUID]:
    query = select(Conversation.id)
    if person.conversation_id:
        return query.where(Conversation.id == person.conversation_id)
    if person.subject:
        return query.where(Conversation.subject == person.subject)
    # Whoever is not connected may still have had a confirmation sent to this address.
    booked = select(Appointment.conversation_id).where(_same(Appointment.email, person.email))
    registered = select(TrainingRegistration.conversation_id).where(
        _same(TrainingRegistration.email, person.email), TrainingRegistration.subject.is_(None)
    )
    connected = _same(Conversation.identity["email"].as_string(), person.email)
    theirs = Conversation.id.in_(booked) | Conversation.id.in_(registered)
    return query.where(connected | theirs)


async def _forget_registrations(session: AsyncSession, person: Person) -> int:
    """Those that are not of one of their conversations, which are gone by now."""
    if person.email:
        return await training_forgetting.forget_email(session, person.email)
    if person.subject:
        return await training_forgetting.forget_subject(session, person.subject)
    return 0


def _asked_by(person: Person) -> ColumnElement[bool]:
    if person.conversation_id:
        return Ticket.conversation_id == person.conversation_id
    if person.subject:
        return Ticket.subject == person.subject
    return _same(Ticket.email, person.email)


def _connected(person: Person) -> ColumnElement[bool]:
    if person.subject:
        return PageSession.subject == person.subject
    return _same(PageSession.claims["email"].as_string(), person.email)


def _same(column: SQLColumnExpression[Any], email: str | None) -> ColumnElement[bool]:
    """An address in other letter case is still the same person's."""
    return func.lower(column) == (email or "").lower()


def _sum(one: Gone, other: Gone) -> Gone:
    return Gone(
        one.conversations + other.conversations,
        one.requests + other.requests,
        one.mails + other.mails,
        one.registrations + other.registrations,
    )
