"""By when a ticket is to be answered and solved: open time, stopped while its sender has to act.

Pure rules over the opening hours. Only the staff see them; users are told « dans les meilleurs
délais », as in the seed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from kit.calendar import Hours, NeverOpen, add_open_time, open_time_between
from ticketing.lifecycle import WAITS_FOR_STAFF, Status

type Change = tuple[datetime, Status]  # since when it had a status; in order since submitted


@dataclass(frozen=True)
class Span:
    """Some time of a ticket in one status. `end` is None for the present one."""

    status: Status
    start: datetime
    end: datetime | None
    open_time: timedelta  # how much of it was open
    counts: bool  # whether the staff's time ran


@dataclass(frozen=True)
class Explained:
    """How a due time came about. `due` is None while it waits for its sender, or is closed."""

    allowed: timedelta
    spans: tuple[Span, ...]
    used: timedelta
    due: datetime | None

    @property
    def left(self) -> timedelta:
        """Negative once it is late."""
        return self.allowed - self.used

    @property
    def in_time(self) -> bool:
        return self.left >= timedelta(0)


def due(hours: Hours, running_since: datetime, allowed: timedelta) -> datetime | None:
    """When `allowed` of open time will have passed; at once if none is left. None: never open."""
    try:
        return add_open_time(hours, running_since, max(allowed, timedelta(0)))
    except NeverOpen:
        return None


def used(hours: Hours, changes: Iterable[Change], at: datetime) -> timedelta:
    """How much open time the staff have had until `at`."""
    return _counted(_spans(hours, changes, at))


def explain(hours: Hours, changes: Iterable[Change], at: datetime, allowed: timedelta) -> Explained:
    """How a due time of `allowed` open time came about, as it is at `at`."""
    spans = _spans(hours, changes, at)
    spent = _counted(spans)
    running = spans and spans[-1].end is None and spans[-1].counts
    before = spent - spans[-1].open_time if running else spent
    return Explained(
        allowed,
        spans,
        spent,
        due(hours, spans[-1].start, allowed - before) if running else None,
    )


def _spans(hours: Hours, changes: Iterable[Change], at: datetime) -> tuple[Span, ...]:
    known = list(changes)
    ends = [start for start, _ in known[1:]] + [None]
    return tuple(
        Span(
            status,
            start,
            end,
            open_time_between(hours, start, end or at),
            counts=status in WAITS_FOR_STAFF,
        )
        for (start, status), end in zip(known, ends, strict=True)
    )


def _counted(spans: Iterable[Span]) -> timedelta:
    return sum((span.open_time for span in spans if span.counts), timedelta(0))
