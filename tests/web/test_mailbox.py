"""The pages of the mails: who sees them, how much of them, and how they are tried again."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.testclient import TestClient

from kit import outbox
from kit.clock import now
from kit.errors import NotFound
from kit.mail import Attachment, Mail
from kit.mail_models import OutboxMail
from kit.settings import Settings
from staff.mailbox import Sight, Visit, sight
from staff.models import Role, StaffMember
from tests.staff.people import Browser, Office
from tests.web.assistants import ScriptedAssistant
from tests.web.conftest import on_sqlite
from web.app import create_app

SUBJECT = "Rendez-vous confirmé"
HTML = '<p id="x">Bonjour <b>Zoé</b> &amp; Cie</p>'
PROBLEM = "550 5.1.1 unknown here"
SMTP = "smtp://127.0.0.1:9"  # where no server listens
FILE = Attachment("été à Paris.html", "text/html", b"<script>alert(1)</script>")
HERE = "http://localhost"
LINK = "http://localhost:8000/rendez-vous/a-b_c"


@pytest.fixture
def office(database_url: str) -> Office:
    return Office(database_url)


def post(office: Office, later: timedelta = timedelta(days=1), problem: str | None = None) -> UUID:
    """A mail that is not due yet; with a problem, one that was given up."""

    async def change(session: AsyncSession) -> OutboxMail:
        mail = Mail("a.dupont@exemple.fr", SUBJECT, "Bonjour <Zoé>\n" + LINK, HTML, (FILE,))
        row = await outbox.post(session, mail, kind="reminder", due_at=now() + later)
        if problem:
            row.problem, row.given_up_at = problem, now()
        return row

    return office.write(change).id


class Seen:
    """The application as somebody sees it who comes from an address."""

    def __init__(self, app: FastAPI, address: str = "127.0.0.1") -> None:
        self.client = TestClient(app, base_url=HERE, client=(address, 50_000))

    def status(self, path: str = "/courriels", **headers: str) -> int:
        return self.client.get(path, headers=headers).status_code


@pytest.fixture
def here(app: FastAPI) -> Iterator[Seen]:
    """Whoever develops, on the machine itself."""
    seen = Seen(app)
    with seen.client:
        yield seen


def sending_app(settings: Settings, assistant: ScriptedAssistant) -> FastAPI:
    return create_app(settings.model_copy(update={"smtp_url": SMTP}), assistant)


@pytest.fixture
def sending(settings: Settings, assistant: ScriptedAssistant) -> Iterator[TestClient]:
    """An application that has an SMTP server."""
    with TestClient(sending_app(settings, assistant)) as started:
        yield started


# Who sees them -----------------------------------------------------------------------------------


@on_sqlite
@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000"])
def test_whoever_develops_here_sees_the_mails(here: Seen, host: str) -> None:
    assert here.status(host=host) == 200


@on_sqlite
@pytest.mark.parametrize("host", ["claudia.example", "localhost.claudia.example", "10.0.0.1", "["])
def test_under_another_name_there_is_no_such_page(here: Seen, host: str) -> None:
    assert here.status(host=host) == 404


@on_sqlite
@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "Via", "X-Real-IP"]
)
def test_through_a_proxy_there_is_no_such_page(here: Seen, header: str) -> None:
    assert here.status(**{header: "127.0.0.1"}) == 404


@on_sqlite
@pytest.mark.parametrize("address", ["192.0.2.1", "testclient"])
def test_from_another_machine_there_is_no_such_page(app: FastAPI, address: str) -> None:
    away = Seen(app, address)
    with away.client:
        assert away.status() == 404


@on_sqlite
def test_where_mails_are_sent_whoever_develops_here_sees_none(
    settings: Settings, assistant: ScriptedAssistant
) -> None:
    seen = Seen(sending_app(settings, assistant))
    with seen.client:
        assert seen.status() == 404


@on_sqlite
def test_what_is_not_seen_as_a_list_is_not_seen_piece_by_piece(here: Seen, office: Office) -> None:
    path = f"/courriels/{post(office)}"
    for each in (path, f"{path}/pieces/0"):
        assert here.status(each) == 200
        assert here.status(each, via="1.1 proxy") == 404


@on_sqlite
@pytest.mark.parametrize("role", Role)
def test_of_the_team_administrators_see_the_mails(
    client: TestClient, office: Office, role: Role
) -> None:
    office.hire(role=role)
    browser = Browser(client)
    assert browser.get("/courriels").status_code == 404
    browser.log_in()
    expected = 200 if role is Role.ADMINISTRATOR else 404
    assert browser.get("/courriels").status_code == expected


@on_sqlite
@pytest.mark.parametrize("role", Role)
def test_administrators_alone_try_mails_again_and_try_out_the_server(
    client: TestClient, office: Office, role: Role
) -> None:
    office.hire(role=role)
    mail_id = post(office, problem=PROBLEM)
    browser = Browser(client)
    browser.log_in()
    expected = 303 if role is Role.ADMINISTRATOR else 403
    for path in (f"/courriels/{mail_id}/essai", "/courriels/essai"):
        assert browser.post(path).status_code == expected
        assert browser.post(path, origin=None).status_code == 403
        assert browser.post(path, origin="https://elsewhere.example").status_code == 403


def member(role: Role) -> StaffMember:
    return StaffMember(email="a@exemple.fr", name="A", role=role)


@pytest.mark.parametrize(
    ("changed", "seen"),
    [
        ({}, True),
        ({"public_url": "http://localhost:8000"}, True),
        ({"public_url": "https://assistance.example"}, False),
        ({"demo": False}, False),
    ],
)
def test_a_machine_that_serves_others_shows_nothing_to_whom_it_cannot_tell_apart(
    tmp_path: Path, changed: dict[str, object], seen: bool
) -> None:
    settings = Settings(var=tmp_path).model_copy(update=changed)
    visit = Visit("127.0.0.1", "127.0.0.1:8000", {"host"})
    if seen:
        assert sight(visit, settings) is Sight.CONTENT
    else:
        with pytest.raises(NotFound):
            sight(visit, settings)
    administrator = Visit("192.0.2.1", "x.example", {"via"}, member(Role.ADMINISTRATOR))
    assert sight(administrator, settings) is Sight.CONTENT


# What they see -----------------------------------------------------------------------------------


def test_the_mailbox_shows_a_mail_whole_and_runs_nothing_of_it(here: Seen, office: Office) -> None:
    mail_id = post(office)
    listed = here.client.get("/courriels").text
    assert SUBJECT in listed
    assert "En attente" in listed
    page = here.client.get(f"/courriels/{mail_id}").text
    assert "Bonjour &lt;Zoé&gt;" in page
    assert f"&lt;{mail_id.hex}." in page
    assert f'<a href="{LINK}"' in page
    frame = re.search(r"<iframe[^>]*>", page)
    assert frame is not None
    assert " sandbox " in frame[0]
    assert "&lt;p id=&#34;x&#34;&gt;Bonjour &lt;b&gt;Zoé&lt;/b&gt; &amp;amp; Cie" in frame[0]
    assert HTML not in page


def test_a_file_of_a_mail_is_saved_and_never_opened(here: Seen, office: Office) -> None:
    path = f"/courriels/{post(office)}/pieces"
    answer = here.client.get(f"{path}/0")
    assert answer.content == FILE.content
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    disposition = answer.headers["content-disposition"]
    assert disposition == "attachment; filename*=UTF-8''%C3%A9t%C3%A9%20%C3%A0%20Paris.html"
    for number in ("1", "-1"):
        assert here.status(f"{path}/{number}") == 404


@on_sqlite
def test_a_mail_that_does_not_exist_is_not_found(here: Seen) -> None:
    assert here.status(f"/courriels/{UUID(int=0)}") == 404


@on_sqlite
def test_where_mails_are_sent_nobody_reads_them(sending: TestClient, office: Office) -> None:
    mail_id = post(office, problem=PROBLEM)
    office.hire(role=Role.ADMINISTRATOR)
    browser = Browser(sending)
    browser.log_in()
    for path in ("/courriels", f"/courriels/{mail_id}"):
        page = browser.get(path).text
        assert PROBLEM in page
        assert "Abandonné" in page
        assert SUBJECT not in page
        assert "Zoé" not in page
        assert FILE.name not in page
    assert browser.get(f"/courriels/{mail_id}/pieces/0").status_code == 404


@on_sqlite
def test_an_administrator_has_a_mail_tried_again(sending: TestClient, office: Office) -> None:
    mail_id = post(office, problem=PROBLEM)
    office.hire(role=Role.ADMINISTRATOR)
    browser = Browser(sending)
    browser.log_in()
    assert "Réessayer" in browser.get(f"/courriels/{mail_id}").text
    answer = browser.post(f"/courriels/{mail_id}/essai")
    assert answer.headers["location"] == "/courriels?fait=courriel-repris"

    async def state(session: AsyncSession) -> bool:
        mail = await outbox.find(session, mail_id)
        return mail.given_up_at is None and mail.due_at <= now()

    assert office.write(state)


@on_sqlite
def test_an_administrator_gets_a_mail_to_see_whether_mails_arrive(
    client: TestClient, office: Office
) -> None:
    office.hire(role=Role.ADMINISTRATOR)
    browser = Browser(client)
    browser.log_in()
    assert "/courriels" in browser.get("/equipe").text
    browser.post("/courriels/essai")

    async def to(session: AsyncSession) -> list[str]:
        return [mail.to for mail in await outbox.newest(session, 10)]

    assert office.write(to) == ["claire@exemple.fr"]
    assert "Courriel d’essai" in browser.get("/courriels").text
