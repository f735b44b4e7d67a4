"""Answers that come in by mail: each joins the ticket that our own mail was about, or none.

Only the signed Message-ID of a mail of ours names a ticket. A subject, a reference in the text or a
familiar address name nothing: whoever knows a reference could write into somebody else's ticket.
Nothing that names a ticket is dropped: what a program wrote is a note for the staff.
"""

import hashlib
import json
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
from kit.errors import Refusal, Unavailable
from kit.file_kinds import Inspected
from kit.files import FileStore
from kit.finishing import to_its_end
from kit.incoming import IncomingMail
from kit.mail import write
from kit.mail_door import Taken
from kit.mail_models import OutboxMail
from kit.masking import mask
from kit.site import site_url
from ticketing import thread, words
from ticketing.following import answer, present
from ticketing.lifecycle import Actor
from ticketing.models import ReceivedMail, Ticket, TicketEntry
from ticketing.opening import LONGEST_TEXT

logger = logging.getLogger(__name__)

UNMATCHED = "ticketing/mails/unmatched"
UNMATCHED_KIND = "ticket_unmatched"
TOLD_AGAIN_AFTER = timedelta(days=1)
TOLD_IN_AN_HOUR = 60  # whoever writes to us from many addresses does not send through us to all

type TakenIn = list[tuple[UUID, Inspected]]


class Receiver:
    def __init__(self, database: Database, store: FileStore) -> None:
        self._database = database
        self._store = store

    @to_its_end
    async def receive(self, mail: IncomingMail) -> Taken:
        """Once it returned, what the mail says is stored; the same mail again changes nothing."""
        mark = _mark(mail)
        async with self._database.reading() as session:
            if await session.get(ReceivedMail, mark) is not None:
                return Taken.KNOWN
            number = await _number_of(session, mail)
        if number is None:
            if mail.automatic:
                return await self._leave(mark, Taken.AUTOMATIC)
            return await self._tell_unmatched(mark, mail)
        taken_in, refused = await self._take_in(mail)
        async with self._database.writing.begin() as session:
            ticket = await present(session, await thread.lock(session, number))
            if await session.get(ReceivedMail, mark) is not None:
                return Taken.KNOWN  # handed over twice at once
            session.add(ReceivedMail(message_hash=mark, ticket_number=number))
            sent, without_room = await _keep(session, ticket, taken_in)
            text = mail.text[:LONGEST_TEXT].strip() or words.EMPTY_MAIL
            notes = _notes(ticket, mail, [*refused, *without_room])
            if mail.automatic:
                await _note(session, ticket, text, notes | {"files": sent})
                return Taken.AUTOMATIC
            await answer(session, ticket, text, files=sent, by_mail=notes)
        return Taken.STORED

    async def _take_in(self, mail: IncomingMail) -> tuple[TakenIn, list[str]]:
        """Its files on the disk, and the names of those that are left out. Raises Unavailable."""
        taken: TakenIn = []
        refused = [mask(name).text for name in mail.left_out]
        for written, content in mail.files:
            name = mask(written).text
            try:
                taken.append(await self._store.take_in(name, content))
            except Unavailable:
                raise  # the other server tries again
            except Refusal:
                refused.append(name)
        return taken, refused

    async def _leave(self, mark: str, outcome: Taken) -> Taken:
        async with self._database.writing.begin() as session:
            if await session.get(ReceivedMail, mark) is None:
                session.add(ReceivedMail(message_hash=mark))
        return outcome

    async def _tell_unmatched(self, mark: str, mail: IncomingMail) -> Taken:
        """They are told that nobody reads it, and where to write; once a day an address.

        Nobody is told who may not have written it: only where its envelope says the same.
        """
        if mail.sender is None or not mail.same_envelope:
            return await self._leave(mark, Taken.UNKNOWN)
        async with self._database.writing.begin() as session:
            if await session.get(ReceivedMail, mark) is not None:
                return Taken.KNOWN
            session.add(ReceivedMail(message_hash=mark))
            if await _may_be_told(session, mail.sender):
                site = site_url()
                paper = write(UNMATCHED, mail.sender, form=f"{site}/ticket", follow=f"{site}/suivi")
                await outbox.post(session, paper, kind=UNMATCHED_KIND)
        return Taken.UNKNOWN


async def _may_be_told(session: AsyncSession, address: str) -> bool:
    told = select(func.count()).where(OutboxMail.kind == UNMATCHED_KIND)
    of_late = told.where(OutboxMail.created_at > now() - timedelta(hours=1))
    if (await session.scalar(of_late) or 0) >= TOLD_IN_AN_HOUR:
        return False
    to_them = told.where(
        func.lower(OutboxMail.to) == address.lower(),
        OutboxMail.created_at > now() - TOLD_AGAIN_AFTER,
    )
    return not await session.scalar(to_them)


def _mark(mail: IncomingMail) -> str:
    """Of this mail: programs give the same Message-ID to what several people write."""
    said = json.dumps([mail.message_id, mail.sender, mail.text])
    return hashlib.sha256(said.encode()).hexdigest()


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
) -> tuple[list[dict[str, Any]], list[str]]:
    """Its files as far as the ticket has room, and the names of the others, which are swept."""
    kept, without_room = [], []
    for file_id, inspected in taken_in:
        try:
            await files.require_room(session, ticket.id, len(inspected.content))
        except Refusal:
            without_room.append(inspected.name)
            continue
        row = files.add(session, file_id, inspected, holder_id=ticket.id, sender="user")
        await session.flush()
        kept.append({"id": str(row.id), "name": row.name, "size": row.size})
    return kept, without_room


async def _note(session: AsyncSession, ticket: Ticket, text: str, payload: dict[str, Any]) -> None:
    """A failure to deliver, an absence, a mailing list: for the staff to read, changing nothing."""
    said = mask(text.replace("\0", "")).text
    notes = payload | {"automatic": True}
    await thread.append(session, ticket, Actor.SYSTEM, internal=True, text=said, payload=notes)


def _notes(ticket: Ticket, mail: IncomingMail, refused: Sequence[str]) -> dict[str, Any]:
    """What the staff should know of how it came."""
    notes: dict[str, Any] = {"by_mail": True}
    if mail.sender and mail.sender.lower() != (ticket.email or "").lower():
        notes["other_address"] = True
    if refused:
        notes["refused_files"] = list(refused)
    return notes
