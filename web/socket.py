"""The chat socket: the same events as the HTTP API, live, and the same service behind it.

The log is the truth; what the hub pushes is only a hint. A listener sends what follows its last
number, reading on from the log when a push was missed.
"""

import asyncio
import logging
from uuid import UUID

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import SQLAlchemyError

from kit.database import Database
from kit.errors import Refusal
from kit.finishing import to_its_end
from kit.limits import Limited, Limits
from livechat import chats
from livechat.access import Doorkeeper, Key, check_current, permit
from livechat.exchange import Exchange
from livechat.hub import Hub, Listener
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
    Seen,
    Stored,
    Typing,
    UserSeen,
    Vote,
    client_frame,
)
from livechat.typists import Typists
from web import line

logger = logging.getLogger(__name__)
router = APIRouter()

JOIN_S = 5.0  # the first frame comes within
POLL_S = 15.0  # how often the log is looked at besides, should a push be missed


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


@to_its_end
async def _check(socket: WebSocket, key: Key) -> None:
    database: Database = socket.app.state.database
    async with database.glancing() as session:
        await check_current(session, key)


class Visit:
    """One socket, from its join to its end: one task reads, one writes."""

    def __init__(self, socket: WebSocket, conversation_id: UUID, after: int) -> None:
        self._socket = socket
        self._conversation_id = conversation_id
        self._sent = after
        self._exchange: Exchange = socket.app.state.exchange
        self._database: Database = socket.app.state.database
        self._limits: Limits = socket.app.state.limits
        self._hub: Hub = socket.app.state.hub
        self._typists: Typists = socket.app.state.typists
        self._presences: Presences = socket.app.state.presences

    async def last(self) -> None:
        await self._presences.user_came(self._conversation_id)
        try:
            await self._talk()
        finally:
            await self._presences.user_left(self._conversation_id)

    async def _talk(self) -> None:
        with self._hub.listen(self._conversation_id) as listener:
            works = (self._write(listener), self._read(listener))
            problems = await line.run_until_one_ends([asyncio.create_task(w) for w in works])
        await line.hang_up(self._socket, problems)

    # What we send ------------------------------------------------------------------------

    async def _write(self, listener: Listener) -> None:
        await self._catch_up()
        if seq := await self._read_by_advisor():  # once; later it is pushed
            await self._send(Seen(seq=seq))
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

    @to_its_end
    async def _read_by_advisor(self) -> int:
        async with self._database.glancing() as session:
            return (await chats.read_by(session, self._conversation_id))[0]

    async def _catch_up(self) -> None:
        for event in await self._exchange.events_after(self._conversation_id, self._sent):
            await self._send(event)
            self._sent = event.seq

    async def _send(self, frame: BaseModel) -> None:
        await line.send(self._socket, frame)

    # What we hear ------------------------------------------------------------------------

    async def _read(self, listener: Listener) -> None:
        async for text in line.texts(self._socket):
            try:
                frame = client_frame.validate_json(text)
            except ValidationError:
                listener.offer(Failed(code="invalid_frame"))
                continue
            try:
                await self._obey(frame, listener)
            except Refusal as refusal:
                code = line.failure_code(refusal)
                listener.offer(Failed(client_id=getattr(frame, "client_id", None), code=code))

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
                await self._typists.types(self._conversation_id, Author.USER, but=listener)
            case Heartbeat():
                listener.offer(Heartbeat())
            case Read(seq=seq):
                await self._exchange.read(self._conversation_id, seq)
            case Join():
                listener.offer(Failed(code="already_joined"))

    async def _count(self) -> None:
        await self._limits.hit(Limited.SAY, str(self._conversation_id))
        client = self._socket.client
        await self._limits.hit(Limited.SAY_FROM, client.host if client else "unknown")
