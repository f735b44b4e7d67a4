"""Who receives a ticket: the pair alone decides, as the file or an administrator has it."""

from typing import Any

import pytest

from kit.errors import Forbidden, Invalid
from kit.organisation import organisation
from staff.models import Role, StaffMember
from tests.clock import Clock
from tests.ticketing.support import PAIR, Support
from ticketing import routing
from ticketing.lifecycle import Event
from ticketing.models import Route

PASSWORD = (PAIR["category"], PAIR["subcategory"])
LATE_INVOICE = ("traitement_facture", "retard")


async def change(support: Support, member: StaffMember, **changed: Any) -> None:
    known: dict[str, Any] = {
        "route": Route.METIER,
        "first_answer_minutes": 60,
        "solution_minutes": 90,
    }
    async with support.database.writing.begin() as session:
        await routing.change(session, member, PASSWORD, **known | changed)


async def rule(support: Support, pair: routing.Pair = PASSWORD) -> routing.Rule:
    async with support.database.reading() as session:
        return (await routing.rules(session))[pair]


@pytest.mark.parametrize(
    ("category", "subcategory", "route"),
    [(*PASSWORD, Route.SUPPORT), (*LATE_INVOICE, Route.METIER)],
)
async def test_the_pair_decides(
    support: Support, category: str, subcategory: str, route: Route
) -> None:
    ticket = await support.open(category=category, subcategory=subcategory)
    assert ticket.route is route


async def test_without_a_category_it_goes_to_the_support(support: Support) -> None:
    ticket = await support.open(category=None, subcategory=None)
    assert ticket.route is Route.SUPPORT


@pytest.mark.parametrize("pair", [("connexion_compte", "retard"), ("", ""), ("x", "mot_de_passe")])
async def test_a_pair_that_is_not_listed_is_refused(support: Support, pair: routing.Pair) -> None:
    with pytest.raises(Invalid) as refusal:
        await support.open(category=pair[0], subcategory=pair[1])
    assert refusal.value.code == "category_unknown"


def test_a_sub_category_may_have_a_target_of_its_own() -> None:
    listed = routing.listed()
    blocked = listed["connexion_compte", "compte_bloque"]
    assert (blocked.first_answer_minutes, listed[PASSWORD].first_answer_minutes) == (240, 600)
    assert all(0 < each.first_answer_minutes <= each.solution_minutes for each in listed.values())


async def test_what_an_administrator_changes_wins_until_it_is_restored(support: Support) -> None:
    before = await support.open()
    boss = await support.hire("Claire", Role.ADMINISTRATOR)
    await change(support, boss)
    found = await rule(support)
    assert (found.route, found.first_answer_minutes, found.solution_minutes) == (
        Route.METIER,
        60,
        90,
    )
    after = await support.open()
    assert (after.route, after.first_answer_minutes, after.solution_minutes) == (
        Route.METIER,
        60,
        90,
    )
    kept = await support.find(before.number)
    assert (kept.route, kept.first_answer_minutes) == (Route.SUPPORT, 600)
    async with support.database.reading() as session:
        (row,) = (await routing.changed(session)).values()
    assert row.changed_by == boss.id
    async with support.database.writing.begin() as session:
        await routing.restore(session, boss, PASSWORD)
        await routing.restore(session, boss, PASSWORD)  # again: nothing
    assert await rule(support) == routing.listed()[PASSWORD]


async def test_changed_again_the_last_one_counts(support: Support) -> None:
    boss = await support.hire("Claire", Role.ADMINISTRATOR)
    await change(support, boss)
    await change(support, boss, route=Route.SUPPORT, solution_minutes=120)
    found = await rule(support)
    assert (found.route, found.solution_minutes) == (Route.SUPPORT, 120)


@pytest.mark.parametrize("role", [Role.ADVISOR, Role.SUPPORT, Role.SUPERVISOR])
async def test_only_administrators_change_and_restore(support: Support, role: Role) -> None:
    member = await support.hire("Claire", role)
    with pytest.raises(Forbidden):
        await change(support, member)
    with pytest.raises(Forbidden):
        async with support.database.writing.begin() as session:
            await routing.restore(session, member, PASSWORD)
    assert await rule(support) == routing.listed()[PASSWORD]


@pytest.mark.parametrize(("first", "solution"), [(0, 60), (-5, 60), (61, 60)])
async def test_a_first_answer_comes_before_the_solution(
    support: Support, first: int, solution: int
) -> None:
    boss = await support.hire("Claire", Role.ADMINISTRATOR)
    with pytest.raises(Invalid):
        await change(support, boss, first_answer_minutes=first, solution_minutes=solution)


async def test_another_category_is_another_receiver(support: Support) -> None:
    ticket = await support.open()
    claire = await support.hire("Claire")
    await support.triage.take(claire, ticket.number)
    await support.triage.recategorise(claire, ticket.number, *LATE_INVOICE)
    found = await support.find(ticket.number)
    assert (found.route, found.assignee_id) == (Route.METIER, None)
    assert [each.event for each in await support.thread(ticket.number)][-1] is Event.TRANSFERRED


async def test_another_category_is_another_target(support: Support) -> None:
    ticket, claire = await support.open(), await support.hire("Claire")
    await support.triage.recategorise(claire, ticket.number, "connexion_compte", "compte_bloque")
    found = await support.find(ticket.number)
    assert (found.first_answer_minutes, found.route) == (240, ticket.route)
    assert ticket.first_answer_due is not None and found.first_answer_due is not None
    assert found.due_at == found.first_answer_due < ticket.first_answer_due


async def test_a_closed_ticket_of_another_category_was_closed_when_it_was(
    support: Support, clock: Clock
) -> None:
    ticket, claire = await support.open(), await support.hire("Claire")
    await support.following.close(await support.sender(ticket.number))
    closed_at = (await support.find(ticket.number)).closed_at
    clock.forward(days=1)
    await support.triage.recategorise(claire, ticket.number, "connexion_compte", "compte_bloque")
    assert closed_at and (await support.find(ticket.number)).closed_at == closed_at


async def test_without_a_category_it_has_the_targets_of_the_organisation(support: Support) -> None:
    boss = await support.hire("Boss", Role.ADMINISTRATOR)
    first = next(iter(routing.listed()))
    async with support.database.writing.begin() as session:
        await routing.change(
            session,
            boss,
            first,
            route=Route.METIER,
            first_answer_minutes=7,
            solution_minutes=9,
        )
    ticket = await support.open(category=None, subcategory=None)
    rules = organisation().tickets
    assert (ticket.first_answer_minutes, ticket.solution_minutes) == (
        rules.first_answer_minutes,
        rules.solution_minutes,
    )
