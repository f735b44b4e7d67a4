"""An appointment as an entry of the user's own calendar (RFC 5545, RFC 5546).

The entry keeps its UID for ever; each change has a higher SEQUENCE, so that a calendar replaces
what it has. Times are UTC: every calendar shows them in its own zone.
"""

from icalendar import Calendar, Event, vCalAddress, vUri

from kit.clock import now
from kit.mail import Attachment
from kit.organisation import organisation
from kit.phones import masked_phone
from livechat import words
from livechat.appointment_models import Appointment, AppointmentState

FILE = "rendez-vous.ics"
MEDIA_TYPE = "text/calendar; charset=utf-8"


def entry(appointment: Appointment, url: str, sender: str) -> bytes:
    """The file; of a cancelled appointment, one that takes the entry away."""
    calendar = Calendar()
    calendar.add("prodid", f"-//{organisation().assistant}//rendez-vous//FR")
    calendar.add("version", "2.0")
    calendar.add("method", _method(appointment))
    calendar.add_component(_event(appointment, url, sender))
    return bytes(calendar.to_ical())


def attached(appointment: Appointment, url: str, sender: str) -> Attachment:
    """The same as the attachment of a mail, which says what it is for."""
    media_type = f"{MEDIA_TYPE}; method={_method(appointment)}"
    return Attachment(FILE, media_type, entry(appointment, url, sender))


def _method(appointment: Appointment) -> str:
    return "CANCEL" if appointment.state is AppointmentState.CANCELLED else "PUBLISH"


def _event(appointment: Appointment, url: str, sender: str) -> Event:
    cancelled = appointment.state is AppointmentState.CANCELLED
    event = Event()
    event.add("uid", str(appointment.id))
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", now())
    event.add("dtstart", appointment.start)
    event.add("dtend", appointment.end)
    event.add("summary", words.calendar_title())
    event.add("description", words.calendar_text(masked_phone(appointment.phone), url))
    event.add("url", vUri(url))
    event.add("organizer", vCalAddress(f"mailto:{sender}"))
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    return event
