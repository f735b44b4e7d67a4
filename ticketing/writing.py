"""The public form: whoever has no account writes a ticket, and a proof of work goes with it.

Sending twice (a double click, the page loaded again) makes one ticket: its id follows from the
form's and from what it says. What is changed in between makes another one; files that are added
join it.

Anybody may type anybody's address: of earlier tickets the form speaks only to the browser that sent
them (`sent_here`, the ids of those). Their owner reads of all of them in the acknowledgement.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit import proof_of_work
from kit.clock import now
from kit.database import Database
from kit.errors import Invalid, NotFound
from kit.files import FileStore, StoredFile
from kit.finishing import to_its_end
from kit.mail import address_of
from ticketing import notices, routing
from ticketing.enclosures import find_pending, hand_over
from ticketing.models import Ticket
from ticketing.opening import LONGEST_TEXT, LONGEST_TITLE, NewTicket, similar, submit
from ticketing.resending import add_files
from ticketing.thread import NO_SUCH

# Of ids that follow from others: nobody can make one equal to an id that exists.
OURS = UUID("7f0f3a0e-6c52-4b0e-9a55-2f6f2f6b6d11")


@dataclass(frozen=True)
class Form:
    """What was typed. `id` was made with the form. `category` and `subcategory` go together."""

    id: UUID
    title: str = ""
    description: str = ""
    email: str = ""
    email_again: str = ""
    category: str = ""
    subcategory: str = ""
    file_ids: Sequence[UUID] = field(default=())

    @property
    def holder_id(self) -> UUID:
        """Whose its files are until it is sent."""
        return uuid5(OURS, f"form {self.id}")


@dataclass(frozen=True)
class Outcome:
    """The ticket; or none yet, and how many similar ones their sender is known to have."""

    ticket: Ticket | None
    similar: int = 0


def mistakes_in(form: Form) -> dict[str, str]:
    """What is to be mended: codes by the names of fields, in the order of the form."""
    found = {}
    if (form.category, form.subcategory) not in routing.listed():
        found["pair"] = "category_unknown"
    email, again = _address(form.email), _address(form.email_again)
    if email is None:
        found["email"] = "email_invalid"
    elif email != again:
        found["email_again"] = "email_differs"
    return found | mistakes_in_words(form.title, form.description)


def mistakes_in_words(title: str, description: str) -> dict[str, str]:
    found = {}
    if not title.strip():
        found["title"] = "title_missing"
    elif len(title) > LONGEST_TITLE:
        found["title"] = "title_long"
    if not description.strip():
        found["description"] = "description_missing"
    elif len(description) > LONGEST_TEXT:
        found["description"] = "description_long"
    return found


def _address(text: str) -> str | None:
    try:
        return address_of(text).casefold()
    except Invalid:
        return None


class Writing:
    """`proof_key`: what challenges are signed with."""

    def __init__(self, database: Database, store: FileStore, proof_key: bytes) -> None:
        self._database = database
        self._store = store
        self._proof_key = proof_key

    @to_its_end
    async def send(
        self, form: Form, proof: str, *, sent_here: Collection[UUID] = (), anyway: bool = False
    ) -> Outcome:
        """The ticket; `anyway`: though it was said that there are similar ones.

        The proof is spent in any case: whether somebody has tickets is not asked for free.
        Raises Invalid, TooLarge.
        """
        try:
            return await self._send(form, proof, sent_here, anyway=anyway)
        except Invalid as refusal:
            # Of two that come at once, the second finds the proof spent, and then the first's.
            found = await self._sent_before(form) if refusal.code == "proof_invalid" else None
            if found is None:
                raise
            return Outcome(found)

    async def _send(
        self, form: Form, proof: str, sent_here: Collection[UUID], *, anyway: bool
    ) -> Outcome:
        """Whatever an address has that was sent elsewhere, the database is asked the same."""
        async with self._database.writing.begin() as session:
            new, rows = await read_form(session, form)
            assert new.id
            if (before := await find_by_id(session, new.id)) is not None:
                await add_files(session, self._store, before, rows)
                return Outcome(before)
            await proof_of_work.spend(session, proof, self._proof_key, now())
            theirs = await similar_to(session, new, among=sent_here)
            if theirs and not anyway:
                return Outcome(None, len(theirs))
            known = await similar_to(session, new)
            sent = hand_over(rows, new.id)
            return Outcome(await submit(session, replace(new, files=sent), known))

    async def _sent_before(self, form: Form) -> Ticket | None:
        async with self._database.reading() as session:
            new, _ = await read_form(session, form)
            assert new.id
            return await find_by_id(session, new.id)

    @to_its_end
    async def sent(self, ticket_id: UUID) -> Ticket:
        """What the page after sending shows. Raises NotFound."""
        async with self._database.reading() as session:
            ticket = await find_by_id(session, ticket_id)
        if ticket is None:
            raise NotFound(NO_SUCH)
        return ticket

    @to_its_end
    async def mail_links(self, title: str, email: str, sent_here: Collection[UUID]) -> None:
        """To those of the similar tickets that were shown, by mail to their address alone."""
        async with self._database.writing.begin() as session:
            for ticket in await similar(session, title, email=email, subject=None, among=sent_here):
                await notices.send(session, ticket, notices.LINK)


async def read_form(session: AsyncSession, form: Form) -> tuple[NewTicket, Sequence[StoredFile]]:
    """What the form says, under the id that follows from it, and the files that wait in it.

    The id does not hang on them: once the form was sent, none waits in it any more.
    """
    rows = await find_pending(session, [form.holder_id], form.file_ids)
    said = [form.email, form.title, form.description, form.category, form.subcategory]
    new = NewTicket(
        id=uuid5(OURS, json.dumps([str(form.id), said])),
        title=form.title,
        description=form.description,
        email=address_of(form.email),
        category=form.category,
        subcategory=form.subcategory,
    )
    return new, rows


async def find_by_id(session: AsyncSession, ticket_id: UUID) -> Ticket | None:
    return await session.scalar(select(Ticket).where(Ticket.id == ticket_id))


async def similar_to(
    session: AsyncSession, new: NewTicket, among: Collection[UUID] | None = None
) -> Sequence[Ticket]:
    """Without `among`, every one of its address: for the owner of the address alone."""
    return await similar(session, new.title, email=new.email, subject=None, among=among)
