"""The answers that we owe: whatever happens to a process or to the assistant, one each."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from sqlalchemy import select, text

from kit.database import Database
from kit.finishing import repeat, stop
from livechat import turns
from livechat.assistant import AskText, Memory, OpenRequest, Reply, Turned, Unreachable
from livechat.errands import Errands
from livechat.hub import Hub
from livechat.models import Conversation, TurnOutcome, TurnState
from livechat.protocol import Author, Decision, Mode, SomeoneTypes
from livechat.turns import TRIES, Turns
from tests.clock import Clock
from tests.livechat.fakes import (
    Chat,
    HangingAssistant,
    ScriptedAssistant,
    die_while_asking,
    states,
    turned,
)
from ticketing.models import RequestKind, Ticket

EMPTY = Unreachable("An empty answer.")
TICKET = OpenRequest(kind=RequestKind.TICKET)


async def outcomes(chat: Chat, conversation_id: UUID) -> list[TurnOutcome | None]:
    return [turn.outcome for turn in await chat.turns_of(conversation_id)]


async def requests(database: Database) -> int:
    async with database.reading() as session:
        return len((await session.scalars(select(Ticket))).all())


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await holds():
            await asyncio.sleep(0.02)


# Once, and whole ---------------------------------------------------------------------------


async def test_a_message_is_stored_then_answered_exactly_once(database: Database) -> None:
    chat = Chat(database)
    conversation_id = await chat.open()
    await chat.say(conversation_id, "Bonjour")
    await chat.ended()
    await chat.ended()
    assert await chat.said_by(conversation_id, Author.USER) == ["Bonjour"]
    assert await chat.said_by(conversation_id, Author.ASSISTANT) == ["Réponse à Bonjour"]
    assert await outcomes(chat, conversation_id) == [TurnOutcome.ANSWERED]
    assert chat.assistant.texts == ["Bonjour"]


async def test_who_listens_sees_the_message_then_typing_then_the_answer(database: Database) -> None:
    chat = Chat(database)
    await chat.answer()
    assert [frame.type for frame in chat.hub.frames] == ["message", "typing", "message"]
    assert chat.hub.frames[1] == SomeoneTypes(author=Author.ASSISTANT)


async def test_nothing_of_a_turn_is_kept_when_a_part_of_it_cannot_be_written(
    database: Database, clock: Clock
) -> None:
    whole = [Reply(text="Je m’en occupe."), Reply(directive=TICKET)]
    script = [Turned(replies=whole, memory=Memory(slots={"turn": 1})) for _ in range(2)]
    chat = Chat(database, ScriptedAssistant(*script))
    conversation_id = await chat.open()
    await _rename(database, "tickets", "mislaid")
    await chat.say(conversation_id, "un ticket svp")
    await chat.ended()
    assert await chat.said_by(conversation_id, Author.ASSISTANT) == []
    assert (await chat.conversation(conversation_id)).memory == {}
    assert await states(chat, conversation_id) == [TurnState.DUE]

    await _rename(database, "mislaid", "tickets")
    clock.forward(seconds=16)
    chat.turns.wake(conversation_id)
    await chat.ended()
    first, second = await chat.said_by(conversation_id, Author.ASSISTANT)
    assert (first, await requests(database)) == ("Je m’en occupe.", 1)
    assert "TK-" in second
    assert (await chat.conversation(conversation_id)).memory["slots"] == {"turn": 1}


async def _rename(database: Database, table: str, name: str) -> None:
    async with database.writing.begin() as session:
        await session.execute(text(f"ALTER TABLE {table} RENAME TO {name}"))


# The assistant cannot be had ---------------------------------------------------------------


class SleepyAssistant(ScriptedAssistant):
    """Stands for Rasa that is too slow."""

    async def think(self) -> None:
        await asyncio.sleep(30)


@pytest.mark.parametrize(
    ("make", "timeout_s"),
    [
        (lambda: ScriptedAssistant(Unreachable("ConnectError")), 30.0),
        (lambda: ScriptedAssistant(EMPTY), 30.0),
        (SleepyAssistant, 0.02),
    ],
    ids=["unreachable", "empty", "slow"],
)
async def test_an_assistant_that_cannot_be_had_gives_one_fallback_with_the_offer(
    database: Database, make: Callable[[], ScriptedAssistant], timeout_s: float
) -> None:
    chat = Chat(database, make(), timeout_s=timeout_s)
    conversation_id = await chat.open()
    await chat.say(conversation_id, "Bonjour")
    await chat.ended()
    assert await outcomes(chat, conversation_id) == [TurnOutcome.FELL_BACK]
    (fallback,) = (await chat.messages(conversation_id))[2:]
    assert fallback.answer is not None
    assert fallback.answer.decision is Decision.ESCALATE
    assert {"act:ticket", "act:continue"} < {choice.id for choice in fallback.choices}


async def test_after_a_fallback_the_next_question_has_a_new_sender_with_the_last_memory(
    database: Database,
) -> None:
    first = turned("Voilà.", slots={"last_answer": "adresses/difference"}, loop="explanation_form")
    chat = Chat(database, ScriptedAssistant(first, EMPTY))
    conversation_id = await chat.open()
    for words in ("un", "deux", "trois", "quatre"):
        await chat.say(conversation_id, words)
        await chat.ended()
    one, two, three, four = chat.assistant.asked
    assert one.sender == two.sender != three.sender == four.sender
    assert [each.memory for each in (one, two, four)] == [Memory(), None, None]
    assert three.memory == first.memory


async def test_a_turn_is_asked_again_under_a_new_sender_when_its_process_died(
    database: Database, clock: Clock
) -> None:
    chat = Chat(database)
    conversation_id, _ = await chat.answer("un")
    died = await die_while_asking(database, conversation_id, "deux")
    assert await chat.turns.overdue() == []
    clock.forward(seconds=16)
    assert await chat.turns.overdue() == [conversation_id]
    chat.turns.wake(conversation_id)
    await chat.ended()
    first, again = chat.assistant.asked
    (lost,) = died.asked
    assert first.sender == lost.sender != again.sender
    assert again.memory == Memory(slots={"turn": 1})
    assert await outcomes(chat, conversation_id) == [TurnOutcome.ANSWERED, TurnOutcome.ANSWERED]
    assert (await chat.said_by(conversation_id, Author.ASSISTANT))[1:] == ["Réponse à deux"]


async def test_an_answer_that_comes_after_its_lease_is_void(
    database: Database, clock: Clock
) -> None:
    late = Chat(database, HangingAssistant(turned("Trop tard.")))
    prompt = Chat(database, ScriptedAssistant(turned("À temps.")))
    conversation_id = await late.open()
    await late.say(conversation_id, "Bonjour")
    assert isinstance(late.assistant, HangingAssistant)
    await late.assistant.asked_once.wait()
    clock.forward(seconds=16)
    await prompt.turns.take_one(conversation_id)
    late.assistant.released.set()
    await late.ended()
    assert await late.said_by(conversation_id, Author.ASSISTANT) == ["À temps."]
    assert await outcomes(late, conversation_id) == [TurnOutcome.ANSWERED]
    senders = {each.sender for chat in (late, prompt) for each in chat.assistant.asked}
    assert len(senders) == 2


async def test_a_turn_that_kills_whoever_takes_it_is_given_up(
    database: Database, clock: Clock
) -> None:
    chat = Chat(database)
    conversation_id = await chat.open()
    await die_while_asking(database, conversation_id, "poison")
    for _ in range(TRIES - 1):
        clock.forward(seconds=16)
        await die_while_asking(database, conversation_id)
    clock.forward(seconds=16)
    await chat.turns.take_one(conversation_id)
    assert chat.assistant.asked == []
    assert await outcomes(chat, conversation_id) == [TurnOutcome.FELL_BACK]
    assert len(await chat.said_by(conversation_id, Author.ASSISTANT)) == 1
    await chat.say(conversation_id, "suite")
    await chat.ended()
    assert (await chat.said_by(conversation_id, Author.ASSISTANT))[1:] == ["Réponse à suite"]


async def test_an_answer_is_dropped_when_a_human_took_over_meanwhile(database: Database) -> None:
    busy = HangingAssistant(
        Turned(replies=[Reply(text="Encore moi !"), Reply(directive=TICKET)], memory=Memory())
    )
    chat = Chat(database, busy)
    conversation_id = await chat.open()
    await chat.say(conversation_id, "un humain")
    await busy.asked_once.wait()
    await _set_mode(database, conversation_id, Mode.ADVISOR)
    busy.released.set()
    await chat.ended()
    assert await outcomes(chat, conversation_id) == [TurnOutcome.SUPERSEDED]
    assert await chat.said_by(conversation_id, Author.ASSISTANT) == []
    assert await requests(database) == 0
    await chat.say(conversation_id, "êtes-vous là ?")
    await chat.ended()
    assert len(await chat.turns_of(conversation_id)) == 1


async def _set_mode(database: Database, conversation_id: UUID, mode: Mode) -> None:
    async with database.writing.begin() as session:
        (await session.get_one(Conversation, conversation_id)).mode = mode


# Many messages, many processes -------------------------------------------------------------


async def test_quick_messages_are_answered_in_order_and_never_two_at_once(
    database: Database,
) -> None:
    chat = Chat(database, ScriptedAssistant(pause_s=0.01))
    conversation_id = await chat.open()
    words = ["un", "deux", "trois", "quatre", "cinq"]
    for word in words:
        await chat.say(conversation_id, word)
    await chat.ended()
    assert chat.assistant.texts == words
    assert chat.assistant.most_at_once == 1
    answers = await chat.said_by(conversation_id, Author.ASSISTANT)
    assert answers == [f"Réponse à {word}" for word in words]


async def test_the_assistant_knows_the_conversation_under_a_fresh_name_every_few_dozen_turns(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "SESSION_TURNS", 3)
    chat = Chat(database)
    conversation_id = await chat.open()
    for number in range(7):
        await chat.say(conversation_id, str(number))
        await chat.ended()
    senders = [each.sender for each in chat.assistant.asked]
    assert [senders.count(sender) for sender in dict.fromkeys(senders)] == [3, 3, 1]
    memories = [each.memory for each in chat.assistant.asked]
    told = {place: memory for place, memory in enumerate(memories) if memory is not None}
    assert told == {
        0: Memory(),
        3: Memory(slots={"turn": 3}),
        6: Memory(slots={"turn": 6}),
    }


async def test_two_processes_that_race_give_each_message_exactly_one_outcome(
    database: Database, database_url: str
) -> None:
    other_database = Database(database_url)
    one = Chat(database, ScriptedAssistant(pause_s=0.002))
    other = Chat(other_database, ScriptedAssistant(pause_s=0.002))
    conversations = [await one.open() for _ in range(8)]

    async def talk(conversation_id: UUID) -> None:
        for number, chat in enumerate((one, other, one)):
            await chat.say(conversation_id, str(number))
            one.turns.wake(conversation_id)
            other.turns.wake(conversation_id)

    async def all_ended() -> bool:
        every = [await states(one, each) for each in conversations]
        return all(state is TurnState.ENDED for found in every for state in found)

    stopping = asyncio.Event()
    sweeps = [asyncio.create_task(repeat(chat.turns.sweep, 0.2, stopping)) for chat in (one, other)]
    await asyncio.gather(*map(talk, conversations))
    await until(all_ended)
    stopping.set()
    await stop(sweeps, within_s=5.0)
    for conversation_id in conversations:
        assert await outcomes(one, conversation_id) == [TurnOutcome.ANSWERED] * 3
        answers = await one.said_by(conversation_id, Author.ASSISTANT)
        assert answers == ["Réponse à 0", "Réponse à 1", "Réponse à 2"]
    assert len(one.assistant.asked) + len(other.assistant.asked) == 24
    await other_database.close()


async def test_numbers_have_no_hole_when_all_talk_and_vote_at_once(database: Database) -> None:
    chat = Chat(database)
    conversation_id, votable = await chat.answer()
    says = [chat.say(conversation_id, str(number)) for number in range(20)]
    votes = [
        chat.vote(conversation_id, votable.seq, "up" if number % 2 else "down")
        for number in range(10)
    ]
    heard = await asyncio.gather(*says, *votes)
    await chat.ended()
    events = await chat.events(conversation_id)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert (await chat.conversation(conversation_id)).last_seq == len(events)
    new = [each.seq for each in heard if not each.again]
    assert len(set(new)) == len(new) >= 21


# Nobody forgets ----------------------------------------------------------------------------


async def test_a_turn_that_nobody_was_woken_for_is_found(database: Database, clock: Clock) -> None:
    chat = Chat(database)
    conversation_id = await chat.open()
    await die_while_asking(database, conversation_id, "Bonjour")
    clock.forward(seconds=16)
    await chat.turns.sweep()
    await chat.ended()
    assert await _answered(chat, conversation_id)


async def _answered(chat: Chat, conversation_id: UUID) -> bool:
    return bool(await chat.said_by(conversation_id, Author.ASSISTANT))


class AboutToStop(Turns):
    """Stands for an unlucky moment: a message comes just when the runner has found nothing due."""

    def __init__(
        self,
        database: Database,
        hub: Hub,
        assistant: ScriptedAssistant,
        errands: Errands,
        timeout_s: float,
    ) -> None:
        super().__init__(database, hub, assistant, errands, timeout_s)
        self.meanwhile: Callable[[], Awaitable[object]] | None = None

    async def take_one(self, conversation_id: UUID) -> bool:
        more = await super().take_one(conversation_id)
        meanwhile, self.meanwhile = self.meanwhile, None if not more else self.meanwhile
        if not more and meanwhile is not None:
            await meanwhile()
        return more


async def test_a_message_that_comes_just_as_the_runner_stops_is_answered_without_the_sweep(
    database: Database,
) -> None:
    chat = Chat(database, keep_turns=AboutToStop)
    assert isinstance(chat.turns, AboutToStop)
    conversation_id = await chat.open()
    chat.turns.meanwhile = lambda: chat.say(conversation_id, "et encore ceci")
    await chat.say(conversation_id, "Bonjour")
    await chat.ended()
    await chat.ended()
    assert chat.assistant.texts == ["Bonjour", "et encore ceci"]


async def test_an_answer_for_a_conversation_that_was_erased_meanwhile_is_dropped(
    database: Database,
) -> None:
    busy = HangingAssistant()
    chat = Chat(database, busy)
    conversation_id = await chat.open()
    await chat.say(conversation_id, "Bonjour")
    await busy.asked_once.wait()
    async with database.writing.begin() as session:
        for table in ("turns", "conversation_log", "conversations"):
            await session.execute(text(f"DELETE FROM {table}"))
    busy.released.set()
    await chat.ended()
    assert [frame.type for frame in chat.hub.frames] == ["message", "typing"]


async def test_what_is_owed_is_known_until_it_is_given(database: Database) -> None:
    busy = HangingAssistant()
    chat = Chat(database, busy)
    conversation_id = await chat.open()
    heard = await chat.say(conversation_id, "Bonjour")
    assert not await chat.exchange.is_settled(conversation_id, heard.seq)
    assert await chat.exchange.is_settled(conversation_id, heard.seq - 1)
    busy.released.set()
    await chat.ended()
    assert await chat.exchange.is_settled(conversation_id, heard.seq)
    assert chat.assistant.asked[0].ask == AskText(text="Bonjour")
