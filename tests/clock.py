"""A clock that tests move. All of the code asks kit/clock.py for the time, and nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def clock_at(seconds: float) -> Iterator[None]:
    """So many seconds later than it is."""
    moved = Clock()
    moved.forward(seconds=seconds)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kit.clock.datetime", moved)
        yield


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    moved = Clock()
    monkeypatch.setattr("kit.clock.datetime", moved)
    yield moved
