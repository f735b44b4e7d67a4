"""A server of its own process for test_serve.py: real uvicorn, an assistant that waits for a file.

`python -m tests.web.served FOLDER PORT` serves until it is told to stop. The folder then shows how
far it is: `asked` once a turn is in flight, `draining` once it was told to stop. The turn ends when
`answer` is there.
"""

import asyncio
import sys
from pathlib import Path

from fastapi import FastAPI

import web.app
import web.serve
from kit.database import sqlite_url
from kit.settings import Settings
from livechat.assistant import Ask, Memory, Turned
from tests.web.assistants import REPLY
from web.app import create_app
from web.serve import DrainingServer, configure


class WaitingAssistant:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def reply(self, ask: Ask, *, sender: str, memory: Memory | None) -> Turned:
        (self._folder / "asked").touch()
        while not (self._folder / "answer").exists():
            await asyncio.sleep(0.01)
        return Turned(replies=[REPLY], memory=Memory())


def main(folder: Path, port: int) -> None:
    async def seen_drain(app: FastAPI) -> None:
        (folder / "draining").touch()
        await web.app.drain(app)

    vars(web.serve)["drain"] = seen_drain
    settings = Settings(
        var=folder,
        database_url=sqlite_url(folder / "claudia.db"),
        rasa_url="http://127.0.0.1:9",
        rate_limits="off",
        turn_timeout_s=60,
        demo_training=False,
    )
    app = create_app(settings, WaitingAssistant(folder))
    DrainingServer(configure(app, "127.0.0.1", port, settings), app).run()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
