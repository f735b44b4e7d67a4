"""What the tests of the tickets ask for, beside a database."""

from pathlib import Path

import pytest

from kit.database import Database
from tests.clock import clock
from tests.ticketing.support import Support

__all__ = ["clock", "support"]


@pytest.fixture
def support(database: Database, tmp_path: Path) -> Support:
    return Support(database, tmp_path / "files")
