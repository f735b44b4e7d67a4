"""What must not be told apart is one path: the same statements, the same answer, whatever there is.

Clocks are not asserted: what is asked of the database, in which order, is what takes the time.
"""

import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import Response
from sqlalchemy import event, update
from starlette.testclient import TestClient

from kit.clock import now
from kit.database import Database
from tests.ticketing.support import ADDRESS, Support
from tests.web.conftest import on_sqlite
from tests.web.senders import TITLE, Sender
from ticketing.links import hashed
from ticketing.models import TicketLink

pytestmark = on_sqlite

type Told = tuple[int, str, tuple[tuple[str, str], ...], tuple[str, ...]]

OTHER = "autre@exemple.fr"
VARYING = {"date", "server-timing"}
ACTS = ("reponse", "fermeture", "avis", "code", "code/envoi", "nouveau-lien", "adresse")


@pytest.fixture
def sender(app: FastAPI, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sender]:
    """Nothing runs beside the request: whatever the database is asked, the request asked it."""

    async def rest() -> None: ...

    monkeypatch.setattr("web.app.rounds_of", lambda state: [(rest, 60.0)])
    with TestClient(app) as client:
        yield Sender(client, database_url)


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    found: list[str] = []

    def note(_: Any, cursor: Any, statement: str, *more: Any) -> None:
        found.append(statement)

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def told(app: FastAPI, ask: Callable[[], Response]) -> Told:
    """All that whoever asks could see, and what it took."""
    with statements(app.state.database) as asked:
        answer = ask()
    headers = tuple(sorted(each for each in answer.headers.items() if each[0] not in VARYING))
    return answer.status_code, answer.text, headers, tuple(asked)


# A reference and an address --------------------------------------------------------------


def test_a_known_a_foreign_and_a_wrong_reference_take_one_path(
    app: FastAPI, sender: Sender
) -> None:
    sender.open()
    sender.do(lambda support: support.open(email=OTHER))

    def ask(reference: str, email: str) -> Told:
        fields = {"reference": reference, "email": email}
        return told(app, lambda: sender.post("/suivi", fields))

    known = ask("TK-000001", ADDRESS)
    assert known[0] == 303
    assert sum("INSERT INTO link_requests" in each for each in known[3]) == 1
    assert not any("ticket_links" in each or "FROM tickets" in each for each in known[3])
    assert ask("TK-000002", ADDRESS) == known  # foreign
    assert ask("TK-000001", OTHER) == known  # foreign
    assert ask("TK-999999", ADDRESS) == known  # there is none
    assert ask("TK-000001", "personne@exemple.fr") == known


def test_what_was_asked_for_stands_when_the_answer_leaves(sender: Sender) -> None:
    """No round runs here: nothing but what was stored can mail it."""
    sender.open()
    answer = sender.post("/suivi", {"reference": "TK-000001", "email": ADDRESS})
    assert answer.headers["location"] == "/suivi?fait=lien"
    assert sender.mails("ticket_link") == []
    assert sender.do(lambda support: support.link_requests.go()) == 1
    assert [mail.to for mail in sender.mails("ticket_link")] == [ADDRESS]


# An address in the form ------------------------------------------------------------------


@pytest.mark.parametrize(("act", "status"), [("", 303), ("anyway", 303), ("link", 200)])
def test_an_address_with_a_similar_ticket_and_one_without_take_one_path(
    app: FastAPI, sender: Sender, act: str, status: int
) -> None:
    sender.do(lambda support: support.open(title=TITLE))

    def ask(email: str) -> tuple[Told, str]:
        fields = sender.fields(email=email, email_again=email, act=act, proof=sender.proof())
        sender.client.cookies.clear()
        status, text, headers, asked = told(app, lambda: sender.send(fields, proved=False))
        named = {"location", "set-cookie"}  # random ids of what was sent
        left = tuple(each for each in headers if each[0] not in named)
        place = dict(headers).get("location", "")
        for value in (email, fields["form_id"]):
            text = text.replace(value, "")
        shown = sender.get(place).text if place else ""
        return (status, text, left, asked), re.sub(r"TK-\d{6}", "", shown)

    known = ask(ADDRESS)
    assert known[0][0] == status
    assert known == ask(ADDRESS.replace("a", "b", 1))  # as long
    assert sender.mails("ticket_link") == []


# A secret link ---------------------------------------------------------------------------


@pytest.fixture
def void_links(sender: Sender) -> dict[str, str]:
    """Paths that open nothing, each for another reason."""
    paths = {}
    for reason, values in (
        ("expired", {"expires_at": now()}),
        ("revoked", {"revoked_at": now()}),
    ):
        _, paths[reason] = sender.open()
        token = paths[reason].rpartition("/")[2]

        async def make_void(
            support: Support, token: str = token, values: dict[str, Any] = values
        ) -> None:
            async with support.database.writing.begin() as session:
                theirs = TicketLink.token_hash == hashed(token)
                await session.execute(update(TicketLink).where(theirs).values(**values))

        sender.do(make_void)
    _, path = sender.open()
    paths["nearly right"] = path[:-1] + ("A" if path[-1] != "A" else "B")
    paths["invented"] = "/suivi/" + secrets.token_urlsafe(32)
    paths["no secret at all"] = "/suivi/TK-000001"
    return paths


def test_links_that_open_nothing_take_one_path_whatever_is_done_with_them(
    app: FastAPI, sender: Sender, void_links: dict[str, str]
) -> None:
    for act in ("", *(f"/{each}" for each in ACTS)):
        seen = {
            reason: told(app, partial(_do, sender, path, act))
            for reason, path in void_links.items()
        }
        status, _, _, asked = seen["invented"]
        assert status == 404, act
        assert sum("ticket_links" in each for each in asked) == 1, asked  # one lookup of a hash
        assert [reason for reason in seen if seen[reason] != seen["invented"]] == [], act


def _do(sender: Sender, path: str, act: str) -> Response:
    if not act:
        return sender.get(path)
    fields = {"text": "x", "event": "closed", "rating": "5", "code": "123456", "email": ADDRESS}
    return sender.post(path + act, fields)
