"""What we ask the host site about invoices: one interface, and the plain facts that it gives.

Whoever asks names the structures that the user may speak for; what belongs to others is answered
like what does not exist. No name, address or phone number of a person has a place in these facts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from kit.errors import Unavailable

UNKNOWN_FOR_S = 30.0  # when nothing says how long the portal will be away


class Kind(StrEnum):
    """What sort of request for payment it is."""

    INVOICE = "invoice"
    WORKS_INVOICE = "works_invoice"
    JUSTICE_FEES = "justice_fees"
    TAX_REFUND = "tax_refund"


class PortalUnavailable(Unavailable):
    """The portal does not answer now; `retry_after` says in how many seconds it may."""

    def __init__(self, message: str, retry_after: float = UNKNOWN_FOR_S) -> None:
        super().__init__(message, retry_after)


class NotConnected(PortalUnavailable):
    """This installation asks no portal: trying again changes nothing."""


@dataclass(frozen=True)
class Invoice:
    """One invoice, as the portal lists it. `structure_id`: which of the user's structures sent it.

    `status` is a code of knowledge/invoice_statuses.yml, or one that is not known yet. What the
    portal does not say is None.
    """

    number: str
    portal_id: str
    kind: Kind
    structure_id: str
    status: str
    changed_at: datetime | None = None  # when it took that status
    recipient: str | None = None
    service: str | None = None  # of the recipient
    issued_on: date | None = None
    amount: Decimal | None = None  # with taxes
    currency: str = "EUR"


@dataclass(frozen=True)
class Passage:
    """An invoice took a status. The comment is the recipient's, without people's data."""

    status: str
    at: datetime | None
    comment: str | None = None


@dataclass(frozen=True)
class Following:
    """Where an invoice stands, and how it came there, the newest first."""

    invoice: Invoice
    status: str
    at: datetime | None
    comment: str | None
    history: tuple[Passage, ...]


@dataclass(frozen=True)
class Detail:
    """An invoice in full."""

    invoice: Invoice
    deposited_on: date | None = None
    amount_without_tax: Decimal | None = None
    amount_to_pay: Decimal | None = None
    commitment: str | None = None  # the order that it answers
    contract: str | None = None


class Portal(Protocol):
    """The host site. Every call may raise PortalUnavailable.

    `connected`: whether it answers at all; `is_demo`: whether what it tells is made up, which
    users are to read beside it.
    """

    @property
    def connected(self) -> bool: ...

    @property
    def is_demo(self) -> bool: ...

    async def find_invoices(self, structures: Sequence[str], number: str) -> tuple[Invoice, ...]:
        """All that bear this number, the newest first; numbers as in invoice_numbers.py."""
        ...

    async def follow(self, structures: Sequence[str], portal_id: str) -> Following | None:
        """None: absent, or of a structure that is not among these."""
        ...

    async def detail(self, structures: Sequence[str], portal_id: str) -> Detail | None:
        """None: absent, or of a structure that is not among these."""
        ...


class UnconnectedPortal:
    """No portal: an installation without the demo, and without access to the real one."""

    connected = False
    is_demo = False

    async def find_invoices(self, structures: Sequence[str], number: str) -> tuple[Invoice, ...]:
        raise _not_connected()

    async def follow(self, structures: Sequence[str], portal_id: str) -> Following | None:
        raise _not_connected()

    async def detail(self, structures: Sequence[str], portal_id: str) -> Detail | None:
        raise _not_connected()


def _not_connected() -> NotConnected:
    return NotConnected("No portal is connected here.", 3_600)


def newest_first(invoices: Sequence[Invoice]) -> tuple[Invoice, ...]:
    """By the day they were issued, else by their last change; what has neither comes last."""
    return tuple(sorted(invoices, key=_age, reverse=True))


def _age(invoice: Invoice) -> tuple[date, str]:
    changed_on = invoice.changed_at.date() if invoice.changed_at else date.min
    return (invoice.issued_on or changed_on, invoice.portal_id.zfill(20))
