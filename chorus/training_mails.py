"""What those who registered for a training are mailed, with its entry for their calendar.

Mails are posted in the transaction that they tell of; of an echo (chorus/training_holders.py)
nothing is mailed. They alone say where the training takes place: no page shows that address.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from chorus import words
from chorus.training_models import TrainingRegistration, TrainingSession
from kit import calendar_entry
from kit.calendar_entry import Entry
from kit.clock import now
from kit.mail import sender, write
from kit.outbox import post, withdraw
from kit.reminders import reminder_at
from kit.secret_links import Pass, SecretLinks
from kit.settings import Settings
from kit.words import moment

LIST = "/formations"
PATH = LIST + "/inscription"
NO_SUCH = "There is no such registration."  # invented, foreign and forgotten alike
REGISTRATION = 1  # the one kind of links to trainings

CONFIRMATION = "chorus/mails/training_confirmation"
CHANGE = "chorus/mails/training_change"
CANCELLATION = "chorus/mails/training_cancellation"
CALLED_OFF = "chorus/mails/training_called_off"
REMINDER = "chorus/mails/training_reminder"

FILE = "formation.ics"
TOPIC = "formation"


@dataclass(frozen=True)
class Paper:
    """What every mail needs: the secret links, the address of our site, that of the sender."""

    links: SecretLinks
    base: str
    sender: str

    def path(self, registration: TrainingRegistration) -> str:
        """The page of one registration, for whoever was mailed it."""
        return f"{PATH}/{self.links.sign(Pass(REGISTRATION, registration.id, 0))}"

    def url(self, registration: TrainingRegistration) -> str:
        return self.base + self.path(registration)


def paper_of(settings: Settings) -> Paper:
    """Links never follow the Host header of a request (kit/site.py)."""
    links = SecretLinks(settings.secrets.token_key.encode(), b"training", NO_SUCH)
    base = (settings.public_url or settings.local_url).rstrip("/")
    return Paper(links, base, sender(settings).addr_spec)


async def confirm(
    session: AsyncSession,
    training: TrainingSession,
    registration: TrainingRegistration,
    paper: Paper,
) -> None:
    await _tell(session, training, registration, paper, CONFIRMATION)
    await _remind(session, training, registration, paper)


async def tell_change(
    session: AsyncSession,
    training: TrainingSession,
    registration: TrainingRegistration,
    paper: Paper,
    was: datetime,
) -> None:
    """`was`: the beginning that they knew of. Whatever was not sent yet is of yesterday."""
    await withdraw(session, about=registration.id)
    moved_from = moment(was) if was != training.start else ""
    await _tell(session, training, registration, paper, CHANGE, was=moved_from)
    await _remind(session, training, registration, paper)


async def tell_cancellation(
    session: AsyncSession,
    training: TrainingSession,
    registration: TrainingRegistration,
    paper: Paper,
) -> None:
    """They gave their place back themselves."""
    await withdraw(session, about=registration.id)
    await _tell(session, training, registration, paper, CANCELLATION, cancelled=True)


async def tell_called_off(
    session: AsyncSession,
    training: TrainingSession,
    registration: TrainingRegistration,
    paper: Paper,
) -> None:
    await withdraw(session, about=registration.id)
    await _tell(session, training, registration, paper, CALLED_OFF, cancelled=True)


async def _tell(
    session: AsyncSession,
    training: TrainingSession,
    registration: TrainingRegistration,
    paper: Paper,
    folder: str,
    *,
    cancelled: bool = False,
    **more: Any,
) -> None:
    if registration.echo:
        return
    url = paper.url(registration)
    context = _context(training, url) | {"list_url": paper.base + LIST} | more
    entry = _entry(training, registration, paper, cancelled)
    mail = write(folder, registration.email, **context)
    mail = replace(mail, attachments=(calendar_entry.attached(entry, FILE),))
    expires_at = None if cancelled else training.end
    kind = folder.rpartition("/")[2]
    await post(session, mail, kind=kind, about=registration.id, expires_at=expires_at)


async def _remind(
    session: AsyncSession,
    training: TrainingSession,
    registration: TrainingRegistration,
    paper: Paper,
) -> None:
    due_at = reminder_at(training.start, now())
    if due_at is None or registration.echo:
        return
    await post(
        session,
        write(REMINDER, registration.email, **_context(training, paper.url(registration))),
        kind="training_reminder",
        about=registration.id,
        due_at=due_at,
        expires_at=training.start,
    )


def _context(training: TrainingSession, url: str) -> dict[str, str]:
    return {
        "title": training.title,
        "kind": words.TRAINING_KINDS[training.kind],
        "moment": words.training_moment(training.start, training.end),
        "join_url": training.join_url,
        "url": url,
    }


def _entry(
    training: TrainingSession, registration: TrainingRegistration, paper: Paper, cancelled: bool
) -> Entry:
    url = paper.url(registration)
    return Entry(
        topic=TOPIC,
        uid=registration.id,
        sequence=registration.sequence,
        start=training.start,
        end=training.end,
        title=words.training_entry_title(training.title),
        text=words.training_entry_text(training.kind, training.join_url, url),
        url=url,
        organizer=paper.sender,
        cancelled=cancelled,
    )
