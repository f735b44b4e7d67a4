"""What whoever is connected writes: kept as a draft, seen by them alone, until they send it.

A form, the draft that it is kept as and the ticket that it becomes are one row, whose id follows
from the form's and from its owner: sent twice, it is one ticket; named by somebody else, none.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from kit import files
from kit.clock import now
from kit.database import Database
from kit.errors import Conflict, Invalid, NotFound
from kit.files import FileStore, StoredFile
from kit.finishing import to_its_end
from kit.mail import address_of
from kit.masking import mask
from ticketing import forgetting, routing, thread
from ticketing.dossier import shown
from ticketing.enclosures import SENT, Enclosures, find_pending, hand_over, held_by
from ticketing.lifecycle import Status
from ticketing.models import Ticket
from ticketing.opening import LONGEST_TEXT, LONGEST_TITLE, NewTicket, fill, similar, submit_draft
from ticketing.opening import submit as submit_new
from ticketing.resending import add_files
from ticketing.thread import NO_SUCH
from ticketing.writing import OURS, find_by_id, mistakes_in_words

LONGEST_SERVICE = 200
AT_MOST = 50  # drafts of one person


@dataclass(frozen=True)
class Owner:
    """Who is connected: whose drafts they are, and where the answers go."""

    subject: str
    address: str
    role: str | None = None

    @property
    def email(self) -> str | None:
        """None, if the host site vouches for one that no mail reaches."""
        try:
            return address_of(self.address)
        except Invalid:
            return None


@dataclass(frozen=True)
class Form:
    """What was typed. `id` was made with the form. `category` and `subcategory` go together."""

    id: UUID
    title: str = ""
    description: str = ""
    category: str = ""
    subcategory: str = ""
    structure: str = ""
    service: str = ""
    file_ids: Sequence[UUID] = field(default=())


@dataclass(frozen=True)
class Draft:
    """One that was kept, as its form shows it."""

    ticket: Ticket
    form: Form
    files: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Outcome:
    """The ticket; or none yet, and the open ones of its owner about the same."""

    ticket: Ticket | None
    similar: Sequence[Ticket] = ()


def mistakes_in(form: Form, *, draft: bool = False) -> dict[str, str]:
    """What is to be mended: codes by the names of fields. A draft may lack anything but words."""
    found = {}
    if not draft and (form.category, form.subcategory) not in routing.listed():
        found["pair"] = "category_unknown"
    if len(form.service) > LONGEST_SERVICE:
        found["service"] = "service_long"
    if not draft:
        return found | mistakes_in_words(form.title, form.description)
    if not (form.title.strip() or form.description.strip()):
        found["title"] = "draft_empty"
    if len(form.title) > LONGEST_TITLE:
        found["title"] = "title_long"
    if len(form.description) > LONGEST_TEXT:
        found["description"] = "description_long"
    return found


class Drafts:
    def __init__(self, database: Database, store: FileStore) -> None:
        self._database = database
        self._store = store

    # Files -------------------------------------------------------------------------------

    async def take_file(
        self, owner: Owner, form_id: UUID, name: str, content: bytes
    ) -> dict[str, Any]:
        """A file that waits in the form. Raises as `enclosures.py` does."""
        enclosures = Enclosures(self._database, self._store)
        return await enclosures.take_in(id_of(owner.subject, form_id), name, content)

    @to_its_end
    async def files(
        self, owner: Owner, form_id: UUID, file_ids: Collection[UUID]
    ) -> list[dict[str, Any]]:
        """Those of them that are in this form, or in the draft that it was kept as."""
        async with self._database.reading() as session:
            rows = await held_by(session, id_of(owner.subject, form_id))
        return [shown(row) for row in rows if row.id in file_ids]

    # The draft ---------------------------------------------------------------------------

    @to_its_end
    async def read(self, subject: str, number: int) -> Draft:
        """Raises NotFound: another's, absent, sent: alike."""
        async with self._database.reading() as session:
            ticket = await session.scalar(_draft(subject, number))
        if ticket is None:
            raise NotFound(NO_SUCH)
        return _as_typed(ticket)

    @to_its_end
    async def save(self, owner: Owner, form: Form) -> Ticket:
        """Raises Conflict: it was sent already, or there are too many. Nothing is routed yet."""
        try:
            ticket, gone = await self._save(owner, form)
        except IntegrityError:  # of two that came at once, the other was first
            ticket, gone = await self._save(owner, form)
        await self._store.remove(gone)
        return ticket

    async def _save(self, owner: Owner, form: Form) -> tuple[Ticket, Sequence[UUID]]:
        async with self._database.writing.begin() as session:
            ticket = await _hold(session, owner, form)
            if ticket is None:
                await _require_room(session, owner.subject)
                ticket = Ticket(id=id_of(owner.subject, form.id), status=Status.DRAFT)
                session.add(ticket)
            elif ticket.status is not Status.DRAFT:
                raise Conflict("This was sent already.", code="sent_already")
            kept, gone = await _sort_files(session, ticket.id, form.file_ids)
            fill(ticket, _new(owner, form))
            ticket.draft = {
                "form": str(form.id),
                "description": mask(form.description.replace("\0", "")).text,
                "files": hand_over(kept, ticket.id),
            }
            ticket.changed_at = now()
            await session.flush()
            return ticket, gone

    @to_its_end
    async def discard(self, subject: str, number: int) -> None:
        """Raises NotFound, as `read`. What was sent meanwhile stays."""
        async with self._database.writing.begin() as session:
            ticket = await session.scalar(_draft(subject, number).with_for_update())
            if ticket is None:
                raise NotFound(NO_SUCH)
            _, gone = await forgetting.forget(session, Ticket.number == ticket.number)
        await self._store.remove(gone)

    # Sending -----------------------------------------------------------------------------

    @to_its_end
    async def send(self, owner: Owner, form: Form, *, anyway: bool = False) -> Outcome:
        """The ticket; `anyway`: though similar ones were shown. The same twice is one ticket.

        Raises Conflict when it was sent already and says something else now, Invalid, TooLarge.
        """
        try:
            outcome, gone = await self._send(owner, form, anyway=anyway)
        except IntegrityError:  # of two that came at once, the other was first
            outcome, gone = await self._send(owner, form, anyway=anyway)
        await self._store.remove(gone)
        return outcome

    async def _send(
        self, owner: Owner, form: Form, *, anyway: bool
    ) -> tuple[Outcome, Sequence[UUID]]:
        async with self._database.writing.begin() as session:
            draft = await _hold(session, owner, form)
            new = _new(owner, form)
            if draft is not None and draft.status is not Status.DRAFT:
                if not await _says_the_same(session, draft, new):
                    raise Conflict("This was sent already.", code="sent_already")
                waiting = await find_pending(session, [draft.id], form.file_ids)
                await add_files(session, self._store, draft, waiting)
                return Outcome(draft), ()
            if not anyway and (found := await similar_of(session, owner.subject, form.title)):
                return Outcome(None, found), ()
            id_ = id_of(owner.subject, form.id)
            kept, gone = await _sort_files(session, id_, form.file_ids)
            new = replace(new, id=id_, files=hand_over(kept, id_))
            if draft is None:
                return Outcome(await submit_new(session, new)), gone
            return Outcome(await submit_draft(session, draft, new)), gone


