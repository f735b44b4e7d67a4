"""An appointment as an entry of the user's own calendar."""

from kit import calendar_entry
from kit.calendar_entry import Entry
from kit.mail import Attachment
from kit.phones import masked_phone
from livechat import words
from livechat.appointment_models import Appointment, AppointmentState

FILE = "rendez-vous.ics"
TOPIC = "rendez-vous"


def entry(appointment: Appointment, url: str, sender: str) -> bytes:
    """The file; of a cancelled appointment, one that takes the entry away."""
    return calendar_entry.calendar_file(_entry(appointment, url, sender))


def attached(appointment: Appointment, url: str, sender: str) -> Attachment:
    return calendar_entry.attached(_entry(appointment, url, sender), FILE)


def _entry(appointment: Appointment, url: str, sender: str) -> Entry:
    return Entry(
        topic=TOPIC,
        uid=appointment.id,
        sequence=appointment.sequence,
        start=appointment.start,
        end=appointment.end,
        title=words.calendar_title(),
        text=words.calendar_text(masked_phone(appointment.phone), url),
        url=url,
        organizer=sender,
        cancelled=appointment.state is AppointmentState.CANCELLED,
    )
