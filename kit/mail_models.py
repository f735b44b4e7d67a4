"""The table of the mails that we owe, and of those that went."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import JSON, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.clock import now
from kit.database import Base

OWED = text("sent_at IS NULL AND given_up_at IS NULL")


class OutboxMail(Base):
    """One mail to one person; it is owed until it was sent or given up."""

    __tablename__ = "outbox_mails"
    __table_args__ = (
        # Of the mails that are owed only: looking for due ones costs nothing among many sent ones.
        Index("ix_outbox_mails_due_at", "due_at", sqlite_where=OWED, postgresql_where=OWED),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[str] = mapped_column(String(40))  # e.g. appointment_reminder
    about: Mapped[UUID | None] = mapped_column(index=True, default=None)
    to: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str | None] = mapped_column(Text, default=None)
    # {"name", "media_type", "content" in base64}, in the order of the mail.
    attachments: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    message_id: Mapped[str | None] = mapped_column(String(200), default=None)  # once it was tried
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)
    due_at: Mapped[datetime] = mapped_column(default=now)  # of the next try
    expires_at: Mapped[datetime | None] = mapped_column(default=None)  # worth nothing from then on
    attempts: Mapped[int] = mapped_column(default=0)
    tried_since: Mapped[datetime | None] = mapped_column(default=None)
    leased_until: Mapped[datetime | None] = mapped_column(default=None)
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    given_up_at: Mapped[datetime | None] = mapped_column(default=None)
    problem: Mapped[str | None] = mapped_column(String(200), default=None)  # of the last try
