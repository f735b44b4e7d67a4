"""What the assistant says is never the same text three times, whoever thought of it."""

from collections import Counter

import pytest

from kit.database import Database
from livechat import log
from livechat.protocol import Author
from tests.livechat.fakes import Chat, ScriptedAssistant, turned

MANY = 7


async def said(chat: Chat, times: int = MANY) -> list[str]:
    """What the assistant says to a user who says the same thing again and again."""
    conversation_id = await chat.open()
    for _ in range(times):
        await chat.say(conversation_id, "encore")
        await chat.ended()
    return await chat.said_by(conversation_id, Author.ASSISTANT)


async def test_the_same_text_is_never_sent_three_times(database: Database) -> None:
    texts = await said(Chat(database, ScriptedAssistant(*[turned("Réponse.")] * MANY)))
    assert texts[:2] == ["Réponse."] * 2
    assert len(texts) == MANY
    assert max(Counter(texts).values()) == 2


async def test_the_third_time_help_is_offered_and_yes_accepts_it(database: Database) -> None:
    chat = Chat(database, ScriptedAssistant(*[turned("Réponse.")] * MANY))
    conversation_id = await chat.open()
    for _ in range(3):
        await chat.say(conversation_id, "encore")
        await chat.ended()
    third = (await chat.messages(conversation_id))[-1]
    assert third.choices[-1].id == "act:continue"
    assert not third.votable
    await chat.say(conversation_id, "oui")
    await chat.ended()
    told = chat.assistant.asked[-1].memory
    assert told is not None
    assert told.slots["pending_offer"] == third.choices[0].id


async def test_another_answer_in_between_does_not_start_the_count_anew(database: Database) -> None:
    script = [turned("Une."), turned("Autre.")] * 3
    texts = await said(Chat(database, ScriptedAssistant(*script)), 6)
    assert Counter(texts)["Une."] == 2


async def test_what_was_said_long_ago_may_be_said_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "REMEMBERED", 3)  # the last question, its answer, and this question
    texts = await said(Chat(database, ScriptedAssistant(*[turned("Réponse.")] * MANY)))
    assert texts == ["Réponse."] * MANY


async def test_spaces_before_double_marks_never_break(database: Database) -> None:
    texts = await said(Chat(database, ScriptedAssistant(turned("Êtes-vous « là » ?"))), 1)
    assert texts == ["Êtes-vous «\u00a0là\u00a0»\u00a0?"]
