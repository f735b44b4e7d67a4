"""The board of the consoles: who waits, who talks with whom, what is still to be concluded.

It is read once for all who look at the same time; each then sees of it what is theirs to see.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.calendar import State, state_at
from kit.clock import now
from kit.schedule import load_hours
from livechat import assignment, queue
from livechat.console_protocol import Board, BoardAdvisor, BoardChat, Me
from livechat.desk import OVERSEERS
from livechat.desk_models import AdvisorStatus, Chat, ChatEnd, ChatState, Presence
from livechat.models import Conversation, LogEntry
from livechat.protocol import Author
from staff.models import StaffMember

BEGINNING = 80  # characters of the last message

# The user ended it, so that nobody has said yet what came of it.
WITHOUT_THE_ADVISOR = (ChatEnd.LEFT, ChatEnd.USER_GONE)


@dataclass(frozen=True)
class Overview:
    """All that boards show at an instant, read once for everybody who looks."""

    at: datetime
    hours: State
    members: dict[UUID, StaffMember]  # who works here
    statuses: dict[UUID, AdvisorStatus]
    advisors: dict[UUID, queue.Advisor]
    opened: Sequence[Chat]
    to_wrap_up: Sequence[Chat]
    told: dict[UUID, BoardChat]  # a chat, as who may see it is told it; without who looks
    looking: dict[UUID, list[UUID]]  # members, a conversation

    def board_of(self, member: StaffMember) -> Board:
        """What this member sees of it."""
        member = self.members.get(member.id, member)  # their role may have changed since
        waiting = [chat for chat in self.opened if chat.state is not ChatState.ACTIVE]
        shown = [chat for chat in self.opened if member.role in OVERSEERS or _is_of(chat, member)]
        shown += [chat for chat in self.to_wrap_up if _is_of(chat, member)]
        shown.sort(key=lambda chat: (chat.state, chat.queued_at))
        return Board(
            at=self.at,
            open=self.hours.open,
            until=self.hours.until if self.hours.open else None,
            next_opening=self.hours.next_opening,
            me=self._me(member),
            waiting=len(waiting),
            longest_wait_s=max(
                (int((self.at - chat.queued_at).total_seconds()) for chat in waiting), default=None
            ),
            chats=[self._chat(chat, member) for chat in shown],
            advisors=[
                self._advisor(each)
                for each in self.members.values()
                if each.role in assignment.TAKING_ROLES
            ],
        )

    def _me(self, member: StaffMember) -> Me:
        return Me(
            id=member.id,
            name=member.name,
            role=member.role,
            status=self.statuses.get(member.id, AdvisorStatus.OFF),
            capacity=member.capacity,
            load=self.advisors[member.id].load if member.id in self.advisors else 0,
        )

    def _advisor(self, member: StaffMember) -> BoardAdvisor:
        return BoardAdvisor(
            id=member.id,
            name=member.name,
            status=self.statuses.get(member.id, AdvisorStatus.OFF),
            present=self.advisors[member.id].present,
            load=self.advisors[member.id].load,
            capacity=member.capacity,
            skills=member.skills,
        )

    def _chat(self, chat: Chat, member: StaffMember) -> BoardChat:
        others = [each for each in self.looking.get(chat.conversation_id, ()) if each != member.id]
        names = [self.members[each].name if each in self.members else "" for each in others]
        return self.told[chat.id].model_copy(update={"looking": names})


def _is_of(chat: Chat, member: StaffMember) -> bool:
    return chat.advisor_id == member.id


async def oversee(session: AsyncSession, *, waiting: bool = True) -> Overview:
    """Without `waiting`, those whom nobody was offered yet are counted only: enough for advisors,
    however many wait.
    """
    at = now()
    members = await session.scalars(select(StaffMember).where(StaffMember.active))
    opened = (await session.scalars(select(Chat).where(Chat.ended_at.is_(None)))).all()
    to_wrap_up = await _to_wrap_up(session)
    shown = [chat for chat in opened if waiting or chat.advisor_id is not None]
    by_id = {each.id: each for each in members}
    return Overview(
        at=at,
        hours=state_at(await load_hours(session), at),
        members=by_id,
        statuses=await assignment.statuses_of(session),
        advisors={each.id: each for each in await assignment.load_advisors(session, at)},
        opened=opened,
        to_wrap_up=to_wrap_up,
        told=await _tell(session, [*shown, *to_wrap_up], by_id),
        looking=await _looking(session, at),
    )


async def _to_wrap_up(session: AsyncSession) -> Sequence[Chat]:
    """Chats that ended without their advisor: what came of each is still to be said."""
    query = select(Chat).where(
        Chat.advisor_id.is_not(None),
        Chat.end.in_(WITHOUT_THE_ADVISOR),
        Chat.wrap_up.is_(None),
    )
    return (await session.scalars(query)).all()


def _since(chat: Chat) -> datetime:
    """Since when it is in its state; who waits, waits from their arrival on."""
    moments = {ChatState.ACTIVE: chat.taken_at, ChatState.ENDED: chat.ended_at}
    return moments.get(chat.state) or chat.queued_at


async def _tell(
    session: AsyncSession, shown: Sequence[Chat], members: Mapping[UUID, StaffMember]
) -> dict[UUID, BoardChat]:
    ids = [chat.conversation_id for chat in shown]
    query = select(Conversation).where(Conversation.id.in_(ids))
    conversations = {each.id: each for each in await session.scalars(query)}
    last = await last_messages(session, ids)
    unread = await _unread(session, shown)
    found = {}
    for chat in shown:
        conversation = conversations[chat.conversation_id]
        entry = last.get(chat.conversation_id)
        advisor = members.get(chat.advisor_id) if chat.advisor_id else None
        found[chat.id] = BoardChat(
            id=chat.id,
            conversation_id=chat.conversation_id,
            state=chat.state,
            since=_since(chat),
            offered_until=chat.due_at,
            advisor_id=chat.advisor_id,
            advisor=advisor.name if advisor else None,
            who=(conversation.identity or {}).get("email"),
            last=entry.payload["text"][:BEGINNING] if entry else None,
            last_at=entry.at if entry else None,
            last_seq=conversation.last_seq,
            unread=unread.get(chat.id, 0),
            skill=chat.skill,
            user_gone=chat.user_due_at is not None,
            looking=[],
        )
    return found


async def _looking(session: AsyncSession, at: datetime) -> defaultdict[UUID, list[UUID]]:
    """Who has a conversation on their screen now, a conversation."""
    query = (
        select(Presence.looking_at, Presence.member_id)
        .where(Presence.lease_until > at, Presence.looking_at.is_not(None))
        .distinct()
    )
    found: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for conversation_id, member_id in await session.execute(query):
        if conversation_id is not None:
            found[conversation_id].append(member_id)
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
