"""The assistant is told what it knew, when its record of a conversation starts anew."""

import pytest
from rasa_sdk.interfaces import ActionExecutionRejection

from livechat.models import Conversation
from tests.actions.stage import FORM, Stage


async def test_slots_and_the_active_form_are_restored(stage: Stage) -> None:
    slots = {"last_answer": "adresses/difference", "misses": 1}
    stage.slots["session_started_metadata"] = {"memory": {"slots": slots, "loop": FORM}}
    assert await stage.run("action_session_start", {}) == []
    assert (stage.slots, stage.loop) == (slots, FORM)


async def test_a_conversation_that_begins_remembers_nothing(stage: Stage) -> None:
    async with stage.database.writing.begin() as session:
        session.add(Conversation(sender=stage.sender))
    nothing: tuple[dict[str, object] | None, ...] = (
        None,
        {},
        {"memory": {"slots": {}, "loop": None}},
    )
    for told in nothing:
        stage.slots["session_started_metadata"] = told
        await stage.run("action_session_start", {})
        assert (stage.slots, stage.loop) == ({}, None)


async def test_what_is_told_overrules_an_older_record_of_the_same_name(stage: Stage) -> None:
    stage.slots |= {
        "misses": 1,
        "session_started_metadata": {"memory": {"slots": {"misses": 0}, "loop": None}},
    }
    await stage.run("action_session_start", {})
    assert stage.slots == {"misses": 0}


async def test_a_name_that_is_nobodys_begins_nothing(stage: Stage) -> None:
    with pytest.raises(ActionExecutionRejection):
        await stage.run("action_session_start", {})


async def test_what_rasa_has_forgotten_is_read_again(stage: Stage) -> None:
    memory = {"slots": {"misses": 1}, "loop": FORM}
    async with stage.database.writing.begin() as session:
        session.add(Conversation(sender=stage.sender, memory=memory))
    await stage.run("action_session_start", {})
    assert (stage.slots, stage.loop) == (memory["slots"], FORM)
