"""When somebody is reminded of what they were promised."""

from datetime import UTC, datetime, timedelta

import pytest

from kit.reminders import reminder_at

TUESDAY = datetime(2026, 11, 24, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ahead", "before"),
    [
        (timedelta(days=3), timedelta(days=1)),
        (timedelta(days=1, seconds=1), timedelta(days=1)),
        (timedelta(days=1), timedelta(hours=1)),
        (timedelta(minutes=90), timedelta(hours=1)),
        (timedelta(minutes=89), None),
    ],
)
def test_a_reminder_comes_a_day_before_else_an_hour_else_not_at_all(
    ahead: timedelta, before: timedelta | None
) -> None:
    start = TUESDAY + ahead
    assert reminder_at(start, TUESDAY) == (start - before if before else None)
