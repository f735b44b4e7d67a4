"""What one transaction changed, told to whoever listens once it is committed."""

from uuid import UUID

from livechat import log
from livechat.hub import BOARD, Hub
from livechat.models import Conversation, LogEntry


class Changes:
    """Collected while the transaction is open; `publish` is for after its commit."""

    def __init__(self) -> None:
        self._entries: list[LogEntry] = []
        self._looked_at: set[UUID] = set()

    def add(self, *entries: LogEntry) -> None:
        self._entries += entries

    def staff_only(self, conversation: Conversation) -> None:
        """Something that only staff see was written in this conversation."""
        self._looked_at.add(conversation.id)

    def publish(self, hub: Hub) -> None:
        for entry in self._entries:
            hub.publish(entry.conversation_id, log.shown(entry))
        hub.look_again(self._looked_at)
        hub.look_again([BOARD])
