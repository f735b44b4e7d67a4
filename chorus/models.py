"""Tables of the host site's side: which identity tokens were already used, and for which pages."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from kit.clock import now
from kit.database import Base


class UsedToken(Base):
    """A token opens or connects one conversation; shown elsewhere, it is a stolen one."""

    __tablename__ = "used_identity_tokens"

    issuer: Mapped[str] = mapped_column(String(200), primary_key=True)
    jti: Mapped[str] = mapped_column(String(100), primary_key=True)
    conversation_id: Mapped[UUID]
    expires_at: Mapped[datetime]


class PageSession(Base):
    """Somebody whom the host site sent to our pages. Of the cookie only a hash is stored."""

    __tablename__ = "page_sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    subject: Mapped[str] = mapped_column(String(400), index=True)
    claims: Mapped[dict[str, Any]] = mapped_column(JSON)  # email, role, structures
    opened_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column(index=True)
