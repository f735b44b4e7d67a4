"""What its sender does with a ticket: read on, answer, attach, send back, close, reopen, rate.

Two kinds of senders: whoever holds a secret link, and whoever is connected and wrote it.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit import files as stored_files
from kit.database import Database
from kit.errors import Conflict, Invalid, TooLarge
from kit.files import FileStore
from kit.finishing import to_its_end
from kit.masking import mask
from ticketing import links, notices, thread
from ticketing.enclosures import Enclosures, find_pending, hand_over
from ticketing.lifecycle import MEANT_BY_A_REPLY, OPEN, Actor, Event, Status
from ticketing.models import Ticket, number_of
from ticketing.opening import LONGEST_TEXT
from ticketing.senders import (
    ByLink,
    Connected,
    OpenFile,
    Seen,
    Sender,
    find,
    line_of,
    names_of_staff,
    require_code,
)

__all__ = ["ByLink", "Connected", "Following", "OpenFile", "Seen", "Sender"]

RATINGS = range(1, 6)


class Following:
    def __init__(self, database: Database, store: FileStore) -> None:
        self._database = database
        self._store = store

    @to_its_end
    async def read(self, sender: Sender) -> Seen:
        """Raises NotFound: invented, foreign, expired and revoked alike."""
        async with self._database.reading() as session:
            ticket, unmasked = await find(session, sender)
            entries = await thread.entries(session, ticket.number, internal=False)
            names = await names_of_staff(session)
        return Seen(ticket, [line_of(each, names, unmasked) for each in entries], unmasked)

    @to_its_end
    async def open_file(self, sender: Sender, file_id: UUID) -> OpenFile:
        """Raises NotFound, foreign or absent alike; Invalid before the code."""
        async with self._database.reading() as session:
            ticket, unmasked = await find(session, sender)
            require_code(unmasked)
            row = await stored_files.find(session, ticket.id, file_id)
        return OpenFile(row, self._store.path_of(row.id))

    async def take_file(self, sender: Sender, name: str, content: bytes) -> dict[str, Any]:
        """A file that waits for what they write. Raises as `enclosures.py` does, and as `write`."""
        holder_id = await self._holder_of(sender)
        return await Enclosures(self._database, self._store).take_in(holder_id, name, content)

    async def waiting_files(
        self, sender: Sender, file_ids: Collection[UUID]
    ) -> list[dict[str, Any]]:
        holder_id = await self._holder_of(sender)
        return await Enclosures(self._database, self._store).pending(holder_id, file_ids)

    @to_its_end
    async def _holder_of(self, sender: Sender) -> UUID:
        async with self._database.reading() as session:
            ticket, unmasked = await find(session, sender)
        require_code(unmasked)
        return ticket.id

    @to_its_end
    async def write(
        self,
        sender: Sender,
        text: str,
        *,
        files: Sequence[dict[str, Any]] = (),
        file_ids: Collection[UUID] = (),
        meant: Event | None = None,
        client_id: UUID | None = None,
    ) -> Event:
        """What they write means more details, a sending back, or a reopening: by the status.

        `file_ids`: files of theirs that wait (`enclosures.py`). `meant`: what it meant when they
        began to write; Conflict, if the status has changed.
        """
        async with self._holding(sender) as (session, ticket):
            written_to, ticket = ticket, await present(session, ticket)
            for each in (written_to, ticket):  # merged since it was sent, or before
                if client_id and await thread.repeated(session, each, client_id):
                    return MEANT_BY_A_REPLY[ticket.status]
            waiting = await find_pending(session, [written_to.id], file_ids)
            if meant is not None and MEANT_BY_A_REPLY[ticket.status] is not meant:
                raise Conflict("Its status has changed.", code="status_changed")
            sent = [*files, *hand_over(waiting, ticket.id)]
            return await answer(session, ticket, text, files=sent, client_id=client_id)

    @to_its_end
    async def close(self, sender: Sender) -> None:
        async with self._holding(sender) as (session, ticket):
            await _sender_event(session, ticket, Event.CLOSED)

    @to_its_end
    async def rate(self, sender: Sender, rating: int) -> None:
        """Once it is closed; the last rating counts."""
        if rating not in RATINGS:
            raise Invalid("A rating is one to five.", code="rating_invalid")
        async with self._holding(sender) as (_, ticket):
            if ticket.status is not Status.CLOSED:
                raise Conflict("Only a closed ticket is rated.", code="not_closed")
            ticket.rating = rating

    # What a link masks -------------------------------------------------------------------

    @to_its_end
    async def send_code(self, token: str) -> None:
        async with self._database.writing.begin() as session:
            found = await links.find(session, token, hold=True)
            code = await links.new_code(session, found.link)
            await notices.send_code(session, found.ticket, code)

    @to_its_end
    async def enter_code(self, token: str, code: str) -> str:
        """The cookie that unmasks. Raises Invalid for a wrong code, which is counted."""
        async with self._database.writing.begin() as session:
            found = await links.find(session, token, hold=True)
            visit = await links.enter_code(session, found.link, code)
        if visit is None:
            raise Invalid("This code is wrong or too old.", code="code_wrong")
        return visit

    @to_its_end
    async def renew_link(self, sender: ByLink) -> None:
        """Void every link to the ticket, and mail a new one to its sender."""
        async with self._holding(sender) as (session, ticket):
            if ticket.email is None:
                raise Conflict("There is no address to mail it to.", code="no_address")
            await links.revoke_all(session, ticket)
            await notices.send(session, ticket, notices.LINK)

    @asynccontextmanager
    async def _holding(self, sender: Sender) -> AsyncIterator[tuple[AsyncSession, Ticket]]:
        async with self._database.writing.begin() as session:
            ticket, unmasked = await find(session, sender)
            require_code(unmasked)
            yield session, await thread.lock(session, ticket.number)


async def answer(
    session: AsyncSession,
    ticket: Ticket,
    text: str,
    *,
    files: Sequence[dict[str, Any]] = (),
    client_id: UUID | None = None,
    by_mail: Mapping[str, Any] | None = None,
) -> Event:
    """What the sender writes, from a page or by mail. The caller holds the ticket.

    `by_mail`: how it came, for the staff.
    """
    if len(text) > LONGEST_TEXT:
        raise TooLarge("The text is too long.")
    if not text.strip() and not files:
        raise Invalid("An answer has a text or a file.", code="text_missing")
    ticket = await present(session, ticket)
    event = MEANT_BY_A_REPLY[ticket.status]
    payload = {**(by_mail or {}), **({"files": list(files)} if files else {})}
    await _sender_event(session, ticket, event, text=text, payload=payload, client_id=client_id)
    return event


async def present(session: AsyncSession, ticket: Ticket) -> Ticket:
    """The ticket that it was merged into, held as well; itself otherwise."""
    while ticket.status is Status.CLOSED and ticket.merged_into is not None:
        ticket = await thread.lock(session, ticket.merged_into)
    return ticket


async def _sender_event(
    session: AsyncSession,
    ticket: Ticket,
    event: Event,
    *,
    text: str | None = None,
    payload: dict[str, Any] | None = None,
    client_id: UUID | None = None,
) -> None:
    masked = mask(text.replace("\0", "")).text if text else None
    entry = await thread.happen(
        session, ticket, event, Actor.SENDER, text=masked, payload=payload, client_id=client_id
    )
    if event in notices.OF_EVENTS:
        entry.mail_id = await notices.send(session, ticket, notices.OF_EVENTS[event])


# From a conversation ---------------------------------------------------------------------


async def of_talker(
    session: AsyncSession, conversation_id: UUID, subject: str | None, limit: int = 5
) -> Sequence[Ticket]:
    """« Où en est mon ticket ? »: those of this conversation and of who is connected in it.

    Open ones first, then the newest. Who is not connected may be told the reference and the
    status alone: they hold the conversation, and have proved nothing else.
    """
    query = (
        select(Ticket)
        .where(_talkers(conversation_id, subject), Ticket.status != Status.DRAFT)
        .order_by(Ticket.status.in_(OPEN).desc(), Ticket.number.desc())
        .limit(limit)
    )
    return (await session.scalars(query)).all()


async def hold_of_talker(
    session: AsyncSession, reference: str, conversation_id: UUID, subject: str | None
) -> Ticket | None:
    """The one of theirs that has this reference, held; None: foreign or absent alike."""
    query = select(Ticket.number).where(
        Ticket.number == number_of(reference),
        _talkers(conversation_id, subject),
        Ticket.status != Status.DRAFT,
    )
    number = await session.scalar(query)
    return None if number is None else await thread.lock(session, number)


def _talkers(conversation_id: UUID, subject: str | None) -> ColumnElement[bool]:
    mine = Ticket.conversation_id == conversation_id
    return mine if subject is None else or_(mine, Ticket.subject == subject)
