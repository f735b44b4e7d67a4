"""Tables of the trainings: what the staff planned, and who registered.

One address has one registration of one training, which it cancels and takes up again, and echoes
of it for others who name that address; who is asked
to tell its holder of a change is a due time in its row.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chorus.training_rules import TrainingKind, TrainingState
from kit.clock import now
from kit.database import Base, enumerated


class TrainingSession(Base):
    """One training at one time: a webinar, or a virtual class in a small group."""

    __tablename__ = "training_sessions"
    __table_args__ = (Index("ix_training_sessions_state_start", "state", "start"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    title: Mapped[str] = mapped_column(String(120))
    theme: Mapped[str] = mapped_column(String(40))  # an id in organisation.yml
    kind: Mapped[TrainingKind] = mapped_column(enumerated(TrainingKind))
    audience: Mapped[list[str]] = mapped_column(JSON, default=list)  # empty: everybody
    start: Mapped[datetime]
    end: Mapped[datetime]
    places: Mapped[int | None]  # null: as many as want to come
    # Told by mail to whoever registered, never on a page; empty as long as it is not known.
    join_url: Mapped[str] = mapped_column(String(500), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[TrainingState] = mapped_column(
        enumerated(TrainingState), default=TrainingState.PUBLISHED
    )
    created_at: Mapped[datetime] = mapped_column(default=now)
    created_by: Mapped[UUID | None]  # of the staff; null: made for the demonstration
    changed_at: Mapped[datetime | None]
    changed_by: Mapped[UUID | None]


class RegistrationState(StrEnum):
    REGISTERED = "registered"
    CANCELLED = "cancelled"


class TrainingRegistration(Base):
    """A place that somebody took. It is theirs by their subject, their conversation, or the link
    that was mailed to them.
    """

    __tablename__ = "training_registrations"
    __table_args__ = (UniqueConstraint("session_id", "email", "echo"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("training_sessions.id"))
    email: Mapped[str] = mapped_column(String(254), index=True)  # in lower case
    # Empty; any other text in an echo of it, which is somebody else's (chorus/training_holders.py).
    echo: Mapped[str] = mapped_column(String(36), default="")
    subject: Mapped[str | None] = mapped_column(String(400), index=True)  # issuer and sub
    conversation_id: Mapped[UUID | None] = mapped_column(index=True)
    state: Mapped[RegistrationState] = mapped_column(
        enumerated(RegistrationState), default=RegistrationState.REGISTERED
    )
    sequence: Mapped[int] = mapped_column(default=0)  # of the calendar entry, raised by each change
    told_start: Mapped[datetime]  # the beginning that its holder was last told
    notice_due_at: Mapped[datetime | None] = mapped_column(index=True)  # of a change by the staff
    at: Mapped[datetime] = mapped_column(default=now)
    changed_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)

    def note_told(self, start: datetime) -> None:
        """Its holder knows of this from here on; the next calendar entry replaces the last one."""
        self.sequence += 1
        self.told_start = start
        self.notice_due_at = None
