"""Tables of the people who work here: their accounts, their sessions, the replies that they share.

No secret is stored: of a password, an invitation or a session only what can check it.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kit.clock import now
from kit.database import Base, enumerated

DEFAULT_CAPACITY = 3  # chats at once, until an administrator says otherwise


class Role(StrEnum):
    ADVISOR = "advisor"
    SUPPORT = "support"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


class StaffMember(Base):
    """One person; without a `password_hash` as long as the invitation was not accepted."""

    __tablename__ = "staff_members"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    email: Mapped[str] = mapped_column(String(254), unique=True)  # in lower case
    name: Mapped[str] = mapped_column(String(60))  # what users see, e.g. Claire
    role: Mapped[Role] = mapped_column(enumerated(Role))
    password_hash: Mapped[str | None] = mapped_column(String(200), default=None)
    invitation_hash: Mapped[str | None] = mapped_column(String(64), unique=True, default=None)
    invitation_expires_at: Mapped[datetime | None] = mapped_column(default=None)
    active: Mapped[bool] = mapped_column(default=True)
    failed_attempts: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(default=None)
    capacity: Mapped[int] = mapped_column(default=DEFAULT_CAPACITY)
    skills: Mapped[list[str]] = mapped_column(JSON, default=list)
    created_at: Mapped[datetime] = mapped_column(default=now)


class StaffSession(Base):
    """Somebody logged in, in one browser."""

    __tablename__ = "staff_sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("staff_members.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)


class CannedReply(Base):
    """A text that advisors put in with a few letters; it may hold variables (staff/replies.py)."""

    __tablename__ = "canned_replies"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    shortcut: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
