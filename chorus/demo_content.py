"""What the demo host site is made of: about a hundred invoices over all statuses, and accounts.

The same in every installation, from demo_portal.yml; only the dates are counted from the day on
which it is made. It is one SQLite file, made beside its place and put there whole, so that any
number of processes may begin at once.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import yaml

from chorus.invoice_numbers import key
from kit.organisation import organisation

FILE = "demo-portal.db"
CONTENT = Path(__file__).parent / "demo_portal.yml"
VERSION = 1  # of the content below: a file of another one is made anew

DAYS_APART = 2  # from one invoice of a series to the next
STEP_DAYS = 3  # from one status to the next
FIRST_PORTAL_ID = 8_300_001

TABLES = """
CREATE TABLE invoices (
    portal_id INTEGER PRIMARY KEY, number TEXT NOT NULL, number_key TEXT NOT NULL,
    kind TEXT NOT NULL, structure_id TEXT NOT NULL, status TEXT NOT NULL,
    changed_at TEXT NOT NULL, recipient TEXT NOT NULL, service TEXT, issued_on TEXT NOT NULL,
    deposited_on TEXT, cents INTEGER NOT NULL, commitment TEXT NOT NULL
);
CREATE INDEX ix_invoices_number ON invoices (structure_id, number_key);
CREATE TABLE passages (
    portal_id INTEGER NOT NULL REFERENCES invoices, position INTEGER NOT NULL,
    status TEXT NOT NULL, at TEXT NOT NULL, comment TEXT,
    author_first_name TEXT, author_name TEXT, author_email TEXT, author_phone TEXT,
    PRIMARY KEY (portal_id, position)
);
CREATE TABLE accounts (address TEXT PRIMARY KEY, state TEXT NOT NULL);
"""


@dataclass(frozen=True)
class Made:
    """One invoice of the demo, with its history from the first status on."""

    row: tuple[Any, ...]
    passages: tuple[tuple[Any, ...], ...]


def is_current(path: Path) -> bool:
    """Whether the file is there, whole, and of this version."""
    if not path.exists():
        return False
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.DatabaseError:
        return False
    return bool(version == VERSION)


def make(path: Path, at: datetime) -> None:
    """Blocks for a moment. Whoever looks meanwhile finds nothing, or all of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{FILE}.{uuid4().hex}")
    try:
        with closing(sqlite3.connect(draft)) as connection, connection:
            connection.executescript(TABLES)
            for made in invoices(at):
                _insert(connection, "invoices", made.row)
                for passage in made.passages:
                    _insert(connection, "passages", passage)
            for address, state in content()["accounts"].items():
                _insert(connection, "accounts", (address, state))
            connection.execute(f"PRAGMA user_version = {VERSION}")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _insert(connection: sqlite3.Connection, table: str, row: tuple[Any, ...]) -> None:
    places = ", ".join("?" * len(row))
    connection.execute(f"INSERT INTO {table} VALUES ({places})", row)


@cache
def content() -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.safe_load(CONTENT.read_text(encoding="utf-8"))
    return found


def invoices(at: datetime) -> Iterator[Made]:
    """All of them, as if they had been made at this instant."""
    ids = count(FIRST_PORTAL_ID)
    morning = at.astimezone(organisation().timezone).replace(
        hour=9, minute=30, second=0, microsecond=0
    )
    for series in content()["series"]:
        statuses = series.get("statuses") or list(content()["ways"])
        for number, status in enumerate(statuses):
            changed = morning - timedelta(days=series["youngest_days"] + DAYS_APART * number)
            yield _invoice(next(ids), series, number, status, changed)


def _invoice(
    portal_id: int, series: Mapping[str, Any], number: int, status: str, changed: datetime
) -> Made:
    way = content()["ways"][status]
    instants = [changed - timedelta(days=STEP_DAYS * step) for step in reversed(range(len(way)))]
    told = [_passage(portal_id, *each) for each in enumerate(zip(way, instants, strict=True))]
    recipient = _turn(content()["recipients"][series["kind"]], portal_id)
    written = f"{series['prefix']}{series['first'] + number}"
    issued = instants[0] - timedelta(days=1)
    row = (
        portal_id,
        written,
        key(written),
        series["kind"],
        series["structure"],
        status,
        changed.isoformat(),
        recipient["name"],
        recipient["service"],
        _day(issued),
        None if status == "BROUILLON" else _day(instants[0]),
        25_000 + portal_id % 1_000 * 1_735,
        f"EJ{portal_id % 100_000:06}",
    )
    return Made(row, tuple(told))


def _passage(portal_id: int, position: int, taken: tuple[str, datetime]) -> tuple[Any, ...]:
    status, at = taken
    comments = content()["comments"].get(status)
    if comments is None:  # the portal itself, without anybody
        return (portal_id, position, status, at.isoformat(), *(None,) * 5)
    person = _turn(content()["people"], portal_id)
    comment = _turn(comments, portal_id).format_map(person)
    who = (person["first_name"], person["name"], person["email"], person["phone"])
    return (portal_id, position, status, at.isoformat(), comment, *who)


def _turn(things: list[Any], number: int) -> Any:
    return things[number % len(things)]


def _day(at: datetime) -> str:
    return at.astimezone(organisation().timezone).date().isoformat()
