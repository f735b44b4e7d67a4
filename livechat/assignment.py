"""Offers those who wait to advisors who can take them, and writes down why.

Tried at every event that might free a place. All that changes a chat holds the lock of the queue
first, then those of conversations: nobody is offered twice, on SQLite and on PostgreSQL alike.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select
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
    """Everybody who works here, with what the queue wants to know of them."""
    members = (await session.scalars(select(StaffMember).where(StaffMember.active))).all()
    present = await present_members(session, at)
    statuses = await statuses_of(session)
    loads = await loads_of(session)
    idle = await _idle_since(session, at)
    calling = await on_the_phone(session, at)
    return [
        queue.Advisor(
            id=member.id,
            takes_chats=member.role in TAKING_ROLES,
            present=member.id in present,
            available=statuses.get(member.id) is AdvisorStatus.AVAILABLE,
            load=loads[member.id],
            capacity=member.capacity,
            skills=frozenset(member.skills),
            idle_since=idle.get(member.id),
            on_the_phone=member.id in calling,
        )
        for member in members
    ]


async def is_staffed(session: AsyncSession, at: datetime) -> bool:
    """Whether anybody is there who takes chats, now or after those that they have."""
    return any(map(queue.serves, await load_advisors(session, at)))


async def _idle_since(session: AsyncSession, at: datetime) -> dict[UUID, datetime]:
    """When each last ended a chat today."""
    query = (
        select(Chat.advisor_id, func.max(Chat.ended_at))
        .where(Chat.ended_at > at - TODAY, Chat.advisor_id.is_not(None))
        .group_by(Chat.advisor_id)
    )
    found = (await session.execute(query)).all()
    return {member_id: ended_at for member_id, ended_at in found if member_id and ended_at}


async def present_members(session: AsyncSession, at: datetime) -> set[UUID]:
    query = select(Presence.member_id).where(Presence.lease_until > at).distinct()
    return set(await session.scalars(query))


async def statuses_of(session: AsyncSession) -> dict[UUID, AdvisorStatus]:
    return {shift.member_id: shift.status for shift in await session.scalars(select(Shift))}


async def loads_of(session: AsyncSession) -> Counter[UUID]:
    """How many chats each holds or is offered."""
    query = select(Chat.advisor_id).where(Chat.state.in_((ChatState.OFFERED, ChatState.ACTIVE)))
    return Counter(member_id for member_id in await session.scalars(query) if member_id)


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
