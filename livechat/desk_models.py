"""Tables of the live chats: who waits, who serves whom, who is there, and why it came about.

Timeouts are due times in these rows. Whatever happens at one is done in the transaction that clears
it, under the lock of the queue: a process that dies half-way leaves the row as it was.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.clock import now
from kit.database import Base, enumerated
from livechat.protocol import Author


class ChatState(StrEnum):
    WAITING = "waiting"
    OFFERED = "offered"  # one advisor has some seconds to accept it
    ACTIVE = "active"  # `advisor_id` is its one owner
    ENDED = "ended"


class ChatEnd(StrEnum):
    """How a live chat ended."""

    FINISHED = "finished"  # the advisor ended it
    LEFT = "left"  # the user left the queue or the chat
    CLOSING = "closing"  # the opening hours ended while the user waited
    USER_GONE = "user_gone"
    CONVERTED = "converted"  # into a written request


class WrapUp(StrEnum):
    """What came of a chat, as its advisor saw it; defined in words in livechat/staff_words.py."""

    SOLVED = "solved"
    EXPLAINED = "explained"
    APPOINTMENT = "appointment"
    TICKET = "ticket"
    ELSEWHERE = "elsewhere"
    ABANDONED = "abandoned"


class Chat(Base):
    """One time that a user wanted a person. A conversation has at most one that has not ended."""

    __tablename__ = "chats"
    __table_args__ = (
        Index(
            "uq_chats_open",
            "conversation_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_chats_state_due_at", "state", "due_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id"), index=True)
    state: Mapped[ChatState] = mapped_column(enumerated(ChatState), default=ChatState.WAITING)
    priority: Mapped[int] = mapped_column(default=0)
    skill: Mapped[str | None] = mapped_column(String(60))
    queued_at: Mapped[datetime] = mapped_column(default=now)
    due_at: Mapped[datetime | None]  # OFFERED: until when it may be accepted
    user_due_at: Mapped[datetime | None] = mapped_column(index=True)  # the user is gone: until when
    advisor_id: Mapped[UUID | None] = mapped_column(index=True)  # OFFERED: to whom; then: whose
    declined_by: Mapped[list[str]] = mapped_column(JSON, default=list)
    # Why nobody could be offered it when that was last looked at: written down when it changes.
    passed_over: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    taken_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    end: Mapped[ChatEnd | None] = mapped_column(enumerated(ChatEnd))
    wrap_up: Mapped[WrapUp | None] = mapped_column(enumerated(WrapUp))
    rating: Mapped[int | None]  # 1 to 5, by the user
    explanation: Mapped[str | None] = mapped_column(Text)
    disliked_answer: Mapped[str | None] = mapped_column(String(120))
    # What the user was told last of their place: told again only when it changed.
    told: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    read_by_advisor: Mapped[int] = mapped_column(default=0)  # highest `seq`
    read_by_user: Mapped[int] = mapped_column(default=0)


class StaffEntry(Base):
    """What only staff may see of a conversation: notes, offers, transfers, silent joins."""

    __tablename__ = "staff_log"

    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    staff_seq: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(default=now)
    member_id: Mapped[UUID | None]
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    client_id: Mapped[UUID | None]


class AdvisorStatus(StrEnum):
    """What an advisor says of themselves."""

    AVAILABLE = "available"
    AWAY = "away"
    OFF = "off"


class Shift(Base):
    """The status of one advisor, kept while they reconnect."""

    __tablename__ = "shifts"

    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    status: Mapped[AdvisorStatus] = mapped_column(enumerated(AdvisorStatus))
    since: Mapped[datetime] = mapped_column(default=now)


class Presence(Base):
    """One living connection of an advisor's console, until `lease_until`.

    Renewed while it lives; shortened to some seconds of grace when it is cut; a process that dies
    leaves it to run out.
    """

    __tablename__ = "presences"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    member_id: Mapped[UUID] = mapped_column(index=True)
    lease_until: Mapped[datetime]
    looking_at: Mapped[UUID | None]  # the conversation on this screen


class TypingHint(Base):
    """Somebody is writing: told to the other processes, and worth nothing some seconds later."""

    __tablename__ = "typing_hints"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    conversation_id: Mapped[UUID] = mapped_column(index=True)
    author: Mapped[Author] = mapped_column(enumerated(Author))
    process: Mapped[UUID]  # where it was told already
    at: Mapped[datetime] = mapped_column(default=now)


class AssignmentDecision(Base):
    """Whom a chat was offered to, and why each other advisor was passed over, at that moment."""

    __tablename__ = "assignment_decisions"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    chat_id: Mapped[UUID] = mapped_column(ForeignKey("chats.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=now)
    chosen: Mapped[UUID | None]
    passed_over: Mapped[dict[str, str]] = mapped_column(JSON)  # member id: reason
