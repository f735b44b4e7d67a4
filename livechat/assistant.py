"""The door to the assistant. The only module of the web that knows Rasa exists.

The bot asks, the web decides: what it wants done comes back as a typed directive.
"""

import json
import re
import unicodedata
from typing import Annotated, Any, Literal, Protocol, Self
from uuid import UUID

import httpx2
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from chorus.account_models import AccountRequestKind
from livechat.excerpt import excerpt
from livechat.protocol import Answer, Choice
from ticketing.models import RequestKind

WEBHOOK = "/webhooks/rest/webhook"


class Unreachable(Exception):
    """The assistant gave no usable answer. Says why, for operators; never shown to users."""


class AskText(BaseModel):
    """What the user wrote, already masked."""

    kind: Literal["text"] = "text"
    text: str


class AskCommand(BaseModel):
    """What one of our own buttons means: an intent, with what goes along."""

    kind: Literal["command"] = "command"
    intent: str
    entities: dict[str, str] = {}


type Ask = Annotated[AskText | AskCommand, Field(discriminator="kind")]
ask_of: TypeAdapter[Ask] = TypeAdapter(Ask)

# What the button « Ouvrir un ticket » asks for.
OPEN_TICKET = AskCommand(intent="ticket", entities={"act": "open"})


class Button(Choice):
    """A choice that tells the assistant something: what, the browser is never told."""

    command: AskCommand


class OpenRequest(BaseModel):
    """The user accepted that somebody looks into it: keep their request."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    do: Literal["open_request"] = "open_request"
    kind: RequestKind
    explanation: str | None = None
    disliked_answer: str | None = None


class OpenTicket(BaseModel):
    """The user has written a ticket and confirmed it. Without a category it goes to the support."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    do: Literal["open_ticket"] = "open_ticket"
    title: str
    description: str
    category: str | None = None
    subcategory: str | None = None
    email: str | None = None
    explanation: str | None = None
    disliked_answer: str | None = None
    completes: str | None = None  # the reference of theirs that is told this instead


class AskAccountMail(BaseModel):
    """The user wants a mail about an account, to its connection address."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    do: Literal["ask_account_mail"] = "ask_account_mail"
    kind: AccountRequestKind
    address: str


class JoinTraining(BaseModel):
    """The user takes a place in a training."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    do: Literal["join_training"] = "join_training"
    session_id: UUID
    email: str
    instead_of: str | None = None  # the address that they corrected: its place is given back


class LeaveTraining(BaseModel):
    """The user gives a place back that is theirs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    do: Literal["leave_training"] = "leave_training"
    registration_id: UUID


type InWriting = OpenRequest | OpenTicket
# Not told apart by a discriminator: its complaint would repeat what came in.
type Directive = InWriting | AskAccountMail | JoinTraining | LeaveTraining


class Reply(BaseModel):
    """One message of the assistant, or one thing that it wants done."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str | None = None
    choices: list[Choice | Button] = []
    answer: Answer | None = None
    votable: bool = False
    directive: Directive | None = None


class Memory(BaseModel):
    """What the assistant has to be told when it is asked under a new name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    slots: dict[str, Any] = {}
    loop: str | None = None


class Turned(BaseModel):
    """All that one turn gave."""

    replies: list[Reply]
    memory: Memory


class _Custom(BaseModel):
    """The payloads of our actions: one reply, or the memory, a message."""

    model_config = ConfigDict(extra="forbid")

    say: Reply | None = None
    memory: Memory | None = None

    @model_validator(mode="after")
    def says_something(self) -> Self:
        if self.say is None and self.memory is None:
            raise ValueError("An empty payload.")
        return self


class _BotMessage(BaseModel):
    recipient_id: str
    custom: _Custom


_bot_messages: TypeAdapter[list[_BotMessage]] = TypeAdapter(list[_BotMessage])


class Assistant(Protocol):
    async def reply(self, ask: Ask, *, sender: str, memory: Memory | None) -> Turned:
        """Ask once. `memory` is given when `sender` is new. Raises Unreachable."""
        ...


class RasaAssistant:
    """Talks to Rasa's REST channel."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http

    async def reply(self, ask: Ask, *, sender: str, memory: Memory | None) -> Turned:
        body: dict[str, Any] = {"sender": sender, "message": as_message(ask)}
        if memory is not None:
            body["metadata"] = {"memory": memory.model_dump(mode="json")}
        try:
            response = await self._http.post(WEBHOOK, json=body)
            response.raise_for_status()
            return _turned(_bot_messages.validate_json(response.content))
        except httpx2.HTTPError as problem:
            raise Unreachable(f"{type(problem).__name__}: {problem}") from problem
        except ValidationError as problem:
            # Without the input: it may hold what the user wrote.
            reason = problem.errors(include_input=False, include_url=False)[0]["msg"]
            raise Unreachable(f"An answer of another shape: {reason}") from None


def as_message(ask: Ask) -> str:
    """The text that Rasa is sent: only our own buttons may send commands."""
    match ask:
        case AskText(text=text):
            return as_plain_text(excerpt(text))
        case AskCommand(intent=intent, entities=entities):
            return f"/{intent}{json.dumps(entities, ensure_ascii=False) if entities else ''}"


def as_plain_text(text: str) -> str:
    """Without the slashes, and their look-alikes, that would make Rasa read a command."""
    prefix = re.match(r"[\W_]*", text)
    start = prefix.end() if prefix and any(map(_is_slash, prefix.group())) else 0
    return text[start:].strip() or "?"


def _is_slash(character: str) -> bool:
    names = (unicodedata.name(c, "") for c in unicodedata.normalize("NFKC", character))
    return any("SLASH" in name or "SOLIDUS" in name for name in names)


def _turned(messages: list[_BotMessage]) -> Turned:
    replies = [message.custom.say for message in messages if message.custom.say]
    memories = [message.custom.memory for message in messages if message.custom.memory]
    if not replies or not memories:
        # The REST channel answers 200 with [] or half an answer when the turn failed.
        raise Unreachable("An empty answer.")
    return Turned(replies=replies, memory=memories[-1])
