"""One conversation, from the user's side: open it, say something, vote, read on.

What is acknowledged is stored. Each step is its own short transaction; none is open while the
assistant is awaited: what we owe is a row (livechat/turns.py).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from chorus.identity import Identity, use_once
from kit.clock import now
from kit.database import Database
from kit.errors import Conflict, Invalid, NotFound, TooLarge, Unauthorised
from kit.finishing import to_its_end
from kit.masking import mask
from kit.typography import with_fixed_spaces
from livechat import chats, log, turns, words
from livechat.access import Doorkeeper
from livechat.acts import carry_out_act
from livechat.assignment import lock_queue
from livechat.assistant import OPEN_TICKET, Ask, AskCommand, AskText
from livechat.greeting import greet, keep, recognise
from livechat.hub import BOARD, Hub
from livechat.models import Conversation, LogEntry
from livechat.protocol import (
    ASSISTED,
    TEXT_LIMIT,
    Act,
    AnyEvent,
    Author,
    Choice,
    CloseCode,
    Mode,
    Said,
    UserSeen,
    Voted,
)
from livechat.turns import Turns

# What the greeting proposes to this person.
type Proposals = Callable[[Identity | None], list[Choice]]


@dataclass(frozen=True)
class Opened:
    conversation_id: UUID
    token: str
    events: list[AnyEvent]


@dataclass(frozen=True)
class Heard:
    """The number of what the user did; `again` when we had it already."""

    seq: int
    again: bool


class Exchange:
    def __init__(
        self,
        database: Database,
        hub: Hub,
        turn_keeper: Turns,
        doorkeeper: Doorkeeper,
        proposals: Proposals,
        mac_key: bytes,
    ) -> None:
        self._database = database
        self._hub = hub
        self._turns = turn_keeper
        self._doorkeeper = doorkeeper
        self._proposals = proposals
        self._mac_key = mac_key

    # Opening, and who it is --------------------------------------------------------------

    async def open(self, client_id: UUID | None, identity: Identity | None) -> Opened:
        """A new conversation with its greeting; the same one when the client asks again."""
        try:
            return await self._open(client_id, identity)
        except IntegrityError:  # the same request, twice at once: the other one was first
            return await self._open(client_id, identity)

    @to_its_end
    async def _open(self, client_id: UUID | None, identity: Identity | None) -> Opened:
        told: list[AnyEvent] = []
        async with self._database.writing.begin() as session:
            conversation = await _opened_by(session, client_id)
            if conversation is None:
                conversation = Conversation(client_id=client_id)
                session.add(conversation)
                await session.flush()
                if identity is not None:
                    await use_once(session, identity, conversation.id)
                    keep(conversation, identity)
                await greet(session, conversation, self._proposals(identity))
            elif identity is not None:
                await use_once(session, identity, conversation.id)
                if conversation.subject not in (None, identity.subject):
                    raise Unauthorised("This conversation is somebody else's.")
                told = await self._recognise(session, conversation, identity)
            elif conversation.subject is not None:
                raise Unauthorised("This conversation needs an identity.")
            await session.flush()
            events = await log.read_after(session, conversation.id, 0)
            opened = Opened(conversation.id, self._doorkeeper.token(conversation), events)
        self._hub.publish(conversation.id, *told)
        return opened

    async def _recognise(
        self, session: AsyncSession, conversation: Conversation, identity: Identity
    ) -> list[AnyEvent]:
        choices = self._proposals(identity)
        told = await recognise(session, conversation, identity, choices)
        return [log.shown(each) for each in told]

    @to_its_end
    async def connect(self, conversation_id: UUID, identity: Identity) -> None:
        """The person of this conversation is known from here on, and reads so the first time.

        Raises Conflict when the conversation is another person's.
        """
        async with self._database.writing.begin() as session:
            conversation = await log.lock(session, conversation_id)
            if conversation.subject not in (None, identity.subject):
                raise Conflict("This conversation is another person's.")
            await use_once(session, identity, conversation_id)
            told = await self._recognise(session, conversation, identity)
        self._hub.publish(conversation_id, *told)

    @to_its_end
    async def disconnect(self, conversation_id: UUID) -> None:
        """The person signed out: nobody reads this conversation from that browser any more."""
        async with self._database.writing.begin() as session:
            conversation = await log.lock(session, conversation_id)
            conversation.token_generation += 1
            conversation.client_id = None
        self._hub.hang_up(conversation_id, CloseCode.LOG_IN_AGAIN)

    # Saying ------------------------------------------------------------------------------

    @to_its_end
    async def hear(self, conversation_id: UUID, said: Said) -> Heard:
        """Store what the user said and see to its answer.

        Raises Conflict for another body under a known client id, TooLarge, Invalid for a choice
        that was never offered.
        """
        if said.text is not None and len(said.text) > TEXT_LIMIT:
            raise TooLarge(f"A message has at most {TEXT_LIMIT} characters.")
        body_mac = log.mac_of(said.model_dump_json(include={"text", "choice"}), self._mac_key)
        for_the_queue = said.choice in words.ACTS  # may put the user into the queue, or out of it
        plain = not for_the_queue
        async with self._database.writing.begin(soon=plain, brief=plain) as session:
            if for_the_queue:
                await lock_queue(session)
            conversation = await log.lock(session, conversation_id)
            known = await log.repeated(session, conversation_id, said.client_id, body_mac)
            if known is not None:
                return Heard(known.seq, again=True)
            if conversation.mode is Mode.CLOSED:
                raise Conflict("This conversation is closed.")
            text, ask, kinds = await _understand(session, conversation, said)
            entry = log.append_message(
                session,
                conversation,
                Author.USER,
                text,
                client_id=said.client_id,
                body_mac=body_mac,
            )
            entries = [entry]
            if kinds:
                note = with_fixed_spaces(words.masked(kinds))
                entries.append(log.append_message(session, conversation, Author.SYSTEM, note))
            entries += await _answer(session, conversation, entry.seq, ask)
            events = [log.shown(each) for each in entries]
        self._hub.publish(conversation_id, *events)
        self._hub.look_again([BOARD])
        self._turns.wake(conversation_id)
        return Heard(entry.seq, again=False)

    @to_its_end
    async def vote(self, conversation_id: UUID, voted: Voted) -> Heard:
        """Keep a vote. The same one again changes nothing; a red thumb is answered.

        Raises NotFound for a message that is not there, Conflict for one that nobody votes on.
        """
        async with self._database.writing.begin() as session:
            conversation = await log.lock(session, conversation_id)
            target = await log.entry_at(session, conversation_id, voted.seq)
            if target is None:
                raise NotFound("This message does not exist.")
            if not target.payload.get("votable"):
                raise Conflict("This message takes no vote.")
            last = await log.last_vote(session, conversation_id, voted.seq)
            if last is not None and last.payload["value"] == voted.value:
                return Heard(last.seq, again=True)
            payload = {"target_seq": voted.seq, "value": voted.value}
            entry = log.append(session, conversation, "vote", payload)
            if voted.value == "down" and conversation.mode in ASSISTED:
                disliked = {"answer": (target.payload["answer"] or {}).get("id") or ""}
                ask = AskCommand(intent="probleme", entities=disliked)
                session.add(turns.due(conversation, entry.seq, ask, now()))
            event = log.shown(entry)
        self._hub.publish(conversation_id, event)
        self._turns.wake(conversation_id)
        return Heard(entry.seq, again=False)

    @to_its_end
    async def read(self, conversation_id: UUID, seq: int) -> None:
        """The user has read up to `seq`: kept for the advisor, if one is there."""
        async with self._database.reading() as session:
            if not await chats.is_news_to_advisor(session, conversation_id, seq):
                return
        async with self._database.writing.begin() as session:
            await log.lock(session, conversation_id)
            chat = await chats.open_chat(session, conversation_id)
            if chat is None or seq <= chat.read_by_user:
                return
            chat.read_by_user = seq
        self._hub.publish(conversation_id, UserSeen(seq=seq))

    # Reading -----------------------------------------------------------------------------

    @to_its_end
    async def events_after(self, conversation_id: UUID, after: int) -> list[AnyEvent]:
        async with self._database.reading() as session:
            return await log.read_after(session, conversation_id, after)

    @to_its_end
    async def is_settled(self, conversation_id: UUID, seq: int) -> bool:
        async with self._database.glancing() as session:
            return await turns.is_settled(session, conversation_id, seq)


async def _opened_by(session: AsyncSession, client_id: UUID | None) -> Conversation | None:
    if client_id is None:
        return None
    query = select(Conversation).where(Conversation.client_id == client_id).with_for_update()
    return await session.scalar(query)


async def _understand(
    session: AsyncSession, conversation: Conversation, said: Said
) -> tuple[str, Ask | Act, list[str]]:
    """What is shown of it, what it asks for, and the kinds of what was masked in it."""
    if said.text is not None:
        masked = mask(said.text.replace("\0", ""))
        return masked.text, AskText(text=masked.text), list(masked.kinds)
    if said.choice in words.ACTS:
        act = Act(said.choice)
        none = AskCommand(intent="non", entities={"act": "none"})
        talks = act is Act.LEAVE and conversation.mode is Mode.ADVISOR
        label = words.LEAVING_A_TALK if talks else words.ACTS[act]
        if act is Act.TICKET and conversation.mode is Mode.ASSISTANT:
            return label, OPEN_TICKET, []  # it asks what is missing; who waits is served at once
        return label, none if act is Act.NONE else act, []
    choice = await _offered(session, conversation.id, said.choice or "")
    if command := choice.get("command"):
        return choice["label"], AskCommand.model_validate(command), []
    intent = choice["answer"].replace("/", ".", 1)
    return choice["label"], AskCommand(intent=intent), []


async def _offered(session: AsyncSession, conversation_id: UUID, choice_id: str) -> dict[str, Any]:
    """The choice of this id, which names the message that offered it. Raises Invalid."""
    number, _, _ = choice_id.partition(".")
    if number.isascii() and number.isdecimal() and len(number) < 10:
        entry = await log.entry_at(session, conversation_id, int(number))
        for choice in entry.payload.get("choices", []) if entry else []:
            if choice["id"] == choice_id:
                return dict(choice)
    raise Invalid("This choice was never offered.")


async def _answer(
    session: AsyncSession, conversation: Conversation, seq: int, ask: Ask | Act
) -> list[LogEntry]:
    """An act is done at once, so that no offer is a dead button while the assistant is down."""
    if isinstance(ask, Act):
        return await carry_out_act(session, conversation, ask)
    if conversation.mode in ASSISTED:
        session.add(turns.due(conversation, seq, ask, now()))
    if conversation.mode is not Mode.ASSISTANT:
        await chats.user_is_here(session, conversation)
    return []
