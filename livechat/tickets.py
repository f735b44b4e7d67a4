"""What a conversation makes of tickets: one is opened, or told more; the log says its reference.

The ticket holds the end of the conversation, for the staff alone. What is logged opens nothing: the
secret link goes by mail.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.mail import deliverable
from kit.site import site_url
from livechat import log, transcripts
from livechat.assistant import OpenTicket
from livechat.models import Conversation, LogEntry
from livechat.protocol import Author
from ticketing import following, opening, routing
from ticketing.models import Ticket
from ticketing.opening import LONGEST_TEXT, LONGEST_TITLE, NewTicket

FOLLOW = "/suivi"
TITLE = 80  # characters of a title that is taken from a description
LOOKED_BACK = 50  # messages in which a question is looked for
WORDS = 5  # letters of a word that makes two tickets alike: shorter ones are in every sentence


def title_of(description: str) -> str:
    """The first sentence of the first paragraph, or its beginning.

    >>> title_of("Le bouton est gris. Depuis hier.")
    'Le bouton est gris'
    """
    text = " ".join(description.strip().partition("\n\n")[0].split())
    ends = [place for mark in (". ", "! ", "? ") if (place := text.find(mark)) > 0]
    first = text[: min(ends)] if ends else text
    if len(first) > TITLE:
        first = first[: TITLE - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"
    return first.rstrip(". ") or text[:TITLE]


def described(context: str | None, description: str) -> str:
    """What is known of it stands above what the sender writes."""
    return f"{context}\n\n{description}" if context else description


async def open_ticket(
    session: AsyncSession, conversation: Conversation, wanted: OpenTicket
) -> Ticket:
    """A new ticket; or more of one of theirs: the one named, or the one kept without words."""
    transcript = await transcripts.as_text(session, conversation.id)
    who = conversation.id, conversation.subject
    if wanted.completes is not None:
        known = await following.hold_of_talker(session, wanted.completes, *who)
        if known is not None:
            await following.answer(session, known, wanted.description[:LONGEST_TEXT])
            known = await following.present(session, known)
            await opening.keep_transcript(session, known, transcript)
            return known
    new = _as_new(conversation, wanted, transcript)
    wordless = await _wordless(session, conversation.id)
    if wordless is not None:
        held = await following.hold_of_talker(session, wordless, *who)
        if held is not None and opening.is_wordless(held):
            return await opening.put_into_words(session, held, new)
    return await opening.submit(session, new)


def _as_new(conversation: Conversation, wanted: OpenTicket, transcript: str) -> NewTicket:
    """Nothing in it makes it be refused: its sender is told already that it is being sent."""
    listed = (wanted.category, wanted.subcategory) in routing.listed()
    who = conversation.identity or {}
    structures = who.get("structures") or [{}]
    return NewTicket(
        title=wanted.title[:LONGEST_TITLE],
        description=wanted.description[:LONGEST_TEXT],
        email=deliverable(wanted.email) or known_email(conversation),
        category=wanted.category if listed else None,
        subcategory=wanted.subcategory if listed else None,
        subject=conversation.subject,
        sender_role=who.get("role"),
        structure=(structures[0].get("name") or "")[:200] or None,
        conversation_id=conversation.id,
        explanation=wanted.explanation,
        disliked_answer=wanted.disliked_answer,
        transcript=transcript,
    )


def known_email(conversation: Conversation) -> str | None:
    """Of who is connected, when a mail can go there."""
    return deliverable((conversation.identity or {}).get("email"))


async def _wordless(session: AsyncSession, conversation_id: UUID) -> str | None:
    """The reference of what this conversation left with the support without writing it down."""
    found = await following.of_talker(session, conversation_id, None)
    return next((each.reference for each in found if opening.is_wordless(each)), None)


async def alike(
    session: AsyncSession, conversation: Conversation, description: str
) -> Sequence[Ticket]:
    """Open tickets of the same person, or of the same conversation, that may be about the same."""
    telling = " ".join(each for each in title_of(description).split() if len(each) >= WORDS)
    found = await opening.similar(
        session,
        telling,
        email=None,
        subject=conversation.subject,
        conversation_id=conversation.id,
    )
    return [each for each in found if not opening.is_wordless(each)]


def log_ticket(session: AsyncSession, conversation: Conversation, ticket: Ticket) -> LogEntry:
    url = f"{site_url()}{FOLLOW}?reference={ticket.reference}"
    payload = {"reference": ticket.reference, "url": url}
    return log.append(session, conversation, "ticket", payload)


async def question_before(
    session: AsyncSession, conversation_id: UUID, answer_id: str
) -> str | None:
    """What the user had asked when the assistant last gave this answer."""
    query = (
        select(LogEntry)
        .where(LogEntry.conversation_id == conversation_id, LogEntry.type == "message")
        .order_by(LogEntry.seq.desc())
        .limit(LOOKED_BACK)
    )
    given = False
    for entry in await session.scalars(query):
        payload = entry.payload
        if given and payload["author"] == Author.USER and payload["text"]:
            return str(payload["text"])
        given = given or (payload.get("answer") or {}).get("id") == answer_id
    return None
