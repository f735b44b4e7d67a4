"""What the assistant kept of conversations on its own: a file of Rasa's, of earlier versions.

It is written and read by nobody any more (assistant/server.py); what is erased or too old is erased
there too.
"""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

BUSY_S = 10.0


class AssistantRecord:
    def __init__(self, path: Path) -> None:
        self._path = path

    async def forget(self, senders: Sequence[str]) -> int:
        """Erase all of these senders. Returns how many events went."""
        marks = ",".join("?" * len(senders))
        return await asyncio.to_thread(
            self._delete, f"DELETE FROM events WHERE sender_id IN ({marks})", tuple(senders)
        )

    async def forget_before(self, instant: datetime) -> int:
        statement = (
            "DELETE FROM events WHERE sender_id IN "
            "(SELECT sender_id FROM events GROUP BY sender_id HAVING max(timestamp) < ?)"
        )
        return await asyncio.to_thread(self._delete, statement, (instant.timestamp(),))

    def _delete(self, statement: str, values: tuple[object, ...]) -> int:
        if not self._path.exists():
            return 0
        with closing(sqlite3.connect(self._path, timeout=BUSY_S)) as connection:
            connection.execute("PRAGMA secure_delete=ON")  # gone from the file too
            known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'events'")
            if known.fetchone() is None:
                return 0
            with connection:
                deleted = connection.execute(statement, values).rowcount
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return deleted
