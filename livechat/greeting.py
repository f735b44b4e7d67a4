"""The first words to somebody, with the questions that fit them; and once more when it is known
who they are.

Who connects in the middle is told so once, while the assistant answers: in the queue and with an
advisor nobody needs other questions. In the middle of a form none are proposed either.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from chorus.identity import Identity
from livechat import words
from livechat.assistant import Reply
from livechat.models import Conversation, LogEntry
from livechat.protocol import Answer, Choice, Decision, Mode
from livechat.speech import speak

GREETING = Answer(decision=Decision.TALK, id="salutation", article="salutation", confidence=1.0)


async def greet(session: AsyncSession, conversation: Conversation, choices: list[Choice]) -> None:
    """`choices`: what is proposed to this person."""
    greeting = Reply(text=words.greeting(), choices=choices, answer=GREETING)
    await speak(session, conversation, greeting)


def keep(conversation: Conversation, identity: Identity) -> None:
    conversation.subject = identity.subject
    conversation.identity = identity.kept()


async def recognise(
    session: AsyncSession, conversation: Conversation, identity: Identity, choices: list[Choice]
) -> list[LogEntry]:
    """Keep who it is. Whoever was a stranger until now reads that they are not any more.

    The host page vouches for them again at each of its pages: that changes nothing.
    """
    was_stranger = conversation.subject is None
    keep(conversation, identity)
    if not was_stranger or conversation.mode is not Mode.ASSISTANT:
        return []
    in_a_form = conversation.memory.get("loop") is not None
    if in_a_form:
        told = Reply(text=words.CONNECTED_IN_A_FORM, answer=GREETING)
    else:
        told = Reply(text=words.CONNECTED, choices=choices, answer=GREETING)
    return [await speak(session, conversation, told)]
