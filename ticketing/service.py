"""What the conversation asks of tickets: keep what somebody wants, and see to who is to be called.

Functions take the session first and never commit.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Update, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.errors import NotFound
from kit.mail import deliverable
from ticketing import notices, thread, words
from ticketing.lifecycle import Actor, Status
from ticketing.models import RequestKind, Ticket, number_of
from ticketing.opening import NewTicket, keep_transcript, submit


async def keep_request(
    session: AsyncSession,
    *,
    kind: RequestKind,
    conversation_id: UUID,
    email: str | None = None,
    subject: str | None = None,
    role: str | None = None,
    explanation: str | None = None,
    disliked_answer: str | None = None,
    transcript: str | None = None,
) -> Ticket:
    """A ticket of what is known, or more of what this conversation's untaken one already says."""
    query = (
        select(Ticket)
        .where(Ticket.conversation_id == conversation_id, Ticket.status == Status.SUBMITTED)
        .order_by(Ticket.number.desc())
        .limit(1)
        .with_for_update()
    )
    ticket = await session.scalar(query)
    if ticket is None:
        new = NewTicket(
            title=words.TITLES[kind],
            description=explanation or words.TITLES[kind],
            email=deliverable(email),
            kind=kind,
            subject=subject,
            sender_role=role,
            conversation_id=conversation_id,
            explanation=explanation,
            disliked_answer=disliked_answer,
            transcript=transcript,
        )
        return await submit(session, new)
    if kind is RequestKind.CALLBACK:
        ticket.settled_at = None  # whoever asks again was not helped
    if ticket.kind is not RequestKind.CALLBACK:  # somebody is to call, whatever else is asked
        ticket.kind = kind
    ticket.subject, ticket.sender_role = subject or ticket.subject, role or ticket.sender_role
    if explanation and explanation != ticket.explanation:
        ticket.explanation = explanation
        await thread.append(session, ticket, Actor.SENDER, text=explanation)
    if ticket.email is None and (address := deliverable(email)):
        ticket.email = address
        entry = await thread.append(session, ticket, Actor.SYSTEM, internal=True)
        entry.mail_id = await notices.acknowledge(session, ticket)
    ticket.disliked_answer = disliked_answer or ticket.disliked_answer
    await keep_transcript(session, ticket, transcript)
    await session.flush()
    return ticket


# To be called back ------------------------------------------------------------------------


async def open_callbacks(session: AsyncSession, limit: int = 200) -> Sequence[Ticket]:
    """Whoever asked to be called back and has no appointment yet: the oldest first."""
    query = (
        select(Ticket)
        .where(Ticket.kind == RequestKind.CALLBACK, Ticket.settled_at.is_(None))
        .where(Ticket.conversation_id.is_not(None))
        .order_by(Ticket.number)
        .limit(limit)
    )
    return (await session.scalars(query)).all()


async def open_callback(session: AsyncSession, reference: str, *, hold: bool = False) -> Ticket:
    """Raises NotFound. `hold` keeps others from changing it until the transaction ends."""
    number = number_of(reference)
    query = select(Ticket).where(Ticket.number == number)
    found = await session.scalar(query.with_for_update() if hold else query)
    if found is None or found.kind is not RequestKind.CALLBACK or found.settled_at is not None:
        raise NotFound("There is no such request.")
    return found


async def callbacks_handled_by(
    session: AsyncSession, member_id: UUID, conversation_ids: Collection[UUID], at: datetime
) -> set[UUID]:
    """Those of these conversations whose request to be called back this member sees to."""
    query = select(Ticket.conversation_id).where(
        Ticket.conversation_id.in_(conversation_ids),
        Ticket.kind == RequestKind.CALLBACK,
        Ticket.settled_at.is_(None),
        Ticket.handled_by == member_id,
        Ticket.handled_until > at,
    )
    return {each for each in await session.scalars(query) if each is not None}


def handle_callback(request: Ticket, member_id: UUID, until: datetime) -> None:
    """Theirs until the last of the slots that they proposed has passed."""
    request.handled_by, request.handled_until = member_id, until


def handler_of(request: Ticket, at: datetime) -> UUID | None:
    """Who sees to it now."""
    if request.handled_until is None or request.handled_until <= at:
        return None
    return request.handled_by


async def settle_callback(session: AsyncSession, conversation_id: UUID) -> None:
    """An appointment was made in this conversation: nothing is left to do for its request."""
    await session.execute(_callback_of(conversation_id).values(settled_at=now()))


async def reopen_callback(session: AsyncSession, conversation_id: UUID) -> None:
    """The appointment was called off by us: somebody else is to propose another."""
    await session.execute(
        _callback_of(conversation_id).values(settled_at=None, handled_by=None, handled_until=None)
    )


def _callback_of(conversation_id: UUID) -> Update:
    return update(Ticket).where(
        Ticket.conversation_id == conversation_id,
        Ticket.kind == RequestKind.CALLBACK,
    )


async def list_requests(session: AsyncSession, limit: int = 100) -> Sequence[Ticket]:
    """The newest first."""
    query = (
        select(Ticket)
        .where(Ticket.status != Status.DRAFT)
        .order_by(Ticket.number.desc())
        .limit(limit)
    )
    return (await session.scalars(query)).all()
