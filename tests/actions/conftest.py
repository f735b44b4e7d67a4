"""What the tests of the actions ask for, beside a database."""

import pytest

from kit.database import Database
from tests.actions.stage import Stage
from tests.clock import Clock, clock

__all__ = ["clock"]


@pytest.fixture
def stage(database: Database, clock: Clock) -> Stage:
    """A conversation that begins on a Tuesday at eleven, when advisors are there."""
    clock.put_at(Stage.OPEN)
    return Stage(database)
