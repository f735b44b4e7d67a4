"""One live chat from its beginning to its end: each step, and what the user is told at it.

Every function works inside the transaction of its caller, who holds the lock of the queue and that
of the conversation, and returns what it appended to the log. A chat always has a way on: an
advisor, a written request, or back to the assistant.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.calendar import state_at
from kit.clock import now
from kit.schedule import load_hours
from kit.typography import with_fixed_spaces
from livechat import log, queue, staff_log, words
from livechat.assignment import assign_waiting, is_staffed
from livechat.desk_models import Chat, ChatEnd, ChatState, WrapUp
from livechat.memory import leave_form
from livechat.models import Conversation, LogEntry
from livechat.offers import act
from livechat.protocol import Act, Author, Choice, Mode
from staff.models import StaffMember

USER_GONE_AFTER = timedelta(minutes=10)  # a user who left is waited for
WAYS_ON = (Act.TICKET, Act.CALLBACK)
RATES = (Act.RATE_1, Act.RATE_2, Act.RATE_3, Act.RATE_4, Act.RATE_5)


async def open_chat(session: AsyncSession, conversation_id: UUID) -> Chat | None:
    """The chat of this conversation that has not ended."""
    query = select(Chat).where(Chat.conversation_id == conversation_id, Chat.ended_at.is_(None))
    return await session.scalar(query)


async def last_chat(session: AsyncSession, conversation_id: UUID) -> Chat | None:
    query = (
        select(Chat)
        .where(Chat.conversation_id == conversation_id)
        .order_by(Chat.queued_at.desc())
        .limit(1)
    )
    return await session.scalar(query)


# Into the queue --------------------------------------------------------------------------


async def want_advisor(
    session: AsyncSession,
    conversation: Conversation,
    *,
    explanation: str | None = None,
    disliked_answer: str | None = None,
) -> list[LogEntry]:
    """The user asked for a person: into the queue, or told when somebody is there again."""
    if await open_chat(session, conversation.id) is not None:
        return [tell(session, conversation, words.ALREADY_QUEUED, ways_on(leave=True))]
    hours = state_at(await load_hours(session), now())
    if not hours.open:
        text = words.offer_closed(hours.reason, hours.next_opening)
        return [tell(session, conversation, text, [*ways_on(), act(Act.CONTINUE)])]
    session.add(
        Chat(
            conversation_id=conversation.id,
            queued_at=now(),
            explanation=explanation,
            disliked_answer=disliked_answer,
            declined_by=[],
        )
    )
    await session.flush()
    text = words.QUEUED if await is_staffed(session, now()) else words.NOBODY_THERE
    entries = [
        set_mode(session, conversation, Mode.QUEUED, "asked"),
        tell(session, conversation, text, ways_on(leave=True)),
    ]
    await assign_waiting(session)
    return entries


def ways_on(leave: bool = False) -> list[Choice]:
    return [act(each) for each in (*WAYS_ON, *((Act.LEAVE,) if leave else ()))]


# To an advisor, and back -----------------------------------------------------------------


def take(
    session: AsyncSession, conversation: Conversation, chat: Chat, member: StaffMember
) -> list[LogEntry]:
    """The advisor is the chat's one owner from here on."""
    chat.state, chat.advisor_id, chat.due_at = ChatState.ACTIVE, member.id, None
    chat.taken_at = now()
    chat.told = None
    staff_log.append(session, conversation, "taken", member.id)
    return [
        set_mode(session, conversation, Mode.ADVISOR, "taken", name=member.name),
        tell(session, conversation, words.taken(member.name)),
    ]


def pass_on(
    session: AsyncSession,
    conversation: Conversation,
    chat: Chat,
    why: str,
    by: UUID | None = None,
) -> None:
    """An offer that was not accepted: it moves on. The user's place stays.

    `by`: whose doing it was, when not that of the advisor whose it is.
    """
    staff_log.append(session, conversation, why, by or chat.advisor_id)
    if chat.advisor_id is not None:
        chat.declined_by = [*chat.declined_by, str(chat.advisor_id)]
    chat.state, chat.advisor_id, chat.due_at = ChatState.WAITING, None, None


def requeue(
    session: AsyncSession,
    conversation: Conversation,
    chat: Chat,
    reason: str,
    text: str,
    by: UUID | None = None,
) -> list[LogEntry]:
    """Back to the front of the queue, offered to the others first."""
    pass_on(session, conversation, chat, "lost" if reason == "advisor_lost" else reason, by)
    chat.priority, chat.told = queue.FIRST, None
    return [
        set_mode(session, conversation, Mode.QUEUED, reason),
        tell(session, conversation, text, ways_on(leave=True)),
    ]


