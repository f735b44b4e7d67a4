"""Tables of the phone appointments: what advisors proposed, and what users took.

Nobody can call two users at once: of the booked appointments of one advisor no two begin together,
which the database itself refuses, besides the lock of the agenda (livechat/agenda.py).
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.clock import now
from kit.database import Base, enumerated
from livechat.slots import Slot

_BOOKED = text("state = 'booked'")


class Proposal(Base):
    """Some slots that an advisor proposed in a conversation. It holds none of them."""

    __tablename__ = "appointment_proposals"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id"), index=True)
    chat_id: Mapped[UUID | None]  # null: in answer to a request to be called back
    member_id: Mapped[UUID]
    starts: Mapped[list[str]] = mapped_column(JSON)  # instants, ISO 8601 in UTC, in order
    created_at: Mapped[datetime] = mapped_column(default=now)
    taken_at: Mapped[datetime | None]

    @property
    def instants(self) -> list[datetime]:
        return [datetime.fromisoformat(start) for start in self.starts]


class AppointmentState(StrEnum):
    BOOKED = "booked"
    CANCELLED = "cancelled"
    DONE = "done"
    NO_ANSWER = "no_answer"


class Appointment(Base):
    """One call that a user was promised. `member_id` is who calls."""

    __tablename__ = "appointments"
    __table_args__ = (
        Index(
            "uq_appointments_booked",
            "member_id",
            "start",
            unique=True,
            sqlite_where=_BOOKED,
            postgresql_where=_BOOKED,
        ),
        Index("ix_appointments_state_start", "state", "start"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id"), index=True)
    member_id: Mapped[UUID]
    start: Mapped[datetime]
    end: Mapped[datetime]
    phone: Mapped[str] = mapped_column(String(20))  # E.164
    email: Mapped[str | None] = mapped_column(String(254), index=True)
    state: Mapped[AppointmentState] = mapped_column(
        enumerated(AppointmentState), default=AppointmentState.BOOKED
    )
    # Links of older generations are void: they were sent to another address.
    generation: Mapped[int] = mapped_column(default=0)
    sequence: Mapped[int] = mapped_column(default=0)  # of the calendar entry, raised by each change
    created_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]  # of the staff; null: the user

    @property
    def slot(self) -> Slot:
        return Slot(self.start, self.end)
