"""The chat socket: the same events as the HTTP API, live, and the same service behind it.

The log is the truth; what the hub pushes is only a hint. A listener sends what follows its last
number, reading on from the log when a push was missed.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from uuid import UUID

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import SQLAlchemyError

from kit.database import Database
from kit.errors import Refusal
from kit.limits import Limited, Limits
from livechat.access import Doorkeeper, Key, check_current, permit
from livechat.exchange import Exchange
from livechat.hub import Cut, Hub, Listener
from livechat.presence import Presences
from livechat.protocol import (
    Author,
    ClientFrame,
    CloseCode,
    Event,
    Failed,
    Heartbeat,
    Join,
    LookAgain,
    Read,
    Say,
    SomeoneTypes,
    Stored,
    Typing,
    UserSeen,
    Vote,
    client_frame,
)

logger = logging.getLogger(__name__)
router = APIRouter()

JOIN_S = 5.0  # the first frame comes within
SILENCE_S = 75.0  # a client that says nothing for so long is gone: it sends heartbeats
POLL_S = 15.0  # how often the log is looked at besides, should a push be missed
SEND_S = 10.0  # a frame that the client does not take within: it reads too slowly

CODES = {401: "unauthorised", 404: "not_found", 409: "conflict", 413: "too_large", 429: "too_many"}


@router.websocket("/api/conversations/{conversation_id}/socket")
async def chat(socket: WebSocket, conversation_id: str) -> None:
    await socket.accept()
    try:
        joined = await _join(socket, conversation_id)
        if joined is not None:
            await Visit(socket, *joined).last()
    except WebSocketDisconnect:
        return


async def _join(socket: WebSocket, conversation_id: str) -> tuple[UUID, int] | None:
    """The conversation and the last number seen; None when the socket was refused and closed."""
    try:
        async with asyncio.timeout(JOIN_S):
            frame = client_frame.validate_json(await socket.receive_text())
        if not isinstance(frame, Join):
            raise ValueError("the first frame is a join")
        key = _doorkeeper(socket).read(frame.token)
        permitted = permit(key, conversation_id.lower())
        await _check(socket, key)
    except (ValidationError, ValueError, KeyError, TimeoutError):
        await socket.close(CloseCode.REFUSED)
        return None
    except Refusal as refusal:
        await socket.close(CloseCode.LOG_IN_AGAIN if refusal.status == 401 else CloseCode.REFUSED)
        return None
    except (SQLAlchemyError, OSError) as problem:
        logger.error("The database did not answer: %s", type(problem).__name__)
        await socket.close(CloseCode.COME_BACK)
        return None
    return permitted, frame.after


def _doorkeeper(socket: WebSocket) -> Doorkeeper:
    found: Doorkeeper = socket.app.state.doorkeeper
    return found


async def _check(socket: WebSocket, key: Key) -> None:
    database: Database = socket.app.state.database
    async with database.reading() as session:
        await check_current(session, key)


class Visit:
    """One socket, from its join to its end: one task reads, one writes."""

    def __init__(self, socket: WebSocket, conversation_id: UUID, after: int) -> None:
        self._socket = socket
        self._conversation_id = conversation_id
        self._sent = after
        self._exchange: Exchange = socket.app.state.exchange
        self._limits: Limits = socket.app.state.limits
        self._hub: Hub = socket.app.state.hub
        self._presences: Presences = socket.app.state.presences

    async def last(self) -> None:
        await self._presences.user_came(self._conversation_id)
        try:
            await self._talk()
        finally:
            await self._presences.user_left(self._conversation_id)

    async def _talk(self) -> None:
        with self._hub.listen(self._conversation_id) as listener:
            tasks = [
                asyncio.create_task(self._write(listener)),
                asyncio.create_task(self._read(listener)),
            ]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
            await asyncio.wait(tasks)
        await self._close(task.exception() for task in tasks if not task.cancelled())

    async def _close(self, ended: Iterable[BaseException | None]) -> None:
        for problem in ended:
            if isinstance(problem, Cut):
                await self._socket.close(problem.code)
                return
            if isinstance(problem, Exception) and not isinstance(problem, WebSocketDisconnect):
                logger.error("A socket failed: %r", problem)
                await self._socket.close(CloseCode.COME_BACK)
                return

    # What we send ------------------------------------------------------------------------

    async def _write(self, listener: Listener) -> None:
        await self._catch_up()
        while True:
            try:
                frame = await asyncio.wait_for(listener.next(), POLL_S)
            except TimeoutError:
                await self._catch_up()
                continue
            if isinstance(frame, LookAgain):
                await self._catch_up()
            elif isinstance(frame, UserSeen):
                pass  # for the advisor's side
            elif not isinstance(frame, Event):
                await self._send(frame)
            elif frame.seq == self._sent + 1:
                await self._send(frame)
                self._sent = frame.seq
            elif frame.seq > self._sent:
                await self._catch_up()

    async def _catch_up(self) -> None:
        for event in await self._exchange.events_after(self._conversation_id, self._sent):
            await self._send(event)
            self._sent = event.seq

    async def _send(self, frame: BaseModel) -> None:
        try:
            await asyncio.wait_for(self._socket.send_text(frame.model_dump_json()), SEND_S)
        except TimeoutError:
            raise Cut(CloseCode.TOO_SLOW) from None

    # What we hear ------------------------------------------------------------------------

    async def _read(self, listener: Listener) -> None:
        async for text in self._texts():
            try:
                frame = client_frame.validate_json(text)
            except ValidationError:
                listener.offer(Failed(code="invalid_frame"))
                continue
            try:
                await self._obey(frame, listener)
            except Refusal as refusal:
                code = CODES.get(refusal.status, "invalid")
                listener.offer(Failed(client_id=getattr(frame, "client_id", None), code=code))

    async def _texts(self) -> AsyncIterator[str]:
        while True:
            try:
                yield await asyncio.wait_for(self._socket.receive_text(), SILENCE_S)
            except TimeoutError:
                raise Cut(CloseCode.COME_BACK) from None
            except KeyError:  # a binary message
                raise Cut(CloseCode.REFUSED) from None

    async def _obey(self, frame: ClientFrame, listener: Listener) -> None:
        match frame:
            case Say():
                await self._count()
                heard = await self._exchange.hear(self._conversation_id, frame)
                listener.offer(Stored(client_id=frame.client_id, seq=heard.seq))
            case Vote():
                await self._count()
                await self._exchange.vote(self._conversation_id, frame)
            case Typing():
                self._hub.publish_to_others(
                    self._conversation_id, listener, SomeoneTypes(author=Author.USER)
                )
            case Heartbeat():
                listener.offer(Heartbeat())
            case Read(seq=seq):
                self._hub.publish(self._conversation_id, UserSeen(seq=seq))
            case Join():
                listener.offer(Failed(code="already_joined"))

    async def _count(self) -> None:
        await self._limits.hit(Limited.SAY, str(self._conversation_id))
        client = self._socket.client
        await self._limits.hit(Limited.SAY_FROM, client.host if client else "unknown")
