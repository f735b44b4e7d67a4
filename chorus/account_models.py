"""The table of what people asked for about their account on the host site."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.clock import now
from kit.database import Base, enumerated

OWED = text("done_at IS NULL")


class AccountRequestKind(StrEnum):
    ACTIVATION = "activation"
    PASSWORD_RESET = "password_reset"


class AccountOutcome(StrEnum):
    DONE = "done"  # whether there is such an account is not kept
    GIVEN_UP = "given_up"


class AccountRequest(Base):
    """A link that somebody wants mailed. The address is kept until it is done, then only a hash of
    it, by which the next ones are counted, for a day.
    """

    __tablename__ = "account_requests"
    __table_args__ = (
        Index("ix_account_requests_due_at", "due_at", sqlite_where=OWED, postgresql_where=OWED),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[AccountRequestKind] = mapped_column(enumerated(AccountRequestKind))
    address: Mapped[str | None] = mapped_column(String(254))
    address_hash: Mapped[str] = mapped_column(String(64), index=True)
    conversation_id: Mapped[UUID] = mapped_column(index=True)
    asked_at: Mapped[datetime] = mapped_column(default=now)
    due_at: Mapped[datetime] = mapped_column(default=now)  # while somebody has it: end of the lease
    attempts: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None] = mapped_column(default=None)
    outcome: Mapped[AccountOutcome | None] = mapped_column(enumerated(AccountOutcome), default=None)
