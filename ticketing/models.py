"""Tables of the tickets: what a user asked to be looked into, with a reference that they keep.

A ticket is an append-only thread of entries. Its status, its due times and its text for search are
caches of what the entries say, written in the transaction that appends one.
"""

import re
from datetime import UTC, datetime
from enum import IntEnum, StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, ColumnElement, ForeignKey, Index, String, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.clock import now
from kit.database import Base, enumerated
from ticketing.lifecycle import Actor, Event, Status

# When a ticket is due for which the staff have nothing to do: after all others.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
RUNNING = text("running_since IS NOT NULL")


class RequestKind(StrEnum):
    """What its sender wanted when it came about."""

    ADVISOR = "advisor"  # to talk to a person
    TICKET = "ticket"
    CALLBACK = "callback"


class Route(StrEnum):
    """Who receives it."""

    SUPPORT = "support"  # the support of the service
    METIER = "metier"  # the public body that handles the document


class Priority(IntEnum):
    LOW = -1
    NORMAL = 0
    HIGH = 1
    URGENT = 2


class Ticket(Base):
    __tablename__ = "tickets"
    __table_args__ = (
        Index("ix_tickets_due_at_number", "due_at", "number"),
        Index("ix_tickets_status_due_at", "status", "due_at", "number"),
        Index("ix_tickets_category_due_at", "category", "due_at", "number"),
        Index("ix_tickets_priority_due_at", text("(- priority)"), "due_at", "number"),
        Index("ix_tickets_status_changed_at", "status", "changed_at"),
        Index("ix_tickets_kind_settled_at", "kind", "settled_at"),
        Index("ix_tickets_route_status", "route", "status"),
        Index("ix_tickets_assignee_id_status", "assignee_id", "status"),
        Index("ix_tickets_subject_status", "subject", "status"),
        # Due times on other opening hours than those in force: what `due_times.py` looks for.
        Index(
            "ix_tickets_hours_mark", "hours_mark", sqlite_where=RUNNING, postgresql_where=RUNNING
        ),
        Index("ix_tickets_email_lower", text("lower(email)")),  # what `of_address` asks
        # Without it SQLite would give the reference of an erased ticket to the next one.
        {"sqlite_autoincrement": True},
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[UUID] = mapped_column(unique=True, default=uuid4)  # holds its files and mails
    kind: Mapped[RequestKind] = mapped_column(enumerated(RequestKind), default=RequestKind.TICKET)
    status: Mapped[Status] = mapped_column(enumerated(Status), default=Status.SUBMITTED)

    category: Mapped[str | None] = mapped_column(String(40))  # ids of organisation.yml
    subcategory: Mapped[str | None] = mapped_column(String(40))
    route: Mapped[Route] = mapped_column(enumerated(Route), default=Route.SUPPORT)
    title: Mapped[str] = mapped_column(String(200), default="")
    email: Mapped[str | None] = mapped_column(String(254), index=True)
    subject: Mapped[str | None] = mapped_column(String(400))  # issuer and sub of who is connected
    structure: Mapped[str | None] = mapped_column(String(200))  # for which it was written
    service: Mapped[str | None] = mapped_column(String(200))
    # As the host site vouched for it when it was written: the role of its sender.
    sender_role: Mapped[str | None] = mapped_column(String(40))
    # Of a draft: {"form", "description", "files"}. None once it is submitted, when the thread says
    # it.
    draft: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    # The chat it came from, as an opaque id: ticketing does not know livechat.
    conversation_id: Mapped[UUID | None] = mapped_column(index=True)
    explanation: Mapped[str | None] = mapped_column(Text)
    disliked_answer: Mapped[str | None] = mapped_column(String(120))

    created_at: Mapped[datetime] = mapped_column(default=now, index=True)
    submitted_at: Mapped[datetime | None] = mapped_column(index=True)
    changed_at: Mapped[datetime] = mapped_column(default=now, index=True)
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    last_seq: Mapped[int] = mapped_column(default=0)

    assignee_id: Mapped[UUID | None]
    priority: Mapped[int] = mapped_column(default=Priority.NORMAL)
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("tickets.number"))

    # Targets, in minutes of open time, as they were when it got its pair; and how far they are.
    first_answer_minutes: Mapped[int | None]
    solution_minutes: Mapped[int | None]
    running_since: Mapped[datetime | None]  # None while it waits for its sender
    used_s: Mapped[int] = mapped_column(default=0)  # open time used before
    hours_mark: Mapped[str] = mapped_column(String(16), default="")  # hours they were reckoned on
    first_answered_at: Mapped[datetime | None]
    first_answer_due: Mapped[datetime | None] = mapped_column(index=True)
    solution_due: Mapped[datetime | None]
    due_at: Mapped[datetime] = mapped_column(default=NEVER)  # the earlier of both, for the list

    # Closed by itself at `expires_at` unless its sender reacts, who is warned at `warn_at`.
    warn_at: Mapped[datetime | None] = mapped_column(index=True)
    expires_at: Mapped[datetime | None] = mapped_column(index=True)

    rating: Mapped[int | None]  # 1 to 5, by its sender

    # To be called back: who proposed slots and until when they may be taken; then when one was.
    handled_by: Mapped[UUID | None]
    handled_until: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]

    @property
    def reference(self) -> str:
        return reference_of(self.number)


