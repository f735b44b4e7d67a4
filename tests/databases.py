"""Databases to test on: a SQLite file, and a PostgreSQL server that nobody else uses.

The server has a folder, a socket and a user of its own, listens on no network address, and skips
what makes data survive a power cut: it lives as long as the tests.
"""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from kit import migration
from kit.database import Database

# No network address, and nothing done for a power cut.
SETTINGS = ("listen_addresses=''", "fsync=off", "synchronous_commit=off", "full_page_writes=off")
OWNER = "postgres"  # PostgreSQL refuses to run as root


def migrate(url: str) -> None:
    """Makes all tables in an empty database, as an installation does."""

    async def upgrade() -> None:
        database = Database(url)
        await migration.migrate(database)
        await database.close()

    asyncio.run(upgrade())


class PostgreSQLServer:
    """A running server, and the databases made on it."""

    def __init__(self, folder: Path, bin_folder: Path) -> None:
        self.folder = folder
        self._bin = bin_folder
        self._numbers = count(1)

    @classmethod
    @contextmanager
    def started(cls) -> Iterator["PostgreSQLServer"]:
        # A short path of its own: the name of a socket holds 107 characters.
        folder = Path(tempfile.mkdtemp(prefix="claudia-pg-"))
        server = cls(folder, postgresql_folder())
        try:
            if os.geteuid() == 0:
                shutil.chown(folder, OWNER, OWNER)
            data = str(folder / "data")
            server._run("initdb", "-D", data, "-U", OWNER, "-A", "trust", "-E", "UTF8", "--no-sync")
            options = " ".join(f"-c {setting}" for setting in SETTINGS) + f" -k {folder}"
            server._run("pg_ctl", "-D", data, "-o", options, "-l", f"{folder}/log", "-w", "start")
            yield server
        finally:
            if (folder / "data" / "postmaster.pid").exists():
                server._run("pg_ctl", "-D", str(folder / "data"), "-m", "immediate", "stop")
            shutil.rmtree(folder, ignore_errors=True)

    def create(self, name: str, template: str = "template0") -> str:
        """Makes a database, as a copy of another if asked for. Its URL."""
        self._ask(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return f"postgresql://{OWNER}@/{name}?host={self.folder}"

    @contextmanager
    def copied(self, template: str) -> Iterator[str]:
        name = f"test{next(self._numbers)}"
        yield self.create(name, template)
        self._ask(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _ask(self, statement: str) -> None:
        connection = ("-h", str(self.folder), "-U", OWNER, "-d", "postgres")
        self._run("psql", *connection, "-q", "-v", "ON_ERROR_STOP=1", "-c", statement)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._bin / program), *arguments]
        if os.geteuid() == 0 and program != "psql":
            command = ["runuser", "-u", OWNER, "--", *command]
        done = subprocess.run(command, capture_output=True, cwd="/", text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr or done.stdout}")


def postgresql_folder() -> Path:
    """Where initdb and pg_ctl are: beside each other, often off the PATH."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise RuntimeError("PostgreSQL is missing: install your system's `postgresql` package.")
    return found[-1].parent
