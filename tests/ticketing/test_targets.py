"""Due times: open time only, stopped while the sender has to act, and explained to the minute."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from kit.calendar import open_time_between
from kit.organisation import organisation
from kit.schedule import hours_of
from ticketing.lifecycle import Status
from ticketing.targets import due, explain

PARIS = ZoneInfo("Europe/Paris")
HOURS = hours_of(organisation(), {})
DAY = timedelta(hours=10)  # 08:30 to 18:30


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """June 2026: the 2nd is a Tuesday, without a holiday until July."""
    return datetime(2026, 6, day, hour, minute, tzinfo=PARIS)


def test_only_open_time_counts() -> None:
    assert open_time_between(HOURS, at(2, 18), at(3, 9)) == timedelta(hours=1)
    assert open_time_between(HOURS, at(5, 8), at(9, 8)) == 2 * DAY  # over a weekend
    assert open_time_between(HOURS, at(3, 9), at(2, 18)) == timedelta(0)


def test_a_day_of_open_time_ends_at_the_same_hour_of_the_next_open_day() -> None:
    assert due(HOURS, at(5, 10), DAY) == at(8, 10)


def test_what_has_used_its_time_is_due_at_once() -> None:
    assert due(HOURS, at(2, 10), timedelta(hours=-3)) == at(2, 10)


def test_a_due_time_is_explained_span_by_span() -> None:
    changes = [
        (at(2, 9), Status.SUBMITTED),
        (at(2, 10), Status.ASSIGNED),
        (at(2, 11), Status.DETAILS_ASKED),
        (at(4, 11), Status.ASSIGNED),
    ]
    found = explain(HOURS, changes, at(4, 12), allowed=DAY)
    told = [(span.status, span.open_time, span.counts) for span in found.spans]
    assert told == [
        (Status.SUBMITTED, timedelta(hours=1), True),
        (Status.ASSIGNED, timedelta(hours=1), True),
        (Status.DETAILS_ASKED, 2 * DAY, False),
        (Status.ASSIGNED, timedelta(hours=1), True),
    ]
    assert (found.used, found.left) == (timedelta(hours=3), timedelta(hours=7))
    assert found.due == at(5, 9)  # eight hours after the 4th at 11


def test_nothing_is_due_while_the_sender_has_to_act() -> None:
    changes = [(at(2, 9), Status.SUBMITTED), (at(2, 10), Status.ANSWERED)]
    found = explain(HOURS, changes, at(9, 10), allowed=DAY)
    assert (found.due, found.used) == (None, timedelta(hours=1))


def test_what_is_late_says_by_how_much() -> None:
    found = explain(HOURS, [(at(2, 9), Status.SUBMITTED)], at(4, 9), allowed=DAY)
    assert found.left == -DAY
    assert found.due == at(3, 9)
