"""When advisors answer: opening hours, public holidays, exceptional closures and openings.

Pure rules: no database, no clock. A span holds its first instant and not its last ([08:30, 18:30)).
Spans are said on the wall clock of the time zone; instants are compared in UTC, so that the days on
which the clock changes are exact. `schedule.py` loads the hours, `words.py` says them in French.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from zoneinfo import ZoneInfo

from kit.errors import Conflict
from kit.spans import WHOLE_DAY, Span, united, without

HORIZON = timedelta(days=400)  # nobody plans an opening further away; the search ends there
MINUTE = timedelta(minutes=1)


class Cause(StrEnum):
    """Why it is open or closed at an instant."""

    ORDINARY = "ordinary"  # open as every week
    EXCEPTIONAL_OPENING = "exceptional_opening"  # open by a dated row
    EXCEPTIONAL_CLOSURE = "exceptional_closure"  # closed by a dated row
    HOLIDAY = "holiday"
    CLOSED_DAY = "closed_day"  # a weekday without any opening
    OUTSIDE_HOURS = "outside_hours"  # before, between or after the spans of an open day


class NeverOpen(Conflict):
    """No opening within the horizon: a deadline in open time cannot be told."""


@dataclass(frozen=True)
class Dated:
    """One row about one day. Without a span it is about the whole day."""

    closed: bool
    reason: str
    span: Span | None = None

    def __post_init__(self) -> None:
        if not self.closed and self.span is None:
            raise ValueError("An exceptional opening says its hours.")


@dataclass(frozen=True)
class Hours:
    """All that decides whether it is open.

    `weekly` has seven entries, Monday first. `holidays` gives the public holidays of a year with
    their names. On a day with exceptional openings these replace the ordinary hours, holiday or
    not; exceptional closures are then taken away: nobody is promised an hour that was closed.
    `explain` says a cause in words, given the local day and the name or reason that goes with it.
    """

    weekly: tuple[tuple[Span, ...], ...]
    holidays: Callable[[int], Mapping[date, str]]
    exceptions: Mapping[date, tuple[Dated, ...]]
    explain: Callable[[Cause, date, str], str]
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Paris"))


@dataclass(frozen=True)
class State:
    """Open or closed at an instant. Datetimes are local times of the hours, with their offset.

    `until` is the first later instant at which `open` is otherwise; `next_opening` the first later
    instant at which an open period begins. Both are None when there is none within the horizon.
    """

    open: bool
    at: datetime
    until: datetime | None
    reason: str
    next_opening: datetime | None


@dataclass(frozen=True)
class Period:
    """An uninterrupted open time: [start, end), in UTC."""

    start: datetime
    end: datetime


def state_at(hours: Hours, instant: datetime) -> State:
    """What holds at `instant` (aware), why, and until when."""
    at = instant.astimezone(UTC)
    current = next((p for p in _periods(hours, at) if p.start <= at < p.end), None)
    opening = next((p.start for p in _periods(hours, at) if p.start > at), None)
    until = opening if current is None else _closing(hours, current, at)
    return State(
        open=current is not None,
        at=_local(hours, at),
        until=until and _local(hours, until),
        reason=_reason(hours, at, is_open=current is not None),
        next_opening=opening and _local(hours, opening),
    )


def add_open_time(hours: Hours, start: datetime, duration: timedelta) -> datetime:
    """When `duration` of open time has passed since `start`, as a local time with its offset."""
    at, left = start.astimezone(UTC), duration
    while left >= timedelta(0):
        period = next((p for p in _periods(hours, at) if p.end > at), None)
        if period is None:
            raise NeverOpen("There is no opening within the horizon.")
        begin = max(at, period.start)
        if left <= period.end - begin:
            return _local(hours, begin + left)
        left, at = left - (period.end - begin), period.end
    raise ValueError("A duration is not negative.")


def open_time_between(hours: Hours, start: datetime, end: datetime) -> timedelta:
    """How much of [start, end) was open."""
    begin, finish, passed = start.astimezone(UTC), end.astimezone(UTC), timedelta(0)
    for period in _periods(hours, begin):
        if period.start >= finish:
            break
        shared = min(period.end, finish) - max(period.start, begin)
        passed += max(shared, timedelta(0))
    return passed


def _local(hours: Hours, instant: datetime) -> datetime:
    """The local time with its offset alone: two such times compare as instants, always."""
    local = instant.astimezone(hours.zone)
    return local.replace(tzinfo=timezone(local.utcoffset() or timedelta(0)), fold=0)


def _closing(hours: Hours, current: Period, at: datetime) -> datetime | None:
    return current.end if current.end < at + HORIZON else None


def _periods(hours: Hours, around: datetime) -> Iterator[Period]:
    """Open periods from the local day of `around` on; those that touch are one."""
    day = around.astimezone(hours.zone).date()
    pending: Period | None = None
    for offset in range(HORIZON.days + 1):
        for period in open_periods(hours, day + timedelta(days=offset)):
            if pending and period.start <= pending.end:
                pending = Period(pending.start, max(pending.end, period.end))
                continue
            if pending:
                yield pending
            pending = period
    if pending:
        yield pending


def open_periods(hours: Hours, day: date) -> Iterator[Period]:
    """The open times of a local day, in order."""
    for span in open_spans(hours, day):
        start = _instant(hours.zone, datetime.combine(day, span.opens), fold=0)
        midnight = timedelta(days=1 if span.ends_at_midnight else 0)
        end = _instant(hours.zone, datetime.combine(day, span.closes) + midnight, fold=1)
        if start < end:  # an hour that the clock jumps over opens nothing
            yield Period(start, end)


def _instant(zone: ZoneInfo, wall: datetime, fold: int) -> datetime:
    """The instant of a wall-clock time.

    An hour that comes twice counts from its first beginning to its last end. A time that the clock
    jumps over is the first one that exists after it.
    """
    while True:
        instant = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        if instant.astimezone(zone).replace(tzinfo=None, fold=0) == wall:
            return instant
        wall = wall.replace(second=0, microsecond=0) + MINUTE


def open_spans(hours: Hours, day: date) -> list[Span]:
    """The open spans of a local day, in order, without overlap, after all exceptions."""
    spans = united(_planned_spans(hours, day))
    for row in hours.exceptions.get(day, ()):
        if row.closed:
            spans = without(spans, row.span or WHOLE_DAY)
    return spans


def _planned_spans(hours: Hours, day: date) -> list[Span]:
    rows = hours.exceptions.get(day, ())
    openings = [row.span for row in rows if not row.closed and row.span]
    if openings:
        return openings
    return [] if day in hours.holidays(day.year) else list(hours.weekly[day.weekday()])


def _reason(hours: Hours, at: datetime, is_open: bool) -> str:
    cause, day, detail = _cause(hours, at.astimezone(hours.zone), is_open)
    return hours.explain(cause, day, detail)


def _cause(hours: Hours, local: datetime, is_open: bool) -> tuple[Cause, date, str]:
    day, clock = local.date(), local.time()
    rows = hours.exceptions.get(day, ())
    holiday = hours.holidays(day.year).get(day)
    openings = [row for row in rows if not row.closed]
    closures = [row for row in rows if row.closed and (row.span or WHOLE_DAY).holds(clock)]
    if is_open:
        detail = next((row.reason for row in openings if (row.span or WHOLE_DAY).holds(clock)), "")
        return (Cause.EXCEPTIONAL_OPENING if openings else Cause.ORDINARY), day, detail
    if closures and (openings or _planned_spans(hours, day)):
        return Cause.EXCEPTIONAL_CLOSURE, day, closures[0].reason
    if openings:
        return Cause.OUTSIDE_HOURS, day, ""
    if holiday:
        return Cause.HOLIDAY, day, holiday
    return (Cause.OUTSIDE_HOURS if hours.weekly[day.weekday()] else Cause.CLOSED_DAY), day, ""
