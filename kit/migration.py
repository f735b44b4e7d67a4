"""Brings a database to the shape that this version of the code expects."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from kit.database import Database

SCRIPTS = Path(__file__).parents[1] / "migrations"
ONE_AT_A_TIME = 0x436C6175  # any number of ours: names the lock on PostgreSQL


def config(connection: Connection | None = None) -> Config:
    found = Config()
    found.set_main_option("script_location", str(SCRIPTS))
    found.set_main_option(
        "file_template", "%%(year)d-%%(month).2d-%%(day).2d-%%(hour).2d%%(minute).2d_%%(slug)s"
    )
    found.attributes["connection"] = connection
    return found


async def migrate(database: Database) -> None:
    """Run what is missing, in one transaction. Two processes at once: the second finds it done."""
    async with database.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})"))
        await connection.run_sync(lambda sync: command.upgrade(config(sync), "head"))
