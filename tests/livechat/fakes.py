"""What stands around a conversation in these tests: an assistant, listeners, an identity."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from uuid import UUID, uuid4

from sqlalchemy import select

from chorus.identity import Identity
from chorus.training_mails import Paper
from kit.clock import now
from kit.database import Database
from kit.secret_links import SecretLinks
from livechat.access import Doorkeeper
from livechat.assistant import Ask, AskText, Memory, Reply, Turned
from livechat.errands import Errands
from livechat.exchange import Exchange, Heard
from livechat.hub import Hub
from livechat.models import Conversation, Turn, TurnState
from livechat.protocol import (
    Answer,
    AnyEvent,
    Author,
    Choice,
    CloseCode,
    Decision,
    LookAgain,
    MessageEvent,
    Said,
    ServerFrame,
    Voted,
)
from livechat.turns import Turns

KEY = b"a key of the tests"
WELCOME = (
    Choice(id="", label="Activer les notifications", answer="notifications/activer"),
    Choice(id="", label="Modifier mon adresse de contact", answer="adresses/modifier_contact"),
)


@dataclass(frozen=True)
class Asked:
    """How the assistant was asked once."""

    ask: Ask
    sender: str
    memory: Memory | None


class ScriptedAssistant:
    """Stands for Rasa: gives what the test scripted, then « Réponse à … », and remembers."""

    def __init__(self, *script: Turned | Exception, pause_s: float = 0.0) -> None:
        self.script = list(script)
        self.asked: list[Asked] = []
        self.most_at_once = 0
        self._at_once = 0
        self._pause_s = pause_s

    @property
    def texts(self) -> list[str]:
        return [asked.ask.text for asked in self.asked if isinstance(asked.ask, AskText)]

    async def reply(self, ask: Ask, *, sender: str, memory: Memory | None) -> Turned:
        self.asked.append(Asked(ask, sender, memory))
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            await self.think()
        finally:
            self._at_once -= 1
        step = self.script.pop(0) if self.script else answering(ask, len(self.asked))
        if isinstance(step, Exception):
            raise step
        return step

    async def think(self) -> None:
        await asyncio.sleep(self._pause_s)


class HangingAssistant(ScriptedAssistant):
    """Stands for Rasa that does not answer before the test lets it."""

    def __init__(self, *script: Turned | Exception) -> None:
        super().__init__(*script)
        self.asked_once = asyncio.Event()
        self.released = asyncio.Event()

    async def think(self) -> None:
        self.asked_once.set()
        await self.released.wait()


def answering(ask: Ask, number: int = 1) -> Turned:
    """A turn with one votable answer, after which the assistant remembers its number."""
    words = ask.text if isinstance(ask, AskText) else ask.intent
    return turned(f"Réponse à {words}", slots={"turn": number})


def turned(*texts: str, slots: dict[str, object] | None = None, loop: str | None = None) -> Turned:
    answer = Answer(
        decision=Decision.ANSWER, id="adresses/difference", article="adresses", confidence=0.9
    )
    replies = [Reply(text=text, answer=answer, votable=True) for text in texts]
    return Turned(replies=replies, memory=Memory(slots=slots or {}, loop=loop))


class RecordingHub(Hub):
    """Stands for the browsers that listen: keeps all that they are sent."""

    def __init__(self) -> None:
        super().__init__()
        self.frames: list[ServerFrame] = []
        self.hung_up: list[tuple[UUID, CloseCode]] = []

    def publish(self, conversation_id: UUID, *frames: ServerFrame) -> None:
        self.frames += [frame for frame in frames if not isinstance(frame, LookAgain)]
        super().publish(conversation_id, *frames)

    def hang_up(self, conversation_id: UUID, code: CloseCode) -> None:
        self.hung_up.append((conversation_id, code))
        super().hang_up(conversation_id, code)


def proposals(identity: Identity | None) -> list[Choice]:
    """Stands for the welcome of the knowledge base: one more proposal for who is connected."""
    return list(WELCOME if identity is not None else WELCOME[:1])


PAPER = Paper(
    SecretLinks(KEY, b"training", "There is none."), "http://test", "assistance@localhost"
)
ERRANDS = Errands(PAPER)


class Chat:
    """One process of the web: its exchange and its turns, on a database that others may share."""

    def __init__(
        self,
        database: Database,
        assistant: ScriptedAssistant | None = None,
        *,
        timeout_s: float = 30.0,
        keep_turns: Callable[[Database, Hub, ScriptedAssistant, Errands, float], Turns] = Turns,
    ) -> None:
        self.database = database
        self.assistant = assistant or ScriptedAssistant()
        self.hub = RecordingHub()
        self.turns = keep_turns(database, self.hub, self.assistant, ERRANDS, timeout_s)
        self.doorkeeper = Doorkeeper(KEY)
        self.exchange = Exchange(
            database, self.hub, self.turns, self.doorkeeper, proposals, mac_key=KEY
        )

    async def open(self) -> UUID:
        return (await self.exchange.open(uuid4(), None)).conversation_id

    async def say(self, conversation_id: UUID, text: str, client_id: UUID | None = None) -> Heard:
        said = Said(client_id=client_id or uuid4(), text=text)
        return await self.exchange.hear(conversation_id, said)

    async def click(self, conversation_id: UUID, choice: str) -> Heard:
        return await self.exchange.hear(conversation_id, Said(client_id=uuid4(), choice=choice))

    async def vote(self, conversation_id: UUID, seq: int, value: str) -> Heard:
        return await self.exchange.vote(
            conversation_id, Voted.model_validate({"seq": seq, "value": value})
        )

    async def ended(self) -> None:
        """Wait until no turn is in flight in this process."""
        await self.turns.drain(30.0)

    async def answer(self, text: str = "Bonjour") -> tuple[UUID, MessageEvent]:
        """A new conversation in which the assistant has answered once."""
        conversation_id = await self.open()
        await self.say(conversation_id, text)
        await self.ended()
        return conversation_id, (await self.messages(conversation_id))[-1]

    async def events(self, conversation_id: UUID) -> list[AnyEvent]:
        return await self.exchange.events_after(conversation_id, 0)

    async def messages(self, conversation_id: UUID) -> list[MessageEvent]:
        events = await self.events(conversation_id)
        return [event for event in events if isinstance(event, MessageEvent)]

    async def said_by(self, conversation_id: UUID, author: Author) -> list[str]:
        """What one side said after the greeting."""
        messages = await self.messages(conversation_id)
        return [message.text for message in messages[1:] if message.author is author]

    async def turns_of(self, conversation_id: UUID) -> Sequence[Turn]:
        query = select(Turn).where(Turn.conversation_id == conversation_id).order_by(Turn.seq)
        async with self.database.reading() as session:
            return (await session.scalars(query)).all()

    async def conversation(self, conversation_id: UUID) -> Conversation:
        async with self.database.reading() as session:
            return await session.get_one(Conversation, conversation_id)

    async def die(self) -> None:
        """As if this process were killed: what it was doing is never heard of again."""
        runners = list(self.turns._runners.values())
        for runner in runners:
            runner.cancel()
        await asyncio.gather(*runners, return_exceptions=True)


async def die_while_asking(
    database: Database, conversation_id: UUID, text: str | None = None
) -> ScriptedAssistant:
    """A process that is killed while it waits for the assistant, which is returned."""
    busy = HangingAssistant()
    process = Chat(database, busy)
    if text is None:
        process.turns.wake(conversation_id)
    else:
        await process.say(conversation_id, text)
    await busy.asked_once.wait()
    await process.die()
    return busy


_tokens = count(1)


def identity(
    sub: str = "camille",
    *,
    email: str = "camille@example.org",
    role: str = "gestionnaire_principal",
    jti: str | None = None,
) -> Identity:
    """The claims of a verified token; each call is another token unless it is named."""
    issued = int(now().timestamp())
    structure = {"id": "s1", "name": "Menuiserie Martin", "kind": "entreprise"}
    return Identity.model_validate(
        {
            "iss": "host",
            "aud": "claudia",
            "sub": sub,
            "email": email,
            "role": role,
            "structures": [structure],
            "iat": issued,
            "exp": issued + 300,
            "jti": jti or f"token-{next(_tokens)}",
        }
    )


async def states(chat: Chat, conversation_id: UUID) -> list[TurnState]:
    return [turn.state for turn in await chat.turns_of(conversation_id)]
