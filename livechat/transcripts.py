"""A copy of the conversation by mail, for the user who asks for it at the end of a talk.

It holds what the user saw and nothing else. So that nobody can have strangers mailed, a
conversation is sent, and an address mailed, a few times a day only.
"""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.database import Database
from kit.finishing import to_its_end
from kit.mail import Mail, address_of, deliverable, write
from kit.mail_models import OutboxMail
from kit.organisation import organisation
from kit.outbox import post
from livechat import chats, log, words
from livechat.changes import holding
from livechat.hub import Hub
from livechat.models import Conversation, LogEntry
from livechat.protocol import Author, Frame

KIND = "transcript"
FOLDER = "livechat/mails/transcript"
AT_MOST = 3  # mails within
WITHIN = timedelta(days=1)
MESSAGES = 500  # the last ones: a mail, not an archive
WITH_A_TICKET = 100


class TranscriptWanted(Frame):
    """`client_id`: asked again with the same one, sent once."""

    client_id: UUID
    email: Annotated[str, Field(min_length=3, max_length=254)]


class Transcripts:
    def __init__(self, database: Database, hub: Hub, mac_key: bytes) -> None:
        self._database = database
        self._hub = hub
        self._mac_key = mac_key

    @to_its_end
    async def send(self, conversation_id: UUID, wanted: TranscriptWanted) -> int:
        """The number of the message that says what was done. Raises Invalid (`email_invalid`)."""
        address = address_of(wanted.email)
        mac = log.mac_of(address, self._mac_key)
        async with holding(self._database, self._hub, conversation_id) as held:
            known = await log.repeated(held.session, conversation_id, wanted.client_id, mac)
            if known is not None:
                return known.seq
            entry = await send_to(held.session, held.conversation, address)
            entry.client_id, entry.body_mac = wanted.client_id, mac
            held.changes.add(entry)
            return entry.seq


async def send_to_known(session: AsyncSession, conversation: Conversation) -> LogEntry:
    """To the address of who is signed in; else the user is told to give one."""
    address = deliverable((conversation.identity or {}).get("email"))
    if address is None:
        return chats.tell(session, conversation, words.TRANSCRIPT_TO_WHOM)
    return await send_to(session, conversation, address)


async def send_to(session: AsyncSession, conversation: Conversation, address: str) -> LogEntry:
    """The caller holds the conversation's lock."""
    if await _sent_lately(session, conversation.id, address) >= AT_MOST:
        return chats.tell(session, conversation, words.TRANSCRIPT_ENOUGH)
    mail = await _written(session, conversation, address)
    await post(session, mail, kind=KIND, about=conversation.id)
    return chats.tell(session, conversation, words.transcript_sent(address))


async def _sent_lately(session: AsyncSession, conversation_id: UUID, address: str) -> int:
    """Of this conversation, or to this address from whatever conversation."""
    same_address = func.lower(OutboxMail.to) == address.lower()
    query = select(func.count()).where(
        or_(OutboxMail.about == conversation_id, same_address),
        OutboxMail.kind == KIND,
        OutboxMail.created_at > now() - WITHIN,
    )
    return await session.scalar(query) or 0


async def as_text(session: AsyncSession, conversation_id: UUID) -> str:
    """The end of the conversation, for whoever handles a ticket that came of it."""
    lines = await _lines(session, conversation_id, WITH_A_TICKET)
    return "\n\n".join(f"{each['who']} ({each['moment']})\n{each['text']}" for each in lines)


async def _written(session: AsyncSession, conversation: Conversation, address: str) -> Mail:
    lines = await _lines(session, conversation.id, MESSAGES)
    return write(FOLDER, address, lines=lines, day=words.day(conversation.created_at))


async def _lines(session: AsyncSession, conversation_id: UUID, limit: int) -> list[dict[str, str]]:
    query = (
        select(LogEntry)
        .where(LogEntry.conversation_id == conversation_id, LogEntry.type == "message")
        .order_by(LogEntry.seq.desc())
        .limit(limit)
    )
    return [
        {
            "moment": words.moment(entry.at),
            "who": _name_of(entry),
            "text": entry.payload["text"] or words.RETRACTED,
        }
        for entry in list(await session.scalars(query))[::-1]
    ]


def _name_of(entry: LogEntry) -> str:
    author = Author(entry.payload["author"])
    named: str | None = entry.payload.get("name")
    if author is Author.ASSISTANT:
        return organisation().assistant
    return named or words.AUTHORS[author]
