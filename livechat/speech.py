"""What we say in a conversation: the assistant's replies, what they direct, and our fallback."""

from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from kit.organisation import organisation
from kit.typography import with_fixed_spaces
from livechat import chats, log, words
from livechat.assignment import assign_waiting
from livechat.assistant import Memory, OpenRequest, Reply
from livechat.desk_models import ChatEnd, ChatState
from livechat.models import Conversation, LogEntry
from livechat.offers import offer_of_help
from livechat.protocol import Act, Answer, Author, Decision
from ticketing import service as requests
from ticketing.models import RequestKind

# What each button that wants a person stands for.
KINDS = {
    Act.ADVISOR: RequestKind.ADVISOR,
    Act.TICKET: RequestKind.TICKET,
    Act.CALLBACK: RequestKind.CALLBACK,
}


TWICE = 2  # the same text is never sent more often


async def speak(session: AsyncSession, conversation: Conversation, reply: Reply) -> LogEntry:
    """Say it; what was said twice already is not said again: help is offered instead."""
    text = with_fixed_spaces(reply.text or "")
    if await log.times_said(session, conversation.id, text) >= TWICE:
        reply = await _instead(session, conversation, reply)
        text = with_fixed_spaces(reply.text or "")
    return log.append_message(
        session,
        conversation,
        Author.ASSISTANT,
        text,
        name=organisation().assistant,
        choices=reply.choices,
        answer=reply.answer,
        votable=reply.votable,
    )


async def _instead(session: AsyncSession, conversation: Conversation, reply: Reply) -> Reply:
    """What is said in place of a third time, each time in other words."""
    offer, choices = await offer_of_help(session)
    title = reply.answer.title if reply.answer else None
    before = await log.times_begun(
        session, conversation.id, with_fixed_spaces(words.said_already(title, 0))
    )
    text = f"{words.said_already(title, TWICE + 1 + before)}\n\n{offer}"
    remember(conversation, pending_offer=choices[0].id)
    return reply.model_copy(update={"text": text, "choices": choices, "votable": False})


def remember(conversation: Conversation, **slots: Any) -> None:
    """Have the assistant know something that it did not say itself: told at its next turn."""
    memory = Memory.model_validate(conversation.memory)
    told = memory.model_copy(update={"slots": memory.slots | slots})
    conversation.memory = told.model_dump(mode="json")
    rename(conversation)


def rename(conversation: Conversation) -> None:
    """The assistant is to know this conversation under a new name from the next turn on."""
    conversation.former_senders = [*conversation.former_senders, conversation.sender]
    conversation.sender = str(uuid4())
    conversation.sender_turns = 0


async def speak_fallback(session: AsyncSession, conversation: Conversation) -> LogEntry:
    """Say that the assistant could not be had, and offer a human."""
    offer, choices = await offer_of_help(session)
    answer = Answer(decision=Decision.ESCALATE, confidence=0.0)
    before = await log.times_begun(session, conversation.id, words.UNREACHABLE)
    text = f"{words.unreachable(before + 1)}\n\n{offer}"
    return await speak(session, conversation, Reply(text=text, choices=choices, answer=answer))


async def carry_out(
    session: AsyncSession, conversation: Conversation, wanted: OpenRequest
) -> list[LogEntry]:
    """A person: into the queue. In writing: keep the request and tell its reference.

    The caller holds the lock of the queue.
    """
    complaint = {"explanation": wanted.explanation, "disliked_answer": wanted.disliked_answer}
    if wanted.kind is RequestKind.ADVISOR:
        return await chats.want_advisor(session, conversation, **complaint)
    entries: list[LogEntry] = []
    chat = await chats.open_chat(session, conversation.id)
    if chat is not None and chat.state is not ChatState.ACTIVE:
        entries += chats.end(session, conversation, chat, ChatEnd.CONVERTED)
        await session.flush()
        await assign_waiting(session)
    request = await requests.keep_request(
        session,
        kind=wanted.kind,
        conversation_id=conversation.id,
        email=(conversation.identity or {}).get("email"),
        subject=conversation.subject,
        **complaint,
    )
    text = words.request_kept(wanted.kind, request.reference, request.email)
    return [
        *entries,
        await speak(session, conversation, Reply(text=text, answer=_talk(wanted.kind))),
    ]


def _talk(kind: str) -> Answer:
    article = "ticket" if kind == RequestKind.TICKET else "humain"
    return Answer(decision=Decision.TALK, id=article, article=article, confidence=1.0)
