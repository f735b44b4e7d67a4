"""The demo host site's invoices and accounts: a real mode, and marked as a demo wherever it shows.

It answers from a file of its own, made at its first use; nothing in it is ever changed. Its raw
histories name people, as the real ones do, and go through the same rules before they are shown.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

import aiosqlite

from chorus import demo_content, invoice_numbers
from chorus.comments import without_people
from chorus.portal import Detail, Following, Invoice, Kind, Passage, newest_first
from kit.clock import now


class AccountState(StrEnum):
    ACTIVE = "active"
    NOT_ACTIVATED = "not_activated"
    LOCKED = "locked"  # five wrong passwords; it unlocks by itself after an hour
    NO_MAILBOX = "no_mailbox"  # nobody reads what is sent to its connection address


class DemoPortal:
    connected = True
    is_demo = True

    def __init__(self, var: Path) -> None:
        self._path = (var / demo_content.FILE).absolute()

    async def find_invoices(self, structures: Sequence[str], number: str) -> tuple[Invoice, ...]:
        query = f"SELECT * FROM invoices WHERE number_key = ? AND {_theirs(structures)}"
        async with self._opened() as connection:
            rows = await connection.execute_fetchall(
                query, (invoice_numbers.key(number), *structures)
            )
        return newest_first([_invoice(row) for row in rows])

    async def follow(self, structures: Sequence[str], portal_id: str) -> Following | None:
        found = await self._find(structures, portal_id)
        if found is None:
            return None
        query = "SELECT * FROM passages WHERE portal_id = ? ORDER BY position DESC"
        async with self._opened() as connection:
            rows = await connection.execute_fetchall(query, (found["portal_id"],))
        history = tuple(_passage(row) for row in rows)
        latest = history[0]
        return Following(_invoice(found), latest.status, latest.at, latest.comment, history)

    async def detail(self, structures: Sequence[str], portal_id: str) -> Detail | None:
        found = await self._find(structures, portal_id)
        if found is None:
            return None
        with_tax = _amount(found["cents"])
        deposited = found["deposited_on"]
        return Detail(
            invoice=_invoice(found),
            deposited_on=date.fromisoformat(deposited) if deposited else None,
            amount_without_tax=(with_tax / Decimal("1.2")).quantize(Decimal("0.01")),
            amount_to_pay=with_tax,
            commitment=found["commitment"],
        )

    async def account_state(self, address: str) -> AccountState | None:
        """Of the account with this connection address; None when there is none."""
        async with self._opened() as connection:
            rows = await connection.execute_fetchall(
                "SELECT state FROM accounts WHERE address = ?", (address.lower(),)
            )
        return next((AccountState(row["state"]) for row in rows), None)

    async def _find(self, structures: Sequence[str], portal_id: str) -> aiosqlite.Row | None:
        query = f"SELECT * FROM invoices WHERE portal_id = ? AND {_theirs(structures)}"
        async with self._opened() as connection:
            rows = await connection.execute_fetchall(query, (portal_id, *structures))
        return next(iter(rows), None)

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[aiosqlite.Connection]:
        if not await asyncio.to_thread(demo_content.is_current, self._path):
            await asyncio.to_thread(demo_content.make, self._path, now())
        async with aiosqlite.connect(f"{self._path.as_uri()}?mode=ro", uri=True) as connection:
            connection.row_factory = aiosqlite.Row
            yield connection


def _theirs(structures: Sequence[str]) -> str:
    return f"structure_id IN ({', '.join('?' * len(structures))})"


def _invoice(row: aiosqlite.Row) -> Invoice:
    return Invoice(
        number=row["number"],
        portal_id=str(row["portal_id"]),
        kind=Kind(row["kind"]),
        structure_id=row["structure_id"],
        status=row["status"],
        changed_at=datetime.fromisoformat(row["changed_at"]),
        recipient=row["recipient"],
        service=row["service"],
        issued_on=date.fromisoformat(row["issued_on"]),
        amount=_amount(row["cents"]),
    )


def _passage(row: aiosqlite.Row) -> Passage:
    people = [name for name in (row["author_first_name"], row["author_name"]) if name]
    comment = without_people(row["comment"], people)
    return Passage(row["status"], datetime.fromisoformat(row["at"]), comment)


def _amount(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)
