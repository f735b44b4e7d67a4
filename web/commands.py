"""What an operator can ask for on the command line. Each answer is one plain line or table."""

import asyncio
import shutil
import sqlite3
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Coroutine
from contextlib import closing
from datetime import date, time
from pathlib import Path
from typing import Any
from uuid import UUID

from kit.clock import now
from kit.database import Database, is_sqlite
from kit.errors import Invalid, NotFound, Refusal
from kit.migration import migrate
from kit.schedule import add_exception, list_exceptions, remove_exception
from kit.settings import Settings
from kit.spans import Span
from livechat.retention import Gone, Person, Retention
from staff.accounts import invite, role_of
from staff.administration import invitation_url
from staff.models import Role
from ticketing.service import list_requests

type Command = Callable[[Namespace, Settings, Database], Coroutine[Any, Any, str]]


async def do_migrate(_: Namespace, settings: Settings, database: Database) -> str:
    await migrate(database)
    return "The database is up to date."


async def do_purge(_: Namespace, settings: Settings, database: Database) -> str:
    gone = await Retention(database, settings).purge()
    return (
        f"Erased {gone.conversations} conversations, {gone.requests} requests, {gone.mails} mails "
        f"and {gone.registrations} registrations that were too old."
    )


async def do_erase(given: Namespace, settings: Settings, database: Database) -> str:
    person = Person(conversation_id=given.id, email=given.email, subject=given.subject)
    gone = await Retention(database, settings).erase(person)
    if gone == Gone():
        return "Nothing is kept about this person."
    return (
        f"Erased {gone.conversations} conversations, {gone.requests} requests, {gone.mails} mails "
        f"and {gone.registrations} registrations. Backups are yours to look through."
    )


async def do_backup(given: Namespace, settings: Settings, database: Database) -> str:
    """A consistent copy while everything runs (SQLite's online backup)."""
    if not is_sqlite(settings.database):
        return "This database is PostgreSQL: back it up with pg_dump."
    source = Path(settings.database.removeprefix("sqlite:///"))
    stamp = now().strftime("%Y-%m-%d-%H%M%S")
    if not await asyncio.to_thread(source.exists):
        raise NotFound(f"There is no database at {source} yet.")
    target = given.file or settings.var / "backups" / f"{source.stem}-{stamp}.db"
    await asyncio.to_thread(_copy, source, target)
    # After the database: a file is there before its row is, so no copied row lacks its file.
    kept, copied = settings.var / "files", target.with_suffix(".files")
    if await asyncio.to_thread(kept.exists):
        await asyncio.to_thread(shutil.copytree, kept, copied, dirs_exist_ok=True)
        return f"Backed up to {target} and {copied}."
    return f"Backed up to {target}."


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(".part")
    with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(draft)) as there:
        here.backup(there)
    shutil.move(draft, target)


async def do_hours(given: Namespace, settings: Settings, database: Database) -> str:
    """Plan exceptional closures and openings, list them, take one back."""
    async with database.writing.begin() as session:
        if given.what != "list" and not given.day:
            raise Invalid("Name the day (YYYY-MM-DD), or the id to remove.")
        if (given.start is None) != (given.end is None):
            raise Invalid("Give both --from and --to, or none for the whole day.")
        if given.what == "remove":
            await remove_exception(session, UUID(given.day))
        elif given.what in {"open", "close"}:
            span = Span(given.start, given.end) if given.start and given.end else None
            closed = given.what == "close"
            day = date.fromisoformat(given.day)
            await add_exception(session, day, closed=closed, reason=given.reason or "", span=span)
        rows = await list_exceptions(session, since=now().date())
    lines = [
        f"{row.id}  {row.day}  {'closed' if row.closed else 'open'}  "
        f"{f'{row.opens:%H:%M}-{row.closes:%H:%M}' if row.opens else 'all day'}  {row.reason}"
        for row in rows
    ]
    return "\n".join(lines) or "No exception is planned."


