"""Which times can be booked, as rules without a database."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from kit.calendar import Dated, Hours
from kit.spans import Span
from livechat.slots import Rules, Slot, bookable, by_day, free, who_is_free

PARIS = ZoneInfo("Europe/Paris")
RULES = Rules(timedelta(minutes=20), timedelta(minutes=60), days_ahead=2)
TUESDAY = datetime(2026, 11, 24, 6, tzinfo=UTC)  # seven o'clock in Paris
CLAIRE, DAVID = UUID(int=1), UUID(int=2)


def span(opens: str, closes: str) -> Span:
    return Span(time.fromisoformat(opens), time.fromisoformat(closes))


def hours(
    *spans: Span,
    weekend: bool = False,
    holidays: Mapping[date, str] | None = None,
    exceptions: Mapping[date, tuple[Dated, ...]] | None = None,
) -> Hours:
    """The same spans from Monday to Friday; `weekend`: every day."""
    weekly = (spans,) * 5 + ((spans,) * 2 if weekend else ((), ()))
    return Hours(
        weekly=weekly,
        holidays=lambda _: holidays or {},
        exceptions=exceptions or {},
        explain=lambda cause, day, detail: "",
        zone=PARIS,
    )


def clock(slots: list[Slot], day: str = "2026-11-24") -> list[str]:
    """The local times of that day."""
    local = [slot.start.astimezone(PARIS) for slot in slots]
    return [f"{each:%H:%M}" for each in local if f"{each:%Y-%m-%d}" == day]


def test_slots_fill_the_opening_hours_and_never_reach_over_the_closing() -> None:
    found = clock(bookable(hours(span("08:30", "10:00")), RULES, TUESDAY))
    assert found == ["08:40", "09:00", "09:20", "09:40"]


def test_nobody_is_called_over_lunch() -> None:
    found = clock(bookable(hours(span("11:00", "12:00"), span("14:00", "14:40")), RULES, TUESDAY))
    assert found == ["11:00", "11:20", "11:40", "14:00", "14:20"]


def test_a_slot_needs_its_notice_and_one_at_its_very_end_is_in_time() -> None:
    at = datetime(2026, 11, 24, 8, tzinfo=UTC)  # nine o'clock in Paris
    assert clock(bookable(hours(span("08:30", "11:00")), RULES, at))[0] == "10:00"
    later = at + timedelta(microseconds=1)
    assert clock(bookable(hours(span("08:30", "11:00")), RULES, later))[0] == "10:20"


def test_no_slot_lies_beyond_the_days_ahead() -> None:
    found = bookable(hours(span("09:00", "10:00")), RULES, TUESDAY)
    days = by_day(found, PARIS)
    assert list(days) == [date(2026, 11, 24), date(2026, 11, 25), date(2026, 11, 26)]


def test_holidays_and_weekends_have_none() -> None:
    friday = datetime(2026, 12, 25, 6, tzinfo=UTC)
    found = bookable(hours(span("09:00", "10:00"), holidays={friday.date(): "Noël"}), RULES, friday)
    assert found == []


def test_a_closure_takes_its_hours_away_and_moves_no_other_slot() -> None:
    closed = Dated(closed=True, reason="inventaire", span=span("09:10", "09:50"))
    open_hours = hours(span("08:40", "11:00"), exceptions={TUESDAY.date(): (closed,)})
    assert clock(bookable(open_hours, RULES, TUESDAY)) == ["08:40", "10:00", "10:20", "10:40"]


def test_an_exceptional_opening_has_slots() -> None:
    opened = Dated(closed=False, reason="permanence", span=span("09:00", "09:40"))
    saturday = datetime(2026, 11, 28, 6, tzinfo=UTC)
    open_hours = hours(span("08:00", "18:00"), exceptions={saturday.date(): (opened,)})
    assert clock(bookable(open_hours, RULES, saturday), "2026-11-28") == ["09:00", "09:20"]


@pytest.mark.parametrize(
    ("day", "before", "slots"),
    [
        # The hour from two to three comes twice, or not at all.
        ("2026-10-25", datetime(2026, 10, 24, 20, tzinfo=UTC), 15),
        ("2027-03-28", datetime(2027, 3, 27, 20, tzinfo=UTC), 9),
        ("2026-11-24", datetime(2026, 11, 23, 20, tzinfo=UTC), 12),
    ],
)
def test_the_days_on_which_the_clock_changes_are_exact(
    day: str, before: datetime, slots: int
) -> None:
    found = [
        slot
        for slot in bookable(hours(span("00:00", "04:00"), weekend=True), RULES, before)
        if f"{slot.start.astimezone(PARIS):%Y-%m-%d}" == day
    ]
    assert len(found) == slots
    assert all(slot.end - slot.start == RULES.lasts for slot in found)
    assert all(one.end == two.start for one, two in pairwise(found))
    ends = {f"{slot.end.astimezone(PARIS):%M}" for slot in found}
    assert ends == {"00", "20", "40"}


@pytest.mark.parametrize(("day", "hour"), [(date(2026, 10, 24), 7), (date(2026, 10, 26), 8)])
def test_nine_o_clock_is_nine_o_clock_in_summer_and_in_winter(day: date, hour: int) -> None:
    midnight = datetime.combine(day, time.min, UTC)
    found = bookable(hours(span("09:00", "09:20"), weekend=True), RULES, midnight)
    assert found[0].start == midnight.replace(hour=hour)


def slot(start: str, end: str) -> Slot:
    day = "2026-11-24T"
    return Slot(datetime.fromisoformat(f"{day}{start}Z"), datetime.fromisoformat(f"{day}{end}Z"))


def test_a_slot_is_free_unless_something_overlaps_it() -> None:
    wanted = [slot("09:00", "09:20"), slot("09:20", "09:40"), slot("09:40", "10:00")]
    assert free(wanted, [slot("09:20", "09:40")]) == [wanted[0], wanted[2]]
    # As after the length of appointments was changed.
    assert free(wanted, [slot("09:10", "09:30")]) == [wanted[2]]


def test_a_slot_can_be_booked_as_long_as_somebody_is_free() -> None:
    one, two = slot("09:00", "09:20"), slot("09:20", "09:40")
    assert who_is_free([one, two], {CLAIRE: [one], DAVID: []}) == {
        one: [DAVID],
        two: [CLAIRE, DAVID],
    }
    assert who_is_free([one], {CLAIRE: [one]}) == {}
    assert who_is_free([one], {}) == {}
