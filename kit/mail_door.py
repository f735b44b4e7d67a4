"""Where mails come in: an LMTP server (or SMTP) that another mail server hands them to.

It says 250 only once what the mail says is stored. It takes mail for our own address and relays
nothing. What fails unexpectedly is answered with 4xx: the other server keeps it and tries again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from enum import StrEnum
from functools import partial
from urllib.parse import urlsplit

from aiosmtpd.smtp import SMTP, Envelope, Session

from kit.errors import Invalid, TooLarge
from kit.incoming import LARGEST, IncomingMail, read
from kit.mail import sender
from kit.mail_speech import TOO_LARGE, Busy, LmtpSpeaker, Speaker
from kit.settings import Settings

logger = logging.getLogger(__name__)
logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd's: notes addresses at INFO

IDLE_S = 60.0  # between two commands; a mail has to come in and be stored within it
MOST_CONNECTIONS = 10  # each may hold a whole mail in memory
MOST_RECIPIENTS = 20
MOST_COMMANDS = {"*": 5_000, "NOOP": 50, "VRFY": 20, "HELP": 20}  # of each, on one connection
AT_ONCE = 2  # mails read at the same time
STOPPING_S = 10.0  # in which mails under way may end

_LATER = "451 4.3.0 Try again later"


class Taken(StrEnum):
    """What became of a mail."""

    STORED = "stored"
    KNOWN = "known"  # the same one again
    UNKNOWN = "unknown"  # it answers none of ours
    AUTOMATIC = "automatic"  # a program wrote it


type Receive = Callable[[IncomingMail], Awaitable[Taken]]


class MailDoor:
    """`CLAUDIA_MAIL_IN` names where it listens; empty: nowhere. Raises ValueError for nonsense."""

    def __init__(self, settings: Settings, receive: Receive) -> None:
        self._settings = settings
        self._receive = receive
        self._reading = asyncio.Semaphore(AT_ONCE)
        self._server: asyncio.Server | None = None
        self._open: set[Speaker] = set()
        self._under_way: set[asyncio.Task[str]] = set()
        self._address = sender(settings)
        self._speaks, self._host, self._port = _place(settings.mail_in)

    @property
    def port(self) -> int | None:
        """Where it listens now."""
        return self._server.sockets[0].getsockname()[1] if self._server else None

    async def start(self) -> None:
        if self._host:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(self._welcome, self._host, self._port)

    async def stop(self) -> None:
        """No mail begins any more; those under way are taken, or tried again by who sends them."""
        if self._server is None:
            return
        self._server.close()
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=STOPPING_S)
        with suppress(TimeoutError):
            async with asyncio.timeout(STOPPING_S):
                await asyncio.gather(*(speaker.answered.wait() for speaker in self._open))
        for speaker in list(self._open):
            if speaker.transport is not None:
                speaker.transport.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._server.wait_closed(), STOPPING_S)
        self._server = None

    def _welcome(self) -> asyncio.Protocol:
        if len(self._open) >= MOST_CONNECTIONS:
            return Busy()
        return self._speaks(
            self,
            self._take,
            self._open,
            data_size_limit=LARGEST,
            enable_SMTPUTF8=True,
            timeout=IDLE_S,
            ident="ClaudIA",
            command_call_limit=MOST_COMMANDS,
            loop=asyncio.get_running_loop(),
        )

    # What aiosmtpd asks ------------------------------------------------------------------

    async def handle_RCPT(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        rcpt_options: list[str],
    ) -> str:
        if not self._is_ours(address):
            return "550 5.1.1 There is nobody of that name here"
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(rcpt_options)
        return "250 2.1.5 OK"

    async def _take(self, envelope: Envelope) -> str:
        """The answer to a mail. Whoever hangs up does not stop it: the same mail again is known."""
        task = asyncio.create_task(self._answer_to(envelope))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await asyncio.shield(task)

    async def handle_exception(self, problem: Exception) -> str:
        logger.error("A command of a mail server failed: %s", type(problem).__name__)
        return _LATER

    def _is_ours(self, address: str) -> bool:
        """Our address, with or without a suffix after a plus sign."""
        name, _, domain = address.strip("<> ").lower().rpartition("@")
        ours = self._address.username.lower()
        return domain == self._address.domain.lower() and f"{name}+".startswith(f"{ours}+")

    async def _answer_to(self, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        try:
            async with self._reading:
                back = (envelope.mail_from or "").strip("<> ")  # "<>" is nobody
                reading = partial(read, content, self._settings, envelope_sender=back)
                mail = await asyncio.to_thread(reading)
            taken = await self._receive(mail)
        except TooLarge:
            return TOO_LARGE
        except Invalid as refusal:
            if refusal.code == "mail_loops":
                return "554 5.4.6 Too many hops"
            return "550 5.6.0 This mail cannot be read"
        except Exception:
            logger.exception("A mail could not be taken; the other server will try again.")
            return _LATER
        return f"250 2.0.0 {taken}"


def _place(url: str) -> tuple[type[Speaker], str, int]:
    """What is spoken, and where; no host for nowhere. Raises ValueError."""
    if not url:
        return Speaker, "", 0
    parts = urlsplit(url)
    speaks = {"lmtp": LmtpSpeaker, "smtp": Speaker}.get(parts.scheme)
    if speaks is None or not parts.hostname or not parts.port:
        raise ValueError("CLAUDIA_MAIL_IN is lmtp://host:port or smtp://host:port.")
    return speaks, parts.hostname, parts.port
