"""How long somebody will wait: a range, from how long chats really last and who is there now.

Honest rather than exact: no range when nobody is there, or when it would pass closing time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

USUAL = timedelta(
    minutes=8
)  # until chats were observed: a guess of ours, replaced by the first ten
ENOUGH = 10  # observed chats that say more than the guess
STEP_S = 30  # ranges are told in half minutes


@dataclass(frozen=True)
class Range:
    """Seconds, `low` to `high`."""

    low_s: int
    high_s: int


def estimate(
    position: int,
    seats: int,
    durations: Sequence[timedelta],
    at: datetime,
    closes_at: datetime | None,
    free: int = 0,
) -> Range | None:
    """The wait of whoever stands at `position` (1 is next).

    `seats`: chats that the advisors who are present can hold together, `free` of them not taken. A
    seat comes free every (duration / seats); the range goes from the lower to the upper quartile of
    the observed durations.
    """
    if seats <= 0 or closes_at is None:
        return None
    ahead = max(0, position - free)
    low, high = _quartiles(durations)
    found = Range(_rounded(ahead * low / seats), _rounded((ahead + 1) * high / seats, up=True))
    return None if at + timedelta(seconds=found.high_s) > closes_at else found


def _quartiles(durations: Sequence[timedelta]) -> tuple[timedelta, timedelta]:
    if len(durations) < ENOUGH:
        return USUAL / 2, USUAL * 2
    ranked = sorted(durations)
    return ranked[len(ranked) // 4], ranked[(3 * len(ranked)) // 4]


def _rounded(span: timedelta, up: bool = False) -> int:
    steps = span.total_seconds() / STEP_S
    return STEP_S * (-int(-steps // 1) if up else int(steps))
