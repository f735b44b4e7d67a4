"""Handing one mail to an SMTP server, and what its refusals mean.

`smtp://[user:password@]host[:port]`: STARTTLS is used where the server offers it. Without anything
secret there is nothing to insist on; a password goes to another machine only encrypted, and then
the certificate counts. `?tls=required` insists without a password, `?tls=optional` never does.
`smtps://…` is encrypted from the first byte.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

TIMEOUT_S = 15.0  # for one mail, from the connection to the server's word
PORTS: Mapping[str, int] = {"smtp": 25, "smtps": 465}
SUBMISSION = 587  # where a server expects whoever has a password (RFC 6409)
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
LONGEST_PROBLEM = 120

_ADDRESS = re.compile(r"<?[^\s<>]+@[^\s<>]+>?")


class Undelivered(Exception):
    """The mail was not taken; why, for operators. `for_good`: no other try will change that."""

    def __init__(self, problem: str, *, for_good: bool = False) -> None:
        super().__init__(problem)
        self.problem = problem
        self.for_good = for_good


class Carrier(Protocol):
    """Whoever takes our mails from here."""

    async def carry(self, message: EmailMessage) -> None:
        """Returns once it was taken. Raises Undelivered."""


class Mailbox:
    """The development mailbox: the mail stays where it is, in our table, and counts as sent."""

    async def carry(self, message: EmailMessage) -> None:
        return None


@dataclass(frozen=True)
class SmtpServer:
    """Where mails go. `start_tls`: None where it is used only if it is offered."""

    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    use_tls: bool = False
    start_tls: bool | None = None

    async def carry(self, message: EmailMessage) -> None:
        try:
            async with asyncio.timeout(TIMEOUT_S), self._client(message) as client:
                await client.send_message(message)
        except (SMTPException, OSError, TimeoutError, ValueError) as error:
            raise _understood(error) from None

    def _client(self, message: EmailMessage) -> SMTP:
        return SMTP(
            hostname=self.host,
            port=self.port,
            username=self.user,
            password=self.password,
            use_tls=self.use_tls,
            start_tls=None if self.use_tls else self.start_tls,
            # What an attacker may simply strip is not made safer by checking who offers it.
            validate_certs=self.use_tls or bool(self.start_tls),
            # Who greets: the domain we write for, rather than a name to be asked for in the DNS.
            local_hostname=message["From"].addresses[0].domain,
            timeout=TIMEOUT_S,
        )


def carrier_of(url: str) -> Carrier:
    """The server of the setting CLAUDIA_SMTP_URL. Raises ValueError, without repeating it."""
    return smtp_server(url) if url else Mailbox()


def smtp_server(url: str) -> SmtpServer:
    wrong = ValueError("CLAUDIA_SMTP_URL is smtp://[user:password@]host[:port] or smtps://…")
    try:
        parts = urlsplit(url)
        host, port, asked = parts.hostname, parts.port, parse_qs(parts.query, strict_parsing=False)
    except ValueError:
        raise wrong from None
    tls = asked.pop("tls", ["" if parts.password is None or host in LOOPBACK else "required"])
    if parts.scheme not in PORTS or not host or asked or tls[0] not in ("", "required", "optional"):
        raise wrong
    ordinary = SUBMISSION if parts.scheme == "smtp" and parts.username else PORTS[parts.scheme]
    return SmtpServer(
        host=host,
        port=port or ordinary,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        use_tls=parts.scheme == "smtps",
        start_tls=True if tls[0] == "required" else None,
    )


def _understood(error: Exception) -> Undelivered:
    """A 5xx about the recipient or the content stands; all else may be mended, or pass."""
    if isinstance(error, SMTPRecipientsRefused):
        refused = error.recipients[0]
        return Undelivered(_said(refused), for_good=refused.code >= 500)
    if isinstance(error, SMTPResponseException):
        for_good = isinstance(error, SMTPDataError) and error.code >= 500
        return Undelivered(_said(error), for_good=for_good)
    return Undelivered(type(error).__name__.removeprefix("SMTP"))


def _said(error: SMTPResponseException) -> str:
    """What the server said, shortened, without addresses."""
    words = _ADDRESS.sub("…", " ".join(error.message.split()))
    return f"{error.code} {words}"[:LONGEST_PROBLEM]
