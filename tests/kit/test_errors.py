"""Refusals carry their HTTP status, and those that pass later say when."""

import pytest

from kit.errors import Refusal, TooMany, Unauthorised, Unavailable


@pytest.mark.parametrize(("seconds", "told"), [(0, 1), (0.2, 1), (1.2, 2), (30, 30)])
def test_whoever_is_refused_for_now_is_told_a_whole_number_of_seconds(
    seconds: float, told: int
) -> None:
    assert TooMany("Too many messages.", seconds).retry_after == told


def test_every_refusal_has_a_status_of_its_own() -> None:
    assert (Refusal.status, Unauthorised.status) == (400, 401)
    assert (TooMany.status, Unavailable.status) == (429, 503)
