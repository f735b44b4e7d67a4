"""Tickets written without a proof of work (no JavaScript, say): sent once their mailed link is
followed.

The link leads to a page with a button. To open it changes nothing, since programs open the links
of mails; the button makes the ticket, once, however often it is pressed.
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit import files, outbox
from kit.clock import now
from kit.database import Database
from kit.errors import NotFound
from kit.files import FileStore, StoredFile
from kit.finishing import to_its_end
from kit.mail import write
from kit.masking import mask
from kit.site import site_url
from ticketing.enclosures import hand_over, held_by
from ticketing.links import hashed
from ticketing.models import Ticket, UnconfirmedTicket
from ticketing.opening import LONGEST_TEXT, LONGEST_TITLE, NewTicket, submit
from ticketing.resending import add_files, new_among
from ticketing.thread import NO_SUCH
from ticketing.writing import OURS, Form, Outcome, read_form, similar_to

CONFIRMATION = "ticketing/mails/confirmation"
PATH = "/ticket/confirmer"
WITHIN = timedelta(hours=24)


class Confirming:
    def __init__(self, database: Database, store: FileStore) -> None:
        self._database = database
        self._store = store

    @to_its_end
    async def keep(self, form: Form) -> None:
        """Promise the mail with the link. Not confirmed, it is erased after a day, files too."""
        async with self._database.writing.begin() as session:
            new, rows = await read_form(session, form)
            assert new.id and new.email
            if await self._sent_before(session, new.id, rows):
                return
            token = secrets.token_urlsafe(32)
            row = UnconfirmedTicket(
                id=new.id,
                token_hash=hashed(token),
                expires_at=now() + WITHIN,
                fields=_fields(new, hand_over(rows, new.id)),
            )
            session.add(row)
            await session.flush()
            await _mail(session, row, new.email, token)

    async def _sent_before(
        self, session: AsyncSession, form_id: UUID, rows: Sequence[StoredFile]
    ) -> bool:
        """Whether there is no other mail to send. Files that were added join what was written."""
        row = await session.get(UnconfirmedTicket, form_id, with_for_update=True)
        if row is None:
            return False
        if row.ticket_number is not None:
            ticket = await session.get_one(Ticket, row.ticket_number)
            await add_files(session, self._store, ticket, rows)
        elif added := await new_among(session, self._store, rows, [row.id]):
            await files.require_room(session, row.id, sum(each.size for each in added))
            known = row.fields["files"]
            row.fields = row.fields | {"files": [*known, *hand_over(added, row.id)]}
        return True

    @to_its_end
    async def look(self, token: str) -> UnconfirmedTicket:
        """Raises NotFound: invented, expired and erased alike."""
        async with self._database.reading() as session:
            return await _find(session, token)

    @to_its_end
    async def confirm(self, token: str, *, anyway: bool = False) -> Outcome:
        """The ticket; `anyway`: though it was said that there are similar ones. Raises NotFound.

        All similar ones count, whichever browser sent them: whoever follows a mailed link has shown
        that the address is theirs.
        """
        async with self._database.writing.begin() as session:
            row = await _find(session, token, hold=True)
            if row.ticket_number is not None:
                return Outcome(await session.get(Ticket, row.ticket_number))
            new = NewTicket(id=ticket_id_of(row), **row.fields)
            known = await similar_to(session, new)
            if known and not anyway:
                return Outcome(None, len(known))
            hand_over(await held_by(session, row.id), ticket_id_of(row))
            ticket = await submit(session, new, known)
            row.ticket_number, row.fields = ticket.number, {}
            return Outcome(ticket)


def ticket_id_of(row: UnconfirmedTicket) -> UUID:
    """Not its own id: with that one its files are erased after a day."""
    return uuid5(OURS, f"confirmed {row.id}")


def _fields(new: NewTicket, files: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "title": mask(new.title).text[:LONGEST_TITLE],  # what is put for a secret may be longer
        "description": mask(new.description).text[:LONGEST_TEXT],
        "email": new.email,
        "category": new.category,
        "subcategory": new.subcategory,
        "files": list(files),
    }


async def _mail(session: AsyncSession, row: UnconfirmedTicket, email: str, token: str) -> None:
    """Without a word of who wrote it, who is not known: it is not to carry anybody's message."""
    hours = int(WITHIN.total_seconds() // 3600)
    mail = write(CONFIRMATION, email, url=f"{site_url()}{PATH}/{token}", hours=hours)
    kind = "ticket_confirmation"
    await outbox.post(session, mail, kind=kind, about=row.id, expires_at=row.expires_at)


async def _find(session: AsyncSession, token: str, *, hold: bool = False) -> UnconfirmedTicket:
    query = select(UnconfirmedTicket).where(
        UnconfirmedTicket.token_hash == hashed(token), UnconfirmedTicket.expires_at > now()
    )
    row = await session.scalar(query.with_for_update() if hold else query)
    if row is None:
        raise NotFound(NO_SUCH)
    return row
