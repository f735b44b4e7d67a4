"""How an open page learns at once that its session ended, within this process.

Only a hint: what ended a session may be another process, so whoever listens also looks at the row
now and then (`sessions.is_current`).
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID


class Revocations:
    def __init__(self) -> None:
        self._listeners: defaultdict[UUID, set[asyncio.Event]] = defaultdict(set)

    @contextmanager
    def listen(self, session_id: UUID) -> Iterator[asyncio.Event]:
        """An event that is set when that session ends."""
        ended = asyncio.Event()
        self._listeners[session_id].add(ended)
        try:
            yield ended
        finally:
            self._listeners[session_id].discard(ended)
            if not self._listeners[session_id]:
                del self._listeners[session_id]

    def end(self, session_ids: Iterable[UUID]) -> None:
        """Call it after the commit: who is told looks at the row."""
        for session_id in session_ids:
            for ended in self._listeners.get(session_id, ()):
                ended.set()
