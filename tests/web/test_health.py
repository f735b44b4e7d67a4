"""Whether we say that we are ready only while the assistant is there and warm."""

import httpx2
import pytest

from kit.database import Database
from tests.livechat.fakes import ScriptedAssistant
from web.health import Health


class Rasa:
    """Stands for the assistant's server: there, or refusing connections."""

    def __init__(self) -> None:
        self.there = True

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        if not self.there:
            raise httpx2.ConnectError("refused", request=request)
        return httpx2.Response(200)


@pytest.fixture
def rasa() -> Rasa:
    return Rasa()


@pytest.fixture
def assistant() -> ScriptedAssistant:
    return ScriptedAssistant()


@pytest.fixture
def health(database: Database, rasa: Rasa, assistant: ScriptedAssistant) -> Health:
    transport = httpx2.MockTransport(rasa.answer)
    return Health(
        database, assistant, httpx2.AsyncClient(transport=transport, base_url="http://rasa")
    )


async def test_ready_only_once_it_was_warmed(health: Health, assistant: ScriptedAssistant) -> None:
    assert await health.problem() is not None
    await health.watch()
    assert await health.problem() is None
    assert assistant.asked


async def test_a_death_is_said_at_once_and_a_return_only_once_warm(
    health: Health, rasa: Rasa, assistant: ScriptedAssistant
) -> None:
    await health.watch()
    rasa.there = False
    assert await health.problem() is not None
    rasa.there = True
    assert await health.problem() is not None
    warmed = len(assistant.asked)
    await health.watch()
    assert len(assistant.asked) > warmed
    assert await health.problem() is None
