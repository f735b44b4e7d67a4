"""Files between a user and their advisor: who may send one, and who may read it.

Only the two sides of a conversation ever get at a file, by the rules that decide who reads the
conversation. The assistant reads no files, so none is taken while it alone answers.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit import files
from kit.database import Database
from kit.errors import Conflict, NotFound, Refusal
from kit.file_kinds import Inspected
from kit.files import FileStore, StoredFile
from kit.finishing import to_its_end
from kit.masking import mask
from livechat import board, chats, log, words
from livechat.changes import Changes
from livechat.desk import Desk
from livechat.hub import Hub
from livechat.models import Conversation, LogEntry
from livechat.protocol import Author, Mode, SharedFile
from staff.models import StaffMember

USER = "user"  # the sender of what users send
READ_BY_A_PERSON = frozenset({Mode.QUEUED, Mode.ADVISOR})


@dataclass(frozen=True)
class Upload:
    """A file on its way in. `client_id` is the client's: sent twice, stored once."""

    client_id: UUID
    name: str
    content: bytes

    def mac(self, key: bytes) -> str:
        return log.mac_of(f"{self.name}\0{hashlib.sha256(self.content).hexdigest()}", key)


@dataclass(frozen=True)
class OpenFile:
    """A file that the asker may read."""

    row: StoredFile
    path: Path


class Attachments:
    def __init__(
        self, database: Database, hub: Hub, desk: Desk, store: FileStore, mac_key: bytes
    ) -> None:
        self._database = database
        self._hub = hub
        self._desk = desk
        self._store = store
        self._mac_key = mac_key

    # Sending -----------------------------------------------------------------------------

    @to_its_end
    async def send_as_user(self, conversation_id: UUID, upload: Upload) -> int:
        """The number of the message that carries it.

        Raises Conflict when nobody is there to read it or no more are taken, TooLarge, Invalid.
        """
        async with self._database.reading() as session:
            conversation = await session.get(Conversation, conversation_id)
            if conversation is None:
                raise NotFound("This conversation does not exist.")
            known = await self._known(session, conversation, upload)
            if known is not None:
                return known
            await _require_reader(session, conversation, len(upload.content))
        file_id, inspected = await self._store.take_in(_name_of(upload), upload.content)
        try:
            return await self._keep_for_user(conversation_id, upload, file_id, inspected)
        except Refusal:  # whatever else went wrong, the row may be there: the purge will see
            await self._store.remove([file_id])
            raise

    async def _keep_for_user(
        self, conversation_id: UUID, upload: Upload, file_id: UUID, inspected: Inspected
    ) -> int:
        changes = Changes()
        async with self._database.writing.begin() as session:
            conversation = await log.lock(session, conversation_id)
            known = await self._known(session, conversation, upload)
            if known is not None:  # twice at once: the other one was first
                await self._store.remove([file_id])
                return known
            await _require_reader(session, conversation, len(inspected.content))
            row = files.add(session, file_id, inspected, holder_id=conversation_id, sender=USER)
            entry = self._append(session, conversation, Author.USER, upload, row)
            await chats.user_is_here(session, conversation)
            changes.add(entry)
        changes.publish(self._hub)
        return entry.seq

    @to_its_end
    async def send_as_advisor(self, member: StaffMember, chat_id: UUID, upload: Upload) -> int:
        """As for the user. Raises NotFound when the chat is not this member's."""
        async with self._desk.owned(member, chat_id) as held:
            known = await self._known(held.session, held.conversation, upload)
            if known is not None:
                return known
        file_id, inspected = await self._store.take_in(_name_of(upload), upload.content)
        try:
            return await self._keep_for_advisor(member, chat_id, upload, file_id, inspected)
        except Refusal:  # whatever else went wrong, the row may be there: the purge will see
            await self._store.remove([file_id])
            raise

    async def _keep_for_advisor(
        self, member: StaffMember, chat_id: UUID, upload: Upload, file_id: UUID, kept: Inspected
    ) -> int:
        async with self._desk.owned(member, chat_id) as held:
            known = await self._known(held.session, held.conversation, upload)
            if known is not None:
                await self._store.remove([file_id])
                return known
            holder = held.conversation.id
            await files.require_room(held.session, holder, len(kept.content))
            row = files.add(held.session, file_id, kept, holder_id=holder, sender=str(member.id))
            entry = self._append(
                held.session, held.conversation, Author.ADVISOR, upload, row, member.name
            )
            held.changes.add(entry)
            return entry.seq

    async def _known(
        self, session: AsyncSession, conversation: Conversation, upload: Upload
    ) -> int | None:
        mac = upload.mac(self._mac_key)
        entry = await log.repeated(session, conversation.id, upload.client_id, mac)
        return entry.seq if entry else None

    def _append(
        self,
        session: AsyncSession,
        conversation: Conversation,
        author: Author,
        upload: Upload,
        row: StoredFile,
        name: str | None = None,
    ) -> LogEntry:
        shared = SharedFile(id=row.id, name=row.name, media_type=row.media_type, size=row.size)
        return log.append_message(
            session,
            conversation,
            author,
            words.file_sent(row.name),
            name=name,
            files=[shared],
            client_id=upload.client_id,
            body_mac=upload.mac(self._mac_key),
        )

    # Reading -----------------------------------------------------------------------------

    @to_its_end
    async def open_as_user(self, conversation_id: UUID, file_id: UUID) -> OpenFile:
        """`conversation_id`: the one that the asker's token opens. Raises NotFound."""
        async with self._database.reading() as session:
            row = await files.find(session, conversation_id, file_id)
        return OpenFile(row, self._store.path_of(row.id))

    @to_its_end
    async def open_as_staff(
        self, member: StaffMember, conversation_id: UUID, file_id: UUID
    ) -> OpenFile:
        """Raises NotFound: whoever may read the conversation may read what was sent in it."""
        async with self._database.reading() as session:
            await board.permit(session, member, conversation_id)
            row = await files.find(session, conversation_id, file_id)
        return OpenFile(row, self._store.path_of(row.id))


def _name_of(upload: Upload) -> str:
    return mask(upload.name).text


async def _require_reader(session: AsyncSession, conversation: Conversation, size: int) -> None:
    if conversation.mode not in READ_BY_A_PERSON:
        raise Conflict("Files are read by advisors only, and none is asked for.", code="no_reader")
    await files.require_room(session, conversation.id, size)
