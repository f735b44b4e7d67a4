"""What the tests of the team ask for: the application, the clock, and people who work here."""

import pytest
from starlette.testclient import TestClient

from tests.clock import clock
from tests.staff.people import Browser, Office
from tests.web.conftest import app, assistant, client, settings

__all__ = ["app", "assistant", "client", "clock", "settings"]


@pytest.fixture
def office(database_url: str) -> Office:
    return Office(database_url)


@pytest.fixture
def browser(client: TestClient) -> Browser:
    return Browser(client)
