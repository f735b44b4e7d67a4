"""All that is known beside the thread of one conversation, for the advisor who reads it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.library import Library
from knowledge.search import search
from livechat import assignment
from livechat.board import BEGINNING, last_messages
from livechat.chats import last_chat
from livechat.desk_models import Chat
from livechat.models import Conversation, LogEntry
from livechat.protocol import Author
from livechat.reading import names_of_staff, permit, readable
from staff.models import StaffMember

PATH = 30  # steps of the assistant
HELP = 5


async def dossier(
    session: AsyncSession, member: StaffMember, conversation_id: UUID, shelf: Library
) -> dict[str, Any]:
    """All that is known beside the thread. Raises NotFound."""
    conversation = await permit(session, member, conversation_id)
    chat = await last_chat(session, conversation_id)
    steps = await _messages(session, conversation_id)
    return {
        "conversation_id": conversation_id,
        "who": conversation.identity,
        "chat": chat
        and {
            "explanation": chat.explanation,
            "disliked_answer": _title(shelf, chat.disliked_answer),
            "queued_at": chat.queued_at,
            "skill": chat.skill,
        },
        "path": _path(steps),
        "past": await _past(session, member, conversation),
        "help": _nearest_help(shelf, steps, chat),
        "decisions": await _decisions(session, chat) if chat else [],
    }


def _title(shelf: Library, section_id: str | None) -> str | None:
    section = shelf.sections.get(section_id or "")
    return section.title if section else section_id


async def _messages(session: AsyncSession, conversation_id: UUID) -> list[LogEntry]:
    query = (
        select(LogEntry)
        .where(LogEntry.conversation_id == conversation_id, LogEntry.type == "message")
        .order_by(LogEntry.seq.desc())
        .limit(2 * PATH)
    )
    return list(reversed((await session.scalars(query)).all()))


def _path(messages: Sequence[LogEntry]) -> list[dict[str, Any]]:
    """What the user asked and what the assistant made of it."""
    path, asked = [], ""
    for entry in messages:
        payload = entry.payload
        if payload["author"] == Author.USER:
            asked = payload["text"]
        elif payload["author"] == Author.ASSISTANT and payload["answer"] and asked:
            answer = payload["answer"]
            kept = {name: answer[name] for name in ("decision", "id", "title", "confidence")}
            path.append({"seq": entry.seq, "text": asked, **kept})
            asked = ""
    return path


async def _past(
    session: AsyncSession, member: StaffMember, conversation: Conversation
) -> list[dict[str, Any]]:
    """Other conversations of the same connected person, as far as this member may read them."""
    if conversation.subject is None:
        return []
    query = (
        select(Conversation)
        .where(Conversation.subject == conversation.subject, Conversation.id != conversation.id)
        .order_by(Conversation.active_at.desc())
        .limit(10)
    )
    known = (await session.scalars(query)).all()
    theirs = await readable(session, member, known)
    found = [each for each in known if each.id in theirs]
    last = await last_messages(session, [each.id for each in found])
    return [
        {
            "conversation_id": each.id,
            "at": each.active_at,
            "summary": last[each.id].payload["text"][:BEGINNING] if each.id in last else "",
        }
        for each in found
    ]


def _nearest_help(
    shelf: Library, messages: Sequence[LogEntry], chat: Chat | None
) -> list[dict[str, str]]:
    texts = [m.payload["text"] for m in messages if m.payload["author"] == Author.USER]
    query = " ".join([*texts[-2:], (chat and chat.explanation) or ""]).strip()
    return find_help(shelf, query) if query else []


def find_help(shelf: Library, query: str) -> list[dict[str, str]]:
    """Help answers near these words, the nearest first: at most HELP."""
    found = []
    for hit in search(query)[:HELP]:
        section = shelf.sections.get(hit)
        if section is not None:
            found.append(
                {"id": section.id, "title": section.title, "url": f"/aide/section/{section.id}"}
            )
    return found


async def _decisions(session: AsyncSession, chat: Chat) -> list[dict[str, Any]]:
    names = await names_of_staff(session)
    return [
        {
            "at": each.at,
            "chosen": names.get(each.chosen) if each.chosen else None,
            "passed_over": [
                {"name": names.get(UUID(member), ""), "reason": reason}
                for member, reason in each.passed_over.items()
            ],
        }
        for each in await assignment.decisions_of(session, chat.id)
    ]
