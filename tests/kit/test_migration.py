"""The migrations make exactly the tables that the code expects, whoever runs them first."""

import asyncio
import re
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

import chorus.models
import chorus.training_models
import kit.models
import livechat.models
import staff.models
import tests.databases
import ticketing.models
from kit.database import Base, Database
from kit.migration import config, migrate
from tests.databases import PostgreSQLServer
from tests.processes import at_once

MODULES = (
    chorus.models,
    chorus.training_models,
    kit.models,
    livechat.models,
    staff.models,
    ticketing.models,
)
SCRIPTS = ScriptDirectory.from_config(config())
# SQLite does not tell of indexes over expressions; PostgreSQL does, and they are compared there.
pytestmark = pytest.mark.filterwarnings("ignore:.*expression-based index")


def _is_ours(name: str | None, kind: str, _: object) -> bool:
    """The tables of the full-text search are no models: SQLite makes five of one."""
    return kind != "table" or not (name or "").startswith("ticket_search")


def _differences(connection: Connection) -> list[object]:
    options = {"compare_type": True, "include_name": _is_ours}
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, Base.metadata))


async def test_models_and_migrations_agree(database: Database) -> None:
    assert {module.__name__ for module in MODULES} <= set(sys.modules)
    async with database.engine.connect() as connection:
        assert await connection.run_sync(_differences) == []


async def test_migrating_again_changes_nothing(database: Database) -> None:
    await migrate(database)
    async with database.engine.connect() as connection:
        assert await connection.run_sync(_differences) == []


async def test_each_migration_can_be_taken_back_and_done_again(database: Database) -> None:
    async with database.engine.begin() as connection:
        await connection.run_sync(lambda sync: command.downgrade(config(sync), "base"))
        left = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    assert left == ["alembic_version"]
    await migrate(database)
    async with database.engine.connect() as connection:
        assert await connection.run_sync(_differences) == []


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without any table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/empty.db"
    server: PostgreSQLServer = request.getfixturevalue("postgresql_server")
    return server.create("empty")


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_processes_that_migrate_at_once_both_find_it_done(empty_url: str) -> None:
    assert at_once(2, tests.databases.migrate, empty_url) == [0, 0]
    assert asyncio.run(_differences_at(empty_url)) == []


async def _differences_at(url: str) -> list[object]:
    database = Database(url)
    async with database.engine.connect() as connection:
        found = await connection.run_sync(_differences)
    await database.close()
    return found


def test_migrations_are_dated_sentences_in_one_line_of_descent() -> None:
    revisions = list(SCRIPTS.walk_revisions())
    names = [Path(revision.path).name for revision in revisions]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d-\d{4}(_[a-z]+)+\.py", name) for name in names)
    assert names == sorted(names, reverse=True)
    for newer, older in pairwise(revisions):
        assert newer.down_revision == older.revision
