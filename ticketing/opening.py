"""How a ticket comes about: from the form, from a conversation, from a draft."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit import search_text
from kit.clock import now
from kit.errors import Invalid, TooLarge
from kit.mail import address_of
from kit.masking import mask
from kit.organisation import TicketRules, organisation
from ticketing import notices, routing, search, thread, visible, words
from ticketing.lifecycle import OPEN, Actor, Event, Status
from ticketing.models import RequestKind, Ticket, of_address

# What a wordless ticket knows already, unless its sender says otherwise.
KEPT_FROM_BEFORE = (
    "email", "subject", "structure", "sender_role", "explanation", "disliked_answer",
)  # fmt: skip
LONGEST_TITLE = 200
LONGEST_TEXT = 10_000
SIMILAR_WITHIN = timedelta(days=30)
SIMILAR_AT_MOST = 5
LOOKED_THROUGH = 50  # of what search finds, some of it in notes of the staff
TELLING = 4  # letters of a word that says what a title is about
IN_COMMON = 2  # such words that make the titles of two strangers alike


@dataclass(frozen=True)
class NewTicket:
    """What its sender says. Without a category it goes to the support."""

    title: str
    description: str
    email: str | None = None
    category: str | None = None
    subcategory: str | None = None
    kind: RequestKind = RequestKind.TICKET
    subject: str | None = None
    structure: str | None = None
    sender_role: str | None = None  # of who is connected
    service: str | None = None
    conversation_id: UUID | None = None
    explanation: str | None = None
    disliked_answer: str | None = None
    transcript: str | None = None  # what was said before, seen by the staff
    files: Sequence[dict[str, Any]] = field(default=())
    id: UUID | None = None  # under which its files were taken in already


async def submit(session: AsyncSession, new: NewTicket, known: Sequence[Ticket] = ()) -> Ticket:
    """Store it, route it, acknowledge it by mail. Raises Invalid, TooLarge.

    Near-duplicates are the page's to show beforehand (`similar`); whoever sends, sends. The mail
    names those that are `known`: only the owner of the address reads it.
    """
    checked(new)
    ticket = Ticket(status=Status.DRAFT)
    if new.id is not None:
        ticket.id = new.id
    session.add(ticket)
    fill(ticket, new)
    return await _send(session, ticket, new, known)


async def submit_draft(session: AsyncSession, draft: Ticket, new: NewTicket) -> Ticket:
    """The same for a draft, which the caller holds."""
    checked(new)
    fill(draft, new)
    return await _send(session, draft, new)


def checked(new: NewTicket) -> None:
    """Raises Invalid with the field that is wrong in its code, TooLarge."""
    if not new.title.strip():
        raise Invalid("A ticket has a title.", code="title_missing")
    if not new.description.strip():
        raise Invalid("A ticket has a description.", code="description_missing")
    if len(new.title) > LONGEST_TITLE or len(new.description) > LONGEST_TEXT:
        raise TooLarge("The title or the description is too long.")
    if new.email is not None:
        address_of(new.email)
    if new.category is not None:
        routing.rule_of(routing.listed(), new.category, new.subcategory or "")


def fill(ticket: Ticket, new: NewTicket) -> None:
    """What its sender says, masked; a draft is filled again and again."""
    ticket.kind = new.kind
    ticket.title = mask(" ".join(new.title.replace("\0", "").split())).text[:LONGEST_TITLE]
    ticket.email = address_of(new.email) if new.email else None
    ticket.category, ticket.subcategory = new.category, new.subcategory
    ticket.subject, ticket.structure, ticket.service = new.subject, new.structure, new.service
    ticket.sender_role = new.sender_role
    ticket.conversation_id = new.conversation_id
    ticket.explanation, ticket.disliked_answer = new.explanation, new.disliked_answer


async def _send(
    session: AsyncSession, ticket: Ticket, new: NewTicket, known: Sequence[Ticket] = ()
) -> Ticket:
    await _route(session, ticket)
    ticket.submitted_at, ticket.draft = now(), None
    await session.flush()
    await search.create(session, ticket)
    entry = await thread.happen(
        session,
        ticket,
        Event.SUBMITTED,
        Actor.SENDER,
        text=mask(new.description.replace("\0", "")).text,
        payload={"files": list(new.files)} if new.files else None,
    )
    await keep_transcript(session, ticket, new.transcript)
    entry.mail_id = await notices.acknowledge(session, ticket, known)
    return ticket


async def _route(session: AsyncSession, ticket: Ticket) -> None:
    aims: routing.Rule | TicketRules = organisation().tickets
    if ticket.category is not None:
        known = await routing.rules(session)
        aims = rule = routing.rule_of(known, ticket.category, ticket.subcategory or "")
        ticket.route = rule.route
    ticket.first_answer_minutes = aims.first_answer_minutes
    ticket.solution_minutes = aims.solution_minutes


async def keep_transcript(session: AsyncSession, ticket: Ticket, transcript: str | None) -> None:
    """What was said before, for the staff alone."""
    if transcript:
        text = f"{words.TRANSCRIPT}\n\n{transcript}"
        await thread.append(session, ticket, Actor.SYSTEM, internal=True, text=text)


def is_wordless(ticket: Ticket) -> bool:
    """Kept from a conversation before its sender wrote anything, and nobody has taken it yet."""
    return ticket.status is Status.SUBMITTED and ticket.title == words.TITLES[ticket.kind]


async def put_into_words(session: AsyncSession, ticket: Ticket, new: NewTicket) -> Ticket:
    """What its sender writes now is what a wordless ticket is about. Raises Invalid, TooLarge.

    The caller holds it.
    """
    checked(new)
    kind = RequestKind.CALLBACK if ticket.kind is RequestKind.CALLBACK else new.kind
    known = {name: getattr(new, name) or getattr(ticket, name) for name in KEPT_FROM_BEFORE}
    fill(ticket, replace(new, kind=kind, **known))
    await _route(session, ticket)
    await search.add(session, ticket.number, " ".join(filter(None, (ticket.title, ticket.email))))
    text = mask(new.description.replace("\0", "")).text
    entry = await thread.happen(session, ticket, Event.DETAILS_GIVEN, Actor.SENDER, text=text)
    await keep_transcript(session, ticket, new.transcript)
    entry.mail_id = await notices.acknowledge(session, ticket)
    return ticket


async def similar(
    session: AsyncSession,
    title: str,
    *,
    email: str | None,
    subject: str | None,
    conversation_id: UUID | None = None,
    among: Collection[UUID] | None = None,
) -> Sequence[Ticket]:
    """Open tickets of the same person about the same, newest first: shown before they send.

    An e-mail address alone proves nothing: a page looks only `among` what its browser sent, by id.
    What is found by the address itself goes to the address, by mail. Of either only titles are
    compared, several whole words of them: a browser may be shared, and one word looked for in what
    was written would tell what somebody wrote about, and what they were answered.
    """
    wanted = [each for each in title.split() if len(each) > 2]
    found = search.matches_some(session, " ".join(wanted))
    person = [of_address(address_of(email))] if email else []
    person += [Ticket.subject == subject] if subject else []
    person += [Ticket.conversation_id == conversation_id] if conversation_id else []
    if found is None or not person:
        return []
    query = (
        select(Ticket)
        .where(
            or_(*person),
            Ticket.status.in_(OPEN),
            Ticket.submitted_at > now() - SIMILAR_WITHIN,
            found,
            *([] if among is None else [Ticket.id.in_(among)]),
        )
        .order_by(Ticket.submitted_at.desc())
        .limit(LOOKED_THROUGH)
    )
    tickets = (await session.scalars(query)).all()
    if email:
        return [each for each in tickets if _titles_meet(title, each.title)][:SIMILAR_AT_MOST]
    seen = await visible.words_of(session, tickets)
    alike = [each for each in tickets if visible.holds_some(seen[each.number], " ".join(wanted))]
    return alike[:SIMILAR_AT_MOST]


def _titles_meet(one: str, other: str) -> bool:
    return len(_telling(one) & _telling(other)) >= IN_COMMON


def _telling(title: str) -> set[str]:
    return {search_text.stem(word) for word in search_text.words(title) if len(word) >= TELLING}
