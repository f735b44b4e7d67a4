"""The advisors' side of the live chats: accept, answer, note, hand over, finish.

Each step is one short transaction. Who may take it is decided here, for every way in. A chat has
one owner at any instant: whatever changes it holds the lock of the queue, then the conversation's.
"""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit import files
from kit.clock import now
from kit.database import Database
from kit.errors import Conflict, Invalid, NotFound
from kit.finishing import to_its_end
from kit.masking import mask
from livechat import chats, log, staff_log, words
from livechat.assignment import assign_waiting, load_advisors, lock_queue, offer
from livechat.changes import Changes
from livechat.console_protocol import AdvisorSay, Note, Transfer
from livechat.desk_models import AdvisorStatus, Chat, ChatEnd, ChatState, Shift, WrapUp
from livechat.hub import Hub
from livechat.models import Conversation
from livechat.protocol import Author, Seen
from livechat.typists import Typists
from staff.models import Role, StaffMember

RETRACTABLE = timedelta(seconds=10)
OVERSEERS = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})
NOT_YOURS = "This chat does not exist."  # nor does a foreign one, as far as you learn
NOT_ON_OFFER = "This chat is not on offer to you any more."


@dataclass(frozen=True)
class Held:
    """A chat and its conversation, locked, while something is done with them."""

    session: AsyncSession
    conversation: Conversation
    chat: Chat
    changes: Changes

    def is_owned_by(self, member: StaffMember) -> bool:
        return self.chat.state is ChatState.ACTIVE and self.chat.advisor_id == member.id

    def is_offered_to(self, member: StaffMember) -> bool:
        return self.chat.state is ChatState.OFFERED and self.chat.advisor_id == member.id


