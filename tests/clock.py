"""A clock that tests move. All of the code asks kit/clock.py for the time, and nothing else."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo

import pytest


class Clock:
    """Stands for the `datetime` class in kit/clock.py: runs on, from wherever the test put it."""

    def __init__(self) -> None:
        self._moved = timedelta(0)

    def now(self, zone: tzinfo) -> datetime:
        return datetime.now(zone) + self._moved

    def forward(self, **by: float) -> None:
        self._moved += timedelta(**by)

    def put_at(self, instant: datetime) -> None:
        self._moved = instant - datetime.now(UTC)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    moved = Clock()
    monkeypatch.setattr("kit.clock.datetime", moved)
    yield moved
