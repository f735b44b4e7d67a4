"""What an advisor may read, and what only the staff may read of a conversation.

The one place that decides who among the staff may read what. An advisor reads the chats that they
hold or held or are offered, and earlier conversations of those persons, and those of whom they are
to call; who oversees reads all.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.errors import NotFound
from livechat import staff_log
from livechat.appointment_models import Appointment, AppointmentState
from livechat.console_protocol import StaffEvent
from livechat.desk import NOT_YOURS, OVERSEERS
from livechat.desk_models import Chat
from livechat.models import Conversation
from staff.models import StaffMember
from ticketing import service as requests


async def permit(session: AsyncSession, member: StaffMember, conversation_id: UUID) -> Conversation:
    """The conversation, if this member may read it. Raises NotFound, foreign or absent alike."""
    conversation = await session.get(Conversation, conversation_id)
    if conversation is None or not await readable(session, member, [conversation]):
        raise NotFound(NOT_YOURS)
    return conversation


async def readable(
    session: AsyncSession, member: StaffMember, conversations: Sequence[Conversation]
) -> set[UUID]:
    """Which of these conversations this member may read."""
    ids = {each.id for each in conversations}
    if member.role in OVERSEERS:
        return ids
    persons = set(await session.scalars(_persons_served_by(member, conversations)))
    return {
        *await session.scalars(_held_by(member, ids)),
        *await session.scalars(_to_call_by(member, ids)),
        *await requests.callbacks_handled_by(session, member.id, ids, now()),
        *(each.id for each in conversations if each.subject in persons),
    }


def _held_by(member: StaffMember, ids: set[UUID]) -> Select[UUID]:
    """Chats that they hold or held, or that are on offer to them."""
    theirs = (Chat.advisor_id == member.id) & Chat.conversation_id.in_(ids)
    return select(Chat.conversation_id).where(theirs)


def _to_call_by(member: StaffMember, ids: set[UUID]) -> Select[UUID]:
    """Whom they are to call, or called."""
    return select(Appointment.conversation_id).where(
        Appointment.conversation_id.in_(ids),
        Appointment.member_id == member.id,
        Appointment.state != AppointmentState.CANCELLED,
    )


def _persons_served_by(
    member: StaffMember, conversations: Sequence[Conversation]
) -> Select[str | None]:
    """Those of the known persons with whom they are in a chat now."""
    subjects = {each.subject for each in conversations if each.subject is not None}
    return (
        select(Conversation.subject)
        .join(Chat, Chat.conversation_id == Conversation.id)
        .where(
            Chat.advisor_id == member.id,
            Chat.ended_at.is_(None),
            Conversation.subject.in_(subjects),
        )
    )


async def staff_events(
    session: AsyncSession, conversation_id: UUID, after: int
) -> list[StaffEvent]:
    entries = await staff_log.read_after(session, conversation_id, after)
    names = await names_of_staff(session)
    return [
        StaffEvent(
            conversation_id=conversation_id,
            staff_seq=entry.staff_seq,
            at=entry.at,
            kind=entry.type,
            member=names.get(entry.member_id) if entry.member_id else None,
            payload=entry.payload,
        )
        for entry in entries
    ]


async def names_of_staff(session: AsyncSession) -> dict[UUID, str]:
    query = select(StaffMember.id, StaffMember.name)
    return {row.id: row.name for row in await session.execute(query)}
