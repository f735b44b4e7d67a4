"""How often one visitor may do a thing: so that nobody takes the service away from the others."""

from enum import StrEnum

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from limits.aio.strategies import MovingWindowRateLimiter

from kit.clock import now
from kit.errors import TooMany


class Limited(StrEnum):
    """What is counted, and how often it may happen."""

    OPEN = "60 per minute"  # conversations, an address
    SAY = "60 per 1 minute"  # messages and votes, a conversation
    SAY_FROM = (
        "600 per 1 minute"  # messages and votes, an address: many share one behind a firewall
    )
    SEND_FILE = "60 per 10 minute"  # files, an address
    TRANSCRIPT = "20 per 1 hour"  # copies of conversations by mail, an address
    LINK = "120 per 1 minute"  # pages of appointments, an address
    LOG_IN = "30 per 1 minute"  # passwords of staff that are tried, an address


class Limits:
    """`off` counts nothing: for load tests, and behind a gateway that counts."""

    def __init__(self, *, on: bool, redis_url: str = "") -> None:
        self._on = on
        self._strategy = MovingWindowRateLimiter(_storage(redis_url))
        self._items: dict[Limited, RateLimitItem] = {
            limited: parse(limited.value) for limited in Limited.__members__.values()
        }

    async def hit(self, limited: Limited, who: str) -> None:
        """Count one. Raises TooMany when there were too many."""
        item = self._items[limited]
        if not self._on or await self._strategy.hit(item, limited.name, who):
            return
        reset = (await self._strategy.get_window_stats(item, limited.name, who)).reset_time
        raise TooMany("Too many requests.", retry_after=max(1.0, reset - now().timestamp()))


def _storage(redis_url: str) -> Storage:
    if not redis_url:
        return MemoryStorage()
    return RedisStorage(f"async+{redis_url}", implementation="redispy")
