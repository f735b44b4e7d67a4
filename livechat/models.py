"""Tables of the conversations: the numbered log that users read, and the turns we owe them."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kit.clock import now
from kit.database import Base, enumerated
from livechat.protocol import Mode


class Conversation(Base):
    """One person's talk with us. `last_seq` numbers its log; whoever writes it holds the row."""

    __tablename__ = "conversations"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    client_id: Mapped[UUID | None] = mapped_column(unique=True)
    mode: Mapped[Mode] = mapped_column(enumerated(Mode), default=Mode.ASSISTANT)
    last_seq: Mapped[int] = mapped_column(default=0)
    last_staff_seq: Mapped[int] = mapped_column(default=0)  # of what only staff see
    token_generation: Mapped[int] = mapped_column(default=0)  # tokens of older ones are void
    created_at: Mapped[datetime] = mapped_column(default=now)
    active_at: Mapped[datetime] = mapped_column(default=now, index=True)

    # Who the host site says it is; null while nobody is connected.
    subject: Mapped[str | None] = mapped_column(String(400), index=True)  # issuer and sub
    identity: Mapped[dict[str, Any] | None] = mapped_column(JSON)

    # The name under which the assistant knows this conversation, renewed now and then.
    sender: Mapped[str] = mapped_column(String(36), unique=True, default=lambda: str(uuid4()))
    sender_turns: Mapped[int] = mapped_column(default=0)
    # What the assistant remembered at the end of the last stored turn.
    memory: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class LogEntry(Base):
    """One event that the user may see. `payload` is the event without `seq`, `at` and `type`."""

    __tablename__ = "conversation_log"
    __table_args__ = (UniqueConstraint("conversation_id", "client_id"),)

    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    client_id: Mapped[UUID | None]
    # Tells a repeated message from another one under the same client id, without keeping its text.
    body_mac: Mapped[str | None] = mapped_column(String(64))


class TurnState(StrEnum):
    DUE = "due"
    ENDED = "ended"


class TurnOutcome(StrEnum):
    ANSWERED = "answered"
    FELL_BACK = "fell_back"  # the assistant could not be had: said so, help offered
    SUPERSEDED = "superseded"  # a human took over meanwhile


class Turn(Base):
    """An answer that we owe: one for each message of the user while the assistant is in charge."""

    __tablename__ = "turns"
    __table_args__ = (Index("ix_turns_state_due_at", "state", "due_at"),)

    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)  # the event that it answers
    ask: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[TurnState] = mapped_column(enumerated(TurnState), default=TurnState.DUE)
    outcome: Mapped[TurnOutcome | None] = mapped_column(enumerated(TurnOutcome))
    due_at: Mapped[datetime] = mapped_column(default=now)  # not before; moves on with each lease
    attempts: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]
    sender: Mapped[str | None] = mapped_column(String(36))  # who the assistant was asked as
    explained: Mapped[str | None] = mapped_column(Text)  # why it fell back, for operators
