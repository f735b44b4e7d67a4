"""What we say in a conversation: the assistant's replies, what they direct, and our fallback."""

from sqlalchemy.ext.asyncio import AsyncSession

from kit.organisation import organisation
from kit.typography import with_fixed_spaces
from livechat import chats, log, tickets, transcripts, words
from livechat.assignment import assign_waiting
from livechat.assistant import (
    OPEN_TICKET,
    Ask,
    AskCommand,
    InWriting,
    Memory,
    OpenRequest,
    OpenTicket,
    Reply,
)
from livechat.desk_models import ChatEnd, ChatState
from livechat.memory import PASSING, remember
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


async def speak(
    session: AsyncSession, conversation: Conversation, reply: Reply, *, happened: bool = False
) -> LogEntry:
    """Say it; what was said twice already is not said again: help is offered instead.

    `happened`: it tells what was just done, which is said however often it is done.
    """
    text = with_fixed_spaces(reply.text or "")
    if not happened and await log.times_said(session, conversation, text) >= TWICE:
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


async def speak_fallback(session: AsyncSession, conversation: Conversation) -> LogEntry:
    """Say that the assistant could not be had, and offer a human."""
    offer, choices = await offer_of_help(session)
    answer = Answer(decision=Decision.ESCALATE, confidence=0.0)
    before = await log.times_begun(session, conversation.id, words.UNREACHABLE)
    text = f"{words.unreachable(before + 1)}\n\n{offer}"
    return await speak(session, conversation, Reply(text=text, choices=choices, answer=answer))


def is_written(ask: Ask) -> bool:
    """Whether it asks for something in writing, which needs no assistant to be kept."""
    return isinstance(ask, AskCommand) and ask.intent == OPEN_TICKET.intent


async def do_without(session: AsyncSession, conversation: Conversation, ask: Ask) -> list[LogEntry]:
    """The assistant cannot be had: a ticket that is wanted is kept as it is known, at once.

    Else help is offered. The caller holds the lock of the queue when `ask` is written.
    """
    wanted = _known_ticket(conversation, ask) if is_written(ask) else None
    if wanted is None:
        return [await speak_fallback(session, conversation)]
    memory = Memory.model_validate(conversation.memory)
    kept = {name: each for name, each in memory.slots.items() if not name.startswith("ticket_")}
    for name in PASSING:
        kept.pop(name, None)
    conversation.memory = Memory(slots=kept).model_dump(mode="json")
    return await carry_out(session, conversation, wanted)


def _known_ticket(conversation: Conversation, ask: Ask) -> InWriting | None:
    """None when the user was not about to send it: they may go on with it later."""
    assert isinstance(ask, AskCommand)
    slots = conversation.memory.get("slots", {})
    complaint = {name: slots.get(name) for name in ("explanation", "disliked_answer")}
    if ask.entities.get("act") not in {"open", "send"}:
        return None
    if description := slots.get("ticket_description"):
        category, _, subcategory = (slots.get("ticket_category") or "").partition("/")
        return OpenTicket(
            title=tickets.title_of(description),
            description=tickets.described(slots.get("ticket_context"), description),
            category=category or None,
            subcategory=subcategory or None,
            email=slots.get("ticket_email"),
            **complaint,
        )
    return OpenRequest(kind=RequestKind.TICKET, **complaint) if ask == OPEN_TICKET else None


async def carry_out(
    session: AsyncSession, conversation: Conversation, wanted: InWriting
) -> list[LogEntry]:
    """A person: into the queue. In writing: keep it and tell its reference.

    The caller holds the lock of the queue.
    """
    match wanted:
        case OpenRequest(kind=RequestKind.ADVISOR):
            complaint = _complaint_of(wanted)
            return await chats.want_advisor(session, conversation, **complaint)
        case OpenRequest():
            entries = await _write_instead(session, conversation)
            return [*entries, *await _keep(session, conversation, wanted)]
        case OpenTicket():
            entries = await _write_instead(session, conversation)
            return [*entries, *await _send(session, conversation, wanted)]


async def _write_instead(session: AsyncSession, conversation: Conversation) -> list[LogEntry]:
    """Who writes does not wait for an advisor any more."""
    chat = await chats.open_chat(session, conversation.id)
    if chat is None or chat.state is ChatState.ACTIVE:
        return []
    entries = chats.end(session, conversation, chat, ChatEnd.CONVERTED)
    await session.flush()
    await assign_waiting(session)
    return entries


async def _keep(
    session: AsyncSession, conversation: Conversation, wanted: OpenRequest
) -> list[LogEntry]:
    request = await requests.keep_request(
        session,
        kind=wanted.kind,
        conversation_id=conversation.id,
        email=(conversation.identity or {}).get("email"),
        subject=conversation.subject,
        role=(conversation.identity or {}).get("role"),
        transcript=await transcripts.as_text(session, conversation.id),
        **_complaint_of(wanted),
    )
    text = words.request_kept(wanted.kind, request.reference, request.email)
    return [
        await speak(session, conversation, Reply(text=text, answer=_talk(wanted.kind))),
        tickets.log_ticket(session, conversation, request),
    ]


async def _send(
    session: AsyncSession, conversation: Conversation, wanted: OpenTicket
) -> list[LogEntry]:
    ticket = await tickets.open_ticket(session, conversation, wanted)
    if ticket.reference == wanted.completes:
        text = words.ticket_completed(ticket.reference)
    else:
        text = words.ticket_sent(ticket.reference, ticket.email)
    said = Reply(text=text, answer=_talk(RequestKind.TICKET))
    return [
        await speak(session, conversation, said),
        tickets.log_ticket(session, conversation, ticket),
    ]


def _complaint_of(wanted: OpenRequest) -> dict[str, str | None]:
    return {"explanation": wanted.explanation, "disliked_answer": wanted.disliked_answer}


def _talk(kind: str) -> Answer:
    article = "ticket" if kind == RequestKind.TICKET else "humain"
    return Answer(decision=Decision.TALK, id=article, article=article, confidence=1.0)
