"""One act on many tickets: each in its own transaction, all under one id that their entries carry.

What is refused for one ticket holds up no other; by the id, all of it can be undone later.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from kit.database import Database
from kit.errors import Invalid, Refusal
from staff.models import StaffMember
from ticketing import thread
from ticketing.models import Priority, Route, Ticket
from ticketing.triage import AT_ONCE, Triage, require_triage

OK = "ok"
FAIRLY = "fair"  # instead of a colleague: whoever has least to do

type Operation = Callable[[int], Awaitable[object]]


class Act(StrEnum):
    TAKE = "take"
    RELEASE = "release"
    ASSIGN = "assign"  # `assignee`: the id of a member, or FAIRLY
    PRIORITY = "priority"  # `priority`: a value of Priority
    TAG = "tag"  # `tag`
    UNTAG = "untag"  # `tag`
    TRANSFER = "transfer"  # `route`, and a `note` if one is wanted


class Bulk:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def carry_out(
        self, member: StaffMember, numbers: Sequence[int], act: str, fields: Mapping[str, str]
    ) -> list[tuple[int, str]]:
        """For each ticket OK, or the code of its refusal.

        Raises NotFound for who does not work on tickets, Invalid for what is no act.
        """
        require_triage(member)
        wanted = list(dict.fromkeys(numbers))
        if not wanted:
            raise Invalid("Choose tickets first.", code="nothing_chosen")
        if len(wanted) > AT_ONCE:
            raise Invalid(f"At most {AT_ONCE} tickets at once.", code="too_many")
        triage = _Marking(self._database, uuid4())
        operation = _operation(triage, member, act, fields)
        return [(number, await _tried(operation, number)) for number in wanted]


class _Marking(Triage):
    """The acts of the staff; what they append carries the id of the bulk."""

    def __init__(self, database: Database, bulk_id: UUID) -> None:
        super().__init__(database)
        self._bulk_id = bulk_id

    @asynccontextmanager
    async def _holding(
        self, member: StaffMember, number: int
    ) -> AsyncIterator[tuple[AsyncSession, Ticket]]:
        async with super()._holding(member, number) as (session, ticket):
            before = ticket.last_seq
            yield session, ticket
            for entry in await thread.entries(session, number, internal=True, after_seq=before):
                entry.payload = {**entry.payload, "bulk": str(self._bulk_id)}


async def _tried(operation: Operation, number: int) -> str:
    try:
        await operation(number)
    except Refusal as refusal:
        return refusal.code or ("not_found" if refusal.status == 404 else "refused")
    return OK


def _operation(
    triage: Triage, member: StaffMember, act: str, fields: Mapping[str, str]
) -> Operation:
    """Raises Invalid: what is wrong with the act is wrong for all tickets."""
    value = fields.get
    match act:
        case Act.TAKE:
            return lambda number: triage.take(member, number)
        case Act.RELEASE:
            return lambda number: triage.release(member, number)
        case Act.ASSIGN if value("assignee") == FAIRLY:
            return lambda number: triage.assign_fairly(member, number)
        case Act.ASSIGN:
            to = member_in(value("assignee", ""))
            return lambda number: triage.assign(member, number, to)
        case Act.PRIORITY:
            priority = priority_in(value("priority", ""))
            return lambda number: triage.set_priority(member, number, priority)
        case Act.TAG:
            return lambda number: triage.tag(member, number, value("tag", ""))
        case Act.UNTAG:
            return lambda number: triage.untag(member, number, value("tag", ""))
        case Act.TRANSFER:
            route, note = route_in(value("route", "")), value("note", "")
            return lambda number: triage.transfer(member, number, route, note)
    raise Invalid("There is no such act.", code="act_unknown")


def member_in(text: str) -> UUID:
    """Raises Invalid, as do the others."""
    try:
        return UUID(text)
    except ValueError:
        raise Invalid("Choose a colleague.", code="assignee_invalid") from None


def priority_in(text: str) -> Priority:
    try:
        return Priority(int(text))
    except ValueError:
        raise Invalid("Choose a priority.", code="priority_invalid") from None


def route_in(text: str) -> Route:
    try:
        return Route(text)
    except ValueError:
        raise Invalid("Choose who receives it.", code="route_invalid") from None
