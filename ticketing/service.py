"""What can be done with written requests. The only module that changes one.

Functions take the session first and never commit.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Update, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.errors import NotFound
from ticketing.models import RequestKind, SupportRequest, number_of


async def keep_request(
    session: AsyncSession,
    *,
    kind: RequestKind,
    conversation_id: UUID,
    email: str | None = None,
    subject: str | None = None,
    explanation: str | None = None,
    disliked_answer: str | None = None,
) -> SupportRequest:
    """Store a request, or complete the one that this conversation already made."""
    query = select(SupportRequest).where(SupportRequest.conversation_id == conversation_id)
    request = await session.scalar(query)
    if request is None:
        request = SupportRequest(conversation_id=conversation_id)
        session.add(request)
    request.kind = kind
    request.settled_at = None  # whoever asks again was not helped
    request.email = email or request.email
    request.subject = subject or request.subject
    request.explanation = explanation or request.explanation
    request.disliked_answer = disliked_answer or request.disliked_answer
    await session.flush()
    return request


# To be called back ------------------------------------------------------------------------


async def open_callbacks(session: AsyncSession, limit: int = 200) -> Sequence[SupportRequest]:
    """Whoever asked to be called back and has no appointment yet: the oldest first."""
    query = (
        select(SupportRequest)
        .where(SupportRequest.kind == RequestKind.CALLBACK, SupportRequest.settled_at.is_(None))
        .order_by(SupportRequest.number)
        .limit(limit)
    )
    return (await session.scalars(query)).all()


async def open_callback(
    session: AsyncSession, reference: str, *, hold: bool = False
) -> SupportRequest:
    """Raises NotFound. `hold` keeps others from changing it until the transaction ends."""
    number = number_of(reference)
    query = select(SupportRequest).where(SupportRequest.number == number)
    found = await session.scalar(query.with_for_update() if hold else query)
    if found is None or found.kind is not RequestKind.CALLBACK or found.settled_at is not None:
        raise NotFound("There is no such request.")
    return found


async def callbacks_handled_by(
    session: AsyncSession, member_id: UUID, conversation_ids: Collection[UUID], at: datetime
) -> set[UUID]:
    """Those of these conversations whose request to be called back this member sees to."""
    query = select(SupportRequest.conversation_id).where(
        SupportRequest.conversation_id.in_(conversation_ids),
        SupportRequest.kind == RequestKind.CALLBACK,
        SupportRequest.settled_at.is_(None),
        SupportRequest.handled_by == member_id,
        SupportRequest.handled_until > at,
    )
    return set(await session.scalars(query))


def handle_callback(request: SupportRequest, member_id: UUID, until: datetime) -> None:
    """Theirs until the last of the slots that they proposed has passed."""
    request.handled_by, request.handled_until = member_id, until


def handler_of(request: SupportRequest, at: datetime) -> UUID | None:
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
    return update(SupportRequest).where(
        SupportRequest.conversation_id == conversation_id,
        SupportRequest.kind == RequestKind.CALLBACK,
    )


async def list_requests(session: AsyncSession, limit: int = 100) -> Sequence[SupportRequest]:
    """The newest first."""
    query = select(SupportRequest).order_by(SupportRequest.number.desc()).limit(limit)
    return (await session.scalars(query)).all()
