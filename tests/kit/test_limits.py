"""Counting: who does a thing too often waits, and is told how long."""

import pytest

from kit.errors import TooMany
from kit.limits import Limited, Limits, _storage


async def test_who_does_it_too_often_is_told_when_to_come_back() -> None:
    limits = Limits(on=True)
    for _ in range(60):
        await limits.hit(Limited.OPEN, "somebody")
    with pytest.raises(TooMany) as refused:
        await limits.hit(Limited.OPEN, "somebody")
    assert 1 <= refused.value.retry_after <= 61
    await limits.hit(Limited.OPEN, "somebody else")


async def test_each_thing_is_counted_by_itself() -> None:
    limits = Limits(on=True)
    for _ in range(60):
        await limits.hit(Limited.OPEN, "somebody")
    await limits.hit(Limited.SAY, "somebody")


async def test_off_counts_nothing() -> None:
    limits = Limits(on=False)
    for _ in range(100):
        await limits.hit(Limited.OPEN, "somebody")


def test_redis_is_reached_by_the_client_that_is_installed() -> None:
    # `limits` looks for another one by default.
    assert type(_storage("redis://127.0.0.1:1/0")).__name__ == "RedisStorage"
