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
        return self._reason

    async def _ask_database(self) -> None:
        async with self._database.reading() as session:
            await session.execute(text("SELECT 1"))

    async def watch(self) -> None:
        """Look whether the assistant is there, and warm it when it has come back."""
        self._reason = await self._look()

    async def _look(self) -> str | None:
        try:
            (await self._http.get("/", timeout=5)).raise_for_status()
            if self._reason is not None:
                async with asyncio.timeout(WARM_S):
                    await self._warm()
                logger.info("The assistant is warm.")
        except (httpx2.HTTPError, Unreachable, TimeoutError) as problem:
            return f"The assistant does not answer ({type(problem).__name__})."
        return None

    async def _warm(self) -> None:
        sender = f"warm-{uuid4()}"
        for text_ in (GREETING, "comment activer les notifications ?"):
            await self._assistant.reply(AskText(text=text_), sender=sender, memory=Memory())
