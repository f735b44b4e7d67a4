"""Secret links: whoever holds one may do what it names, and nothing else.

Like the tokens of conversations they are computed from our key, never stored: a copy of the
database opens nothing. A purpose is signed with them, so that a link to one thing opens no other; a
later generation voids the links of earlier ones.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from uuid import UUID

from kit.errors import NotFound

MAC_BYTES = hashlib.sha256().digest_size
PASS_BYTES = 21


@dataclass(frozen=True)
class Pass:
    """What a valid link names. `kind`: a number below 256, of its purpose."""

    kind: int
    id: UUID
    generation: int


class Seal:
    """Our signature: what was signed for one purpose is nothing for another."""

    def __init__(self, secret: bytes, purpose: bytes) -> None:
        self._secret = secret
        self._purpose = purpose

    def sign(self, body: bytes) -> str:
        """The token that holds it, readable by whoever has the token."""
        mac = hmac.new(self._secret, self._purpose + body, hashlib.sha256).digest()
        return urlsafe_b64encode(body + mac).decode().rstrip("=")

    def read(self, token: str) -> bytes | None:
        """What was signed; None when we did not make this token."""
        try:
            body = urlsafe_b64decode(token + "=" * (-len(token) % 4))[:-MAC_BYTES]
        except ValueError:
            return None
        ours = hmac.compare_digest(self.sign(body).encode(), token.encode("utf-8", "replace"))
        return body if ours else None


class SecretLinks:
    """`no_such`: the words of every refusal, alike for invented, foreign, void and old links."""

    def __init__(self, secret: bytes, purpose: bytes, no_such: str) -> None:
        self._seal = Seal(secret, purpose)
        self._no_such = no_such

    def sign(self, named: Pass) -> str:
        """The token that names it."""
        return self._seal.sign(bytes([named.kind]) + named.id.bytes + named.generation.to_bytes(4))

    def read(self, token: str) -> Pass:
        """Raises NotFound when we did not make this token."""
        body = self._seal.read(token)
        if body is None or len(body) != PASS_BYTES:
            raise NotFound(self._no_such)
        return Pass(body[0], UUID(bytes=body[1:17]), int.from_bytes(body[17:]))
