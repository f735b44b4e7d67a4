"""The web server of one process: uvicorn, with limits on what a slow or rude client can hold.

Ready-made uvicorn keeps a half-sent header for ever and cuts sockets before we can say goodbye.
"""

import asyncio
import logging
import socket
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from kit.settings import Settings
from web.app import create_app, drain
from web.guard import BODY_LIMIT

HEADER_S = 15.0  # a request's head is complete within
GOODBYE_S = 12.0  # a client that was told goodbye is gone within, or cut off


class ImpatientProtocol(HttpToolsProtocol):
    """HTTP that hangs up on a client that does not finish the head of its request."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        cycle: RequestResponseCycle | None = self.cycle
        if self._deadline is None and (cycle is None or cycle.response_complete):
            self._expect_head()
        super().data_received(data)

    def on_headers_complete(self) -> None:
        self._forget_deadline()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_deadline()
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        self._deadline = self.loop.call_later(HEADER_S, self.transport.close)

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class ImpatientSocket(WebSocketsSansIOProtocol):
    """A WebSocket that says goodbye to a client that does not read, without waiting for it."""

    async def send(self, message: Any) -> None:
        if message["type"] == "websocket.close":
            self.writable.set()
            self.loop.call_later(GOODBYE_S, self.transport.abort)
        await super().send(message)


class DrainingServer(uvicorn.Server):
    """Tells everybody that it goes away, and lets answers end, before it closes anything."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # The port still serves: the turns in flight need our action route to end.
        await drain(self._app)
        await super().shutdown(sockets)


def configure(app: FastAPI, host: str, port: int, settings: Settings) -> uvicorn.Config:
    options: dict[str, Any] = {
        "http": ImpatientProtocol,
        "ws": ImpatientSocket,
        "ws_max_size": BODY_LIMIT,
        "ws_per_message_deflate": False,  # 40 KiB a connection, and nothing to win on short texts
        "timeout_keep_alive": 15,
        "timeout_graceful_shutdown": 5,
        "proxy_headers": True,
        "forwarded_allow_ips": settings.trusted_proxies,
        "server_header": False,
        "access_log": False,  # addresses of people: a proxy may log them, we do not
        "log_level": "warning",  # at `info` it logs the address and path of each socket
    }
    return uvicorn.Config(app, host=host, port=port, **options)


def serve(host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    for noisy in ("httpx2", "httpcore2", "httpx", "httpcore", "rasa_sdk", "aiosqlite"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    settings = Settings()
    app = create_app(settings)
    DrainingServer(configure(app, host, port, settings), app).run()