async def do_staff(given: Namespace, settings: Settings, database: Database) -> str:
    """Make an account for somebody, or a new link for one that exists."""
    role = role_of(given.role)
    async with database.writing.begin() as session:
        made = await invite(session, given.email, role, given.name)
    base = settings.public_url or f"http://{given.host}:{given.port}"
    url = invitation_url(base, made.token)
    return f"{made.member.email} ({role}) chooses a password here, once, within 7 days:\n{url}"


async def do_requests(_: Namespace, settings: Settings, database: Database) -> str:
    async with database.reading() as session:
        rows = await list_requests(session)
    lines = [
        f"{row.reference}  {row.created_at:%Y-%m-%d %H:%M}Z  {row.kind}  {row.email or '-'}  "
        f"conversation {row.conversation_id}  {row.explanation or ''}"
        for row in rows
    ]
    return "\n".join(lines) or "No request is stored."


def parser() -> ArgumentParser:
    root = ArgumentParser(prog="python -m web", description="Runs and tends the assistant.")
    commands = root.add_subparsers(dest="command", required=True)
    for name, text in (("run", "Rasa and the web, supervised"), ("serve", "the web alone")):
        served = commands.add_parser(name, help=text)
        served.add_argument("--host", default="127.0.0.1")
        served.add_argument("--port", type=int, default=8000)
    commands.add_parser("migrate", help="bring the database up to date").set_defaults(do=do_migrate)
    commands.add_parser("purge", help="erase what is too old").set_defaults(do=do_purge)
    commands.add_parser("requests", help="list stored requests").set_defaults(do=do_requests)
    backup = commands.add_parser("backup", help="copy the database while it runs (SQLite)")
    backup.add_argument("--file", type=Path)
    backup.set_defaults(do=do_backup)
    erase = commands.add_parser("erase", help="forget one person")
    whom = erase.add_mutually_exclusive_group(required=True)
    whom.add_argument("--id", type=UUID, help="of a conversation")
    whom.add_argument("--email", help="of a connected user")
    whom.add_argument("--subject", help="issuer and sub of the identity token, with a blank")
    erase.set_defaults(do=do_erase)
    staff = commands.add_parser("staff", help="invite somebody of the team, by a one-time link")
    staff.add_argument("--email", required=True)
    staff.add_argument("--role", required=True, help=", ".join(Role))
    staff.add_argument("--name", default="", help="shown to users")
    staff.add_argument("--host", default="127.0.0.1", help="in the link, without a public URL")
    staff.add_argument("--port", type=int, default=8000)
    staff.set_defaults(do=do_staff)
    hours = commands.add_parser("hours", help="exceptional closures and openings")
    hours.add_argument("what", choices=("list", "close", "open", "remove"))
    hours.add_argument("day", nargs="?", help="YYYY-MM-DD, or the id to remove")
    hours.add_argument("--from", dest="start", type=time.fromisoformat)
    hours.add_argument("--to", dest="end", type=time.fromisoformat)
    hours.add_argument("--reason", help="shown to users, in French")
    hours.set_defaults(do=do_hours)
    return root


async def perform(given: Namespace, settings: Settings) -> str:
    database = Database(settings.database)
    try:
        command: Command = given.do
        return await command(given, settings, database)
    finally:
        await database.close()


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 0 done, 1 refused with its reason on the error stream."""
    given = parser().parse_args(arguments)
    settings = Settings()
    settings.var.mkdir(parents=True, exist_ok=True)
    if given.command == "run":
        from web.run import main as run

        return run(given.host, given.port)
    if given.command == "serve":
        from web.serve import serve

        serve(given.host, given.port)
        return 0
    try:
        print(asyncio.run(perform(given, settings)))
    except (Refusal, ValueError) as reason:
        print(f"Not done: {reason}", file=sys.stderr)
        return 1
    return 0
