"""The life of a ticket: which events may happen to it, who makes them, what each makes of it.

Pure rules: no database, no clock, no web. `thread.py` applies them; the buttons that a page shows
are exactly what `allowed` gives. The official labels and delays have not been published: the table
follows what is known of the real service (its sender closes or sends back), the rest is ours.
"""

from collections.abc import Mapping
from enum import StrEnum

from kit.errors import Conflict


class Status(StrEnum):
    DRAFT = "draft"  # seen by its sender alone
    SUBMITTED = "submitted"  # nobody has taken it yet
    ASSIGNED = "assigned"  # one member of the staff is on it
    DETAILS_ASKED = "details_asked"  # waits for its sender to add something
    ANSWERED = "answered"  # waits for its sender to close it, or to send it back
    SENT_BACK = "sent_back"  # the answer did not satisfy its sender
    CLOSED = "closed"


class Event(StrEnum):
    SUBMITTED = "submitted"
    TAKEN = "taken"  # by whoever acts on it now; again: handed to a colleague
    RELEASED = "released"
    TRANSFERRED = "transferred"  # from the support to the body in charge, or back
    DETAILS_ASKED = "details_asked"
    DETAILS_GIVEN = "details_given"
    ANSWERED = "answered"
    SENT_BACK = "sent_back"
    CLOSED = "closed"  # by its sender
    EXPIRED = "expired"  # its sender did not react in time
    MERGED = "merged"  # into another ticket of the same sender
    REOPENED = "reopened"


class Actor(StrEnum):
    SENDER = "sender"
    STAFF = "staff"
    SYSTEM = "system"


MADE_BY: Mapping[Event, Actor] = {
    Event.SUBMITTED: Actor.SENDER,
    Event.TAKEN: Actor.STAFF,
    Event.RELEASED: Actor.STAFF,
    Event.TRANSFERRED: Actor.STAFF,
    Event.DETAILS_ASKED: Actor.STAFF,
    Event.DETAILS_GIVEN: Actor.SENDER,
    Event.ANSWERED: Actor.STAFF,
    Event.SENT_BACK: Actor.SENDER,
    Event.CLOSED: Actor.SENDER,
    Event.EXPIRED: Actor.SYSTEM,
    Event.MERGED: Actor.STAFF,
    Event.REOPENED: Actor.SENDER,
}

# What may happen to a ticket that waits for somebody of the staff to take it.
_UNTAKEN: Mapping[Event, Status] = {
    Event.TAKEN: Status.ASSIGNED,
    Event.TRANSFERRED: Status.SUBMITTED,
    Event.CLOSED: Status.CLOSED,
    Event.MERGED: Status.CLOSED,
}

LIFECYCLE: Mapping[Status, Mapping[Event, Status]] = {
    Status.DRAFT: {Event.SUBMITTED: Status.SUBMITTED},
    Status.SUBMITTED: {**_UNTAKEN, Event.DETAILS_GIVEN: Status.SUBMITTED},
    Status.ASSIGNED: {
        Event.TAKEN: Status.ASSIGNED,
        Event.RELEASED: Status.SUBMITTED,
        Event.TRANSFERRED: Status.SUBMITTED,
        Event.DETAILS_ASKED: Status.DETAILS_ASKED,
        Event.DETAILS_GIVEN: Status.ASSIGNED,
        Event.ANSWERED: Status.ANSWERED,
        Event.CLOSED: Status.CLOSED,
        Event.MERGED: Status.CLOSED,
    },
    Status.DETAILS_ASKED: {
        Event.TAKEN: Status.DETAILS_ASKED,  # whoever asked is away, say
        Event.DETAILS_GIVEN: Status.ASSIGNED,
        Event.ANSWERED: Status.ANSWERED,
        Event.CLOSED: Status.CLOSED,
        Event.EXPIRED: Status.CLOSED,
        Event.MERGED: Status.CLOSED,
    },
    Status.ANSWERED: {
        Event.SENT_BACK: Status.SENT_BACK,
        Event.CLOSED: Status.CLOSED,
        Event.EXPIRED: Status.CLOSED,
        Event.MERGED: Status.CLOSED,
    },
    Status.SENT_BACK: {**_UNTAKEN, Event.DETAILS_GIVEN: Status.SENT_BACK},
    Status.CLOSED: {Event.REOPENED: Status.SUBMITTED},
}

# While its sender has to act the staff's time does not run.
WAITS_FOR_SENDER = frozenset({Status.DETAILS_ASKED, Status.ANSWERED})
WAITS_FOR_STAFF = frozenset({Status.SUBMITTED, Status.ASSIGNED, Status.SENT_BACK})
OPEN = WAITS_FOR_SENDER | WAITS_FOR_STAFF

# What the sender's pages sort tickets into.
TABS: Mapping[str, frozenset[Status]] = {
    "to_do": WAITS_FOR_SENDER,
    "under_way": WAITS_FOR_STAFF,
    "closed": frozenset({Status.CLOSED}),
    "drafts": frozenset({Status.DRAFT}),
}

# What its sender writes means, when they write instead of pressing a button (by mail, say).
MEANT_BY_A_REPLY: Mapping[Status, Event] = {
    Status.SUBMITTED: Event.DETAILS_GIVEN,
    Status.ASSIGNED: Event.DETAILS_GIVEN,
    Status.DETAILS_ASKED: Event.DETAILS_GIVEN,
    Status.SENT_BACK: Event.DETAILS_GIVEN,
    Status.ANSWERED: Event.SENT_BACK,
    Status.CLOSED: Event.REOPENED,
}


class IllegalEvent(Conflict):
    def __init__(self, status: Status, event: Event) -> None:
        super().__init__(f"A ticket that is {status} cannot be {event}.", code="illegal_event")


def after(status: Status, event: Event, actor: Actor) -> Status:
    """The status of a ticket once `actor` has made `event` happen to it. Raises IllegalEvent."""
    if MADE_BY[event] is not actor or event not in LIFECYCLE[status]:
        raise IllegalEvent(status, event)
    return LIFECYCLE[status][event]


def allowed(status: Status, actor: Actor) -> list[Event]:
    """What this actor may do next, in the order of the table."""
    return [event for event in LIFECYCLE[status] if MADE_BY[event] is actor]
