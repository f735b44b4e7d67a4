"""The advisors' socket and what the console reads: from the queue to the end, over the wire."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from livechat.protocol import CloseCode
from staff.access import COOKIE
from staff.models import Role
from tests.clock import Clock, clock
from tests.staff.people import ORIGIN, Browser, Office
from tests.web.conftest import on_sqlite
from tests.web.talks import Json, Line, Talk, joined, new_id, open_talk

__all__ = ["clock"]

MORNING = datetime(2026, 11, 24, 9, tzinfo=UTC)  # a Tuesday, ten o'clock in Paris
SLOT = "2026-11-24T13:00:00Z"  # when an advisor could call
SOCKET = "/api/agents/socket"

pytestmark = on_sqlite


@pytest.fixture(autouse=True)
def _morning(clock: Clock) -> None:
    clock.put_at(MORNING)


@pytest.fixture
def office(database_url: str) -> Office:
    return Office(database_url)


@pytest.fixture
def claire(client: TestClient, office: Office) -> Browser:
    office.hire()
    browser = Browser(client)
    browser.log_in()
    return browser


@contextmanager
def screen(client: TestClient, cookie: str, origin: str | None = ORIGIN) -> Iterator[Line]:
    """A console over its socket; closed at the end."""
    headers = {"Cookie": f"{COOKIE}={cookie}"} | ({"Origin": origin} if origin else {})
    with client.websocket_connect(SOCKET, headers=headers) as session:
        yield Line(session)
        session.close()


def board(line: Line, **fields: object) -> Json:
    """The first board that shows this."""
    while True:
        frame = line.hear()
        assert frame["type"] != "closed", frame
        if frame["type"] == "board" and frame.items() >= fields.items():
            return frame


def offered(line: Line) -> Json:
    """The chat on offer, once there is one."""
    while True:
        for chat in board(line)["chats"]:
            if chat["state"] == "offered":
                return dict(chat)


def serve(line: Line, talk: Talk) -> Json:
    """The chat of this user, accepted and watched."""
    line.send("status", status="available")
    talk.click("act:advisor")
    chat = offered(line)
    line.send("accept", chat_id=chat["id"])
    line.send("watch", conversation_id=chat["conversation_id"])
    line.hear_until("event")
    return chat


def test_from_the_queue_to_the_rating(client: TestClient, claire: Browser, talk: Talk) -> None:
    with joined(talk) as user, screen(client, claire.cookie) as line:
        chat = serve(line, talk)
        line.send("say", chat_id=chat["id"], client_id=new_id(), text="Bonjour, je suis Claire.")
        line.hear_until("stored")
        said = user.hear_until("message", author="advisor")[-1]
        assert (said["name"], said["text"]) == ("Claire", "Bonjour, je suis Claire.")
        user.send("say", client_id=new_id(), text="merci")
        heard = [frame for frame in line.hear_until("event") if frame["type"] == "event"]
        while heard[-1]["event"].get("text") != "merci":
            heard.append(line.hear_until("event")[-1])
        line.send("finish", chat_id=chat["id"], wrap_up="solved")
        thanks = user.hear_until("message", author="system")[-1]
        while not thanks["choices"]:
            thanks = user.hear_until("message", author="system")[-1]
    rated = talk.click(thanks["choices"][3]["id"]).json()["events"]
    assert any(event.get("author") == "system" for event in rated)


def test_typing_and_reading_reach_the_other_side(
    client: TestClient, claire: Browser, talk: Talk
) -> None:
    with joined(talk) as user, screen(client, claire.cookie) as line:
        chat = serve(line, talk)
        line.send("typing", chat_id=chat["id"])
        assert user.hear_until("typing", author="advisor")
        line.send("read", chat_id=chat["id"], seq=2)
        assert user.hear_until("read", seq=2)
        user.send("typing")
        assert line.hear_until("typing", author="user")
        user.send("read", seq=2)
        assert line.hear_until("read", seq=2)


def test_what_only_staff_see_never_reaches_the_user(
    client: TestClient, claire: Browser, talk: Talk
) -> None:
    with screen(client, claire.cookie) as line:
        chat = serve(line, talk)
        line.send("note", chat_id=chat["id"], client_id=new_id(), text="secret des conseillers")
        line.hear_until("staff_event", kind="note")
    assert "secret des conseillers" not in str(talk.read())


def test_the_dossier_tells_what_the_assistant_did_and_why_this_advisor(
    client: TestClient, claire: Browser, talk: Talk
) -> None:
    talk.answered()
    with screen(client, claire.cookie) as line:
        serve(line, talk)
        found = claire.get(f"/api/agents/conversations/{talk.id}").json()
    assert found["path"][0]["text"] == "bonjour"
    assert 0 <= found["path"][0]["confidence"] <= 1
    assert found["decisions"][-1]["chosen"] == "Claire"


# Each frame of the console: its fields, and the code with which it fails for a colleague of the
# advisor whose chat it is about; None where it is about the sender alone.
FRAMES: dict[str, tuple[Json, str | None]] = {
    "watch": ({"conversation_id": "CONVERSATION"}, "not_found"),
    "say": ({"chat_id": "CHAT", "client_id": new_id(), "text": "x"}, "not_found"),
    "note": ({"chat_id": "CHAT", "client_id": new_id(), "text": "x"}, "not_found"),
    "finish": ({"chat_id": "CHAT", "wrap_up": "solved"}, "not_found"),
    "transfer": ({"chat_id": "CHAT"}, "not_found"),
    "propose": ({"chat_id": "CHAT", "client_id": new_id(), "starts": [SLOT]}, "not_found"),
    "read": ({"chat_id": "CHAT", "seq": 1}, "not_found"),
    "retract": ({"chat_id": "CHAT", "seq": 1}, "not_found"),
    "accept": ({"chat_id": "CHAT"}, "conflict"),
    "decline": ({"chat_id": "CHAT"}, None),  # of an offer that is not theirs: nothing happens
    "typing": ({"chat_id": "CHAT"}, None),  # and nobody is shown it
    "status": ({"status": "away"}, None),
    "unwatch": ({}, None),
    "heartbeat": ({}, None),
}


@pytest.mark.parametrize("absent", [False, True])
def test_a_colleague_learns_and_changes_nothing(
    client: TestClient, claire: Browser, office: Office, talk: Talk, absent: bool
) -> None:
    office.hire("david@exemple.fr")
    david = claire.other()
    david.log_in("david@exemple.fr")
    with screen(client, claire.cookie) as line:
        chat = serve(line, talk)
        before = talk.read()
        ids = {"CHAT": chat["id"], "CONVERSATION": talk.id}
        if absent:  # as good as one that is foreign
            ids = dict.fromkeys(ids, str(uuid4()))
        dossier = david.get(f"/api/agents/conversations/{ids['CONVERSATION']}")
        assert dossier.status_code == 404
        with screen(client, david.cookie) as other:
            for type_, (fields, code) in FRAMES.items():
                other.send(type_, **{name: ids.get(str(v), v) for name, v in fields.items()})
                if code:
                    assert other.hear_until("failed")[-1]["code"] == code
            other.send("heartbeat")
            heard = other.hear_until("heartbeat")
        assert not [frame for frame in heard if frame["type"] in ("event", "staff_event")]
        assert talk.read() == before
        assert board(line)["chats"][0]["state"] == "active"


@pytest.mark.parametrize("type_", FRAMES)
def test_no_frame_is_obeyed_of_who_is_not_logged_in(client: TestClient, type_: str) -> None:
    with screen(client, "x" * 43) as line:
        line.send(type_, **FRAMES[type_][0])
        assert line.hear() == {"type": "closed", "code": CloseCode.LOG_IN_AGAIN}


def test_what_was_read_and_who_else_is_looking_is_told_again_after_a_reload(
    client: TestClient, claire: Browser, office: Office, talk: Talk
) -> None:
    office.hire("anne@exemple.fr", Role.SUPERVISOR)
    anne = claire.other()
    anne.log_in("anne@exemple.fr")
    with joined(talk) as user, screen(client, claire.cookie) as line:
        chat = serve(line, talk)
        line.send("read", chat_id=chat["id"], seq=2)
        user.hear_until("read", seq=2)
        user.send("read", seq=1)
        line.hear_until("read", seq=1)
        with joined(talk) as again:
            assert again.hear_until("read", seq=2)
        with screen(client, anne.cookie) as overseer:
            overseer.send("watch", conversation_id=talk.id)
            assert overseer.hear_until("read", seq=1)
            line.hear_until("staff_event", kind="joined", member="Anne")
            while board(line)["chats"][0]["looking"] != ["Anne"]:
                pass


def test_what_the_user_ended_is_to_be_concluded_even_after_a_reload(
    client: TestClient, claire: Browser, talk: Talk
) -> None:
    with screen(client, claire.cookie) as line:
        chat = serve(line, talk)
        talk.click("act:leave")
        while not [each for each in board(line)["chats"] if each["state"] == "ended"]:
            pass
    with screen(client, claire.cookie) as line:
        seen = board(line)
        assert [(each["id"], each["state"]) for each in seen["chats"]] == [(chat["id"], "ended")]
        assert seen["me"]["load"] == 0
        line.send("finish", chat_id=chat["id"], wrap_up="abandoned")
        while board(line)["chats"]:
            pass


def test_a_supervisor_hands_a_chat_of_somebody_else_to_a_colleague(
    client: TestClient, claire: Browser, office: Office, talk: Talk
) -> None:
    office.hire("anne@exemple.fr", Role.SUPERVISOR)
    david = office.hire("david@exemple.fr")
    browsers = {name: claire.other() for name in ("anne", "david")}
    for name, browser in browsers.items():
        browser.log_in(f"{name}@exemple.fr")
    with (
        screen(client, claire.cookie) as line,
        screen(client, browsers["anne"].cookie) as overseer,
        screen(client, browsers["david"].cookie) as colleague,
    ):
        chat = serve(line, talk)
        note = "tu connais ce dossier"
        overseer.send("transfer", chat_id=chat["id"], member_id=str(david.id), note=note)
        assert offered(colleague)["id"] == chat["id"]
        colleague.send("watch", conversation_id=talk.id)
        heard = colleague.hear_until("staff_event", kind="note", member="Anne")
        assert heard[-1]["payload"] == {"text": note}
        while board(line)["chats"]:  # no longer Claire's
            pass


def test_a_page_of_another_site_cannot_use_the_cookie(client: TestClient, claire: Browser) -> None:
    with screen(client, claire.cookie, None) as line:
        assert line.hear() == {"type": "closed", "code": CloseCode.REFUSED}
    elsewhere = screen(client, claire.cookie, "https://elsewhere.example")
    with pytest.raises(WebSocketDisconnect), elsewhere:
        pass


def test_support_staff_have_no_console(client: TestClient, office: Office) -> None:
    office.hire("sam@exemple.fr", Role.SUPPORT)
    browser = Browser(client)
    browser.log_in("sam@exemple.fr")
    assert browser.get("/agents").status_code == 403
    with screen(client, browser.cookie) as line:
        assert line.hear() == {"type": "closed", "code": CloseCode.REFUSED}


def test_logging_out_closes_the_console_at_once(client: TestClient, claire: Browser) -> None:
    with screen(client, claire.cookie) as line:
        board(line)
        claire.post("/equipe/deconnexion")
        while (frame := line.hear())["type"] != "closed":
            pass
        assert frame["code"] == CloseCode.LOG_IN_AGAIN


def test_a_frame_that_is_none_keeps_the_socket(client: TestClient, claire: Browser) -> None:
    with screen(client, claire.cookie) as line:
        for text in ("", "{}", '{"type":"say"}', '{"type":"status","status":"boss"}', "[]"):
            line.send_text(text)
            assert line.hear_until("failed")[-1]["code"] == "invalid_frame"
        line.send("heartbeat")
        assert line.hear_until("heartbeat")


def test_two_users_never_see_each_other(client: TestClient, claire: Browser, talk: Talk) -> None:
    other = open_talk(client)
    with screen(client, claire.cookie) as line:
        chat = serve(line, talk)
        line.send("say", chat_id=chat["id"], client_id=new_id(), text="pour un seul")
        line.hear_until("stored")
    assert "pour un seul" in str(talk.read())
    assert "pour un seul" not in str(other.read())
