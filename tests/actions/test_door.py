"""The route that Rasa asks: only Rasa may, and each answer says what is remembered."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from actions.door import HEADER, executor, remembered, router
from kit.database import Database
from livechat.models import Conversation
from tests.actions.stage import FORM, Stage, ask, domain, sources_of, text_of

KEY = "what only Rasa knows"


@pytest.fixture
async def rasa(database: Database) -> AsyncIterator[httpx2.AsyncClient]:
    """A client that shows the key as Rasa does."""
    app = FastAPI()
    app.include_router(router)
    app.state.executor, app.state.action_key = executor(sources_of(database)), KEY
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://web", headers={HEADER: KEY}
    ) as client:
        yield client


def call(stage: Stage, action: str) -> dict[str, Any]:
    made = stage._call(action, ask("adresses/difference"))
    made["tracker"]["events"] = [{"event": "session_started"}]
    return made


async def test_an_action_answers_and_tells_what_is_remembered(
    rasa: httpx2.AsyncClient, stage: Stage
) -> None:
    answer = await rasa.post("/actions/webhook", json=call(stage, "action_answer"))
    said, memory = answer.json()["responses"]
    assert answer.status_code == 200
    assert said["custom"]["say"]["text"] == text_of("adresses/difference")
    assert memory["custom"]["memory"]["slots"]["last_answer"] == "adresses/difference"


async def test_before_what_it_knew_was_read_a_conversation_remembers_nothing_else(
    rasa: httpx2.AsyncClient, stage: Stage
) -> None:
    async with stage.database.writing.begin() as session:
        session.add(Conversation(sender=stage.sender))
    begun, not_begun = call(stage, "action_session_start"), call(stage, "action_answer")
    for each in (begun, not_begun):
        each["tracker"]["events"] = []
    assert (await rasa.post("/actions/webhook", json=not_begun)).status_code == 500
    assert (await rasa.post("/actions/webhook", json=begun)).status_code == 200


@pytest.mark.parametrize("shown", ["", "wrong", "what only Rasa knows "])
async def test_who_does_not_know_the_key_is_turned_away(
    rasa: httpx2.AsyncClient, stage: Stage, shown: str
) -> None:
    answer = await rasa.post(
        "/actions/webhook", json=call(stage, "action_answer"), headers={HEADER: shown}
    )
    assert answer.status_code == 403


async def test_an_unknown_action_is_told_in_the_words_of_the_protocol(
    rasa: httpx2.AsyncClient, stage: Stage
) -> None:
    answer = await rasa.post("/actions/webhook", json=call(stage, "action_shout"))
    assert (answer.status_code, answer.json()["action_name"]) == (404, "action_shout")


def test_every_action_of_the_domain_is_there_and_no_other(database: Database) -> None:
    own = {name for name in domain()["actions"] if name.startswith(("action_", "validate_"))}
    assert set(executor(sources_of(database)).actions) == own


def test_what_is_remembered_is_what_holds_after_the_events() -> None:
    tracker = {
        "slots": {"misses": 1, "explanation": None, "session_started_metadata": {"memory": {}}},
        "active_loop": {"name": FORM},
    }
    events: list[dict[str, Any]] = [
        {"event": "slot", "name": "misses", "value": 0},
        {"event": "slot", "name": "explanation", "value": "gris"},
        {"event": "slot", "name": "explanation", "value": None},
        {"event": "followup", "name": "action_listen"},
    ]
    assert remembered({"tracker": tracker}, events) == {"slots": {"misses": 0}, "loop": FORM}
    ended = [*events, {"event": "active_loop", "name": None}]
    assert remembered({"tracker": tracker}, ended)["loop"] is None
    assert remembered({"tracker": {"slots": {}}}, []) == {"slots": {}, "loop": None}
