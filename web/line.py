"""What the sockets of users and advisors do alike: send in time, hear texts, hang up rightly."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable

from fastapi import WebSocket, WebSocketDisconnect
from pydantic import BaseModel

from kit.errors import Refusal
from livechat.hub import Cut
from livechat.protocol import CloseCode

logger = logging.getLogger(__name__)

SILENCE_S = 75.0  # a client that says nothing for so long is gone: it sends heartbeats
SEND_S = 10.0  # a frame that the client does not take within: it reads too slowly

_CODES = {401: "unauthorised", 404: "not_found", 409: "conflict", 413: "too_large", 429: "too_many"}


def failure_code(refusal: Refusal | type[Refusal]) -> str:
    """The `code` of a `failed` frame."""
    return _CODES.get(refusal.status, "invalid")


async def send(socket: WebSocket, frame: BaseModel) -> None:
    """Raises Cut when the client does not take it in time."""
    try:
        await asyncio.wait_for(socket.send_text(frame.model_dump_json()), SEND_S)
    except TimeoutError:
        raise Cut(CloseCode.TOO_SLOW) from None


async def texts(socket: WebSocket) -> AsyncIterator[str]:
    """What the client sends. Raises Cut when it is silent for too long, or sends bytes."""
    while True:
        try:
            yield await asyncio.wait_for(socket.receive_text(), SILENCE_S)
        except TimeoutError:
            raise Cut(CloseCode.COME_BACK) from None
        except KeyError:  # a binary message
            raise Cut(CloseCode.REFUSED) from None


async def run_until_one_ends(tasks: list[asyncio.Task[None]]) -> list[BaseException]:
    """Let them run until the first is over, then end the others. Returns what went wrong."""
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
    await asyncio.wait(tasks)
    ended = (task.exception() for task in tasks if not task.cancelled())
    return [problem for problem in ended if problem is not None]


async def hang_up(socket: WebSocket, problems: Iterable[BaseException]) -> CloseCode | None:
    """Close it with the code that fits what went wrong first; None when the client had left."""
    for problem in problems:
        if isinstance(problem, Cut):
            await socket.close(problem.code)
            return problem.code
        if isinstance(problem, Exception) and not isinstance(problem, WebSocketDisconnect):
            logger.error("A socket failed: %r", problem)
            await socket.close(CloseCode.COME_BACK)
            return CloseCode.COME_BACK
    return None
