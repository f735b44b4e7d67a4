"""How a mail server speaks to us: one connection, its mails read in blocks, each answered.

What aiosmtpd does with a mail is done here instead: it keeps every line, and a mail of 25 MB of
empty lines took a gigabyte and a minute of the event loop.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope

from kit.incoming import LARGEST

TOO_LARGE = "552 5.3.4 This mail is too large"
_END = b"\r\n.\r\n"  # and nothing that only looks like it
_BLOCK = 64 * 1024  # bytes

type Take = Callable[[Envelope], Awaitable[str]]


class Speaker(SMTP):
    """`handler`: what aiosmtpd asks; `take`: answers a mail; `together`: all that are open."""

    each_recipient = False  # is told what became of the mail

    def __init__(
        self, handler: object, take: Take, together: "set[Speaker]", **options: Any
    ) -> None:
        super().__init__(handler, **options)
        self._take = take
        self._together = together
        self.answered = asyncio.Event()  # no mail of it is under way
        self.answered.set()
        together.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        self._together.discard(self)
        super().connection_lost(error)

    async def smtp_DATA(self, arg: str | None) -> None:
        if await self.check_helo_needed():
            return
        if arg or self.envelope is None or not self.envelope.rcpt_tos:
            await self.push("501 5.5.4 DATA has no parameter" if arg else "503 5.5.1 To whom?")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        content, more = await self._read_content()
        self.answered.clear()
        try:
            await self._answer(self.envelope, content)
        finally:
            self.answered.set()
        if more and self.transport is not None:
            self.transport.close()  # it may not go on before it is answered: mails in a mail

    async def _answer(self, envelope: Envelope, content: bytes | None) -> None:
        self.envelope = Envelope()  # the next mail may begin
        answer = TOO_LARGE
        if content is not None:
            envelope.content = content
            answer = await self._take(envelope)
        times = len(envelope.rcpt_tos) if self.each_recipient else 1
        await self.push("\r\n".join([answer] * times))

    async def _read_content(self) -> tuple[bytes | None, bool]:
        """What is sent, None when that is too much, and whether something followed its end."""
        kept, too_large, looked_at = bytearray(b"\r\n"), False, 0
        while (end := kept.find(_END, max(0, looked_at - len(_END)))) < 0:
            if len(kept) > LARGEST + len(_END):
                too_large = True
                del kept[: -len(_END)]
            looked_at = len(kept)
            if not (block := await self._reader.read(_BLOCK)):
                raise ConnectionResetError
            kept += block
        more = end + len(_END) < len(kept)
        if too_large or end > LARGEST:
            return None, more
        del kept[end + 2 :]
        return bytes(kept.replace(b"\r\n.", b"\r\n")[2:]), more


class LmtpSpeaker(Speaker, LMTP):
    each_recipient = True


class Busy(asyncio.Protocol):
    """Too many are here already: the other server tries again."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(b"421 4.3.2 Too many connections\r\n")
        transport.close()
