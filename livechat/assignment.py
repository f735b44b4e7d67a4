"""Offers those who wait to advisors who can take them, and writes down why.

Tried at every event that might free a place. All that changes a chat holds the lock of the queue
first, then those of conversations: nobody is offered twice, on SQLite and on PostgreSQL alike.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.database import hold_lock
from livechat import queue
from livechat.agenda import on_the_phone
from livechat.desk_models import (
    AdvisorStatus,
    AssignmentDecision,
    Chat,
    ChatState,
    Presence,
    Shift,
)
from staff.models import Role, StaffMember

OFFER = timedelta(seconds=25)  # to accept within, or it moves on
TODAY = timedelta(hours=12)
TAKING_ROLES = frozenset({Role.ADVISOR, Role.SUPERVISOR})
_QUEUE_LOCK = 7_310_842  # any number that nothing else uses


async def lock_queue(session: AsyncSession) -> None:
    """Held until the transaction ends."""
    await hold_lock(session, _QUEUE_LOCK)


async def assign_waiting(session: AsyncSession) -> list[Chat]:
    """Offer what can be offered; returns the chats that were. The caller holds the queue's lock."""
    at = now()
    if not await session.scalar(select(exists().where(Chat.state == ChatState.WAITING))):
        return []
    advisors = await load_advisors(session, at)
    chats = {chat.id: chat for chat in await _in_question(session, advisors, at)}
    offered = []
    for decision in queue.assign(map(as_waiting, chats.values()), advisors, at):
        chat = chats[decision.chat_id]
        _record(session, chat, decision, at)
        if decision.chosen is not None:
            offer(chat, decision.chosen, at)
            offered.append(chat)
    return offered


async def _in_question(
    session: AsyncSession, advisors: Sequence[queue.Advisor], at: datetime
) -> Sequence[Chat]:
    """The first in the queue that somebody who is free can take, and who came since: no more, so
    that a place is filled as fast behind two who wait as behind two thousand.
    """
    free = [each for each in advisors if queue.is_free(each)]
    seats = sum(each.capacity - each.load for each in free)
    skills = {skill for each in free for skill in each.skills}
    anybody = or_(
        Chat.skill.is_(None),
        Chat.queued_at <= at - queue.SKILL_RELAXES_AFTER,
        Chat.skill.in_(skills),
    )
    waiting = select(Chat).where(Chat.state == ChatState.WAITING)
    order = (Chat.priority.desc(), Chat.queued_at, Chat.id)
    first = (await session.scalars(waiting.where(anybody).order_by(*order).limit(seats))).all()
    new = (await session.scalars(waiting.where(Chat.passed_over.is_(None)))).all()
    return list({chat.id: chat for chat in (*first, *new)}.values())


def offer(chat: Chat, member_id: UUID, at: datetime) -> None:
    if str(member_id) in chat.declined_by:
        chat.declined_by = []  # everybody had their turn: the round begins again
    chat.state, chat.advisor_id, chat.due_at = ChatState.OFFERED, member_id, at + OFFER


def as_waiting(chat: Chat) -> queue.Waiting:
    return queue.Waiting(
        chat_id=chat.id,
        priority=chat.priority,
        queued_at=chat.queued_at,
        skill=chat.skill,
        declined_by=frozenset(map(UUID, chat.declined_by)),
    )


async def load_advisors(session: AsyncSession, at: datetime) -> list[queue.Advisor]:
    """Everybody who works here, with what the queue wants to know of them: one query."""
    theirs = Chat.advisor_id == StaffMember.id
    held = Chat.state.in_((ChatState.OFFERED, ChatState.ACTIVE))
    query = select(
        StaffMember.id,
        StaffMember.role,
        StaffMember.capacity,
        StaffMember.skills,
        select(Shift.status).where(Shift.member_id == StaffMember.id).scalar_subquery(),
        exists().where(Presence.member_id == StaffMember.id, Presence.lease_until > at),
        select(func.count()).where(theirs, held).scalar_subquery(),
        # When they last ended a chat today.
        select(func.max(Chat.ended_at)).where(theirs, Chat.ended_at > at - TODAY).scalar_subquery(),
        on_the_phone(StaffMember.id, at),
    ).where(StaffMember.active)
    return [
        queue.Advisor(
            id=id_,
            takes_chats=role in TAKING_ROLES,
            present=present,
            available=status is AdvisorStatus.AVAILABLE,
            load=load,
            capacity=capacity,
            skills=frozenset(skills),
            idle_since=idle_since,
            on_the_phone=calling,
        )
        for (
            id_,
            role,
            capacity,
            skills,
            status,
            present,
            load,
            idle_since,
            calling,
        ) in await session.execute(query)
    ]


async def is_staffed(session: AsyncSession, at: datetime) -> bool:
    """Whether anybody is there who takes chats, now or after those that they have."""
    return any(map(queue.serves, await load_advisors(session, at)))


async def present_members(session: AsyncSession, at: datetime) -> set[UUID]:
    query = select(Presence.member_id).where(Presence.lease_until > at).distinct()
    return set(await session.scalars(query))


async def statuses_of(session: AsyncSession) -> dict[UUID, AdvisorStatus]:
    return {shift.member_id: shift.status for shift in await session.scalars(select(Shift))}


def _record(session: AsyncSession, chat: Chat, decision: queue.Decision, at: datetime) -> None:
    """Each offer, and each change in why nobody could be offered it."""
    passed_over = {str(member): reason.value for member, reason in decision.passed_over.items()}
    if decision.chosen is None and chat.passed_over == passed_over:
        return
    chat.passed_over = None if decision.chosen else passed_over
    session.add(
        AssignmentDecision(
            chat_id=decision.chat_id, at=at, chosen=decision.chosen, passed_over=passed_over
        )
    )


async def decisions_of(session: AsyncSession, chat_id: UUID) -> Sequence[AssignmentDecision]:
    query = (
        select(AssignmentDecision)
        .where(AssignmentDecision.chat_id == chat_id)
        .order_by(AssignmentDecision.at)
    )
    return (await session.scalars(query)).all()
