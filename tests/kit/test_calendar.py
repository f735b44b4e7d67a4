"""Opening hours: every instant is open or closed, explained, and until when."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.calendar import Dated, Hours, NeverOpen, add_open_time, open_spans, state_at
from kit.organisation import organisation
from kit.schedule import hours_of
from kit.spans import Span
from kit.words import explain_hours

PARIS = ZoneInfo("Europe/Paris")
OFFICE = hours_of(organisation(), {})
LATE_OCTOBER = date(2026, 10, 25)  # 03:00 comes back to 02:00
LATE_MARCH = date(2026, 3, 29)  # 02:00 becomes 03:00


def at(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS, fold=fold)


def with_days(days: dict[date, list[Dated]]) -> Hours:
    return hours_of(organisation(), {day: tuple(rows) for day, rows in days.items()})


def span(opens: str, closes: str) -> Span:
    return Span(time.fromisoformat(opens), time.fromisoformat(closes))


# The week ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("instant", "is_open", "reason"),
    [
        ("2026-11-24T08:29:59.999999", False, "fermé\u00a0: en dehors des horaires"),
        ("2026-11-24T08:30:00", True, "ouvert"),
        ("2026-11-24T18:29:59.999999", True, "ouvert"),
        ("2026-11-24T18:30:00", False, "fermé\u00a0: en dehors des horaires"),
        ("2026-11-28T10:00:00", False, "fermé\u00a0: samedi"),
        ("2026-11-29T10:00:00", False, "fermé\u00a0: dimanche"),
        ("2026-05-25T10:00:00", False, "fermé\u00a0: lundi de Pentecôte"),
        ("2026-04-06T10:00:00", False, "fermé\u00a0: lundi de Pâques"),
        ("2026-12-25T10:00:00", False, "fermé\u00a0: Noël"),
        ("2026-05-14T10:00:00", False, "fermé\u00a0: Ascension"),
        ("2026-07-14T10:00:00", False, "fermé\u00a0: fête nationale"),
        ("2031-01-01T10:00:00", False, "fermé\u00a0: jour de l'an"),
    ],
)
def test_an_instant_is_open_or_closed_and_says_why(
    instant: str, is_open: bool, reason: str
) -> None:
    state = state_at(OFFICE, at(instant))
    assert (state.open, state.reason) == (is_open, reason)


def test_friday_evening_is_closed_until_monday_morning() -> None:
    state = state_at(OFFICE, at("2026-11-27T18:30"))
    assert state.until == state.next_opening == at("2026-11-30T08:30")


def test_an_open_hour_says_when_it_ends_and_when_the_next_begins() -> None:
    state = state_at(OFFICE, at("2026-11-27T12:00"))
    assert (state.until, state.next_opening) == (at("2026-11-27T18:30"), at("2026-11-30T08:30"))


def test_the_answer_is_in_the_time_of_paris_wherever_one_asks_from() -> None:
    state = state_at(OFFICE, datetime(2026, 5, 26, 6, 30, tzinfo=UTC))
    assert state.open and state.at.isoformat() == "2026-05-26T08:30:00+02:00"


# Exceptions ----------------------------------------------------------------------------------


def test_an_exceptional_closure_says_its_reason() -> None:
    hours = with_days({date(2026, 11, 24): [Dated(closed=True, reason="maintenance")]})
    state = state_at(hours, at("2026-11-24T10:00"))
    assert (state.open, state.reason) == (False, "fermé\u00a0: maintenance")
    assert state.until == at("2026-11-25T08:30")


def test_a_closure_of_some_hours_leaves_the_rest_of_the_day() -> None:
    row = Dated(closed=True, reason="formation", span=span("12:00", "14:00"))
    hours = with_days({date(2026, 11, 24): [row]})
    assert state_at(hours, at("2026-11-24T11:00")).until == at("2026-11-24T12:00")
    assert state_at(hours, at("2026-11-24T12:00")).reason == "fermé\u00a0: formation"
    assert state_at(hours, at("2026-11-24T14:00")).open
    assert state_at(hours, at("2026-11-24T19:00")).reason == "fermé\u00a0: en dehors des horaires"


def test_an_exceptional_opening_wins_over_saturday_and_over_a_holiday() -> None:
    row = Dated(closed=False, reason="clôture annuelle", span=span("09:00", "12:00"))
    hours = with_days({date(2026, 11, 28): [row], date(2026, 12, 25): [row]})
    for day in ("2026-11-28", "2026-12-25"):
        state = state_at(hours, at(f"{day}T09:00"))
        assert (state.open, state.reason) == (True, "ouvert\u00a0: clôture annuelle")
        assert not state_at(hours, at(f"{day}T12:00")).open


def test_an_exceptional_opening_replaces_the_hours_of_an_ordinary_day() -> None:
    row = Dated(closed=False, reason="", span=span("10:00", "12:00"))
    hours = with_days({date(2026, 11, 24): [row]})
    assert not state_at(hours, at("2026-11-24T09:00")).open
    assert (
        state_at(hours, at("2026-11-24T10:00")).reason == "ouvert\u00a0: ouverture exceptionnelle"
    )


def test_a_closure_wins_over_an_opening_of_the_same_day() -> None:
    opening = Dated(closed=False, reason="", span=span("10:00", "12:00"))
    hours = with_days({date(2026, 11, 24): [opening, Dated(closed=True, reason="panne")]})
    assert open_spans(hours, date(2026, 11, 24)) == []
    assert state_at(hours, at("2026-11-24T11:00")).reason == "fermé\u00a0: panne"


# The two days on which the clock changes ------------------------------------------------------


def test_an_opening_through_the_hour_that_comes_twice_lasts_an_hour_more() -> None:
    row = Dated(closed=False, reason="", span=span("01:00", "04:00"))
    state = state_at(with_days({LATE_OCTOBER: [row]}), at("2026-10-25T01:00"))
    assert state.until is not None
    assert state.until.astimezone(UTC) - state.at.astimezone(UTC) == timedelta(hours=4)


def test_both_passages_of_the_hour_that_comes_twice_are_open() -> None:
    row = Dated(closed=False, reason="", span=span("02:15", "02:45"))
    hours = with_days({LATE_OCTOBER: [row]})
    assert state_at(hours, at("2026-10-25T02:30", fold=0)).open
    assert state_at(hours, at("2026-10-25T02:30", fold=1)).open
    assert not state_at(hours, at("2026-10-25T02:45", fold=1)).open


def test_an_opening_inside_the_hour_that_is_jumped_over_opens_nothing() -> None:
    row = Dated(closed=False, reason="", span=span("02:15", "02:45"))
    hours = with_days({LATE_MARCH: [row]})
    midnight = at("2026-03-29T00:00").astimezone(UTC)
    minutes = [midnight + timedelta(minutes=n) for n in range(24 * 60)]
    assert not any(state_at(hours, minute).open for minute in minutes[::15])


def test_an_opening_that_begins_in_the_jumped_hour_begins_after_it() -> None:
    row = Dated(closed=False, reason="", span=span("02:30", "05:00"))
    state = state_at(with_days({LATE_MARCH: [row]}), at("2026-03-29T01:59"))
    assert state.next_opening == at("2026-03-29T03:00")


def test_the_morning_after_a_change_of_the_clock_opens_at_half_past_eight() -> None:
    for friday, offset in (("2026-03-27", "+02:00"), ("2026-10-23", "+01:00")):
        opening = state_at(OFFICE, at(f"{friday}T20:00")).next_opening
        assert opening is not None and opening.isoformat().endswith(f"T08:30:00{offset}")


# Always, never, and deadlines -----------------------------------------------------------------


def hours_of_week(*spans: Span) -> Hours:
    return Hours((spans,) * 7, lambda year: {}, {}, explain_hours)


def test_who_never_closes_has_no_end_and_no_next_opening() -> None:
    state = state_at(hours_of_week(span("00:00", "00:00")), at("2026-11-24T10:00"))
    assert (state.open, state.until, state.next_opening) == (True, None, None)


def test_who_never_opens_has_no_next_opening_and_no_deadline() -> None:
    closed = hours_of_week()
    state = state_at(closed, at("2026-11-24T10:00"))
    assert (state.open, state.until, state.next_opening) == (False, None, None)
    with pytest.raises(NeverOpen):
        add_open_time(closed, at("2026-11-24T10:00"), timedelta(hours=1))


def test_a_span_through_midnight_is_one_opening() -> None:
    hours = hours_of_week(span("00:00", "06:00"), span("20:00", "00:00"))
    assert state_at(hours, at("2026-11-24T23:00")).until == at("2026-11-25T06:00")


def test_open_time_is_counted_over_nights_and_weekends() -> None:
    start = at("2026-11-27T17:30")
    assert add_open_time(OFFICE, start, timedelta(hours=1)) == at("2026-11-27T18:30")
    assert add_open_time(OFFICE, start, timedelta(hours=2)) == at("2026-11-30T09:30")
    assert add_open_time(OFFICE, start, timedelta(hours=21)) == at("2026-12-01T18:30")


# Whatever the hours ---------------------------------------------------------------------------

clocks = st.times(max_value=time(23, 59)).map(lambda t: t.replace(second=0, microsecond=0))


@st.composite
def spans(draw: st.DrawFn) -> Span:
    first, second = sorted((draw(clocks), draw(clocks)))
    return Span(first, second if second > first else time.min)


days = st.dates(date(2026, 10, 19), date(2026, 11, 1)) | st.dates(
    date(2026, 3, 23), date(2026, 4, 8)
)
rows = st.builds(Dated, closed=st.just(True), reason=st.just("x"), span=st.none() | spans()) | (
    st.builds(Dated, closed=st.just(False), reason=st.just("x"), span=spans())
)
any_hours = st.builds(
    Hours,
    weekly=st.tuples(*[st.lists(spans(), max_size=3).map(tuple)] * 7),
    holidays=st.just(OFFICE.holidays),
    exceptions=st.dictionaries(days, st.lists(rows, min_size=1, max_size=3).map(tuple)),
    explain=st.just(explain_hours),
)
instants = st.tuples(days, st.times()).map(lambda pair: datetime.combine(*pair).replace(tzinfo=UTC))


@settings(deadline=None, max_examples=150)
@given(hours=any_hours, day=days)
def test_spans_of_a_day_are_in_order_and_never_overlap(hours: Hours, day: date) -> None:
    for before, after in pairwise(open_spans(hours, day)):
        assert before.end < after.opens


@settings(deadline=None, max_examples=150)
@given(hours=any_hours, instant=instants)
def test_every_instant_is_explained_in_one_sense(hours: Hours, instant: datetime) -> None:
    state = state_at(hours, instant)
    assert state.at == instant
    assert state.reason.startswith("ouvert" if state.open else "fermé\u00a0: ")


@settings(deadline=None, max_examples=150)
@given(hours=any_hours, instant=instants)
def test_until_is_the_next_change_and_the_next_opening_is_open(
    hours: Hours, instant: datetime
) -> None:
    state = state_at(hours, instant)
    tick = timedelta(microseconds=1)
    if state.until is not None:
        assert state.until > state.at
        assert state_at(hours, state.until).open is not state.open
        assert state_at(hours, state.until.astimezone(UTC) - tick).open is state.open
    if state.next_opening is not None:
        assert state.next_opening > state.at
        assert state_at(hours, state.next_opening).open
        assert not state_at(hours, state.next_opening.astimezone(UTC) - tick).open


@settings(deadline=None, max_examples=60)
@given(hours=any_hours, instant=instants, minutes=st.integers(0, 900))
def test_a_moment_before_a_deadline_there_is_open_time_left(
    hours: Hours, instant: datetime, minutes: int
) -> None:
    try:
        deadline = add_open_time(hours, instant, timedelta(minutes=minutes))
    except NeverOpen:
        return
    assert deadline >= instant
    if minutes:
        assert state_at(hours, deadline.astimezone(UTC) - timedelta(microseconds=1)).open
