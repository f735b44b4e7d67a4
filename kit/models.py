"""Tables of the bottom shelf: what changes the opening hours of a day."""

from datetime import date, time
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from kit.calendar import Dated
from kit.database import Base
from kit.spans import Span


class OpeningException(Base):
    """An exceptional closure (`closed`) or opening of one local day, with the reason shown."""

    __tablename__ = "opening_exceptions"
    __table_args__ = (
        CheckConstraint("closed OR opens IS NOT NULL", name="ck_opening_exceptions_opens"),
        CheckConstraint(
            "(opens IS NULL) = (closes IS NULL)", name="ck_opening_exceptions_both_ends"
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    day: Mapped[date] = mapped_column(index=True)
    opens: Mapped[time | None] = mapped_column(default=None)
    closes: Mapped[time | None] = mapped_column(default=None)
    closed: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(120))

    def as_rule(self) -> Dated:
        """The row as the rules of `calendar.py` know it."""
        span = None
        if self.opens is not None and self.closes is not None:
            span = Span(self.opens, self.closes)
        return Dated(closed=self.closed, reason=self.reason, span=span)
