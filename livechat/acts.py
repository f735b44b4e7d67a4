"""What a button does that does not ask for an answer: done at once, without the assistant."""

from sqlalchemy.ext.asyncio import AsyncSession

from livechat import chats, transcripts, words
from livechat.assistant import OpenRequest, Reply
from livechat.memory import leave_form
from livechat.models import Conversation, LogEntry
from livechat.protocol import ASSISTED, Act, Answer, Decision
from livechat.speech import KINDS, carry_out, speak


async def carry_out_act(
    session: AsyncSession, conversation: Conversation, act: Act
) -> list[LogEntry]:
    """The caller holds the lock of the queue, then that of the conversation."""
    if act is Act.LEAVE:
        return await chats.leave(session, conversation)
    if act in chats.RATES:
        return await chats.rate(session, conversation, chats.RATES.index(act) + 1)
    if act is Act.TRANSCRIPT:
        return [await transcripts.send_to_known(session, conversation)]
    if conversation.mode not in ASSISTED:
        return []  # it is said to the advisor, as any message
    leave_form(conversation)  # what it had asked is not answered: what was said of it is kept
    if act in KINDS:
        wanted = OpenRequest(kind=KINDS[act], **_complaint(conversation))
        return await carry_out(session, conversation, wanted)
    answer = Answer(decision=Decision.TALK, id="non", confidence=1.0)
    return [await speak(session, conversation, Reply(text=words.CONTINUING, answer=answer))]


def _complaint(conversation: Conversation) -> dict[str, str | None]:
    """What the user disliked and said of it, as far as the assistant remembers."""
    slots = conversation.memory.get("slots", {})
    return {name: slots.get(name) for name in ("explanation", "disliked_answer")}
