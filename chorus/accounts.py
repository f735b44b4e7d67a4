"""Accounts on the host site: having their links mailed again.

Mails go to the connection address of an account and nowhere else. Whoever asks is never told
whether there is such an account.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kit.errors import Refusal
from kit.mail import Mail


@dataclass(frozen=True)
class Letter:
    """A mail that we owe for a request. `kind` names it for operators."""

    mail: Mail
    kind: str
    expires_at: datetime | None = None  # worth nothing from then on


class NotOffered(Refusal):
    """The host site has no way to ask for it."""

    status = 409


class Accounts(Protocol):
    """`offered`: whether the host site lets us ask. Both calls may raise Unavailable."""

    @property
    def offered(self) -> bool: ...

    async def resend_activation(self, address: str) -> Letter | None:
        """The mail that we are to send; None when there is none to send by us."""
        ...

    async def send_password_reset(self, address: str) -> Letter | None:
        """The mail that we are to send; None when there is none to send by us."""
        ...


class NoAccounts:
    """The API of PISTE has no call for this: people are told how to do it, or write a ticket."""

    offered = False

    async def resend_activation(self, address: str) -> Letter | None:
        raise NotOffered("The host site has no call for this.")

    async def send_password_reset(self, address: str) -> Letter | None:
        raise NotOffered("The host site has no call for this.")
