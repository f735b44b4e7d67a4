"""Something that was promised, as an entry of the user's own calendar (RFC 5545, RFC 5546).

The entry keeps its UID for ever; each change has a higher SEQUENCE, so that a calendar replaces
what it has. Times are UTC: every calendar shows them in its own zone.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from icalendar import Calendar, Event, vCalAddress, vUri

from kit.clock import now
from kit.mail import Attachment
from kit.organisation import organisation

MEDIA_TYPE = "text/calendar; charset=utf-8"


@dataclass(frozen=True)
class Entry:
    """`topic`: what kind of entry it is, one word; `organizer`: the address that invites."""

    topic: str
    uid: UUID
    sequence: int
    start: datetime
    end: datetime
    title: str
    text: str
    url: str
    organizer: str
    cancelled: bool = False

    @property
    def method(self) -> str:
        return "CANCEL" if self.cancelled else "PUBLISH"


def calendar_file(entry: Entry) -> bytes:
    """Of what is cancelled, a file that takes the entry away."""
    calendar = Calendar()
    calendar.add("prodid", f"-//{organisation().assistant}//{entry.topic}//FR")
    calendar.add("version", "2.0")
    calendar.add("method", entry.method)
    calendar.add_component(_event(entry))
    return bytes(calendar.to_ical())


def attached(entry: Entry, name: str) -> Attachment:
    """The same as the attachment of a mail, which says what it is for."""
    media_type = f"{MEDIA_TYPE}; method={entry.method}"
    return Attachment(name, media_type, calendar_file(entry))


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", str(entry.uid))
    event.add("sequence", entry.sequence)
    event.add("dtstamp", now())
    event.add("dtstart", entry.start)
    event.add("dtend", entry.end)
    event.add("summary", entry.title)
    event.add("description", entry.text)
    event.add("url", vUri(entry.url))
    event.add("organizer", vCalAddress(f"mailto:{entry.organizer}"))
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    return event
