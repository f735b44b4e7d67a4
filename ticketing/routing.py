"""Who receives a ticket, and what it aims at: the pair category and sub-category alone decides.

The list stands in organisation.yml (it is ours: the official one has not been published); what an
administrator changed stands in a table and wins.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.errors import Forbidden, Invalid
from kit.organisation import Subcategory, TicketCategory, organisation
from staff.models import Role, StaffMember
from ticketing.models import Route, TicketRoute

type Pair = tuple[str, str]


@dataclass(frozen=True)
class Rule:
    """What one pair means. Targets in minutes of open time."""

    category: TicketCategory
    subcategory: Subcategory
    route: Route
    first_answer_minutes: int
    solution_minutes: int

    @property
    def pair(self) -> Pair:
        return self.category.id, self.subcategory.id


def listed() -> dict[Pair, Rule]:
    """The rules as the organisation's file has them, in its order."""
    whose = organisation()
    return {
        (category.id, each.id): Rule(
            category,
            each,
            Route(each.route),
            each.first_answer_minutes or whose.tickets.first_answer_minutes,
            each.solution_minutes or whose.tickets.solution_minutes,
        )
        for category in whose.ticket_categories
        for each in category.subcategories
    }


async def rules(session: AsyncSession) -> dict[Pair, Rule]:
    """The rules in force, in the order of the file."""
    found = listed()
    for row in await session.scalars(select(TicketRoute)):
        if rule := found.get((row.category, row.subcategory)):
            found[rule.pair] = Rule(
                rule.category,
                rule.subcategory,
                row.route,
                row.first_answer_minutes,
                row.solution_minutes,
            )
    return found


async def changed(session: AsyncSession) -> dict[Pair, TicketRoute]:
    """What administrators changed. What is no longer in the file is of no use."""
    rows = await session.scalars(select(TicketRoute))
    return {(row.category, row.subcategory): row for row in rows}


def rule_of(known: Mapping[Pair, Rule], category: str, subcategory: str) -> Rule:
    """Raises Invalid for a pair that is not in the list."""
    try:
        return known[category, subcategory]
    except KeyError:
        raise Invalid("There is no such category.", code="category_unknown") from None


async def change(
    session: AsyncSession,
    member: StaffMember,
    pair: Pair,
    *,
    route: Route,
    first_answer_minutes: int,
    solution_minutes: int,
) -> None:
    """Tickets that were submitted before keep their targets."""
    if member.role is not Role.ADMINISTRATOR:
        raise Forbidden("Only administrators change who receives tickets.")
    if not 0 < first_answer_minutes <= solution_minutes:
        raise Invalid("A first answer comes before the solution.", code="targets_invalid")
    rule_of(listed(), *pair)
    row = await session.get(TicketRoute, pair)
    if row is None:
        row = TicketRoute(category=pair[0], subcategory=pair[1])
        session.add(row)
    row.route = route
    row.first_answer_minutes, row.solution_minutes = first_answer_minutes, solution_minutes
    row.changed_at, row.changed_by = now(), member.id


async def restore(session: AsyncSession, member: StaffMember, pair: Pair) -> None:
    """As the organisation's file has it."""
    if member.role is not Role.ADMINISTRATOR:
        raise Forbidden("Only administrators change who receives tickets.")
    row: TicketRoute | None = await session.get(TicketRoute, pair)
    if row is not None:
        await session.delete(row)


def labels() -> dict[str, str]:
    """Category and sub-category labels by id; a sub-category as "category/subcategory"."""
    found: dict[str, str] = {}
    for rule in listed().values():
        found[rule.category.id] = rule.category.label
        found["/".join(rule.pair)] = rule.subcategory.label
    return found
