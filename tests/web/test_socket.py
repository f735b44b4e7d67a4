"""The chat socket: the same events as over HTTP, live, and no way around what HTTP refuses."""

import asyncio
import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI, WebSocket
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

import web.app
import web.line
import web.socket
from kit.settings import Settings
from livechat.protocol import Author, CloseCode, SomeoneTypes
from tests.web.assistants import ScriptedAssistant
from tests.web.conftest import on_sqlite
from tests.web.talks import Line, Talk, joined, new_id, numbers, on_the_line, open_talk
from web.app import create_app

KNOWN = "0b5e0f5e-7d0c-4c35-9a0c-1f6f4d1f9a11"  # a client id
REFUSED = {"type": "closed", "code": CloseCode.REFUSED}
LOG_IN_AGAIN = {"type": "closed", "code": CloseCode.LOG_IN_AGAIN}
TYPES = {"type": "typing", "author": "assistant"}


def messages(frames: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [frame for frame in frames if frame["type"] == "message"]


# Joining ---------------------------------------------------------------------------------


@on_sqlite
def test_whoever_does_not_join_in_time_is_hung_up_on(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web.socket, "JOIN_S", 0.05)
    with on_the_line(talk) as line:
        assert line.hear() == REFUSED


@on_sqlite
def test_a_visit_lasts_longer_than_the_time_to_join(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web.socket, "JOIN_S", 0.2)
    with joined(talk) as line:
        line.send("say", client_id=new_id(), text="bonjour")
        line.hear_until("message", author="assistant")


FIRST_FRAMES = [
    '{"type": "say", "client_id": "0b5e0f5e-7d0c-4c35-9a0c-1f6f4d1f9a11", "text": "a"}',
    '{"type": "heartbeat"}',
    '{"type": "join"}',
    '{"type": "join", "token": 1}',
    '{"type": "join", "token": "x", "after": -1}',
    '{"type": "join", "token": "x", "unknown": 1}',
    '{"type": "unknown"}',
    "{}",
    "[]",
    "",
    "not JSON",
    "[" * 30_000,
    '{"type": "join", "token": "' + "x" * 401 + '"}',
    '{"type": "join", "token": "\\ud800"}',
]


@on_sqlite
def test_a_first_frame_that_is_no_join_is_refused(talk: Talk, subtests: pytest.Subtests) -> None:
    for text in FIRST_FRAMES:
        with subtests.test(text=text[:60]), on_the_line(talk) as line:
            line.send_text(text)
            assert line.hear() == REFUSED
    with on_the_line(talk) as line:
        line.send_bytes(json.dumps({"type": "join", "token": talk.token}).encode())
        assert line.hear() == REFUSED
    assert talk.read() == talk.events


@on_sqlite
@pytest.mark.parametrize("token", ["", "x", "A" * 70, "é\0"])
def test_a_bad_token_has_to_log_in_again(talk: Talk, token: str) -> None:
    with on_the_line(talk) as line:
        line.send("join", token=token)
        assert line.hear() == LOG_IN_AGAIN


@on_sqlite
def test_foreign_and_absent_conversations_are_refused_alike(client: TestClient) -> None:
    mine, theirs = open_talk(client), open_talk(client)
    for conversation_id in (theirs.id, str(uuid4()), "odd"):
        with on_the_line(mine, conversation_id) as line:
            line.send("join", token=mine.token)
            assert line.hear() == REFUSED


@on_sqlite
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://["])
def test_a_foreign_origin_gets_no_socket(talk: Talk, origin: str) -> None:
    path, headers = f"{talk.path}/socket", {"Origin": origin}
    with (
        pytest.raises(WebSocketDisconnect) as caught,
        talk.client.websocket_connect(path, headers=headers),
    ):
        pass
    assert caught.value.code == CloseCode.REFUSED


@on_sqlite
def test_our_own_origin_gets_a_socket(talk: Talk) -> None:
    headers = {"Origin": "http://testserver"}
    with talk.client.websocket_connect(f"{talk.path}/socket", headers=headers) as session:
        line = Line(session)
        line.send("join", token=talk.token)
        assert line.hear() == talk.events[0]


# Events ----------------------------------------------------------------------------------


def test_a_socket_brings_what_was_missed_and_what_comes(talk: Talk) -> None:
    talk.say()
    for after in range(4):
        with joined(talk, after) as line:
            line.send("heartbeat")
            assert line.hear() == {"type": "heartbeat"}
    with joined(talk, after=2) as line:
        talk.say()
        line.hear_until("message", seq=5)
        assert numbers(talk.read()) == [1, 2, 3, 4, 5]


def test_a_message_is_stored_shown_and_answered(talk: Talk) -> None:
    client_id = new_id()
    with joined(talk) as line:
        line.send("say", client_id=client_id, text="comment faire ?")
        heard = line.hear_until("message", author="assistant")
    assert {"type": "stored", "client_id": client_id, "seq": 2} in heard
    assert TYPES in heard
    assert messages(heard) == talk.read(1)


def test_a_choice_is_clicked_over_the_socket(talk: Talk) -> None:
    with joined(talk) as line:
        line.send("say", client_id=new_id(), choice=talk.events[0]["choices"][0]["id"])
        heard = line.hear_until("message", author="assistant")
    assert messages(heard)[0]["text"] == talk.events[0]["choices"][0]["label"]


def test_two_tabs_see_the_same_live(talk: Talk) -> None:
    with joined(talk) as first, joined(talk) as second:
        first.send("say", client_id=new_id(), text="bonjour")
        seen = [messages(tab.hear_until("message", seq=3)) for tab in (first, second)]
        assert seen[0] == seen[1] == talk.read(1)
        seq = seen[0][-1]["seq"]
        second.send("vote", seq=seq, value="up")
        for tab in (first, second):
            vote = tab.hear_until("vote")[-1]
            assert (vote["target_seq"], vote["value"]) == (seq, "up")


def test_a_message_sent_again_over_a_new_socket_is_stored_once(talk: Talk) -> None:
    client_id = new_id()
    for _ in range(2):
        with joined(talk) as line:
            line.send("say", client_id=client_id, text="bonjour")
            stored = line.hear_until("stored")[-1]
            assert stored == {"type": "stored", "client_id": client_id, "seq": 2}
    talk.say()
    assert numbers(talk.read()) == [1, 2, 3, 4, 5]


@on_sqlite
def test_a_push_that_was_missed_is_read_from_the_log(
    talk: Talk, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    with joined(talk) as line:
        with monkeypatch.context() as deaf:
            deaf.setattr(app.state.hub, "publish", lambda *_: None)
            talk.say()
        talk.say()
        assert numbers(messages(line.hear_until("message", seq=5))) == [2, 3, 4, 5]


@on_sqlite
def test_typing_is_shown_to_the_other_tab_only(talk: Talk) -> None:
    with joined(talk) as first, joined(talk) as second:
        first.send("typing")
        assert second.hear() == {"type": "typing", "author": "user"}
        first.send("heartbeat")
        assert first.hear() == {"type": "heartbeat"}


@on_sqlite
def test_nobody_hears_another_conversation(client: TestClient) -> None:
    mine, theirs = open_talk(client), open_talk(client)
    with joined(mine) as line:
        theirs.say()
        line.send("heartbeat")
        assert line.hear() == {"type": "heartbeat"}


# Refusals keep the socket ------------------------------------------------------------------

BAD_FRAMES = [
    "",
    "not JSON",
    "[]",
    "[" * 30_000,
    '{"type": "unknown"}',
    '{"type": "say"}',
    '{"type": "say", "client_id": "x", "text": "a"}',
    '{"type": "say", "client_id": "?", "text": " "}'.replace("?", KNOWN),
    '{"type": "say", "client_id": "?", "text": "\\u0000"}'.replace("?", KNOWN),
    '{"type": "say", "client_id": "?", "text": "\\ud800"}'.replace("?", KNOWN),
    '{"type": "say", "client_id": "?", "text": "a", "choice": "1.1"}'.replace("?", KNOWN),
    '{"type": "say", "client_id": "?", "text": "a", "unknown": 1}'.replace("?", KNOWN),
    '{"type": "vote", "seq": 1, "value": "sideways"}',
    '{"type": "vote", "seq": %s, "value": "up"}' % ("9" * 6_000),
    '{"type": "read", "seq": 0}',
    '{"type": "heartbeat", "unknown": 1}',
]


@on_sqlite
def test_an_invalid_frame_keeps_the_socket(talk: Talk, subtests: pytest.Subtests) -> None:
    with joined(talk) as line:
        for text in BAD_FRAMES:
            with subtests.test(text=text[:60]):
                line.send_text(text)
                failed = {"type": "failed", "client_id": None, "code": "invalid_frame"}
                assert line.hear() == failed
        line.send("say", client_id=new_id(), text="bonjour")
        line.hear_until("message", author="assistant")
    assert numbers(talk.read()) == [1, 2, 3]


def test_what_http_refuses_fails_here_too(talk: Talk) -> None:
    known, other = new_id(), new_id()
    talk.say("bonjour", client_id=known)
    with joined(talk) as line:
        for client_id, said, code in (
            (known, {"text": "autre"}, "conflict"),
            (other, {"text": "a" * 4_001}, "too_large"),
            (other, {"choice": "9.9"}, "invalid"),
        ):
            line.send("say", client_id=client_id, **said)
            assert line.hear() == {"type": "failed", "client_id": client_id, "code": code}
        for seq, code in ((1, "conflict"), (99, "not_found")):
            line.send("vote", seq=seq, value="up")
            assert line.hear() == {"type": "failed", "client_id": None, "code": code}
        line.send("join", token=talk.token)
        assert line.hear()["code"] == "already_joined"
    assert numbers(talk.read()) == [1, 2, 3]


@on_sqlite
def test_too_many_messages_fail_and_the_socket_stays(
    settings: Settings, assistant: ScriptedAssistant
) -> None:
    counting = settings.model_copy(update={"rate_limits": "on"})
    with TestClient(create_app(counting, assistant)) as client:
        talk = open_talk(client)
        with joined(talk) as line:
            for _ in range(61):
                line.send("vote", seq=1, value="up")  # counted, and stored nowhere
            codes = [line.hear()["code"] for _ in range(61)]
            assert codes == ["conflict"] * 60 + ["too_many"]
            line.send("heartbeat")
            assert line.hear() == {"type": "heartbeat"}


@on_sqlite
def test_a_binary_frame_ends_the_visit(talk: Talk) -> None:
    with joined(talk) as line:
        line.send_bytes(b'{"type": "heartbeat"}')
        assert line.hear() == REFUSED


# The end of a visit ------------------------------------------------------------------------


@on_sqlite
def test_a_client_that_fell_silent_comes_back(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web.line, "SILENCE_S", 0.05)
    with joined(talk) as line:
        assert line.hear() == {"type": "closed", "code": CloseCode.COME_BACK}


def test_signing_out_closes_every_tab(talk: Talk) -> None:
    with joined(talk) as first, joined(talk) as second:
        talk.client.delete(f"{talk.path}/identity", headers=talk.headers)
        assert first.hear() == second.hear() == LOG_IN_AGAIN
    with on_the_line(talk) as line:
        line.send("join", token=talk.token)
        assert line.hear() == LOG_IN_AGAIN


@on_sqlite
def test_a_server_that_stops_lets_the_turn_end_and_says_that_it_goes(
    talk: Talk, app: FastAPI, assistant: ScriptedAssistant
) -> None:
    assistant.gate.clear()
    assert talk.client.portal is not None
    with joined(talk) as line:
        line.send("say", client_id=new_id(), text="bonjour")
        line.hear_until("typing")
        drained, _ = talk.client.portal.start_task_soon(web.app.drain, app), None
        line.send("heartbeat")
        line.hear_until("heartbeat")
        assert not drained.done()
        assistant.gate.set()
        line.hear_until("message", author="assistant")
        assert line.hear() == {"type": "going_away", "delay_s": 2.0}
        assert line.hear() == {"type": "closed", "code": CloseCode.COME_BACK}
        drained.result()


@on_sqlite
def test_a_database_that_fails_while_joining_is_a_reason_to_come_back(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(*_: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(web.socket, "check_current", gone)
    with on_the_line(talk) as line:
        line.send("join", token=talk.token)
        assert line.hear() == {"type": "closed", "code": CloseCode.COME_BACK}


@on_sqlite
def test_a_failure_during_a_visit_is_a_reason_to_come_back(
    talk: Talk, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(*_: object) -> None:
        raise ConnectionRefusedError

    with joined(talk) as line:
        monkeypatch.setattr(app.state.exchange, "hear", gone)
        line.send("say", client_id=new_id(), text="bonjour")
        assert line.hear() == {"type": "closed", "code": CloseCode.COME_BACK}


class StuckLine:
    """The server's side of a socket whose client has stopped reading."""

    def __init__(self, app: FastAPI, talk: Talk) -> None:
        join = json.dumps({"type": "join", "token": talk.token, "after": 1})
        self._received: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._received.put_nowait({"type": "websocket.connect"})
        self._received.put_nowait({"type": "websocket.receive", "text": join})
        self.stuck = asyncio.Event()
        self.closed: list[int] = []
        scope = {"type": "websocket", "app": app, "headers": [], "client": ("test", 1)}
        self.socket = WebSocket(scope, self._received.get, self._send)

    async def _send(self, message: Any) -> None:
        if message["type"] == "websocket.send":
            self.stuck.set()
            await asyncio.Event().wait()
        if message["type"] == "websocket.close":
            self.closed.append(message["code"])


@on_sqlite
def test_a_slow_reader_is_cut_and_holds_nobody(
    talk: Talk, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web.line, "SEND_S", 0.05)

    async def visit() -> list[int]:
        line = StuckLine(app, talk)
        visiting = asyncio.create_task(web.socket.chat(line.socket, talk.id))
        while not line.stuck.is_set():
            app.state.hub.publish(UUID(talk.id), SomeoneTypes(author=Author.USER))
            await asyncio.sleep(0.005)
        await visiting
        return line.closed

    assert talk.client.portal is not None
    with joined(talk) as quick:
        assert talk.client.portal.call(visit) == [CloseCode.TOO_SLOW]
        talk.say()
        quick.hear_until("message", seq=3)