class TicketEntry(Base):
    """A line of the thread: a message when it has a text, a milestone when it has an event."""

    __tablename__ = "ticket_entries"
    __table_args__ = (
        Index(
            "uq_ticket_entries_client_id",
            "ticket_number",
            "client_id",
            unique=True,
            sqlite_where=text("client_id IS NOT NULL"),
            postgresql_where=text("client_id IS NOT NULL"),
        ),
    )

    ticket_number: Mapped[int] = mapped_column(ForeignKey("tickets.number"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)
    actor: Mapped[Actor] = mapped_column(enumerated(Actor))
    member_id: Mapped[UUID | None]
    event: Mapped[Event | None] = mapped_column(enumerated(Event))
    internal: Mapped[bool] = mapped_column(default=False)  # seen by the staff only
    text: Mapped[str | None] = mapped_column(Text)
    # Files of a message ({"files": [{id, name, size}]}), and what an event moved.
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    client_id: Mapped[UUID | None]
    mail_id: Mapped[UUID | None] = mapped_column(index=True)  # of ours that carried it: answers


class TicketTag(Base):
    __tablename__ = "ticket_tags"

    ticket_number: Mapped[int] = mapped_column(ForeignKey("tickets.number"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(40), primary_key=True, index=True)


class TicketRoute(Base):
    """What an administrator changed of the list in organisation.yml, a pair."""

    __tablename__ = "ticket_routes"

    category: Mapped[str] = mapped_column(String(40), primary_key=True)
    subcategory: Mapped[str] = mapped_column(String(40), primary_key=True)
    route: Mapped[Route] = mapped_column(enumerated(Route))
    first_answer_minutes: Mapped[int]
    solution_minutes: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(default=now)
    changed_by: Mapped[UUID | None]


class TicketLink(Base):
    """A secret link to one ticket: of its 256 bits only a hash is stored."""

    __tablename__ = "ticket_links"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    ticket_number: Mapped[int] = mapped_column(ForeignKey("tickets.number"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class TicketCode(Base):
    """A code that was mailed to whoever holds a link; once entered, what opens the masked data."""

    __tablename__ = "ticket_codes"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    link_id: Mapped[UUID] = mapped_column(ForeignKey("ticket_links.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    visit_hash: Mapped[str | None] = mapped_column(String(64), unique=True)  # of a cookie
    visit_until: Mapped[datetime | None]


class UnconfirmedTicket(Base):
    """Written without proof of work: it becomes a ticket once its mailed link is followed."""

    __tablename__ = "unconfirmed_tickets"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)  # holds its files
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    ticket_number: Mapped[int | None] = mapped_column(ForeignKey("tickets.number"))


class HeldReply(Base):
    """A reply that may still be taken back: it is sent at `due_at`."""

    __tablename__ = "held_replies"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    ticket_number: Mapped[int] = mapped_column(ForeignKey("tickets.number"), unique=True)
    member_id: Mapped[UUID]
    event: Mapped[Event] = mapped_column(enumerated(Event))
    text: Mapped[str] = mapped_column(Text)
    files: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    due_at: Mapped[datetime] = mapped_column(index=True)


class TicketLook(Base):
    """Who of the staff has a ticket on their screen, until `until`."""

    __tablename__ = "ticket_looks"

    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    ticket_number: Mapped[int] = mapped_column(ForeignKey("tickets.number"), primary_key=True)
    until: Mapped[datetime] = mapped_column(index=True)


class SavedQueue(Base):
    """A filter that a member keeps under a name; the ordinary ones stand in `queues.py`."""

    __tablename__ = "saved_queues"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    member_id: Mapped[UUID] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(String(60))
    filters: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(default=now)


class TriagePreference(Base):
    """How one member wants the list."""

    __tablename__ = "triage_preferences"

    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    columns: Mapped[list[str]] = mapped_column(JSON)


class ReceivedMail(Base):
    """A mail that came in, so that it is taken once however often it is handed over."""

    __tablename__ = "received_mails"

    message_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now, index=True)
    ticket_number: Mapped[int | None]


def of_address(email: str) -> ColumnElement[bool]:
    """The condition that a ticket is of who has this address: its letter case tells nothing."""
    return func.lower(Ticket.email) == email.lower()


def reference_of(number: int) -> str:
    """What users are told and type again.

    >>> reference_of(42)
    'TK-000042'
    """
    return f"TK-{number:06d}"


def number_of(reference: str) -> int | None:
    """The number in a reference as somebody typed it; None when it is none.

    >>> number_of("TK-000042"), number_of("42")
    (42, None)
    """
    found = re.fullmatch(r"TK-(\d{6,9})", reference.strip().upper(), re.ASCII)
    return int(found[1]) if found else None
