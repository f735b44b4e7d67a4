"""Who is listening to which conversation, in this process.

What goes through here is only a hint: a listener that misses one reads on from the log. One that
reads too slowly is dropped rather than waited for: it reconnects and asks for what it missed.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID, uuid4

from livechat.protocol import CloseCode, GoingAway, LookAgain, ServerFrame

BACKLOG = 100  # frames a listener may be late by
BOARD = UUID(int=0)  # what the consoles listen to, beside the conversations


class Cut(Exception):
    """This listener is to hang up, with this code."""

    def __init__(self, code: CloseCode) -> None:
        super().__init__(code.name)
        self.code: Final = code


class Listener:
    def __init__(self) -> None:
        self._frames: asyncio.Queue[ServerFrame] = asyncio.Queue(BACKLOG)
        self._cut: CloseCode | None = None
        self._woken = asyncio.Event()

    def offer(self, frame: ServerFrame) -> None:
        try:
            self._frames.put_nowait(frame)
        except asyncio.QueueFull:
            self.cut(CloseCode.TOO_SLOW)
        self._woken.set()

    def skip(self) -> None:
        """Forget what is waiting: whoever reads all anew needs no more hints."""
        while not self._frames.empty():
            self._frames.get_nowait()

    def cut(self, code: CloseCode) -> None:
        self._cut = self._cut or code
        self._woken.set()

    async def next(self) -> ServerFrame:
        """The next frame. Raises Cut once nothing more is to be sent."""
        while True:
            if self._cut is CloseCode.TOO_SLOW:
                raise Cut(self._cut)
            try:
                return self._frames.get_nowait()
            except asyncio.QueueEmpty:
                if self._cut is not None:
                    raise Cut(self._cut) from None
            self._woken.clear()
            await self._woken.wait()


class Hub:
    def __init__(self) -> None:
        self.process: Final = uuid4()  # names this process to the others
        self._listeners: defaultdict[UUID, set[Listener]] = defaultdict(set)
        self._one_left = asyncio.Event()

    @contextmanager
    def listen(self, conversation_id: UUID) -> Iterator[Listener]:
        listener = Listener()
        self._listeners[conversation_id].add(listener)
        try:
            yield listener
        finally:
            self._listeners[conversation_id].discard(listener)
            if not self._listeners[conversation_id]:
                del self._listeners[conversation_id]
            self._one_left.set()

    def publish(self, conversation_id: UUID, *frames: ServerFrame) -> None:
        for listener in self._listeners.get(conversation_id, ()):
            for frame in frames:
                listener.offer(frame)

    def look_again(self, conversation_ids: Iterable[UUID]) -> None:
        """Tell those who listen there that they have something to read."""
        for conversation_id in conversation_ids:
            self.publish(conversation_id, LookAgain())

    def listened_to(self) -> list[UUID]:
        return list(self._listeners)

    def publish_to_others(
        self, conversation_id: UUID, but: Listener | None, frame: ServerFrame
    ) -> None:
        for listener in self._listeners.get(conversation_id, ()):
            if listener is not but:
                listener.offer(frame)

    def hang_up(self, conversation_id: UUID, code: CloseCode) -> None:
        """Cut everybody who listens to this conversation."""
        for listener in self._listeners.get(conversation_id, ()):
            listener.cut(code)

    def go_away(self, delay_s: float) -> None:
        """Tell everybody that this process stops, then cut them."""
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.offer(GoingAway(delay_s=delay_s))
                listener.cut(CloseCode.COME_BACK)

    async def all_left(self) -> None:
        """Returns once nobody listens any more."""
        while self._listeners:
            self._one_left.clear()
            await self._one_left.wait()
