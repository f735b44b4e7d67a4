"""Whose tickets a member of the staff answers: the support's, those of the service métier, or both.

An administrator says so among their skills; without a word of it somebody answers for the support.
It says where they begin and what they are given. What they may see and do is their role's alone: a
ticket of the other receiver is one click away, for whoever stands in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.text_folding import fold
from staff.models import Role, StaffMember
from ticketing import words
from ticketing.filters import FIRST, QUEUES, Filters
from ticketing.lifecycle import Status
from ticketing.models import Route, Ticket

SKILLS: Mapping[str, Route] = {fold(name): route for route, name in words.ROUTES.items()}


def routes_of(skills: Sequence[str]) -> frozenset[Route]:
    """Never empty."""
    named = frozenset(SKILLS[skill] for each in skills if (skill := fold(each)) in SKILLS)
    return named or frozenset({Route.SUPPORT})


def queues_of(member: StaffMember) -> Mapping[str, Filters]:
    """The ordinary queues, as this member has them: what is to take is of their receivers."""
    mine = routes_of(member.skills)
    only = next(iter(mine)) if len(mine) == 1 else None
    return {**QUEUES, FIRST: replace(QUEUES[FIRST], route=only)}


async def least_busy(session: AsyncSession, route: Route) -> UUID | None:
    """Who of this receiver has the fewest open tickets for their capacity; of anybody's, while
    nobody answers for it: a ticket is not left lying.
    """
    held = (
        select(func.count())
        .where(Ticket.assignee_id == StaffMember.id, Ticket.status == Status.ASSIGNED)
        .scalar_subquery()
    )
    query = select(StaffMember.id, StaffMember.skills).where(
        StaffMember.active, StaffMember.role == Role.SUPPORT, StaffMember.capacity > 0
    )
    # Whatever order the database tests conditions in, nothing is divided by nothing.
    busy = held * 1.0 / func.nullif(StaffMember.capacity, 0)
    rows = (await session.execute(query.order_by(busy, StaffMember.created_at))).all()
    theirs = [row.id for row in rows if route in routes_of(row.skills)]
    return next(iter([*theirs, *(row.id for row in rows)]), None)
