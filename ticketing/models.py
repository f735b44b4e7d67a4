"""Tables of the written requests.

A request is what a user asked to be looked into, with a reference that they keep. It becomes a
ticket, followed to its end, under the same reference.
"""

import re
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kit.clock import now
from kit.database import Base, enumerated


class RequestKind(StrEnum):
    ADVISOR = "advisor"  # wanted to talk to a person
    TICKET = "ticket"
    CALLBACK = "callback"


class SupportRequest(Base):
    __tablename__ = "support_requests"
    # Without it SQLite would give the reference of an erased request to the next one.
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    kind: Mapped[RequestKind] = mapped_column(enumerated(RequestKind))
    # The chat it came from. An opaque id: ticketing does not know livechat. One request a chat.
    conversation_id: Mapped[UUID] = mapped_column(unique=True)
    email: Mapped[str | None] = mapped_column(String(254))  # known only of connected users
    subject: Mapped[str | None] = mapped_column(String(400), index=True)
    explanation: Mapped[str | None] = mapped_column(Text)
    disliked_answer: Mapped[str | None] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)
    # A request to be called back: who proposed slots and until when they may be taken; then when
    # one was. A member of the staff, by an opaque id.
    handled_by: Mapped[UUID | None]
    handled_until: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]

    @property
    def reference(self) -> str:
        return reference_of(self.number)


def reference_of(number: int) -> str:
    """What users are told and type again.

    >>> reference_of(42)
    'TK-000042'
    """
    return f"TK-{number:06d}"


def number_of(reference: str) -> int | None:
    """The number in a reference as somebody typed it; None when it is none.

    >>> number_of("TK-000042"), number_of("42")
    (42, None)
    """
    found = re.fullmatch(r"TK-(\d{6,9})", reference.strip().upper(), re.ASCII)
    return int(found[1]) if found else None
