"""The second log of a conversation: what only staff may see of it, numbered by itself."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from livechat.desk_models import StaffEntry
from livechat.models import Conversation


def append(
    session: AsyncSession,
    conversation: Conversation,
    type_: str,
    member_id: UUID | None = None,
    *,
    client_id: UUID | None = None,
    **payload: Any,
) -> StaffEntry:
    """The caller holds the conversation's lock (livechat/log.py)."""
    conversation.last_staff_seq += 1
    conversation.active_at = now()
    entry = StaffEntry(
        conversation_id=conversation.id,
        staff_seq=conversation.last_staff_seq,
        type=type_,
        at=conversation.active_at,
        member_id=member_id,
        client_id=client_id,
        payload=payload,
    )
    session.add(entry)
    return entry


async def read_after(
    session: AsyncSession, conversation_id: UUID, after: int
) -> Sequence[StaffEntry]:
    query = (
        select(StaffEntry)
        .where(StaffEntry.conversation_id == conversation_id, StaffEntry.staff_seq > after)
        .order_by(StaffEntry.staff_seq)
    )
    return (await session.scalars(query)).all()


async def repeated(session: AsyncSession, conversation_id: UUID, client_id: UUID) -> bool:
    query = select(StaffEntry.staff_seq).where(
        StaffEntry.conversation_id == conversation_id, StaffEntry.client_id == client_id
    )
    return await session.scalar(query) is not None
