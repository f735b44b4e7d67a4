"""What the user's side and the server say to each other: the events of a conversation, and frames.

The words of shared contract: additions are fine, renaming is not. Unknown types and unknown fields
are refused on the way in.
"""

from datetime import date, datetime
from enum import IntEnum
from operator import not_
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from livechat.vocabulary import ASSISTED as ASSISTED  # said with the rest
from livechat.vocabulary import Act as Act
from livechat.vocabulary import Author as Author
from livechat.vocabulary import Decision as Decision
from livechat.vocabulary import Mode as Mode

TEXT_LIMIT = 4_000  # characters of one message

type Seq = Annotated[int, Field(ge=1, le=2**31 - 1)]


class Frame(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


# Events: what the user sees, numbered ----------------------------------------------------


class Choice(Frame):
    """A button under a message. `answer` is the id of an answer, or null for an act."""

    id: str
    label: str
    answer: str | None = None


class Answer(Frame):
    """What the assistant did, and with which section: `id` is "article/section"."""

    decision: Decision
    id: str | None = None
    article: str | None = None
    title: str | None = None
    updated_on: date | None = None
    confidence: float = Field(ge=0, le=1)


class Event(Frame):
    seq: Seq
    at: datetime


class SharedFile(Frame):
    """A file sent with a message. `size` in bytes; `name` is safe to show and to save under."""

    id: UUID
    name: str
    media_type: str
    size: int


class ShownSlot(Frame):
    """A time at which an advisor could call: [start, end)."""

    start: datetime
    end: datetime


class MessageEvent(Event):
    """`slots`: times that an advisor proposes, under the id `proposal` that a booking names; both
    are left out where none is proposed."""

    type: Literal["message"] = "message"
    author: Author
    name: str | None = None
    text: str
    choices: list[Choice] = []
    answer: Answer | None = None
    votable: bool = False
    files: list[SharedFile] = []
    slots: list[ShownSlot] = Field([], exclude_if=not_)
    proposal: UUID | None = Field(None, exclude_if=not_)


class VoteEvent(Event):
    type: Literal["vote"] = "vote"
    target_seq: Seq
    value: Literal["up", "down"]


class ModeEvent(Event):
    type: Literal["mode"] = "mode"
    mode: Mode
    reason: str
    name: str | None = None  # of the advisor, once one has taken over


class QueueEvent(Event):
    """Where the user stands (1 is next) and how long it may take. All null: nobody is there."""

    type: Literal["queue"] = "queue"
    position: int | None
    wait_low_s: int | None
    wait_high_s: int | None


class AppointmentEvent(Event):
    """A phone appointment as it stands now. `phone` is masked."""

    type: Literal["appointment"] = "appointment"
    id: UUID
    start: datetime
    end: datetime
    state: Literal["booked", "cancelled", "done", "no_answer"]
    phone: str


class TicketEvent(Event):
    """A ticket came about, or was told more. `url` opens nothing by itself."""

    type: Literal["ticket"] = "ticket"
    reference: str
    url: str


class RetractedEvent(Event):
    """A message whose author took it back; its text is blanked everywhere."""

    type: Literal["retracted"] = "retracted"
    target_seq: Seq


type AnyEvent = Annotated[
    MessageEvent
    | VoteEvent
    | ModeEvent
    | QueueEvent
    | TicketEvent
    | AppointmentEvent
    | RetractedEvent,
    Field(discriminator="type"),
]
any_event: TypeAdapter[AnyEvent] = TypeAdapter(AnyEvent)


# From the client -------------------------------------------------------------------------


class Said(Frame):
    """A text, or a click on a choice. `client_id` is the client's: sent twice, stored once."""

    client_id: UUID
    text: str | None = Field(None, min_length=1)
    choice: str | None = Field(None, min_length=1, max_length=80)

    @model_validator(mode="after")
    def one_of_both(self) -> Self:
        if (self.text is None) == (self.choice is None):
            raise ValueError("A message is a text or a choice.")
        if self.text is not None and not self.text.replace("\0", "").strip():
            raise ValueError("A message has a text.")
        return self


class Voted(Frame):
    seq: Seq
    value: Literal["up", "down"]


class Join(Frame):
    """First frame of a socket. `after` asks for what was missed since a cut."""

    type: Literal["join"]
    token: str = Field(max_length=400)
    after: int = Field(0, ge=0, le=2**31 - 1)


class Say(Said):
    type: Literal["say"]


class Vote(Voted):
    type: Literal["vote"]


class Typing(Frame):
    type: Literal["typing"]


class Read(Frame):
    type: Literal["read"]
    seq: Seq


class Heartbeat(Frame):
    type: Literal["heartbeat"] = "heartbeat"


type ClientFrame = Annotated[
    Join | Say | Vote | Typing | Read | Heartbeat, Field(discriminator="type")
]
client_frame: TypeAdapter[ClientFrame] = TypeAdapter(ClientFrame)


# From the server, beside the events -------------------------------------------------------


class Stored(Frame):
    """The message is safe on our side."""

    type: Literal["stored"] = "stored"
    client_id: UUID
    seq: Seq


class Seen(Frame):
    """The other side has read up to `seq`."""

    type: Literal["read"] = "read"
    seq: Seq


class UserSeen(Frame):
    """Never sent to the user: the user has read up to `seq`."""

    type: Literal["user_read"] = "user_read"
    seq: Seq


class SomeoneTypes(Frame):
    type: Literal["typing"] = "typing"
    author: Author


class Failed(Frame):
    """Something went wrong with one frame; the socket stays open."""

    type: Literal["failed"] = "failed"
    client_id: UUID | None = None
    code: str


class GoingAway(Frame):
    """The server stops soon: come back after `delay_s` seconds."""

    type: Literal["going_away"] = "going_away"
    delay_s: float


class LookAgain(Frame):
    """Never sent: tells a listener that another process wrote, so it reads on from the log."""

    type: Literal["look_again"] = "look_again"


type ServerFrame = (
    AnyEvent | Stored | SomeoneTypes | Seen | UserSeen | Failed | Heartbeat | GoingAway | LookAgain
)


class CloseCode(IntEnum):
    """Why the server hung up. RFC 6455 leaves 4000–4999 to applications."""

    REFUSED = 1008
    COME_BACK = 1012
    OVERLOADED = 1013
    LOG_IN_AGAIN = 4001
    TOO_SLOW = 4009  # the client did not read fast enough: it resumes