class Desk:
    def __init__(self, database: Database, hub: Hub, mac_key: bytes) -> None:
        self._database = database
        self._hub = hub
        self._mac_key = mac_key
        self._typists = Typists(database, hub)

    # A place in the queue ----------------------------------------------------------------

    @to_its_end
    async def set_status(self, member: StaffMember, status: AdvisorStatus) -> None:
        """Available advisors are offered chats; the chats under way stay whatever the status."""
        async with self._database.writing.begin() as session:
            await lock_queue(session)
            shift = await session.get(Shift, member.id)
            if shift is None:
                session.add(Shift(member_id=member.id, status=status, since=now()))
            elif shift.status is not status:
                shift.status, shift.since = status, now()
            await session.flush()
            await assign_waiting(session)
        Changes().publish(self._hub)

    @to_its_end
    async def accept(self, member: StaffMember, chat_id: UUID) -> UUID:
        """The conversation, now the advisor's. Raises Conflict when the offer has moved on.

        So it does for a chat that never was: nobody learns which are.
        """
        try:
            async with self._holding(chat_id) as held:
                if held.is_owned_by(member):
                    return held.conversation.id
                self._require_offered(held, member)
                held.changes.add(*chats.take(held.session, held.conversation, held.chat, member))
                held.changes.staff_only(held.conversation)
                return held.conversation.id
        except NotFound:
            raise Conflict(NOT_ON_OFFER) from None

    @to_its_end
    async def decline(self, member: StaffMember, chat_id: UUID) -> None:
        """What is not on offer to them, or not any more, needs no declining."""
        with suppress(NotFound):
            await self._decline(member, chat_id)

    async def _decline(self, member: StaffMember, chat_id: UUID) -> None:
        async with self._holding(chat_id) as held:
            self._require_offered(held, member)
            chats.pass_on(held.session, held.conversation, held.chat, "declined")
            await held.session.flush()
            await assign_waiting(held.session)
            held.changes.staff_only(held.conversation)

    # Talking -----------------------------------------------------------------------------

    @to_its_end
    async def say(self, member: StaffMember, said: AdvisorSay) -> int:
        """The number of the message. Sent again with the same client id: stored once."""
        masked = mask(said.text.replace("\0", ""))
        if not masked.text.strip():
            raise Invalid("A message has a text.")
        body_mac = log.mac_of(said.text, self._mac_key)
        async with self._holding(said.chat_id, with_queue=False) as held:
            conversation_id = held.conversation.id
            known = await log.repeated(held.session, conversation_id, said.client_id, body_mac)
            if known is not None:
                return known.seq
            self._require_owner(held, member)
            entry = log.append_message(
                held.session,
                held.conversation,
                Author.ADVISOR,
                masked.text,
                name=member.name,
                client_id=said.client_id,
                body_mac=body_mac,
            )
            held.changes.add(entry)
            return entry.seq

    @to_its_end
    async def note(self, member: StaffMember, note: Note) -> None:
        """Kept beside the conversation, never shown to the user."""
        masked = mask(note.text.replace("\0", "")).text
        async with self._holding(note.chat_id, with_queue=False) as held:
            if await staff_log.repeated(held.session, held.conversation.id, note.client_id):
                return
            if member.role not in OVERSEERS:
                self._require_owner(held, member)
            staff_log.append(
                held.session,
                held.conversation,
                "note",
                member.id,
                client_id=note.client_id,
                text=masked,
            )
            held.changes.staff_only(held.conversation)

    @to_its_end
    async def retract(self, member: StaffMember, chat_id: UUID, seq: int) -> None:
        """Take back one's own message: its text is blanked in the log itself."""
        async with self._holding(chat_id, with_queue=False) as held:
            self._require_owner(held, member)
            entry = await log.entry_at(held.session, held.conversation.id, seq)
            author = entry and entry.payload.get("author")
            if entry is None or author != Author.ADVISOR or entry.payload["name"] != member.name:
                raise NotFound("This message does not exist.")
            if now() - entry.at > RETRACTABLE:
                raise Conflict("A message can be taken back for ten seconds.")
            gone = [UUID(file["id"]) for file in entry.payload.get("files", [])]
            await files.drop(held.session, gone)
            entry.payload = {**entry.payload, "text": "", "files": []}
            payload = {"target_seq": seq}
            held.changes.add(log.append(held.session, held.conversation, "retracted", payload))

    @to_its_end
    async def type(self, member: StaffMember, chat_id: UUID) -> None:
        """Show the user that their advisor is writing."""
        async with self._database.reading() as session:
            chat = await session.get(Chat, chat_id)
        if chat and chat.state is ChatState.ACTIVE and chat.advisor_id == member.id:
            await self._typists.types(chat.conversation_id, Author.ADVISOR)

    @to_its_end
    async def read(self, member: StaffMember, chat_id: UUID, seq: int) -> None:
        async with self._holding(chat_id, with_queue=False) as held:
            self._require_owner(held, member)
            if seq <= held.chat.read_by_advisor or seq > held.conversation.last_seq:
                return
            held.chat.read_by_advisor = seq
            conversation_id = held.conversation.id
        self._hub.publish(conversation_id, Seen(seq=seq))

    # Handing over, and the end -----------------------------------------------------------

    @to_its_end
    async def transfer(self, member: StaffMember, wanted: Transfer) -> None:
        """To a colleague who is there, to a skill, or to anybody.

        An advisor hands over what is theirs, a supervisor also what waits or is a colleague's.
        Nobody takes it within the seconds of an offer: it goes to whoever can.
        """
        async with self._holding(wanted.chat_id) as held:
            if member.role not in OVERSEERS or held.chat.state is ChatState.ENDED:
                self._require_owner(held, member)
            if wanted.member_id is not None:
                await self._require_present(held.session, wanted.member_id, but=held.chat)
            if wanted.note.strip():
                text = mask(wanted.note).text
                staff_log.append(held.session, held.conversation, "note", member.id, text=text)
            entries = chats.hand_over(held.session, held.conversation, held.chat, member)
            held.chat.skill = wanted.skill
            if wanted.skill is not None:
                held.chat.queued_at = now()  # a skill is waited for from here on
            if wanted.member_id is not None:
                offer(held.chat, wanted.member_id, now())
            await held.session.flush()
            await assign_waiting(held.session)
            held.changes.add(*entries)
            held.changes.staff_only(held.conversation)

    @to_its_end
    async def finish(self, member: StaffMember, chat_id: UUID, wrap_up: WrapUp) -> None:
        async with self._holding(chat_id) as held:
            if held.chat.state is ChatState.ENDED and held.chat.advisor_id == member.id:
                held.chat.wrap_up = wrap_up  # the user had left before its reason was given
                return
            self._require_owner(held, member)
            held.changes.add(
                *chats.end(held.session, held.conversation, held.chat, ChatEnd.FINISHED, wrap_up),
                chats.thank(held.session, held.conversation, words.FINISHED),
            )
            await held.session.flush()
            await assign_waiting(held.session)
            held.changes.staff_only(held.conversation)

    # -------------------------------------------------------------------------------------

    @asynccontextmanager
    async def owned(self, member: StaffMember, chat_id: UUID) -> AsyncIterator[Held]:
        """A chat of this member's, locked. Raises NotFound."""
        async with self.held(chat_id) as held:
            self._require_owner(held, member)
            yield held

    def held(self, chat_id: UUID) -> AbstractAsyncContextManager[Held]:
        """A chat, locked, whoever's it is: that is for the caller to ask. Raises NotFound."""
        return self._holding(chat_id, with_queue=False)

    @asynccontextmanager
    async def _holding(self, chat_id: UUID, with_queue: bool = True) -> AsyncIterator[Held]:
        """The chat under its locks; what was changed is told after the commit.

        Without the lock of the queue nothing may be done that changes whose chat it is.
        """
        changes = Changes()
        async with self._database.writing.begin(soon=not with_queue) as session:
            if with_queue:
                await lock_queue(session)
            of_chat = select(Chat.conversation_id).where(Chat.id == chat_id)
            try:
                conversation = await log.lock(session, await session.scalar(of_chat))
            except NotFound:
                raise NotFound(NOT_YOURS) from None
            chat = await session.get_one(Chat, chat_id)  # as it is since we hold it
            yield Held(session, conversation, chat, changes)
        changes.publish(self._hub)

    @staticmethod
    def _require_owner(held: Held, member: StaffMember) -> None:
        if not held.is_owned_by(member):
            raise NotFound(NOT_YOURS)

    @staticmethod
    def _require_offered(held: Held, member: StaffMember) -> None:
        if not held.is_offered_to(member):
            raise NotFound(NOT_ON_OFFER)

    @staticmethod
    async def _require_present(session: AsyncSession, member_id: UUID, but: Chat) -> None:
        if but.advisor_id == member_id:
            raise Conflict("This chat is theirs already.")
        there = await load_advisors(session, now())
        if not any(each.id == member_id and each.takes_chats and each.present for each in there):
            raise Conflict("This colleague is not there.")
