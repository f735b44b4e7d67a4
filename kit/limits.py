"""How often one visitor may do a thing: so that nobody takes the service away from the others."""

from enum import StrEnum, unique

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from limits.aio.strategies import MovingWindowRateLimiter

from kit.clock import now
from kit.errors import TooMany


@unique  # two of the same words would be one, and counted together
class Limited(StrEnum):
    """What is counted, and how often it may happen."""

    OPEN = "60 per minute"  # conversations, an address
    SAY = "60 per 1 minute"  # messages and votes, a conversation
    SAY_FROM = (
        "600 per 1 minute"  # messages and votes, an address: many share one behind a firewall
    )
    SEND_FILE = "60 per 10 minute"  # files, an address
    TRANSCRIPT = "20 per 1 hour"  # copies of conversations by mail, an address
    LINK = "120 per 1 minute"  # pages behind secret links, an address
    WRITE_TICKET = "60 per 1 hour"  # tickets without an account, an address
    WRITE_TICKET_TO = "10 per 1 hour"  # of them, an e-mail address: each is acknowledged there
    CONFIRM_TICKET = "30 per 1 hour"  # confirmations asked for by mail, an address
    CONFIRM_TICKET_TO = "3 per 1 hour"  # of them, an e-mail address
    ASK_LINK = "40 per 1 hour"  # links to tickets asked for, an address
    ASK_LINK_TO = "4 per 1 hour"  # of them, an e-mail address with a reference
    CODE = "6 per 1 hour"  # codes asked for, a link
    ENTER_CODE = "30 per 60 minute"  # codes entered, a link
    OPEN_PAGES = "120 per 60 second"  # page sessions of the connected, an address
    OWN_TICKET = "60 per 3600 second"  # drafts saved and tickets sent, a connected person
    PROOF = "100 per 1 minute"  # challenges of public forms, an address
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
