"""Who may see a conversation: the one place that decides, for HTTP and for sockets alike.

A token names its conversation and proves that we gave it out. It is not stored: it is computed
again from our key, so a lost answer can be asked for again and get the same token.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.errors import NotFound, Unauthorised
from livechat.models import Conversation


@dataclass(frozen=True)
class Key:
    """What a valid token says."""

    conversation_id: UUID
    generation: int


class Doorkeeper:
    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def token(self, conversation: Conversation) -> str:
        return self._sign(Key(conversation.id, conversation.token_generation))

    def read(self, token: str) -> Key:
        """Raises Unauthorised when we did not make this token."""
        try:
            raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
            key = Key(UUID(bytes=raw[:16]), int.from_bytes(raw[16:20]))
        except (ValueError, TypeError):
            raise Unauthorised("This token is not valid.") from None
        if not hmac.compare_digest(self._sign(key).encode(), token.encode("utf-8", "replace")):
            raise Unauthorised("This token is not valid.")
        return key

    def _sign(self, key: Key) -> str:
        body = key.conversation_id.bytes + key.generation.to_bytes(4)
        mac = hmac.new(self._secret, b"conversation" + body, hashlib.sha256).digest()
        return urlsafe_b64encode(body + mac).decode().rstrip("=")


def permit(key: Key, conversation_id: str) -> UUID:
    """The conversation that the bearer of this key asks for.

    Raises NotFound for a foreign one and for one that does not exist: nobody learns which.
    """
    if not hmac.compare_digest(str(key.conversation_id).encode(), conversation_id.encode()):
        raise NotFound("This conversation does not exist.")
    return key.conversation_id


async def check_current(session: AsyncSession, key: Key) -> Conversation:
    """The conversation, if the token is still its current one.

    Raises NotFound once it is erased, Unauthorised after signing out.
    """
    conversation = await session.get(Conversation, key.conversation_id)
    if conversation is None:
        raise NotFound("This conversation does not exist.")
    if conversation.token_generation != key.generation:
        raise Unauthorised("This token is not valid any more.")
    return conversation
