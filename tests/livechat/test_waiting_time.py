"""The range that who waits is told."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from livechat.waiting_time import STEP_S, Range, estimate

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
EVENING = NOON + timedelta(hours=6)
TEN_MINUTES = [timedelta(minutes=10)] * 12


def test_the_next_in_line_waits_for_the_first_seat_to_come_free() -> None:
    assert estimate(1, 2, TEN_MINUTES, NOON, EVENING) == Range(300, 600)


def test_a_free_seat_shortens_the_wait() -> None:
    assert estimate(1, 2, TEN_MINUTES, NOON, EVENING, free=1) == Range(0, 300)


def test_observed_chats_replace_our_guess_once_there_are_enough() -> None:
    quick = [timedelta(minutes=1)] * 12
    guessed, observed = (estimate(3, 1, seen, NOON, EVENING) for seen in (quick[:9], quick))
    assert guessed and observed and observed.high_s < guessed.high_s


def test_nobody_there_means_no_range() -> None:
    assert estimate(1, 0, TEN_MINUTES, NOON, EVENING) is None


def test_a_range_that_would_pass_closing_time_is_not_told() -> None:
    closes = NOON + timedelta(minutes=9)
    assert estimate(1, 2, TEN_MINUTES, NOON, closes) is None
    assert estimate(1, 2, TEN_MINUTES, NOON, NOON + timedelta(minutes=10)) == Range(300, 600)


spans = st.lists(st.timedeltas(timedelta(0), timedelta(hours=3)), max_size=30)


@given(st.integers(1, 300), st.integers(1, 80), spans, st.integers(0, 10))
def test_a_range_is_in_half_minutes_and_never_upside_down(
    position: int, seats: int, durations: list[timedelta], free: int
) -> None:
    found = estimate(position, seats, durations, NOON, NOON + timedelta(days=400), free)
    assert found is not None
    assert 0 <= found.low_s <= found.high_s
    assert found.low_s % STEP_S == found.high_s % STEP_S == 0


@given(st.integers(1, 50), st.integers(1, 20), spans)
def test_further_back_never_waits_less(
    position: int, seats: int, durations: list[timedelta]
) -> None:
    later = NOON + timedelta(days=400)
    near = estimate(position, seats, durations, NOON, later)
    far = estimate(position + 1, seats, durations, NOON, later)
    assert near and far and (near.low_s, near.high_s) <= (far.low_s, far.high_s)
