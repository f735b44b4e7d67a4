"""Words of a conversation that have a few values: who speaks, who answers, what a button does.

Part of the shared contract, as what is in protocol.py: additions are fine, renaming is not.
"""

from enum import StrEnum


class Author(StrEnum):
    USER = "user"
    ASSISTANT = "assistant"
    ADVISOR = "advisor"
    SYSTEM = "system"


class Mode(StrEnum):
    """Who answers the user."""

    ASSISTANT = "assistant"
    QUEUED = "queued"
    ADVISOR = "advisor"
    CLOSED = "closed"


# Who waits for an advisor may go on asking the assistant.
ASSISTED = frozenset({Mode.ASSISTANT, Mode.QUEUED})


class Decision(StrEnum):
    """What the assistant did with a message."""

    ANSWER = "answer"
    CHOOSE = "choose"
    REDIRECT = "redirect"
    ESCALATE = "escalate"
    TALK = "talk"


class Act(StrEnum):
    """What a button does when it does not ask for an answer. The ids are fixed."""

    ADVISOR = "act:advisor"
    TICKET = "act:ticket"
    CALLBACK = "act:callback"
    LEAVE = "act:leave"
    CONTINUE = "act:continue"
    NONE = "act:none"
    TRANSCRIPT = "act:transcript"
    RATE_1 = "act:rate_1"
    RATE_2 = "act:rate_2"
    RATE_3 = "act:rate_3"
    RATE_4 = "act:rate_4"
    RATE_5 = "act:rate_5"
