"""When somebody can be called: the hours of phone appointments, and which of them are still free.

Pure rules. A slot lies within the opening hours, holds its first instant and not its last, and
begins at a round time of the local clock; instants are UTC, so the days on which the clock changes
are exact.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from kit.calendar import Hours, Period, open_periods


@dataclass(frozen=True)
class Rules:
    """How long an appointment lasts, at what notice it is taken, how many days ahead."""

    lasts: timedelta
    notice: timedelta
    days_ahead: int


@dataclass(frozen=True, order=True)
class Slot:
    """[start, end), in UTC."""

    start: datetime
    end: datetime

    def overlaps(self, other: "Slot") -> bool:
        return self.start < other.end and other.start < self.end


def bookable(hours: Hours, rules: Rules, at: datetime) -> list[Slot]:
    """All slots that can be taken at `at`, in order, whoever is free then."""
    today = at.astimezone(hours.zone).date()
    days = (today + timedelta(days=ahead) for ahead in range(rules.days_ahead + 1))
    periods = (period for day in days for period in open_periods(hours, day))
    slots = (slot for period in periods for slot in _within(period, hours.zone, rules.lasts))
    return [slot for slot in slots if slot.start >= at + rules.notice]


def _within(period: Period, zone: ZoneInfo, lasts: timedelta) -> Iterable[Slot]:
    start = _round_up(period.start, zone, lasts)
    while start + lasts <= period.end:
        yield Slot(start, start + lasts)
        start += lasts


def _round_up(instant: datetime, zone: ZoneInfo, lasts: timedelta) -> datetime:
    """The next round time of the local clock: with 20 minutes, 8:40 follows 8:30.

    Counted from midnight, so that a closure in the middle of a day moves no other slot.
    """
    local = instant.astimezone(zone).replace(tzinfo=None)
    past = (local - datetime.combine(local.date(), time.min)) % lasts
    return instant + (lasts - past) % lasts


def free(slots: Iterable[Slot], taken: Iterable[Slot]) -> list[Slot]:
    """Those that overlap none of the taken ones."""
    busy = list(taken)
    return [slot for slot in slots if not any(slot.overlaps(each) for each in busy)]


def who_is_free(
    slots: Iterable[Slot], taken: Mapping[UUID, Iterable[Slot]]
) -> dict[Slot, list[UUID]]:
    """For each slot those who have nothing then; slots without anybody are left out."""
    found: defaultdict[Slot, list[UUID]] = defaultdict(list)
    wanted = list(slots)
    for member, theirs in taken.items():
        for slot in free(wanted, theirs):
            found[slot].append(member)
    return {slot: found[slot] for slot in wanted if slot in found}


def by_day(slots: Iterable[Slot], zone: ZoneInfo) -> dict[date, list[Slot]]:
    """Grouped by local day, in the order given."""
    days: defaultdict[date, list[Slot]] = defaultdict(list)
    for slot in slots:
        days[slot.start.astimezone(zone).date()].append(slot)
    return dict(days)