def id_of(subject: str, form_id: UUID) -> UUID:
    """Of the draft and the ticket that this person's form becomes."""
    return uuid5(OURS, f"own {form_id} {subject}")


async def similar_of(session: AsyncSession, subject: str, title: str) -> Sequence[Ticket]:
    """Theirs, so that their titles may be shown."""
    return await similar(session, title, email=None, subject=subject)


def _new(owner: Owner, form: Form) -> NewTicket:
    """What the form says. A pair that is not in the list is none, for a draft to be kept."""
    known = (form.category, form.subcategory) in routing.listed()
    return NewTicket(
        title=form.title,
        description=form.description,
        email=owner.email,
        category=form.category if known else None,
        subcategory=form.subcategory if known else None,
        subject=owner.subject,
        sender_role=owner.role,
        structure=form.structure or None,
        service=mask(" ".join(form.service.split())).text[:LONGEST_SERVICE] or None,
    )


def _as_typed(ticket: Ticket) -> Draft:
    kept = ticket.draft or {}
    found = kept.get("files", [])
    form = Form(
        id=UUID(kept["form"]),
        title=ticket.title,
        description=kept.get("description", ""),
        category=ticket.category or "",
        subcategory=ticket.subcategory or "",
        structure=ticket.structure or "",
        service=ticket.service or "",
        file_ids=tuple(UUID(file["id"]) for file in found),
    )
    return Draft(ticket, form, found)


def _draft(subject: str, number: int) -> Select[Ticket]:
    return select(Ticket).where(
        Ticket.number == number, Ticket.subject == subject, Ticket.status == Status.DRAFT
    )


async def _hold(session: AsyncSession, owner: Owner, form: Form) -> Ticket | None:
    found = await find_by_id(session, id_of(owner.subject, form.id))
    return found and await thread.lock(session, found.number)


async def _require_room(session: AsyncSession, subject: str) -> None:
    query = select(Ticket.number).where(Ticket.subject == subject, Ticket.status == Status.DRAFT)
    if len((await session.scalars(query.limit(AT_MOST))).all()) >= AT_MOST:
        raise Conflict("There are too many drafts.", code="too_many_drafts")


async def _sort_files(
    session: AsyncSession, holder_id: UUID, chosen: Collection[UUID]
) -> tuple[list[StoredFile], list[UUID]]:
    """Those that stay, and those of the draft that its owner took away, whose rows go."""
    rows = await held_by(session, holder_id)
    gone = [row.id for row in rows if row.sender == SENT and row.id not in chosen]
    await files.drop(session, gone)
    return [row for row in rows if row.id in chosen], gone


async def _says_the_same(session: AsyncSession, ticket: Ticket, new: NewTicket) -> bool:
    title = Ticket()
    fill(title, new)
    first = (await thread.entries(session, ticket.number, internal=False))[0]
    description = mask(new.description.replace("\0", "")).text
    return (ticket.title, first.text) == (title.title, description)
