"""The table of the proofs of work that served: each opens one form, once."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from kit.database import Base


class UsedChallenge(Base):
    """A challenge whose solution was spent; kept until it would have expired anyway."""

    __tablename__ = "used_challenges"

    challenge: Mapped[str] = mapped_column(String(128), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
