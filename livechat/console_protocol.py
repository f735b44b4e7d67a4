"""What an advisor's console and the server say to each other, over one socket a screen.

The board is state: the whole of it is sent whenever it changed. The conversations that a screen
watches are logs: their events are sent once each, from the numbers that the screen asks for.
"""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from livechat.desk_models import AdvisorStatus, ChatState, WrapUp
from livechat.moments import Moment
from livechat.protocol import TEXT_LIMIT, AnyEvent, Author, Frame, Heartbeat, Seq

type Text = Annotated[str, Field(min_length=1, max_length=TEXT_LIMIT)]
type After = Annotated[int, Field(ge=0, le=2**31 - 1)]

# From the console ------------------------------------------------------------------------


class SetStatus(Frame):
    type: Literal["status"]
    status: AdvisorStatus


class Watch(Frame):
    """Send this conversation from these numbers on, and go on sending. One at a time a screen."""

    type: Literal["watch"]
    conversation_id: UUID
    after: After = 0
    staff_after: After = 0


class Unwatch(Frame):
    type: Literal["unwatch"]


class Accept(Frame):
    type: Literal["accept"]
    chat_id: UUID


class Decline(Frame):
    type: Literal["decline"]
    chat_id: UUID


class AdvisorSay(Frame):
    type: Literal["say"]
    chat_id: UUID
    client_id: UUID
    text: Text


class Note(Frame):
    """Read by staff only."""

    type: Literal["note"]
    chat_id: UUID
    client_id: UUID
    text: Text


class AdvisorTypes(Frame):
    type: Literal["typing"]
    chat_id: UUID


class AdvisorReads(Frame):
    type: Literal["read"]
    chat_id: UUID
    seq: Seq


class Retract(Frame):
    """Take back one's own message, within ten seconds."""

    type: Literal["retract"]
    chat_id: UUID
    seq: Seq


class Transfer(Frame):
    """To a colleague, or to whoever has a skill; to anybody when both are null."""

    type: Literal["transfer"]
    chat_id: UUID
    member_id: UUID | None = None
    skill: str | None = Field(None, max_length=60)
    note: str = Field("", max_length=TEXT_LIMIT)


class Propose(Frame):
    """Times at which I could call the user: free slots of mine."""

    type: Literal["propose"]
    chat_id: UUID
    client_id: UUID
    starts: list[Moment] = Field(min_length=1, max_length=4)


class Finish(Frame):
    type: Literal["finish"]
    chat_id: UUID
    wrap_up: WrapUp


type ConsoleFrame = Annotated[
    SetStatus
    | Watch
    | Unwatch
    | Accept
    | Decline
    | AdvisorSay
    | Note
    | AdvisorTypes
    | AdvisorReads
    | Retract
    | Transfer
    | Propose
    | Finish
    | Heartbeat,
    Field(discriminator="type"),
]
console_frame: TypeAdapter[ConsoleFrame] = TypeAdapter(ConsoleFrame)


# From the server -------------------------------------------------------------------------


class Me(Frame):
    id: UUID
    name: str
    role: str
    status: AdvisorStatus
    capacity: int
    load: int


class BoardChat(Frame):
    """A chat on the board. What the user said is shown only to whom it is theirs to read.

    ENDED: the user ended a chat of mine; it stays here until I `finish` it, saying what came of it.
    """

    id: UUID
    conversation_id: UUID
    state: ChatState
    since: datetime  # WAITING, OFFERED: when the user came; ACTIVE: taken; ENDED: ended
    offered_until: datetime | None = None
    advisor_id: UUID | None = None
    advisor: str | None = None
    who: str | None = None  # connected users: their address; else null
    last: str | None = None  # the beginning of the last message
    last_at: datetime | None = None
    last_seq: int = 0
    unread: int = 0
    skill: str | None = None
    user_gone: bool = False
    looking: list[str] = Field(default_factory=list)  # the others who have it on their screen


class BoardAdvisor(Frame):
    id: UUID
    name: str
    status: AdvisorStatus
    present: bool
    load: int
    capacity: int
    skills: list[str]


class Board(Frame):
    """What the left side shows. `chats`: offered to me and mine; all of them for a supervisor."""

    type: Literal["board"] = "board"
    at: datetime
    open: bool
    until: datetime | None
    next_opening: datetime | None
    me: Me
    waiting: int
    longest_wait_s: int | None
    chats: list[BoardChat]
    advisors: list[BoardAdvisor]


class ConversationEvent(Frame):
    """One event of the watched conversation."""

    type: Literal["event"] = "event"
    conversation_id: UUID
    event: AnyEvent


class StaffEvent(Frame):
    """`kind`: note, offered, taken, declined, expired, lost, transferred, ended, joined (who
    oversees reads along), proposed (times to call), appointment (`state`: booked, moved, cancelled,
    done, no_answer, handed_over).
    """

    type: Literal["staff_event"] = "staff_event"
    conversation_id: UUID
    staff_seq: int
    at: datetime
    kind: str
    member: str | None
    payload: dict[str, Any]


class UserTypes(Frame):
    type: Literal["typing"] = "typing"
    conversation_id: UUID
    author: Author


class UserRead(Frame):
    type: Literal["read"] = "read"
    conversation_id: UUID
    seq: Seq
