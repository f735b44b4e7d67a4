"""What every test of the web side may ask for: a fresh database of each kind, with its tables.

The tests of the bot side (tests/assistant) run under the other interpreter and load none of this.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from kit.database import Database
from tests.databases import PostgreSQLServer, migrate

collect_ignore = ["assistant"]

# The same cases every time: what CI says depends on the change, not on luck, nor on how busy the
# machine is. `pytest --hypothesis-profile=default` looks for new ones.
settings.register_profile("house", derandomize=True, deadline=None)
settings.load_profile("house")

KINDS = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, copied for each test."""
    path = tmp_path_factory.mktemp("template") / "claudia.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgreSQLServer]:
    """A private PostgreSQL server, with a migrated database to copy for each test."""
    with PostgreSQLServer.started() as server:
        migrate(server.create("template"))
        yield server


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty, migrated database: the test runs once on each kind."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        path = tmp_path / "claudia.db"
        path.write_bytes(template.read_bytes())
        yield f"sqlite:///{path}"
        return
    server: PostgreSQLServer = request.getfixturevalue("postgresql_server")
    with server.copied("template") as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The same, opened."""
    opened = Database(database_url)
    yield opened
    await opened.close()
