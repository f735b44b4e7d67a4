"""Files from a user to their advisor and back: who may send and fetch them, and what is refused."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from httpx2 import Response
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.testclient import TestClient

from kit.database import Database
from kit.file_kinds import LIMIT
from kit.files import HELD_FILES, StoredFile
from kit.settings import Settings
from livechat.retention import Person, Retention
from staff.models import Role
from tests.clock import Clock, clock
from tests.kit.test_file_kinds import PDF, image
from tests.staff.people import Browser, Office
from tests.web.conftest import on_sqlite
from tests.web.talks import Json, Talk, joined, new_id, open_talk
from tests.web.test_console import MORNING, claire, office, screen, serve

__all__ = ["claire", "clock", "office"]
pytestmark = on_sqlite

PNG = image("PNG")


@pytest.fixture(autouse=True)
def _morning(clock: Clock) -> None:
    clock.put_at(MORNING)


def send(
    talk: Talk, content: bytes = PNG, name: str = "capture.png", client_id: str | None = None
) -> Response:
    return talk.client.post(
        f"{talk.path}/files",
        data={"client_id": client_id or new_id()},
        files={"file": (name, content)},
        headers=talk.headers,
    )


def send_as(
    who: Browser, chat: Json, content: bytes = PDF, name: str = "guide.pdf", client_id: str = ""
) -> Response:
    return who.ask(
        "POST",
        f"/api/agents/chats/{chat['id']}/files",
        data={"client_id": client_id or new_id()},
        files={"file": (name, content)},
    )


def shared(talk: Talk) -> Json:
    """The last file of the conversation, as its message shows it."""
    event = [event for event in talk.read() if event.get("files")][-1]
    assert len(event["files"]) == 1
    return dict(event["files"][0])


def told(talk: Talk) -> list[Json]:
    """What the system told the user."""
    return [event for event in talk.read() if event.get("author") == "system"]


@contextmanager
def served(client: TestClient, who: Browser, talk: Talk) -> Iterator[Json]:
    """A chat under way with this advisor."""
    with screen(client, who.cookie) as line:
        yield serve(line, talk)


def on_disk(settings: Settings) -> list[Path]:
    return [path for path in (settings.var / "files").glob("*/*") if path.is_file()]


def test_a_file_reaches_the_advisor_and_one_comes_back(
    client: TestClient, claire: Browser, talk: Talk
) -> None:
    with joined(talk) as user, screen(client, claire.cookie) as line:
        chat = serve(line, talk)
        assert send(talk).status_code == 201
        user.hear_until("message", author="user")
        heard = line.hear_until("event")[-1]
        while not heard["event"].get("files"):
            heard = line.hear_until("event")[-1]
        file = heard["event"]["files"][0]
        assert (file["name"], file["media_type"]) == ("capture.png", "image/png")
        fetched = claire.get(f"/api/agents/conversations/{talk.id}/files/{file['id']}")
        assert fetched.status_code == 200
        assert fetched.headers["content-type"] == "image/png"
        assert len(fetched.content) == file["size"]

        assert send_as(claire, chat).status_code == 201
        back = user.hear_until("message", author="advisor")[-1]
        assert back["name"] == "Claire"
        answer = client.get(f"{talk.path}/files/{back['files'][0]['id']}", headers=talk.headers)
        assert (answer.status_code, answer.content) == (200, PDF)


def test_no_browser_shows_a_file_as_a_page_of_ours(
    client: TestClient, claire: Browser, talk: Talk
) -> None:
    with served(client, claire, talk):
        send(talk, b"<script>alert(1)</script>", "piège; x=.html")
        file = shared(talk)
        answer = client.get(f"{talk.path}/files/{file['id']}", headers=talk.headers)
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, no-store"
    disposition = answer.headers["content-disposition"]
    assert disposition == "attachment; filename*=UTF-8''pi%C3%A8ge%3B%20x%3D.html.txt"


def test_sent_twice_it_is_stored_once(
    client: TestClient, claire: Browser, talk: Talk, settings: Settings
) -> None:
    with served(client, claire, talk) as chat:
        for whose in ("the user's", "the advisor's"):
            before, client_id = len(on_disk(settings)), new_id()
            answers = [
                send(talk, client_id=client_id)
                if whose == "the user's"
                else send_as(claire, chat, client_id=client_id)
                for _ in range(2)
            ]
            assert answers[0].json() == answers[1].json()
            assert len(on_disk(settings)) == before + 1
        assert send(talk, b"autre chose", client_id=client_id).status_code == 409


def test_what_was_stored_is_acknowledged_again_though_the_talk_is_over(
    client: TestClient, claire: Browser, talk: Talk
) -> None:
    with screen(client, claire.cookie) as line:
        chat = serve(line, talk)
        client_id, advisors_id = new_id(), new_id()
        first = send(talk, client_id=client_id)
        advisors = send_as(claire, chat, client_id=advisors_id)
        line.send("finish", chat_id=chat["id"], wrap_up="solved")
        while not any(each["text"].startswith("Votre conseiller") for each in told(talk)):
            pass
    assert send(talk).status_code == 409
    again = send(talk, client_id=client_id)
    assert (again.status_code, again.json()) == (201, first.json())
    assert send_as(claire, chat).status_code == 404
    again = send_as(claire, chat, client_id=advisors_id)
    assert (again.status_code, again.json()) == (201, advisors.json())


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"MZ\x00\x01", 422, "file_type"),
        (b"", 422, "file_empty"),
        (b"\x89PNG\r\n\x1a\nxx", 422, "file_damaged"),
        (b"a" * (LIMIT + 1), 413, "file_too_large"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(
    client: TestClient,
    claire: Browser,
    talk: Talk,
    settings: Settings,
    content: bytes,
    status: int,
    code: str,
) -> None:
    with served(client, claire, talk) as chat:
        before = talk.read()
        for answer in (send(talk, content), send_as(claire, chat, content)):
            assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert talk.read() == before
    assert on_disk(settings) == []


def test_what_is_longer_than_any_file_is_not_even_read(talk: Talk) -> None:
    answer = send(talk, b"a" * (LIMIT + 200_000))
    assert answer.status_code == 413


def test_nobody_reads_files_before_an_advisor_is_asked_for(talk: Talk, settings: Settings) -> None:
    answer = send(talk)
    assert (answer.status_code, answer.json()["code"]) == (409, "no_reader")
    assert on_disk(settings) == []


def test_who_waits_may_send_already(client: TestClient, claire: Browser, talk: Talk) -> None:
    talk.click("act:advisor")
    assert send(talk).status_code == 201


def test_a_conversation_keeps_so_many_files_and_no_more(
    client: TestClient, claire: Browser, talk: Talk
) -> None:
    talk.click("act:advisor")
    for number in range(HELD_FILES):
        assert send(talk, b"texte", f"{number}.txt").status_code == 201
    answer = send(talk, b"texte", "de trop.txt")
    assert (answer.status_code, answer.json()["code"]) == (409, "file_quota")


@pytest.mark.parametrize("form", [{}, {"client_id": "x"}, {"client_id": new_id(), "more": "x"}])
def test_a_form_that_is_none_is_refused(talk: Talk, form: dict[str, str]) -> None:
    files = {"file": ("a.txt", b"a")} if form.get("client_id") == "x" else None
    answer = talk.client.post(f"{talk.path}/files", data=form, files=files, headers=talk.headers)
    assert answer.status_code == 422


def test_only_the_two_sides_get_at_a_file(
    client: TestClient, claire: Browser, office: Office, talk: Talk
) -> None:
    for email, role in (("david@exemple.fr", Role.ADVISOR), ("sam@exemple.fr", Role.SUPPORT)):
        office.hire(email, role)
    stranger = open_talk(client)
    with served(client, claire, talk) as chat:
        send(talk)
        file_id = shared(talk)["id"]
        # Another user: under their own conversation, and under this one.
        foreign = client.get(f"{stranger.path}/files/{file_id}", headers=stranger.headers)
        absent = client.get(f"{stranger.path}/files/{uuid4()}", headers=stranger.headers)
        assert foreign.status_code == absent.status_code == 404
        assert foreign.json() == absent.json()
        assert (
            client.get(f"{talk.path}/files/{file_id}", headers=stranger.headers).status_code == 404
        )
        assert client.get(f"{talk.path}/files/{file_id}").status_code == 401
        # Colleagues.
        path = f"/api/agents/conversations/{talk.id}/files/{file_id}"
        david, sam = claire.other(), claire.other()
        david.log_in("david@exemple.fr")
        sam.log_in("sam@exemple.fr")
        assert david.get(path).status_code == 404
        assert sam.get(path).status_code == 403
        assert send_as(david, chat).status_code == 404
        assert client.get(path).status_code == 401
        # Under another conversation than its own.
        elsewhere = f"/api/agents/conversations/{stranger.id}/files/{file_id}"
        assert claire.get(elsewhere).status_code == 404


def test_a_page_of_another_site_sends_nothing(
    client: TestClient, claire: Browser, talk: Talk
) -> None:
    with served(client, claire, talk) as chat:
        answer = claire.ask(
            "POST",
            f"/api/agents/chats/{chat['id']}/files",
            origin="https://elsewhere.example",
            data={"client_id": new_id()},
            files={"file": ("a.txt", b"a")},
        )
        assert answer.status_code == 403


def test_a_file_that_is_taken_back_is_gone(client: TestClient, claire: Browser, talk: Talk) -> None:
    with joined(talk) as user, screen(client, claire.cookie) as line:
        chat = serve(line, talk)
        seq = send_as(claire, chat).json()["seq"]
        file_id = shared(talk)["id"]
        line.send("retract", chat_id=chat["id"], seq=seq)
        user.hear_until("retracted", target_seq=seq)
        assert client.get(f"{talk.path}/files/{file_id}", headers=talk.headers).status_code == 404
        assert not [event for event in talk.read() if event.get("files")]


def test_files_go_with_their_conversation_and_orphans_are_swept(
    client: TestClient,
    claire: Browser,
    office: Office,
    talk: Talk,
    settings: Settings,
    database_url: str,
    clock: Clock,
) -> None:
    talk.click("act:advisor")
    send(talk)
    send(talk, b"orphelin", "a.txt")
    orphan = shared(talk)["id"]

    async def lose_row(session: AsyncSession) -> None:
        await session.execute(delete(StoredFile).where(StoredFile.name == "a.txt"))

    office.write(lose_row)
    assert client.get(f"{talk.path}/files/{orphan}", headers=talk.headers).status_code == 404

    async def purge_then_erase() -> list[int]:
        database = Database(database_url)
        retention = Retention(database, settings)
        left = []
        clock.put_at(datetime.now().astimezone() + timedelta(minutes=20))
        await retention.purge()
        left.append(len(on_disk(settings)))
        await retention.erase(Person(conversation_id=UUID(talk.id)))
        left.append(len(on_disk(settings)))
        await database.close()
        return left

    assert asyncio.run(purge_then_erase()) == [1, 0]