def hand_over(
    session: AsyncSession, conversation: Conversation, chat: Chat, by: StaffMember
) -> list[LogEntry]:
    """To the front of the queue. Who waits already goes on waiting, and is told nothing new."""
    if chat.state is ChatState.ACTIVE:
        chat.queued_at = now()
        text = words.TRANSFERRED
        return requeue(session, conversation, chat, "transferred", text, by.id)
    pass_on(session, conversation, chat, "transferred", by.id)
    chat.priority = queue.FIRST
    return []


# The end ---------------------------------------------------------------------------------


def end(
    session: AsyncSession,
    conversation: Conversation,
    chat: Chat,
    how: ChatEnd,
    wrap_up: WrapUp | None = None,
) -> list[LogEntry]:
    """The chat is over and the assistant answers again. What the user is told is the caller's."""
    staff_log.append(session, conversation, "ended", chat.advisor_id, how=how.value)
    if chat.state is not ChatState.ACTIVE:
        chat.advisor_id = None  # it was on offer only: nobody's to read on, nor to conclude
    chat.state, chat.end, chat.wrap_up = ChatState.ENDED, how, wrap_up
    chat.ended_at, chat.due_at, chat.user_due_at = now(), None, None
    return [set_mode(session, conversation, Mode.ASSISTANT, how.value)]


def thank(session: AsyncSession, conversation: Conversation, text: str) -> LogEntry:
    return tell(session, conversation, text, [act(each) for each in (*RATES, Act.TRANSCRIPT)])


async def leave(session: AsyncSession, conversation: Conversation) -> list[LogEntry]:
    """The user leaves the queue, or the talk with the advisor."""
    chat = await open_chat(session, conversation.id)
    if chat is None:
        return [tell(session, conversation, words.NOTHING_TO_LEAVE)]
    talked = chat.state is ChatState.ACTIVE
    entries = end(session, conversation, chat, ChatEnd.LEFT)
    await session.flush()
    await assign_waiting(session)
    if talked:
        return [*entries, thank(session, conversation, words.LEFT_CHAT)]
    return [*entries, tell(session, conversation, words.LEFT_QUEUE)]


async def user_is_here(session: AsyncSession, conversation: Conversation) -> None:
    chat = await open_chat(session, conversation.id)
    if chat is not None:
        chat.user_due_at = None


async def is_news_to_advisor(session: AsyncSession, conversation_id: UUID, seq: int) -> bool:
    """Whether an advisor is there who does not know yet that the user has read so far."""
    chat = await open_chat(session, conversation_id)
    if chat is None or chat.state is not ChatState.ACTIVE or seq <= chat.read_by_user:
        return False
    return await log.entry_at(session, conversation_id, seq) is not None


async def read_by(session: AsyncSession, conversation_id: UUID) -> tuple[int, int]:
    """How far the advisor and the user have read in the last chat; 0 when there is none."""
    chat = await last_chat(session, conversation_id)
    return (chat.read_by_advisor, chat.read_by_user) if chat else (0, 0)


async def rate(session: AsyncSession, conversation: Conversation, rating: int) -> list[LogEntry]:
    """What the user thinks of the last talk with an advisor: 1 to 5; the last rating counts."""
    chat = await last_chat(session, conversation.id)
    if chat is None or chat.taken_at is None:
        return [tell(session, conversation, words.NOTHING_TO_RATE)]
    chat.rating = rating
    return [tell(session, conversation, words.RATED, [act(Act.TRANSCRIPT)])]


# What the user is told -------------------------------------------------------------------


def set_mode(
    session: AsyncSession,
    conversation: Conversation,
    mode: Mode,
    reason: str,
    name: str | None = None,
) -> LogEntry:
    conversation.mode = mode
    if mode is Mode.ADVISOR:
        leave_form(conversation)  # what the assistant was asking is no question any more
    payload = {"mode": mode.value, "reason": reason, "name": name}
    return log.append(session, conversation, "mode", payload)


def tell(
    session: AsyncSession,
    conversation: Conversation,
    text: str,
    choices: list[Choice] | None = None,
) -> LogEntry:
    """A message of the system."""
    return log.append_message(
        session, conversation, Author.SYSTEM, with_fixed_spaces(text), choices=choices or []
    )
