"""Who may look at the mails that go out, and how much of them they see.

Where mails are really sent, administrators see how each one fares, and nobody what it says. Where
no SMTP server is set, mails stay here: the mailbox shows them whole, to administrators and to
whoever develops on this very machine. All others are told that there is no such page.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

from kit.errors import NotFound
from kit.mail_models import OutboxMail
from kit.settings import Settings
from staff.models import Role, StaffMember

LOOPBACK_NAMES = {"localhost", "127.0.0.1", "::1"}
FORWARDING = {"forwarded", "via", "x-real-ip"}  # and all that begins with:
FORWARDED = "x-forwarded-"


class Sight(StrEnum):
    """How much somebody sees."""

    STATES = "states"
    CONTENT = "content"


class MailState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    GIVEN_UP = "given_up"


@dataclass(frozen=True)
class Visit:
    """Where a request comes from, and who is logged in, if anybody."""

    address: str
    host: str  # what the Host header says
    headers: Collection[str]  # the names of all of them, in small letters
    member: StaffMember | None = None


def sight(visit: Visit, settings: Settings) -> Sight:
    """How much of the mails this visit sees. Raises NotFound when it sees none."""
    allowed = visit.member is not None and visit.member.role is Role.ADMINISTRATOR
    if settings.smtp_url:
        found = Sight.STATES
    else:
        found = Sight.CONTENT
        allowed = allowed or (_is_development(settings) and _is_from_here(visit))
    if not allowed:
        raise NotFound("There is no such page.")
    return found


def state_of(mail: OutboxMail) -> MailState:
    if mail.sent_at:
        return MailState.SENT
    return MailState.GIVEN_UP if mail.given_up_at else MailState.WAITING


def _is_development(settings: Settings) -> bool:
    """A proxy may hide that it is one. Then it is these settings that say who is served."""
    public = settings.public_url
    return settings.demo and (not public or _is_loopback_name(urlsplit(public).netloc))


def _is_from_here(visit: Visit) -> bool:
    """From this machine, through no proxy, and under its own name: not by a name of somebody else's
    that leads here, which would let the page of another site read ours.
    """
    forwarded = any(name in FORWARDING or name.startswith(FORWARDED) for name in visit.headers)
    return not forwarded and _is_loopback(visit.address) and _is_loopback_name(visit.host)


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _is_loopback_name(host: str) -> bool:
    """With or without a port."""
    try:
        return urlsplit(f"//{host}").hostname in LOOPBACK_NAMES
    except ValueError:
        return False
