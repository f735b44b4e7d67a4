"""What users are mailed about their appointments: only those whose address we know.

Mails are posted in the transaction that they tell of. The name of an advisor is not in them: it is
a call that is promised, and a colleague may make it.
"""

from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.mail import write
from kit.outbox import post, withdraw
from kit.phones import masked_phone
from kit.reminders import reminder_at
from livechat import appointment_calendar, words
from livechat.appointment_links import Links
from livechat.appointment_models import Appointment, Proposal

CONFIRMATION = "livechat/mails/confirmation"
CHANGE = "livechat/mails/change"
CANCELLATION = "livechat/mails/cancellation"
REMINDER = "livechat/mails/reminder"
PROPOSAL = "livechat/mails/proposal"


@dataclass(frozen=True)
class Stationery:
    """What every mail needs: the links, the address of our site, and that of the sender."""

    links: Links
    base: str
    sender: str

    def url(self, named: Appointment | Proposal) -> str:
        return self.base.rstrip("/") + self.links.to(named)


async def confirm(session: AsyncSession, appointment: Appointment, paper: Stationery) -> None:
    await _tell(session, appointment, paper, CONFIRMATION)
    await _remind(session, appointment, paper)


async def tell_change(session: AsyncSession, appointment: Appointment, paper: Stationery) -> None:
    """Whatever was not sent yet is of yesterday."""
    await withdraw(session, about=appointment.id)
    await _tell(session, appointment, paper, CHANGE)
    await _remind(session, appointment, paper)


async def tell_cancellation(
    session: AsyncSession, appointment: Appointment, paper: Stationery
) -> None:
    await withdraw(session, about=appointment.id)
    await _tell(session, appointment, paper, CANCELLATION)


async def tell_proposal(
    session: AsyncSession, proposal: Proposal, to: str, paper: Stationery
) -> None:
    moments = [words.moment(start) for start in proposal.instants]
    mail = write(PROPOSAL, to, moments=moments, url=paper.url(proposal))
    last = proposal.instants[-1]
    await post(session, mail, kind="appointment_proposal", about=proposal.id, expires_at=last)


async def _tell(
    session: AsyncSession, appointment: Appointment, paper: Stationery, folder: str
) -> None:
    if appointment.email is None:
        return
    url = paper.url(appointment)
    calendar = appointment_calendar.attached(appointment, url, paper.sender)
    mail = write(folder, appointment.email, **_context(appointment, url))
    mail = replace(mail, attachments=(calendar,))
    await post(session, mail, kind=f"appointment_{_name(folder)}", about=appointment.id)


async def _remind(session: AsyncSession, appointment: Appointment, paper: Stationery) -> None:
    due_at = reminder_at(appointment.start, now())
    if appointment.email is None or due_at is None:
        return
    context = _context(appointment, paper.url(appointment))
    await post(
        session,
        write(REMINDER, appointment.email, **context),
        kind="appointment_reminder",
        about=appointment.id,
        due_at=due_at,
        expires_at=appointment.start,
    )


def _context(appointment: Appointment, url: str) -> dict[str, str]:
    return {
        "moment": words.moment(appointment.start),
        "phone": masked_phone(appointment.phone),
        "url": url,
    }


def _name(folder: str) -> str:
    return folder.rpartition("/")[2]
