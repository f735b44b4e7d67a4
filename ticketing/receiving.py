"""Answers that come in by mail: each joins the ticket that our own mail was about, or none.

Only the signed Message-ID of a mail of ours names a ticket. A subject, a reference in the text or a
familiar address name nothing: whoever knows a reference could write into somebody else's ticket.
"""

import hashlib
import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit import files, outbox
from kit.clock import now
from kit.database import Database
from kit.errors import Refusal
from kit.file_kinds import Inspected
from kit.files import FileStore
from kit.finishing import to_its_end
from kit.incoming import IncomingMail
from kit.mail import write
from kit.mail_door import Taken
from kit.mail_models import OutboxMail
from kit.site import site_url
from ticketing import thread, words
from ticketing.following import answer, present
from ticketing.models import ReceivedMail, Ticket, TicketEntry
from ticketing.opening import LONGEST_TEXT

logger = logging.getLogger(__name__)

UNMATCHED = "ticketing/mails/unmatched"
UNMATCHED_KIND = "ticket_unmatched"
TOLD_AGAIN_AFTER = timedelta(days=1)

type TakenIn = list[tuple[UUID, Inspected]]


class Receiver:
    def __init__(self, database: Database, store: FileStore) -> None:
        self._database = database
        self._store = store

    @to_its_end
    async def receive(self, mail: IncomingMail) -> Taken:
        """Once it returned, what the mail says is stored; the same mail again changes nothing."""
        mark = hashlib.sha256(mail.message_id.encode()).hexdigest()
        async with self._database.reading() as session:
            if await session.get(ReceivedMail, mark) is not None:
                return Taken.KNOWN
            number = await _number_of(session, mail)
        if mail.automatic:
            return await self._leave(mark, Taken.AUTOMATIC)
        if number is None:
            return await self._tell_unmatched(mark, mail)
        taken_in, refused = await self._take_in(mail)
        async with self._database.writing.begin() as session:
            ticket = await present(session, await thread.lock(session, number))
            if await session.get(ReceivedMail, mark) is not None:
                return Taken.KNOWN  # handed over twice at once
            session.add(ReceivedMail(message_hash=mark, ticket_number=number))
            sent = await _keep(session, ticket, taken_in)
            text = mail.text[:LONGEST_TEXT].strip() or words.EMPTY_MAIL
            notes = _notes(ticket, mail, refused)
            await answer(session, ticket, text, files=sent, by_mail=notes)
        return Taken.STORED

    async def _take_in(self, mail: IncomingMail) -> tuple[TakenIn, list[str]]:
        """Its files on the disk, and the names of those that are refused."""
        taken: TakenIn = []
        refused = []
        for name, content in mail.files:
            try:
                taken.append(await self._store.take_in(name, content))
            except Refusal:
                refused.append(name)
        return taken, refused

    async def _leave(self, mark: str, outcome: Taken) -> Taken:
        async with self._database.writing.begin() as session:
            if await session.get(ReceivedMail, mark) is None:
                session.add(ReceivedMail(message_hash=mark))
        return outcome

    async def _tell_unmatched(self, mark: str, mail: IncomingMail) -> Taken:
        """They are told that nobody reads it, and where to write; once a day an address."""
        if mail.sender is None:
            return await self._leave(mark, Taken.UNKNOWN)
        async with self._database.writing.begin() as session:
            if await session.get(ReceivedMail, mark) is not None:
                return Taken.KNOWN
            session.add(ReceivedMail(message_hash=mark))
            told = select(OutboxMail.id).where(
                OutboxMail.kind == UNMATCHED_KIND,
                func.lower(OutboxMail.to) == mail.sender.lower(),
                OutboxMail.created_at > now() - TOLD_AGAIN_AFTER,
            )
            if await session.scalar(told.limit(1)) is None:
                site = site_url()
                paper = write(UNMATCHED, mail.sender, form=f"{site}/ticket", follow=f"{site}/suivi")
                await outbox.post(session, paper, kind=UNMATCHED_KIND)
        return Taken.UNKNOWN


async def _number_of(session: AsyncSession, mail: IncomingMail) -> int | None:
    """The ticket that the mail which this one answers was about."""
    if mail.answers is None:
        return None
    carried = select(TicketEntry.ticket_number).where(TicketEntry.mail_id == mail.answers)
    number = await session.scalar(carried.limit(1))
    if number is not None:
        return number
    # Mails beside the thread (a link, a code) are known as long as the outbox keeps them.
    about = select(Ticket.number).join(OutboxMail, OutboxMail.about == Ticket.id)
    return await session.scalar(about.where(OutboxMail.id == mail.answers))


async def _keep(
    session: AsyncSession, ticket: Ticket, taken_in: TakenIn
) -> Sequence[dict[str, Any]]:
    """The rows of its files, as far as the ticket has room; the others are swept from the disk."""
    kept = []
    for file_id, inspected in taken_in:
        try:
            await files.require_room(session, ticket.id, len(inspected.content))
        except Refusal:
            continue
        row = files.add(session, file_id, inspected, holder_id=ticket.id, sender="user")
        await session.flush()
        kept.append({"id": str(row.id), "name": row.name, "size": row.size})
    return kept


def _notes(ticket: Ticket, mail: IncomingMail, refused: Sequence[str]) -> dict[str, Any]:
    """What the staff should know of how it came."""
    notes: dict[str, Any] = {"by_mail": True}
    if mail.sender and mail.sender.lower() != (ticket.email or "").lower():
        notes["other_address"] = True
    if refused:
        notes["refused_files"] = list(refused)
    return notes
