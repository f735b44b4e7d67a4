"""Tables of the host site's side: which identity tokens were already used."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from kit.database import Base


class UsedToken(Base):
    """A token opens or connects one conversation; shown elsewhere, it is a stolen one."""

    __tablename__ = "used_identity_tokens"

    issuer: Mapped[str] = mapped_column(String(200), primary_key=True)
    jti: Mapped[str] = mapped_column(String(100), primary_key=True)
    conversation_id: Mapped[UUID]
    expires_at: Mapped[datetime]
