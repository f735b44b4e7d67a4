"""The thread of a ticket, append-only, and what each new entry changes in what is known of it.

The only module that appends one. Functions take the session first and never commit; whoever changes
a ticket holds it (`lock`), so that two people never act on the same state.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.calendar import Hours, open_time_between
from kit.clock import now
from kit.errors import NotFound
from kit.organisation import organisation
from kit.schedule import load_hours, mark_of
from ticketing import search, targets
from ticketing.lifecycle import WAITS_FOR_SENDER, WAITS_FOR_STAFF, Actor, Event, Status, after
from ticketing.models import NEVER, Ticket, TicketEntry
from ticketing.routing import Rule

NO_SUCH = "There is no such ticket."  # foreign or absent alike
FIRST_ANSWERS = frozenset({Event.ANSWERED, Event.DETAILS_ASKED})
LEFT_TO_NOBODY = frozenset({Event.RELEASED, Event.TRANSFERRED, Event.REOPENED})


async def lock(session: AsyncSession, number: int | None) -> Ticket:
    """The ticket, held until the transaction ends. Raises NotFound."""
    query = select(Ticket).where(Ticket.number == number).with_for_update()
    ticket = await session.scalar(query.execution_options(populate_existing=True))
    if ticket is None:
        raise NotFound(NO_SUCH)
    return ticket


async def happen(
    session: AsyncSession,
    ticket: Ticket,
    event: Event,
    actor: Actor,
    *,
    member_id: UUID | None = None,
    text: str | None = None,
    payload: dict[str, Any] | None = None,
    client_id: UUID | None = None,
) -> TicketEntry:
    """Let `event` happen to the ticket and leave its trace. Raises IllegalEvent.

    With TAKEN and without a payload the ticket is `member_id`'s from here on; a payload
    `{"assignee": id}` names somebody else.
    """
    before, status = ticket.status, after(ticket.status, event, actor)
    at = now()
    if event in FIRST_ANSWERS and ticket.first_answered_at is None:
        ticket.first_answered_at = at
    if event is Event.TAKEN:
        named = (payload or {}).get("assignee")
        ticket.assignee_id = UUID(named) if named else member_id
    elif event in LEFT_TO_NOBODY:
        ticket.assignee_id = None
    ticket.status = status
    ticket.closed_at = at if status is Status.CLOSED else None
    await keep_time(session, ticket, at)
    if status is not before:
        _wait_for_sender(ticket, at)
    return await append(
        session,
        ticket,
        actor,
        event=event,
        member_id=member_id,
        text=text,
        payload=payload,
        client_id=client_id,
    )


async def append(
    session: AsyncSession,
    ticket: Ticket,
    actor: Actor,
    *,
    event: Event | None = None,
    member_id: UUID | None = None,
    internal: bool = False,
    text: str | None = None,
    payload: dict[str, Any] | None = None,
    client_id: UUID | None = None,
) -> TicketEntry:
    """A line without an event changes nothing but the thread: a note, a word in between."""
    ticket.last_seq += 1
    ticket.changed_at = now()
    entry = TicketEntry(
        ticket_number=ticket.number,
        seq=ticket.last_seq,
        at=ticket.changed_at,
        actor=actor,
        member_id=member_id,
        event=event,
        internal=internal,
        text=text,
        payload=payload or {},
        client_id=client_id,
    )
    session.add(entry)
    await session.flush()
    if text:
        await search.add(session, ticket.number, text)
    return entry


async def aim(session: AsyncSession, ticket: Ticket, rule: Rule) -> None:
    """The targets of another pair than before. The open time that it has used stays used."""
    ticket.first_answer_minutes = rule.first_answer_minutes
    ticket.solution_minutes = rule.solution_minutes
    await keep_time(session, ticket, now())


async def keep_time(
    session: AsyncSession, ticket: Ticket, at: datetime, hours: Hours | None = None
) -> None:
    """Due times run while the staff have to act, on the opening hours in force (`hours`)."""
    hours = hours or await load_hours(session)
    await _count_used(session, ticket, at, hours)
    ticket.running_since = at if ticket.status in WAITS_FOR_STAFF else None
    ticket.first_answer_due = ticket.solution_due = None
    if ticket.running_since is not None:
        used = timedelta(seconds=ticket.used_s)
        if ticket.solution_minutes:
            left = timedelta(minutes=ticket.solution_minutes) - used
            ticket.solution_due = targets.due(hours, at, left)
        if ticket.first_answer_minutes and ticket.first_answered_at is None:
            left = timedelta(minutes=ticket.first_answer_minutes) - used
            ticket.first_answer_due = targets.due(hours, at, left)
    dues = (ticket.first_answer_due, ticket.solution_due)
    ticket.due_at = min((due for due in dues if due), default=NEVER)


async def _count_used(session: AsyncSession, ticket: Ticket, at: datetime, hours: Hours) -> None:
    """What was counted on other opening hours is counted anew, from the thread."""
    mark = mark_of(hours)
    if ticket.hours_mark != mark and ticket.last_seq:
        changes = await status_changes(session, ticket.number)
        ticket.used_s = int(targets.used(hours, changes, at).total_seconds())
    elif ticket.running_since is not None:
        passed = open_time_between(hours, ticket.running_since, at)
        ticket.used_s += int(passed.total_seconds())
    ticket.hours_mark = mark


def _wait_for_sender(ticket: Ticket, at: datetime) -> None:
    """Their delay runs from when they have to act, whoever of the staff follows the ticket."""
    ticket.warn_at = ticket.expires_at = None
    if ticket.status in WAITS_FOR_SENDER:
        rules = organisation().tickets
        ticket.warn_at = at + timedelta(days=rules.warn_after_days)
        ticket.expires_at = at + timedelta(days=rules.close_after_days)


async def repeated(session: AsyncSession, ticket: Ticket, client_id: UUID) -> TicketEntry | None:
    """What was already appended under this client id."""
    query = select(TicketEntry).where(
        TicketEntry.ticket_number == ticket.number, TicketEntry.client_id == client_id
    )
    return await session.scalar(query)


async def entries(
    session: AsyncSession, number: int, *, internal: bool, after_seq: int = 0
) -> Sequence[TicketEntry]:
    """The thread in order; what only the staff may see only with `internal`."""
    query = (
        select(TicketEntry)
        .where(TicketEntry.ticket_number == number, TicketEntry.seq > after_seq)
        .order_by(TicketEntry.seq)
    )
    if not internal:
        query = query.where(TicketEntry.internal.is_(False))
    return (await session.scalars(query)).all()


async def status_changes(session: AsyncSession, number: int) -> list[tuple[datetime, Status]]:
    """Since when it had each status, since it was submitted: what `targets.explain` reads."""
    query = (
        select(TicketEntry)
        .where(TicketEntry.ticket_number == number, TicketEntry.event.is_not(None))
        .order_by(TicketEntry.seq)
    )
    status, found = Status.DRAFT, list[tuple[datetime, Status]]()
    for entry in await session.scalars(query):
        assert entry.event is not None
        if status is Status.DRAFT and entry.event is not Event.SUBMITTED:
            status = Status.SUBMITTED  # a request of before there were threads
            found.append((entry.at, status))
        following = after(status, entry.event, entry.actor)
        if following is not status:
            found.append((entry.at, following))
        status = following
    return found
