"""The server holds out against slow and rude clients, and says goodbye before it goes."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.sync.connection import Connection

import web.line
import web.serve
import web.socket
from kit.settings import Settings
from livechat.protocol import CloseCode, Failed
from setup.ports import free_loopback_port
from tests.web.conftest import on_sqlite
from tests.web.talks import Json, new_id
from web.serve import DrainingServer, configure

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60  # a busy machine is slow; nothing here waits that long when all is well


class SeenServer(DrainingServer):
    """Tells the test in which loop it runs, and who is connected."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._app.state.loop = asyncio.get_running_loop()
        self._app.state.connections = self.server_state.connections
        await super().startup(sockets)


@contextmanager
def serving(app: FastAPI, settings: Settings) -> Iterator[str]:
    """The address of a real server in another thread."""
    port = free_loopback_port()
    server = SeenServer(configure(app, "127.0.0.1", port, settings), app)
    thread = Thread(target=server.run)
    thread.start()
    wait_until(lambda: server.started)
    yield f"127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


def wait_until(holds: Callable[[], bool]) -> None:
    given_up_at = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < given_up_at
        time.sleep(0.01)


@pytest.fixture
def address(app: FastAPI, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(web.serve, "HEADER_S", 0.2)
    monkeypatch.setattr(web.serve, "GOODBYE_S", 0.2)
    with serving(app, settings) as here:
        yield here


def opened(address: str) -> Json:
    answer = httpx2.post(f"http://{address}/api/conversations", json={})
    assert answer.status_code == 201
    found: Json = answer.json()
    return found


def socket_of(address: str, talk: Json) -> str:
    return f"ws://{address}/api/conversations/{talk['id']}/socket"


def join(line: Connection, talk: Json) -> None:
    line.send(json.dumps({"type": "join", "token": talk["token"]}))
    assert json.loads(line.recv(PATIENCE_S))["seq"] == 1


def plain(address: str) -> socket.socket:
    host, _, port = address.partition(":")
    return socket.create_connection((host, int(port)), timeout=PATIENCE_S)


# Heads -----------------------------------------------------------------------------------

HEAD = b"GET /api/hours HTTP/1.1\r\nHost: x\r\n"


@on_sqlite
@pytest.mark.parametrize("sent", [b"", b"GET", HEAD, HEAD + b"X-Slow: "])
def test_half_a_head_is_hung_up_on(address: str, sent: bytes) -> None:
    with plain(address) as line:
        line.sendall(sent)
        assert line.recv(1) == b""


@on_sqlite
def test_half_a_second_head_is_hung_up_on(address: str) -> None:
    with plain(address) as line:
        line.sendall(HEAD + b"\r\n")
        assert line.recv(65_536).startswith(b"HTTP/1.1 200")
        line.sendall(HEAD)
        while more := line.recv(65_536):
            assert b"HTTP/1.1" not in more


@on_sqlite
def test_a_head_that_trickles_in_is_hung_up_on(address: str) -> None:
    with plain(address) as line, pytest.raises(OSError):
        while True:
            line.sendall(b"X")
            time.sleep(0.02)


@on_sqlite
def test_a_visit_lasts_longer_than_the_time_for_a_head(address: str) -> None:
    talk = opened(address)
    with connect(socket_of(address, talk)) as line:
        join(line, talk)
        with plain(address) as half:  # once this one is cut, the time is over
            half.sendall(HEAD)
            assert half.recv(1) == b""
        line.send('{"type": "heartbeat"}')
        assert json.loads(line.recv(PATIENCE_S)) == {"type": "heartbeat"}


@on_sqlite
def test_a_large_body_is_refused_whatever_its_header_says(address: str) -> None:
    path = f"http://{address}/api/conversations"
    for content in (b"x" * 70_000, iter([b"x" * 5_000] * 14)):
        answer = httpx2.post(path, content=content, headers={"Content-Type": "application/json"})
        assert answer.status_code == 413


@on_sqlite
def test_the_server_does_not_say_what_it_is(address: str) -> None:
    assert "server" not in httpx2.get(f"http://{address}/api/hours").headers


# Sockets ---------------------------------------------------------------------------------


@on_sqlite
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
def test_a_foreign_origin_gets_no_socket(address: str, origin: str) -> None:
    url = socket_of(address, opened(address))
    with pytest.raises(InvalidStatus) as caught, connect(url, origin=origin):  # type: ignore[arg-type]
        pass
    assert caught.value.response.status_code == 403


@on_sqlite
def test_our_own_origin_and_programs_get_one(address: str) -> None:
    talk = opened(address)
    for origin in (f"http://{address}", None):
        with connect(socket_of(address, talk), origin=origin) as line:  # type: ignore[arg-type]
            join(line, talk)


@on_sqlite
def test_no_compression_is_negotiated(address: str) -> None:
    with connect(socket_of(address, opened(address)), compression="deflate") as line:
        assert line.protocol.extensions == []
        assert line.response is not None
        assert "Sec-WebSocket-Extensions" not in line.response.headers


@on_sqlite
@pytest.mark.parametrize("pieces", [1, 200])
def test_a_message_of_8_mb_is_refused(address: str, pieces: int) -> None:
    talk = opened(address)
    piece = "x" * (8 * 2**20 // pieces)
    with connect(socket_of(address, talk)) as line:
        join(line, talk)
        with pytest.raises(ConnectionClosed):
            line.send([piece] * pieces if pieces > 1 else piece)
            line.recv(PATIENCE_S)
        # What it had not read yet may reach us as a reset before its goodbye does.
        assert line.close_code in (1009, 1006)


@on_sqlite
def test_the_largest_good_message_passes(address: str) -> None:
    talk = opened(address)
    with connect(socket_of(address, talk)) as line:
        join(line, talk)
        # Each of these characters takes twelve bytes when it is written as \\u….
        said = {"type": "say", "client_id": new_id(), "text": "\U0001f600" * 4_000}
        line.send(json.dumps(said))
        frames = [json.loads(line.recv(PATIENCE_S)) for _ in range(2)]
        assert "stored" in {frame["type"] for frame in frames}


@on_sqlite
def test_a_client_that_does_not_read_is_cut_off(
    address: str, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web.line, "SEND_S", 0.2)
    talk = opened(address)
    hub, conversation_id = app.state.hub, UUID(talk["id"])
    with plain(address) as line:
        line.sendall(
            f"GET /api/conversations/{talk['id']}/socket HTTP/1.1\r\nHost: {address}\r\n"
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
        )
        assert line.recv(12) == b"HTTP/1.1 101"
        line.sendall(masked(json.dumps({"type": "join", "token": talk["token"]})))
        wait_until(lambda: bool(hub._listeners))
        large = Failed(code="x" * 200_000)
        loop = app.state.loop
        while hub._listeners:  # the server cuts it, though it never reads
            for listener in list(hub._listeners.get(conversation_id, ())):
                loop.call_soon_threadsafe(listener.offer, large)
            time.sleep(0.01)
        wait_until(lambda: not app.state.connections)  # nor is its end of the line kept


def masked(text: str) -> bytes:
    """A text frame as a client sends it, with a mask of zeros."""
    data = text.encode()
    return bytes([0x81, 0xFE]) + len(data).to_bytes(2) + bytes(4) + data


def heard(line: Connection) -> list[Json]:
    """All frames until it hangs up."""
    frames = []
    with pytest.raises(ConnectionClosed):
        while True:
            frames.append(json.loads(line.recv(PATIENCE_S)))
    return frames


# Stopping --------------------------------------------------------------------------------


@pytest.fixture
def folder(sqlite_template: Path, tmp_path: Path) -> Path:
    (tmp_path / "claudia.db").write_bytes(sqlite_template.read_bytes())
    return tmp_path


@contextmanager
def process(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    port = free_loopback_port()
    command = [sys.executable, "-m", "tests.web.served", str(folder), str(port)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with (folder / "log").open("wb") as log:
        child = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        wait_until(lambda: child.poll() is not None or answers(port))
        yield f"127.0.0.1:{port}", child
    finally:
        child.kill()
        child.wait()


def answers(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def test_told_to_stop_it_ends_the_turn_in_flight_and_delivers_it(folder: Path) -> None:
    with process(folder) as (address, child), ThreadPoolExecutor(1) as pool:
        talk = opened(address)
        with connect(socket_of(address, talk)) as line:
            join(line, talk)
            asking = pool.submit(
                httpx2.post,
                f"http://{address}/api/conversations/{talk['id']}/messages",
                json={"client_id": new_id(), "text": "bonjour"},
                headers={"Authorization": f"Bearer {talk['token']}", "Prefer": "wait=10"},
                timeout=PATIENCE_S,
            )
            wait_until((folder / "asked").exists)
            child.send_signal(signal.SIGTERM)
            wait_until((folder / "draining").exists)
            # Rasa still needs our action route, or the turn could not end.
            assert httpx2.get(f"http://{address}/api/hours").status_code == 200
            (folder / "answer").touch()
            frames = heard(line)
            assert line.close_code == CloseCode.COME_BACK
        events = asking.result().json()["events"]
        assert [event["author"] for event in events] == ["assistant"]
        assert events[0] in frames
        assert frames[-1] == {"type": "going_away", "delay_s": 2.0}
        assert child.wait(PATIENCE_S) in (0, -signal.SIGTERM)
