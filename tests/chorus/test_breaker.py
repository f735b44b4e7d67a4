"""A service that fails is left alone, and let in again by one try."""

from chorus.breaker import FAILURES, PAUSE_S, TRIAL_S, Breaker, State


def opened(at: float = 0.0) -> Breaker:
    breaker = Breaker()
    for _ in range(FAILURES):
        breaker.failed(at)
    return breaker


def test_it_is_closed_until_some_failures_in_a_row() -> None:
    breaker = Breaker()
    for _ in range(FAILURES - 1):
        breaker.failed(0)
        assert breaker.admits(0)
    breaker.failed(0)
    assert breaker.state(0) is State.OPEN
    assert not breaker.admits(0)
    assert breaker.wait_s(10) == PAUSE_S - 10


def test_a_success_forgets_the_failures_before_it() -> None:
    breaker = Breaker()
    for _ in range(FAILURES - 1):
        breaker.failed(0)
    breaker.succeeded()
    breaker.failed(0)
    assert breaker.state(0) is State.CLOSED


def test_after_its_pause_one_may_try() -> None:
    breaker = opened()
    assert not breaker.admits(PAUSE_S - 1)
    assert breaker.state(PAUSE_S) is State.HALF_OPEN
    assert breaker.admits(PAUSE_S)
    assert not breaker.admits(PAUSE_S)


def test_a_try_that_succeeds_lets_all_in() -> None:
    breaker = opened()
    assert breaker.admits(PAUSE_S)
    breaker.succeeded()
    assert breaker.state(PAUSE_S) is State.CLOSED
    assert breaker.admits(PAUSE_S) and breaker.admits(PAUSE_S)


def test_a_try_that_fails_opens_it_for_another_pause() -> None:
    breaker = opened()
    assert breaker.admits(PAUSE_S)
    breaker.failed(PAUSE_S + 1)
    assert not breaker.admits(2 * PAUSE_S)
    assert breaker.admits(2 * PAUSE_S + 1)


def test_a_try_whose_result_is_never_told_is_replaced_by_another() -> None:
    breaker = opened()
    assert breaker.admits(PAUSE_S)
    assert not breaker.admits(PAUSE_S + TRIAL_S - 1)
    assert breaker.admits(PAUSE_S + TRIAL_S)


def test_a_service_that_asks_for_rest_has_it_and_has_not_failed() -> None:
    breaker = Breaker()
    breaker.rest(60)
    breaker.rest(10)  # a shorter one ends no longer one
    breaker.succeeded()  # nor does a call that was under way
    assert breaker.state(0) is State.CLOSED
    assert not breaker.admits(59)
    assert breaker.wait_s(50) == 10
    assert breaker.admits(60)
