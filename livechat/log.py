"""The numbered log of a conversation: what the user sees, in order, without holes.

Everything is appended under the conversation's lock, so numbers have one writer at a time.
"""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.errors import Conflict, NotFound
from livechat.models import Conversation, LogEntry
from livechat.protocol import (
    Answer,
    AnyEvent,
    Author,
    Choice,
    SharedFile,
    any_event,
)

REMEMBERED = 200  # events back from the last one: a repetition further back annoys nobody

# What each message asks is built once: that takes as long as asking it.
_HELD = select(Conversation).where(Conversation.id == bindparam("id")).with_for_update()
_REPEATED = select(LogEntry).where(
    LogEntry.conversation_id == bindparam("id"), LogEntry.client_id == bindparam("client_id")
)
_AFTER = (
    select(LogEntry)
    .where(LogEntry.conversation_id == bindparam("id"), LogEntry.seq > bindparam("seq"))
    .order_by(LogEntry.seq)
)
_TIMES_SAID = select(func.count()).where(
    LogEntry.conversation_id == bindparam("id"),
    LogEntry.seq > bindparam("after"),
    LogEntry.type == "message",
    LogEntry.payload["author"].as_string() == Author.ASSISTANT,
    LogEntry.payload["text"].as_string() == bindparam("text"),
)


async def lock(session: AsyncSession, conversation_id: UUID | None) -> Conversation:
    """The conversation, held until the transaction ends. Raises NotFound, for None too.

    PostgreSQL locks the row; SQLite has one writer at a time already (kit/database.py).
    """
    conversation = await session.scalar(_HELD, {"id": conversation_id})
    if conversation is None:
        raise NotFound("This conversation does not exist.")
    return conversation


async def conversations_of(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Conversation]:
    """Those of them that are still there, by id."""
    query = select(Conversation).where(Conversation.id.in_(ids))
    return {each.id: each for each in await session.scalars(query)}


def append(
    session: AsyncSession,
    conversation: Conversation,
    type_: str,
    payload: dict[str, Any],
    *,
    client_id: UUID | None = None,
    body_mac: str | None = None,
) -> LogEntry:
    conversation.last_seq += 1
    conversation.active_at = now()
    entry = LogEntry(
        conversation_id=conversation.id,
        seq=conversation.last_seq,
        type=type_,
        at=conversation.active_at,
        payload=payload,
        client_id=client_id,
        body_mac=body_mac,
    )
    session.add(entry)
    return entry


def append_message(
    session: AsyncSession,
    conversation: Conversation,
    author: Author,
    text: str,
    *,
    name: str | None = None,
    choices: Sequence[Choice] = (),
    answer: Answer | None = None,
    votable: bool = False,
    files: Sequence[SharedFile] = (),
    client_id: UUID | None = None,
    body_mac: str | None = None,
) -> LogEntry:
    """A message. Choices without an id get theirs: the number of the message and their place."""
    seq = conversation.last_seq + 1
    named = [
        choice if choice.id else choice.model_copy(update={"id": f"{seq}.{place}"})
        for place, choice in enumerate(choices, start=1)
    ]
    payload: dict[str, Any] = {
        "author": author,
        "name": name,
        "text": text,
        "choices": [choice.model_dump(mode="json") for choice in named],
        "answer": answer and answer.model_dump(mode="json"),
        "votable": votable,
        "files": [file.model_dump(mode="json") for file in files],
    }
    return append(session, conversation, "message", payload, client_id=client_id, body_mac=body_mac)


def shown(entry: LogEntry) -> AnyEvent:
    """The event as users see it: what a button tells the assistant stays with us."""
    payload = entry.payload
    if choices := payload.get("choices"):
        public = [{name: each[name] for name in Choice.model_fields} for each in choices]
        payload = payload | {"choices": public}
    return any_event.validate_python(
        {"seq": entry.seq, "type": entry.type, "at": entry.at, **payload}
    )


async def read_after(
    session: AsyncSession, conversation_id: UUID, after: int, limit: int | None = None
) -> list[AnyEvent]:
    query = _AFTER if limit is None else _AFTER.limit(limit)
    found = await session.scalars(query, {"id": conversation_id, "seq": after})
    return [shown(entry) for entry in found]


async def times_said(session: AsyncSession, conversation: Conversation, text: str) -> int:
    """How often the assistant has sent exactly this text among the last events."""
    asked = {"id": conversation.id, "text": text, "after": conversation.last_seq - REMEMBERED}
    return await session.scalar(_TIMES_SAID, asked) or 0


async def times_begun(session: AsyncSession, conversation_id: UUID, beginning: str) -> int:
    """How often the assistant has sent a text that begins so."""
    query = select(func.count()).where(
        LogEntry.conversation_id == conversation_id,
        LogEntry.type == "message",
        LogEntry.payload["author"].as_string() == Author.ASSISTANT,
        LogEntry.payload["text"].as_string().startswith(beginning, autoescape=True),
    )
    return await session.scalar(query) or 0


async def entry_at(session: AsyncSession, conversation_id: UUID, seq: int) -> LogEntry | None:
    return await session.get(LogEntry, (conversation_id, seq))


async def last_vote(session: AsyncSession, conversation_id: UUID, seq: int) -> LogEntry | None:
    query = (
        select(LogEntry)
        .where(
            LogEntry.conversation_id == conversation_id,
            LogEntry.type == "vote",
            LogEntry.payload["target_seq"].as_integer() == seq,
        )
        .order_by(LogEntry.seq.desc())
        .limit(1)
    )
    return await session.scalar(query)


async def repeated(
    session: AsyncSession, conversation_id: UUID, client_id: UUID, body_mac: str
) -> LogEntry | None:
    """What was already stored under this client id.

    Raises Conflict when it was something else.
    """
    entry = await session.scalar(_REPEATED, {"id": conversation_id, "client_id": client_id})
    if entry is not None and not hmac.compare_digest(entry.body_mac or "", body_mac):
        raise Conflict("Another message was sent under this client id.")
    return entry


def mac_of(body: str, key: bytes) -> str:
    """Names a body without telling it: it may hold what we mask."""
    return hmac.new(key, body.encode(), hashlib.sha256).hexdigest()
