"""The token that opens PISTE: asked for once, kept in memory, renewed before it ends.

OAuth 2.0 client credentials. However many calls wait for a token, one of them fetches it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

from chorus.piste_shapes import Token

EARLY_S = 60.0  # a token is renewed so long before it ends
EARLY_SHARE = 0.1  # or after nine tenths of a short life


class Tokens:
    """`fetch` asks PISTE for a new one."""

    def __init__(self, fetch: Callable[[], Awaitable[Token]]) -> None:
        self._fetch = fetch
        self._lock = asyncio.Lock()
        self._value = ""
        self._renew_at = float("-inf")

    async def current(self) -> str:
        if self._is_fresh():
            return self._value
        async with self._lock:
            return self._value if self._is_fresh() else await self._renewed()

    async def another(self, than: str) -> str:
        """One that is not the one that was just refused."""
        async with self._lock:
            return self._value if self._value != than else await self._renewed()

    def _is_fresh(self) -> bool:
        return time.monotonic() < self._renew_at

    async def _renewed(self) -> str:
        self._renew_at = float("-inf")
        token = await self._fetch()
        early_s = min(EARLY_S, token.lasts_s * EARLY_SHARE)
        self._value, self._renew_at = token.value, time.monotonic() + token.lasts_s - early_s
        return self._value
