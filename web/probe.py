"""Is somebody there? One plain HTTP request over loopback, and what came back of it."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlsplit

MOST_BYTES = 4096  # of an answer that are read: a status and a short reason


@dataclass(frozen=True)
class Probe:
    """`status` is 0 when nobody answered in time."""

    status: int
    body: str

    SILENT: ClassVar["Probe"]


Probe.SILENT = Probe(0, "")


async def visit(url: str, timeout_s: float) -> Probe:
    """GET `url` (http only). Never raises for what the other side does."""
    try:
        async with asyncio.timeout(timeout_s):
            return await _get(url)
    except (OSError, ValueError, IndexError):
        return Probe.SILENT


async def _get(url: str) -> Probe:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        # HTTP/1.0: the other side closes when it has said everything.
        writer.write(f"GET {parts.path or '/'} HTTP/1.0\r\nHost: {parts.netloc}\r\n\r\n".encode())
        await writer.drain()
        head, _, body = (await _read(reader)).partition("\r\n\r\n")
        return Probe(int(head.split(" ")[1]), body)
    finally:
        writer.close()


async def _read(reader: asyncio.StreamReader) -> str:
    whole = b""
    while len(whole) < MOST_BYTES and (more := await reader.read(MOST_BYTES)):
        whole += more
    return whole.decode(errors="replace")
