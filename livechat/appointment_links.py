"""The secret links of appointments: whoever holds one may see, move and cancel that one, no other.

Like the tokens of conversations they are computed from our key, never stored: a copy of the
database opens nothing. A link of a proposal lets its reader choose; one of an appointment changes
it, until a later generation voids it.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from uuid import UUID

from kit.errors import NotFound
from livechat.appointment_models import Appointment, Proposal

PATH = "/rendez-vous"
NO_SUCH = "There is no such appointment."  # invented, foreign, void and old alike
APPOINTMENT, PROPOSAL = 1, 2


@dataclass(frozen=True)
class Pass:
    """What a valid link names."""

    kind: int
    id: UUID
    generation: int


class Links:
    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def to(self, named: Appointment | Proposal) -> str:
        """The path of the page, without the address of our site."""
        return f"{PATH}/{self.token(named)}"

    def token(self, named: Appointment | Proposal) -> str:
        if isinstance(named, Appointment):
            return self._sign(Pass(APPOINTMENT, named.id, named.generation))
        return self._sign(Pass(PROPOSAL, named.id, 0))

    def read(self, token: str) -> Pass:
        """Raises NotFound when we did not make this token."""
        try:
            raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
            named = Pass(raw[0], UUID(bytes=raw[1:17]), int.from_bytes(raw[17:21]))
        except (ValueError, TypeError, IndexError):
            raise NotFound(NO_SUCH) from None
        if not hmac.compare_digest(self._sign(named).encode(), token.encode("utf-8", "replace")):
            raise NotFound(NO_SUCH)
        return named

    def _sign(self, named: Pass) -> str:
        body = bytes([named.kind]) + named.id.bytes + named.generation.to_bytes(4)
        mac = hmac.new(self._secret, b"appointment" + body, hashlib.sha256).digest()
        return urlsafe_b64encode(body + mac).decode().rstrip("=")
