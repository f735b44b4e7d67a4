"""The answers that we owe: each message of a user gets one turn, and a turn ends once.

A turn is a row. It is taken with a lease, so that it survives the death of any process, and all of
its replies, what they direct and its end are stored in one transaction. A turn whose outcome is
unknown (we died while the assistant was asked) is asked again under a new name, restored from what
the assistant remembered at the end of the last stored turn, so that nothing is taken twice.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.database import Database
from kit.finishing import to_its_end
from livechat import log
from livechat.assignment import lock_queue
from livechat.assistant import Ask, Assistant, Memory, Reply, Unreachable, ask_of
from livechat.errands import Errands
from livechat.hub import BOARD, Hub
from livechat.memory import rename
from livechat.models import Conversation, LogEntry, Turn, TurnOutcome, TurnState
from livechat.protocol import ASSISTED, Author, SomeoneTypes
from livechat.speech import do_without, is_written, speak

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=15)  # well over the time that one turn may take
SWEEP_S = 1.0  # how often forgotten turns are looked for
TRIES = 3  # a turn that kills whoever takes it is given up after these
SESSION_TURNS = 30  # then the assistant's own record starts anew: it re-reads all of it each turn
STOP_S = 1.0  # a turn that is being stored when we stop may end for so long
AT_ONCE = 16  # turns in flight in this process; the others wait here, not in Rasa


@dataclass(frozen=True)
class Taken:
    """A turn that is ours until its lease ends."""

    conversation_id: UUID
    seq: int
    attempt: int
    ask: Ask
    sender: str
    memory: Memory | None  # told only when the sender is new


class Turns:
    def __init__(
        self,
        database: Database,
        hub: Hub,
        assistant: Assistant,
        errands: Errands,
        timeout_s: float = 5.0,
    ) -> None:
        self._database = database
        self._hub = hub
        self._assistant = assistant
        self._errands = errands
        self._timeout_s = timeout_s
        self._runners: dict[UUID, asyncio.Task[None]] = {}
        self._woken: set[UUID] = set()  # woken since its runner began to look
        self._at_once = asyncio.Semaphore(AT_ONCE)

    # Running them ------------------------------------------------------------------------

    def wake(self, conversation_id: UUID) -> None:
        """Something is due in this conversation. Returns at once."""
        self._woken.add(conversation_id)
        if conversation_id not in self._runners:
            runner = asyncio.create_task(self._run(conversation_id))
            self._runners[conversation_id] = runner
            runner.add_done_callback(lambda task: self._stopped(conversation_id, task))

    def _stopped(self, conversation_id: UUID, task: asyncio.Task[None]) -> None:
        self._runners.pop(conversation_id, None)
        woken_again = conversation_id in self._woken
        self._woken.discard(conversation_id)
        if task.cancelled():
            return
        if problem := task.exception():
            # The turn stays due: the sweep takes it again once its lease has ended.
            logger.error("A turn of %s failed: %r", conversation_id, problem)
        elif woken_again:
            self.wake(conversation_id)

    async def _run(self, conversation_id: UUID) -> None:
        async with self._at_once:
            self._woken.discard(conversation_id)
            while await self.take_one(conversation_id):
                pass

    async def sweep(self) -> None:
        """Wake the conversations whose turns were forgotten."""
        for conversation_id in await self.overdue():
            self.wake(conversation_id)

    @to_its_end
    async def overdue(self) -> Sequence[UUID]:
        """Conversations with a turn that nobody has a lease on."""
        query = (
            select(Turn.conversation_id)
            .where(Turn.state == TurnState.DUE, Turn.due_at <= now())
            .distinct()
            .limit(200)
        )
        async with self._database.reading() as session:
            return (await session.scalars(query)).all()

    async def drain(self, seconds: float) -> None:
        """Let the turns in flight end; what does not is taken again after the next start."""
        if self._runners:
            await asyncio.wait(self._runners.values(), timeout=seconds)

    async def stop(self) -> None:
        """Let go of the turns in flight: their rows stand, they are taken again after a start."""
        runners = list(self._runners.values())
        await self.drain(STOP_S)
        for runner in runners:
            runner.cancel()
        await asyncio.gather(*runners, return_exceptions=True)

    # One turn ----------------------------------------------------------------------------

    async def take_one(self, conversation_id: UUID) -> bool:
        """Take the next due turn of this conversation to its end.

        Whether another may be due: False when there was none, or none is left.
        """
        taken = await self._take(conversation_id)
        if taken is None:
            return False
        self._hub.publish(conversation_id, SomeoneTypes(author=Author.ASSISTANT))
        try:
            if taken.attempt > TRIES:
                raise Unreachable(f"Given up after {TRIES} tries.")
            async with asyncio.timeout(self._timeout_s):
                turned = await self._assistant.reply(
                    taken.ask, sender=taken.sender, memory=taken.memory
                )
        except (Unreachable, TimeoutError) as problem:
            reason = str(problem) or "too slow"
            logger.warning("The assistant did not answer: %s", reason)
            return await self._end(taken, None, None, explained=reason)
        return await self._end(taken, turned.replies, turned.memory)

    @to_its_end
    async def _take(self, conversation_id: UUID) -> Taken | None:
        async with self._database.writing.begin(brief=True) as session:
            conversation = await log.lock(session, conversation_id)
            turn = await _next_due(session, conversation_id)
            if turn is None or turn.due_at > now():
                return None
            if turn.attempts > 0 or conversation.sender_turns >= SESSION_TURNS:
                rename(conversation)
            turn.attempts += 1
            turn.due_at = now() + LEASE
            turn.sender = conversation.sender
            fresh = conversation.sender_turns == 0
            conversation.sender_turns += 1
            return Taken(
                conversation_id=conversation_id,
                seq=turn.seq,
                attempt=turn.attempts,
                ask=ask_of.validate_python(turn.ask),
                sender=conversation.sender,
                memory=Memory.model_validate(conversation.memory) if fresh else None,
            )

    @to_its_end
    async def _end(
        self,
        taken: Taken,
        replies: list[Reply] | None,
        memory: Memory | None,
        explained: str | None = None,
    ) -> bool:
        """Store all that the turn gave, once. `replies` None: the assistant could not be had.

        Whether another turn may be due.
        """
        written = replies is None and is_written(taken.ask)
        for_the_queue = written or any(reply.directive for reply in replies or ())
        async with self._database.writing.begin(brief=not for_the_queue) as session:
            if for_the_queue:
                await lock_queue(session)  # it may put the user into the queue
            conversation = await log.lock(session, taken.conversation_id)
            turn = await session.get_one(Turn, (taken.conversation_id, taken.seq))
            if turn.state is TurnState.ENDED or turn.attempts != taken.attempt:
                return True  # our lease ended and somebody else answered: what we have is void
            entries: list[LogEntry] = []
            if conversation.mode not in ASSISTED:
                turn.outcome = TurnOutcome.SUPERSEDED
            elif replies is None or memory is None:
                turn.outcome = TurnOutcome.FELL_BACK
                turn.explained = explained
                rename(conversation)  # it may still be busy with what we do not wait for
                entries += await do_without(session, conversation, taken.ask)
            else:
                turn.outcome = TurnOutcome.ANSWERED
                conversation.memory = memory.model_dump(mode="json")
                for reply in replies:
                    entries += await self._give(session, conversation, reply)
            turn.state, turn.ended_at = TurnState.ENDED, now()
            await session.flush()
            another = await _next_due(session, taken.conversation_id)
            events = [log.shown(entry) for entry in entries]
        self._hub.publish(taken.conversation_id, *events)
        self._hub.look_again([BOARD])
        return another is not None

    async def _give(
        self, session: AsyncSession, conversation: Conversation, reply: Reply
    ) -> list[LogEntry]:
        entries = [await speak(session, conversation, reply)] if reply.text else []
        if reply.directive is not None:
            entries += await self._errands.carry_out(session, conversation, reply.directive)
        return entries


_NEXT_DUE = (
    select(Turn)
    .where(Turn.conversation_id == bindparam("id"), Turn.state == TurnState.DUE)
    .order_by(Turn.seq)
    .limit(1)
)
_OWED = (
    select(Turn.seq)
    .where(
        Turn.conversation_id == bindparam("id"),
        Turn.state == TurnState.DUE,
        Turn.seq <= bindparam("seq"),
    )
    .limit(1)
)


async def _next_due(session: AsyncSession, conversation_id: UUID) -> Turn | None:
    return await session.scalar(_NEXT_DUE, {"id": conversation_id})


async def is_settled(session: AsyncSession, conversation_id: UUID, seq: int) -> bool:
    """Whether nothing is owed any more for what was said up to `seq`."""
    return await session.scalar(_OWED, {"id": conversation_id, "seq": seq}) is None


def due(conversation: Conversation, seq: int, ask: Ask, at: datetime) -> Turn:
    return Turn(
        conversation_id=conversation.id, seq=seq, ask=ask.model_dump(mode="json"), due_at=at
    )
