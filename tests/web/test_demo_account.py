"""The links in the mails of the demo lead to a page that says it is one, and changes nothing."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from chorus import demo
from chorus.account_models import AccountRequestKind
from chorus.connecting import demo_links
from chorus.demo_portal import DemoPortal
from kit.clock import now
from kit.settings import Settings
from tests.clock import Clock, clock
from tests.web.assistants import ScriptedAssistant
from tests.web.conftest import NOBODY, on_sqlite
from web.app import create_app

__all__ = ["clock"]

pytestmark = on_sqlite

IN_AN_HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (AccountRequestKind.ACTIVATION, "ce lien activerait votre compte"),
        (AccountRequestKind.PASSWORD_RESET, "vous choisiriez ici un nouveau mot de passe"),
    ],
)
def test_a_link_says_what_the_real_portal_would_show(
    client: TestClient, settings: Settings, kind: AccountRequestKind, words: str
) -> None:
    path = demo_links(settings).path(kind, now() + IN_AN_HOUR)
    for _ in range(2):  # programs that open the links of mails use nothing up
        answer = client.get(path)
        assert answer.status_code == 200
        assert words in answer.text
        assert "Ceci est une démonstration" in answer.text
        assert "<form" not in answer.text
    assert "noindex" in answer.headers["X-Robots-Tag"]


def test_a_link_that_is_too_old_is_refused_like_one_that_was_invented(
    client: TestClient, settings: Settings, clock: Clock
) -> None:
    path = demo_links(settings).path(AccountRequestKind.ACTIVATION, now() + IN_AN_HOUR)
    clock.forward(minutes=61)
    old, invented = client.get(path), client.get("/demo/compte/abc")
    assert old.status_code == invented.status_code == 404
    assert old.text == invented.text
    assert "Lien non valable" in old.text


def test_without_the_demo_there_is_no_such_page_and_nothing_is_connected(
    database_url: str, tmp_path: Path
) -> None:
    settings = Settings(var=tmp_path, database_url=database_url, rasa_url=NOBODY, demo=False)
    app = create_app(settings, ScriptedAssistant())
    with TestClient(app) as client:
        path = demo_links(settings).path(AccountRequestKind.ACTIVATION, now() + IN_AN_HOUR)
        assert client.get(path).status_code == 404
        assert not app.state.portal.connected
        assert not app.state.accounts.offered


async def test_the_invoices_that_the_demo_page_names_are_those_of_whom_it_names(
    client: TestClient, tmp_path: Path
) -> None:
    portal = DemoPortal(tmp_path)
    page = client.get("/").text
    for user in demo.USERS:
        (line,) = re.findall(rf"<li>pour {user.name} : (.+?)</li>", page.replace("\u00a0", " "))
        for number in re.findall(r"[A-Z]+-\d+", line):
            found = await portal.find_invoices([f"demo-{user.key}"], number)
            assert len(found) == (2 if number == "F-0042" else 1), number


def test_with_the_demo_all_is_marked_as_one(app: FastAPI, client: TestClient) -> None:
    assert app.state.portal.is_demo and app.state.invoices.is_demo
    assert app.state.accounts.offered
    assert re.search("(?i)démonstration", client.get("/").text)
