"""One after the other, and who has less patience a little earlier: the turns of writers.

SQLite has one writer at a time. A sentence that somebody waits to read is written in milliseconds;
it should not stand behind all the bookkeeping that twenty consoles cause at once.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from heapq import heappop, heappush
from itertools import count
from time import monotonic


class Turnstile:
    """Lets one in at a time: of those who wait, whoever's patience ends first.

    Nobody starves: whatever came more than the difference of two patiences earlier goes first.
    """

    def __init__(self) -> None:
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()
        self._taken = False

    @asynccontextmanager
    async def turn(self, patience_s: float) -> AsyncIterator[None]:
        await self._take(patience_s)
        try:
            yield
        finally:
            self._pass_on()

    async def _take(self, patience_s: float) -> None:
        if not self._taken:
            self._taken = True
            return
        called = asyncio.get_running_loop().create_future()
        heappush(self._waiting, (monotonic() + patience_s, next(self._numbers), called))
        try:
            await called
        except asyncio.CancelledError:
            if called.done() and not called.cancelled():
                self._pass_on()  # it was our turn already
            raise

    def _pass_on(self) -> None:
        while self._waiting:
            *_, called = heappop(self._waiting)
            if not called.done():
                called.set_result(None)
                return
        self._taken = False
