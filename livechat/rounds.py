"""What falls due in the queue, looked at again and again: offers, absent advisors, closing time.

Every due time is in a row; a round first looks without locking anything, and writes only when
something is due. A round that dies half-way has changed nothing: the next one finds the same rows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.calendar import State, state_at
from kit.clock import now
from kit.database import Database
from kit.finishing import to_its_end
from kit.schedule import load_hours
from livechat import chats, log, queue, tickets, transcripts, waiting_time, words
from livechat.assignment import (
    as_waiting,
    assign_waiting,
    load_advisors,
    lock_queue,
    present_members,
)
from livechat.changes import Changes
from livechat.desk_models import Chat, ChatEnd, ChatState
from livechat.hub import Hub
from livechat.models import Conversation, LogEntry
from livechat.offers import act
from livechat.protocol import Act
from ticketing import service as requests
from ticketing.models import RequestKind

EVERY_S = 1.0
OBSERVED = 50  # the last chats say how long one takes
AT_ONCE = 20  # places told in one transaction
QUEUED = (ChatState.WAITING, ChatState.OFFERED)
SOON = waiting_time.Range(0, waiting_time.STEP_S)  # an advisor is being asked


# A chat, and what its user is to know: the fields of a queue event.
type Told = tuple[Chat, dict[str, int | None]]


@dataclass(frozen=True)
class Situation:
    """What a round looks at."""

    at: datetime
    hours: State
    present: set[UUID]
    chats: Sequence[Chat]
    advisors: Sequence[queue.Advisor]
    durations: Sequence[timedelta]


class Rounds:
    def __init__(self, database: Database, hub: Hub) -> None:
        self._database = database
        self._hub = hub

    @to_its_end
    async def go(self) -> None:
        """One round: what is due, then the places of who waits."""
        async with self._database.reading() as session:
            seen = await _look(session)
        if seen is None:
            return
        if any(_is_due(chat, seen) for chat in seen.chats) or _is_anybody_free(seen):
            seen = await self._settle_and_assign()
        told = _to_tell(seen) if seen else []
        for start in range(0, len(told), AT_ONCE):
            await self._tell_places(told[start : start + AT_ONCE])

    async def _settle_and_assign(self) -> Situation | None:
        """Do what is due; then the places that it freed are filled. Returns what is left."""
        changes = Changes()
        async with self._database.writing.begin() as session:
            await lock_queue(session)
            seen = await _look(session)
            due = [chat for chat in seen.chats if _is_due(chat, seen)] if seen else []
            for chat, conversation in await _hold(session, [chat.id for chat in due]):
                # Looked at again: the user may have come back before their conversation was held.
                if seen and _is_due(chat, seen):
                    await _settle(session, conversation, chat, seen, changes)
            await session.flush()
            await assign_waiting(session)
            await session.flush()
            left = await _look(session)
        changes.publish(self._hub)
        return left

    async def _tell_places(self, told: Sequence[Told]) -> None:
        """Some at a time: who writes meanwhile is not kept waiting for all of them.

        What was seen a moment ago may have changed: that is told in the next round.
        """
        changes = Changes()
        async with self._database.writing.begin() as session:
            await lock_queue(session)
            places = {chat.id: place for chat, place in told}
            for chat, conversation in await _hold(session, places):
                if chat.state in QUEUED and chat.told != places[chat.id]:
                    chat.told = places[chat.id]
                    entry = log.append(session, conversation, "queue", dict(chat.told))
                    changes.add(entry)
        changes.publish(self._hub)


async def _look(session: AsyncSession) -> Situation | None:
    """None when no chat is open."""
    query = select(Chat).where(Chat.ended_at.is_(None))
    found = (await session.scalars(query)).all()
    if not found:
        return None
    at = now()
    return Situation(
        at=at,
        hours=state_at(await load_hours(session), at),
        present=await present_members(session, at),
        chats=found,
        advisors=await load_advisors(session, at),
        durations=await observed_durations(session),
    )


async def observed_durations(session: AsyncSession) -> list[timedelta]:
    query = (
        select(Chat.taken_at, Chat.ended_at)
        .where(Chat.taken_at.is_not(None), Chat.ended_at.is_not(None))
        .order_by(Chat.ended_at.desc())
        .limit(OBSERVED)
    )
    return [ended - taken for taken, ended in await session.execute(query) if taken and ended]


def _is_anybody_free(seen: Situation) -> bool:
    """Whether somebody waits whom an advisor could take: an event that freed a place was missed."""
    waiting = [chat for chat in seen.chats if chat.state is ChatState.WAITING]
    return any(
        each.chosen for each in queue.assign(map(as_waiting, waiting), seen.advisors, seen.at)
    )


def _is_due(chat: Chat, seen: Situation) -> bool:
    return (
        _offer_is_over(chat, seen)
        or _advisor_is_lost(chat, seen)
        or _user_is_gone(chat, seen)
        or _is_left_at_closing(chat, seen)
    )


def _offer_is_over(chat: Chat, seen: Situation) -> bool:
    due = chat.due_at is not None and chat.due_at <= seen.at
    return chat.state is ChatState.OFFERED and (due or chat.advisor_id not in seen.present)


def _advisor_is_lost(chat: Chat, seen: Situation) -> bool:
    return chat.state is ChatState.ACTIVE and chat.advisor_id not in seen.present


def _user_is_gone(chat: Chat, seen: Situation) -> bool:
    return chat.user_due_at is not None and chat.user_due_at <= seen.at


def _is_left_at_closing(chat: Chat, seen: Situation) -> bool:
    return not seen.hours.open and chat.state is ChatState.WAITING


async def _hold(session: AsyncSession, ids: Iterable[UUID]) -> list[tuple[Chat, Conversation]]:
    """These chats with their conversations locked, and read again since: one query each."""
    chosen = list(ids)
    theirs = select(Chat.conversation_id).where(Chat.id.in_(chosen))
    held = select(Conversation).where(Conversation.id.in_(theirs)).order_by(Conversation.id)
    found = await session.scalars(held.with_for_update())
    conversations = {each.id: each for each in found}
    again = select(Chat).where(Chat.id.in_(chosen)).execution_options(populate_existing=True)
    return [(chat, conversations[chat.conversation_id]) for chat in await session.scalars(again)]


async def _settle(
    session: AsyncSession,
    conversation: Conversation,
    chat: Chat,
    seen: Situation,
    changes: Changes,
) -> None:
    """Do what is due for one chat."""
    if _user_is_gone(chat, seen):
        changes.add(*chats.end(session, conversation, chat, ChatEnd.USER_GONE))
        changes.add(chats.tell(session, conversation, words.USER_GONE))
    elif _offer_is_over(chat, seen):
        chats.pass_on(session, conversation, chat, "expired")
    elif _advisor_is_lost(chat, seen):
        text = words.LOST
        changes.add(*chats.requeue(session, conversation, chat, "advisor_lost", text))
    if _is_left_at_closing(chat, seen):
        changes.add(*await _close(session, conversation, chat, seen))
    changes.staff_only(conversation)


async def _close(
    session: AsyncSession, conversation: Conversation, chat: Chat, seen: Situation
) -> list[LogEntry]:
    """Nobody is left in the queue at closing time: what they asked for is kept as a request."""
    request = await requests.keep_request(
        session,
        kind=RequestKind.ADVISOR,
        conversation_id=conversation.id,
        email=(conversation.identity or {}).get("email"),
        subject=conversation.subject,
        role=(conversation.identity or {}).get("role"),
        explanation=chat.explanation,
        disliked_answer=chat.disliked_answer,
        transcript=await transcripts.as_text(session, conversation.id),
    )
    text = words.closing(request.reference, seen.hours.next_opening)
    choices = [act(Act.TICKET), act(Act.CALLBACK), act(Act.CONTINUE)]
    return [
        *chats.end(session, conversation, chat, ChatEnd.CLOSING),
        chats.tell(session, conversation, text, choices),
        tickets.log_ticket(session, conversation, request),
    ]


# Places ----------------------------------------------------------------------------------


def places(seen: Situation) -> list[Told]:
    """What each who waits is to know: their place, and a range where an honest one exists."""
    queued = {chat.id: chat for chat in seen.chats if chat.state in QUEUED}
    ranked = [queued[each.chat_id] for each in queue.in_order(map(as_waiting, queued.values()))]
    seats = sum(advisor.capacity for advisor in seen.advisors if queue.serves(advisor))
    free = sum(each.capacity - each.load for each in seen.advisors if queue.is_free(each))
    closes_at = seen.hours.until if seen.hours.open else None
    told = []
    ahead = 0
    for position, chat in enumerate(ranked, start=1):
        if chat.state is ChatState.OFFERED:
            found: waiting_time.Range | None = SOON
        else:
            ahead += 1
            found = waiting_time.estimate(ahead, seats, seen.durations, seen.at, closes_at, free)
        place = {
            "position": position if seats else None,
            "wait_low_s": found.low_s if seats and found else None,
            "wait_high_s": found.high_s if seats and found else None,
        }
        told.append((chat, place))
    return told


def _to_tell(seen: Situation) -> list[Told]:
    return [(chat, place) for chat, place in places(seen) if chat.told != place]
