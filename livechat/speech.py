"""What we say in a conversation: the assistant's replies, what they direct, and our fallback."""

from sqlalchemy.ext.asyncio import AsyncSession

from kit.organisation import organisation
from livechat import log, words
from livechat.assistant import OpenRequest, Reply
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


def speak(session: AsyncSession, conversation: Conversation, reply: Reply) -> LogEntry:
    return log.append_message(
        session,
        conversation,
        Author.ASSISTANT,
        reply.text or "",
        name=organisation().assistant,
        choices=reply.choices,
        answer=reply.answer,
        votable=reply.votable,
    )


async def speak_fallback(session: AsyncSession, conversation: Conversation) -> LogEntry:
    """Say that the assistant could not be had, and offer a human."""
    offer, choices = await offer_of_help(session)
    answer = Answer(decision=Decision.ESCALATE, confidence=0.0)
    text = f"{words.UNREACHABLE}\n\n{offer}"
    return speak(session, conversation, Reply(text=text, choices=choices, answer=answer))


async def carry_out(
    session: AsyncSession, conversation: Conversation, wanted: OpenRequest
) -> LogEntry:
    """Keep the user's request and tell them its reference."""
    request = await requests.keep_request(
        session,
        kind=wanted.kind,
        conversation_id=conversation.id,
        email=(conversation.identity or {}).get("email"),
        subject=conversation.subject,
        explanation=wanted.explanation,
        disliked_answer=wanted.disliked_answer,
    )
    text = words.request_kept(request.reference, request.email)
    return speak(session, conversation, Reply(text=text, answer=_talk(wanted.kind)))


def _talk(kind: str) -> Answer:
    article = "ticket" if kind == RequestKind.TICKET else "humain"
    return Answer(decision=Decision.TALK, id=article, article=article, confidence=1.0)
