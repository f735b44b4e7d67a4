"""Whether the assistant can answer right now: loaded, warm, and its database there.

The first message after a start takes ten times longer, so one is asked before anybody is told that
we are ready; and again whenever the assistant comes back.
"""

import asyncio
import logging
from uuid import uuid4

import httpx2
from sqlalchemy import text

from kit.database import Database
from livechat.assistant import AskText, Assistant, Memory, Unreachable

logger = logging.getLogger(__name__)

EVERY_S = 2.0
PROBE_S = 2.0  # how long the database may take to say that it is there
THERE_S = 5.0  # how long the assistant may take to say that it is there
WARM_S = 60.0  # how long the first answer may take
GREETING = "bonjour"  # what it is asked to get warm


class Health:
    def __init__(self, database: Database, assistant: Assistant, http: httpx2.AsyncClient) -> None:
        self._database = database
        self._assistant = assistant
        self._http = http
        self._reason: str | None = "The assistant is starting."

    async def problem(self) -> str | None:
        """Why we cannot answer, or None when we can."""
        try:
            # Not cancelled when it is late: it would leave its connection open.
            probe = asyncio.create_task(self._ask_database())
            probe.add_done_callback(lambda task: task.cancelled() or task.exception())
            await asyncio.wait_for(asyncio.shield(probe), PROBE_S)
        except Exception as problem:
            logger.error("The database did not answer: %s", type(problem).__name__)
            return "The database does not answer."
        if self._reason is None:
            # Asked now as well: what was seen some seconds ago may have died since.
            self._reason = await self._absence()
        return self._reason

    async def _ask_database(self) -> None:
        async with self._database.reading() as session:
            await session.execute(text("SELECT 1"))

    async def watch(self) -> None:
        """Look whether the assistant is there, and warm it when it has come back."""
        was_away = self._reason is not None
        absence = await self._absence()
        self._reason = await self._warm() if was_away and absence is None else absence

    async def _absence(self) -> str | None:
        """Why the assistant is not there, or None when it is."""
        try:
            (await self._http.get("/", timeout=THERE_S)).raise_for_status()
        except httpx2.HTTPError as problem:
            return _unanswered(problem)
        return None

    async def _warm(self) -> str | None:
        sender = f"warm-{uuid4()}"
        try:
            async with asyncio.timeout(WARM_S):
                for text_ in (GREETING, "comment activer les notifications ?"):
                    await self._assistant.reply(AskText(text=text_), sender=sender, memory=Memory())
        except (Unreachable, TimeoutError) as problem:
            return _unanswered(problem)
        logger.info("The assistant is warm.")
        return None


def _unanswered(problem: Exception) -> str:
    return f"The assistant does not answer ({type(problem).__name__})."
