"""The application over each database, with an assistant that says what the test wants."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from kit.settings import Settings
from tests.web.assistants import ScriptedAssistant
from tests.web.talks import Talk, open_talk

NOBODY = "http://127.0.0.1:9"  # where no assistant listens: the scripted one is asked instead


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(
        var=tmp_path / "var",
        database_url=database_url,
        rasa_url=NOBODY,
        rate_limits="off",
        demo_training=False,
        embed_origins="https://host.example",
    )


@pytest.fixture
def assistant() -> Iterator[ScriptedAssistant]:
    scripted = ScriptedAssistant()
    yield scripted
    scripted.gate.set()


@pytest.fixture
def app(settings: Settings, assistant: ScriptedAssistant) -> FastAPI:
    from web.app import create_app

    return create_app(settings, assistant)


@pytest.fixture
def client(app: FastAPI, assistant: ScriptedAssistant) -> Iterator[TestClient]:
    with TestClient(app) as started:
        yield started
        assistant.gate.set()  # nothing is left in flight


@pytest.fixture
def talk(client: TestClient) -> Talk:
    return open_talk(client)


on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
