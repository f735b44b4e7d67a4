"""Files between a user and their advisor: who may send one, and who may read it.

Only the two sides of a conversation ever get at a file, by the rules that decide who reads the
conversation. The assistant reads no files, so none is taken while it alone answers.
"""

import hashlib
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import UUID

from kit import files
from kit.database import Database
from kit.errors import Conflict, NotFound, Refusal
from kit.file_kinds import Inspected
from kit.files import FileStore, StoredFile
from kit.finishing import to_its_end
from kit.masking import mask
from livechat import chats, log, reading, words
from livechat.changes import Held, holding
from livechat.desk import NOT_YOURS, Desk
from livechat.desk import Held as HeldChat
from livechat.hub import Hub
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
class Sender:
    """Whose file it is: a member of staff, or the user."""

    member: StaffMember | None = None

    @property
    def author(self) -> Author:
        return Author.USER if self.member is None else Author.ADVISOR

    @property
    def id(self) -> str:
        """What is kept with the file."""
        return USER if self.member is None else str(self.member.id)

    @property
    def name(self) -> str | None:
        return None if self.member is None else self.member.name


@dataclass(frozen=True)
class OpenFile:
    """A file that the asker may read."""

    row: StoredFile
    path: Path


# Opens the conversation, for as long as something is done in it, if that is allowed.
type Hold = Callable[[], AbstractAsyncContextManager[Held | HeldChat]]


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
        hold = partial(holding, self._database, self._hub, conversation_id)
        return await self._send(upload, hold, Sender())

    @to_its_end
    async def send_as_advisor(self, member: StaffMember, chat_id: UUID, upload: Upload) -> int:
        """As for the user. Raises NotFound when the chat is not this member's, nor was the file."""
        return await self._send(upload, partial(self._desk.held, chat_id), Sender(member))

    async def _send(self, upload: Upload, hold: Hold, sender: Sender) -> int:
        """Looked at before it is decoded, and again when it is stored: time passes in between."""
        async with hold() as held:
            known = await self._known(held, upload)
            if known is not None:
                return known
            await _require_welcome(held, sender, len(upload.content))
        file_id, inspected = await self._store.take_in(mask(upload.name).text, upload.content)
        try:
            async with hold() as held:
                known = await self._known(held, upload)
                if known is None:
                    return await self._keep(held, upload, file_id, inspected, sender)
        except Refusal:  # whatever else went wrong, the row may be there: the purge will see
            await self._store.remove([file_id])
            raise
        await self._store.remove([file_id])  # twice at once: the other one was first
        return known

    async def _known(self, held: Held | HeldChat, upload: Upload) -> int | None:
        mac = upload.mac(self._mac_key)
        found = await log.repeated(held.session, held.conversation.id, upload.client_id, mac)
        return found.seq if found else None

    async def _keep(
        self,
        held: Held | HeldChat,
        upload: Upload,
        file_id: UUID,
        inspected: Inspected,
        sender: Sender,
    ) -> int:
        """The row, and the message that shows it."""
        await _require_welcome(held, sender, len(inspected.content))
        if sender.author is Author.USER:
            await chats.user_is_here(held.session, held.conversation)
        holder_id = held.conversation.id
        row = files.add(held.session, file_id, inspected, holder_id=holder_id, sender=sender.id)
        shared = SharedFile(id=row.id, name=row.name, media_type=row.media_type, size=row.size)
        entry = log.append_message(
            held.session,
            held.conversation,
            sender.author,
            words.file_sent(row.name),
            name=sender.name,
            files=[shared],
            client_id=upload.client_id,
            body_mac=upload.mac(self._mac_key),
        )
        held.changes.add(entry)
        return entry.seq

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
            await reading.permit(session, member, conversation_id)
            row = await files.find(session, conversation_id, file_id)
        return OpenFile(row, self._store.path_of(row.id))


async def _require_welcome(held: Held | HeldChat, sender: Sender, size: int) -> None:
    """Raises NotFound for who does not answer here.

    Raises Conflict when nobody would read it, or no more is kept.
    """
    if isinstance(held, HeldChat) and not (sender.member and held.is_owned_by(sender.member)):
        raise NotFound(NOT_YOURS)
    if held.conversation.mode not in READ_BY_A_PERSON:
        raise Conflict("Files are read by advisors only.", code="no_reader")
    await files.require_room(held.session, held.conversation.id, size)
