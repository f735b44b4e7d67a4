"""A conversation as an outside program has it: over HTTP with its token, and over its socket."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import anyio
from httpx2 import Response
from starlette.testclient import TestClient, WebSocketTestSession

from livechat.hub import Hub

PATIENCE_S = 10  # a frame that has not come by then will not: the test fails instead of hanging

type Json = dict[str, Any]


@dataclass(frozen=True)
class Talk:
    """One opened conversation."""

    client: TestClient
    id: str
    token: str
    events: list[Json]

    @property
    def path(self) -> str:
        return f"/api/conversations/{self.id}"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def say(
        self, text: str = "bonjour", *, client_id: str | None = None, wait: int | None = 10
    ) -> Response:
        return self.post("messages", {"client_id": client_id or new_id(), "text": text}, wait=wait)

    def click(self, choice: str) -> Response:
        return self.post("messages", {"client_id": new_id(), "choice": choice}, wait=10)

    def vote(self, seq: int, value: str, wait: int | None = 10) -> Response:
        return self.post("votes", {"seq": seq, "value": value}, wait=wait)

    def post(self, call: str, body: Any, wait: int | None = None) -> Response:
        prefer = {} if wait is None else {"Prefer": f"wait={wait}"}
        return self.client.post(f"{self.path}/{call}", json=body, headers=self.headers | prefer)

    def read(self, after: int = 0) -> list[Json]:
        answer = self.client.get(f"{self.path}/events?after={after}", headers=self.headers)
        assert answer.status_code == 200
        found: list[Json] = answer.json()["events"]
        return found

    def answered(self) -> Json:
        """Asks something; the assistant's message."""
        events = self.say().json()["events"]
        assert [event["author"] for event in events] == ["assistant"]
        answer: Json = events[0]
        return answer


class Line:
    """One socket. What the server says comes as frames; its hanging up as the frame `closed`."""

    def __init__(self, session: WebSocketTestSession) -> None:
        self._session = session

    def send(self, type_: str, **fields: Any) -> None:
        self._session.send_json({"type": type_, **fields})

    def send_text(self, text: str) -> None:
        self._session.send_text(text)

    def send_bytes(self, data: bytes) -> None:
        self._session.send_bytes(data)

    def hear(self) -> Json:
        message = self._session.portal.call(self._next)
        if message["type"] == "websocket.close":
            return {"type": "closed", "code": message["code"]}
        frame: Json = json.loads(message["text"])
        return frame

    async def _next(self) -> Json:
        with anyio.fail_after(PATIENCE_S):
            return dict(await self._session._send_rx.receive())

    def hear_until(self, type_: str, **fields: Any) -> list[Json]:
        """All frames up to the first of this type and with these fields."""
        heard = [self.hear()]
        while not heard[-1].items() >= {"type": type_, **fields}.items():
            assert heard[-1]["type"] != "closed", heard
            heard.append(self.hear())
        return heard


def open_talk(client: TestClient, **body: str) -> Talk:
    answer = client.post("/api/conversations", json=body)
    assert answer.status_code == 201, answer.text
    opened = answer.json()
    return Talk(client, opened["id"], opened["token"], opened["events"])


@contextmanager
def on_the_line(talk: Talk, conversation_id: str | None = None) -> Iterator[Line]:
    """A socket that has not joined yet."""
    path = f"/api/conversations/{conversation_id or talk.id}/socket"
    before = listeners(talk)
    with talk.client.websocket_connect(path) as session:
        yield Line(session)
        session.close()
        session.portal.call(gone, talk, before)


def listeners(talk: Talk) -> int:
    hub: Hub = talk.client.app.state.hub  # type: ignore[attr-defined]
    return len(hub._listeners.get(UUID(talk.id), ()))


async def gone(talk: Talk, others: int) -> None:
    """Returns once the server has noticed that a socket was closed."""
    with anyio.fail_after(PATIENCE_S):
        while listeners(talk) > others:
            await asyncio.sleep(0.005)


@contextmanager
def joined(talk: Talk, after: int = 0) -> Iterator[Line]:
    """A socket that has joined and heard what there was after `after`."""
    with on_the_line(talk) as line:
        line.send("join", token=talk.token, after=after)
        for expected in talk.read(after):
            assert line.hear() == expected
        yield line


def new_id() -> str:
    return str(uuid4())


def numbers(events: list[Json]) -> list[int]:
    return [event["seq"] for event in events]
