"""What can be done with written requests. The only module that changes one.

Functions take the session first and never commit.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ticketing.models import RequestKind, SupportRequest


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
    request.email = email or request.email
    request.subject = subject or request.subject
    request.explanation = explanation or request.explanation
    request.disliked_answer = disliked_answer or request.disliked_answer
    await session.flush()
    return request


async def list_requests(session: AsyncSession, limit: int = 100) -> Sequence[SupportRequest]:
    """The newest first."""
    query = select(SupportRequest).order_by(SupportRequest.number.desc()).limit(limit)
    return (await session.scalars(query)).all()
