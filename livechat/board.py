"""What an advisor may see: the board of chats, and what is known of one conversation.

The one place that decides who among the staff may read what. An advisor reads the chats that they
hold or held or are offered, and earlier conversations of those persons, and those of whom they are
to call; who oversees reads all.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.calendar import state_at
from kit.clock import now
from kit.errors import NotFound
from kit.schedule import load_hours
from livechat import assignment, staff_log
from livechat.appointment_models import Appointment, AppointmentState
from livechat.console_protocol import Board, BoardAdvisor, BoardChat, Me, StaffEvent
from livechat.desk import NOT_YOURS, OVERSEERS
from livechat.desk_models import AdvisorStatus, Chat, ChatEnd, ChatState, Presence
from livechat.models import Conversation, LogEntry
from livechat.protocol import Author
from staff.models import StaffMember
from ticketing import service as requests

BEGINNING = 80  # characters of the last message


# The user ended it, so that nobody has said yet what came of it.
WITHOUT_THE_ADVISOR = (ChatEnd.LEFT, ChatEnd.USER_GONE)


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


async def board(session: AsyncSession, member: StaffMember) -> Board:
    at = now()
    hours = state_at(await load_hours(session), at)
    members = (await session.scalars(select(StaffMember).where(StaffMember.active))).all()
    names = {each.id: each.name for each in members}
    statuses = await assignment.statuses_of(session)
    advisors = {each.id: each for each in await assignment.load_advisors(session, at)}
    opened = (await session.scalars(select(Chat).where(Chat.ended_at.is_(None)))).all()
    waiting = [chat for chat in opened if chat.state is not ChatState.ACTIVE]
    shown = [chat for chat in opened if member.role in OVERSEERS or chat.advisor_id == member.id]
    shown += await _to_wrap_up(session, member)
    load = advisors[member.id].load if member.id in advisors else 0
    return Board(
        at=at,
        open=hours.open,
        until=hours.until if hours.open else None,
        next_opening=hours.next_opening,
        me=Me(
            id=member.id,
            name=member.name,
            role=member.role,
            status=statuses.get(member.id, AdvisorStatus.OFF),
            capacity=member.capacity,
            load=load,
        ),
        waiting=len(waiting),
        longest_wait_s=max(
            (int((at - chat.queued_at).total_seconds()) for chat in waiting), default=None
        ),
        chats=await _chats(session, member, shown, names),
        advisors=[
            BoardAdvisor(
                id=each.id,
                name=each.name,
                status=statuses.get(each.id, AdvisorStatus.OFF),
                present=advisors[each.id].present,
                load=advisors[each.id].load,
                capacity=each.capacity,
                skills=each.skills,
            )
            for each in members
            if each.role in assignment.TAKING_ROLES
        ],
    )


async def _to_wrap_up(session: AsyncSession, member: StaffMember) -> Sequence[Chat]:
    """Chats of theirs that ended without them: what came of each is still to be said."""
    query = select(Chat).where(
        Chat.advisor_id == member.id,
        Chat.end.in_(WITHOUT_THE_ADVISOR),
        Chat.wrap_up.is_(None),
    )
    return (await session.scalars(query)).all()


def _since(chat: Chat) -> datetime:
    """Since when it is in its state; who waits, waits from their arrival on."""
    moments = {ChatState.ACTIVE: chat.taken_at, ChatState.ENDED: chat.ended_at}
    return moments.get(chat.state) or chat.queued_at


async def _chats(
    session: AsyncSession, member: StaffMember, shown: Sequence[Chat], names: dict[UUID, str]
) -> list[BoardChat]:
    ids = [chat.conversation_id for chat in shown]
    query = select(Conversation).where(Conversation.id.in_(ids))
    conversations = {each.id: each for each in await session.scalars(query)}
    last = await last_messages(session, ids)
    unread = await _unread(session, shown)
    looking = await _looking(session, member, names)
    found = []
    for chat in sorted(shown, key=lambda each: (each.state, each.queued_at)):
        conversation = conversations[chat.conversation_id]
        entry = last.get(chat.conversation_id)
        found.append(
            BoardChat(
                id=chat.id,
                conversation_id=chat.conversation_id,
                state=chat.state,
                since=_since(chat),
                offered_until=chat.due_at,
                advisor_id=chat.advisor_id,
                advisor=names.get(chat.advisor_id) if chat.advisor_id else None,
                who=(conversation.identity or {}).get("email"),
                last=entry.payload["text"][:BEGINNING] if entry else None,
                last_at=entry.at if entry else None,
                last_seq=conversation.last_seq,
                unread=unread.get(chat.id, 0),
                skill=chat.skill,
                user_gone=chat.user_due_at is not None,
                looking=looking[chat.conversation_id],
            )
        )
    return found


async def _looking(
    session: AsyncSession, but: StaffMember, names: dict[UUID, str]
) -> defaultdict[UUID, list[str]]:
    """The names of the others who have a conversation on their screen now, a conversation."""
    query = (
        select(Presence.looking_at, Presence.member_id)
        .where(Presence.lease_until > now(), Presence.looking_at.is_not(None))
        .where(Presence.member_id != but.id)
        .distinct()
    )
    found: defaultdict[UUID, list[str]] = defaultdict(list)
    for conversation_id, member_id in await session.execute(query):
        if conversation_id is not None:
            found[conversation_id].append(names.get(member_id, ""))
    return found


async def last_messages(
    session: AsyncSession, conversation_ids: Sequence[UUID]
) -> dict[UUID, LogEntry]:
    """The last message of the user in each."""
    last = (
        select(LogEntry.conversation_id, func.max(LogEntry.seq).label("seq"))
        .where(
            LogEntry.conversation_id.in_(conversation_ids),
            LogEntry.type == "message",
            LogEntry.payload["author"].as_string() == Author.USER,
        )
        .group_by(LogEntry.conversation_id)
        .subquery()
    )
    query = select(LogEntry).join(
        last,
        (LogEntry.conversation_id == last.c.conversation_id) & (LogEntry.seq == last.c.seq),
    )
    return {entry.conversation_id: entry for entry in await session.scalars(query)}


async def _unread(session: AsyncSession, shown: Sequence[Chat]) -> dict[UUID, int]:
    """Messages of the user that the advisor has not read, a chat."""
    query = (
        select(Chat.id, func.count().label("unread"))
        .join(LogEntry, LogEntry.conversation_id == Chat.conversation_id)
        .where(
            Chat.id.in_([chat.id for chat in shown]),
            LogEntry.seq > Chat.read_by_advisor,
            LogEntry.type == "message",
            LogEntry.payload["author"].as_string() == Author.USER,
        )
        .group_by(Chat.id)
    )
    return {row.id: row.unread for row in await session.execute(query)}


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
