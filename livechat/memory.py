"""What the assistant remembers of a conversation, when something happened without it.

It is told at its next turn, under a new name: the record that it keeps itself is a cache.
"""

from typing import Any
from uuid import uuid4

from livechat.assistant import Memory
from livechat.models import Conversation

# What is asked, and the forms that wait for others: nothing of it holds when the form is left.
PASSING = ("requested_slot", "suspended")


def remember(conversation: Conversation, **slots: Any) -> None:
    """Have the assistant know something that it did not say itself: told at its next turn."""
    memory = Memory.model_validate(conversation.memory)
    told = memory.model_copy(update={"slots": memory.slots | slots})
    conversation.memory = told.model_dump(mode="json")
    rename(conversation)


def leave_form(conversation: Conversation) -> None:
    """What the user says next is no answer to what the assistant last asked."""
    memory = Memory.model_validate(conversation.memory)
    if memory.loop is not None:
        kept = {name: each for name, each in memory.slots.items() if name not in PASSING}
        conversation.memory = Memory(slots=kept).model_dump(mode="json")
        rename(conversation)


def rename(conversation: Conversation) -> None:
    """The assistant is to know this conversation under a new name from the next turn on."""
    conversation.sender = str(uuid4())
    conversation.sender_turns = 0
