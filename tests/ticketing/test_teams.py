"""Who answers for the service métier: where they begin, and what they are given."""

import pytest

from kit.database import Database
from tests.ticketing.support import Support
from tests.ticketing.test_queues import METIER
from ticketing.filters import FIRST, QUEUES
from ticketing.models import Route
from ticketing.queues import Queues
from ticketing.teams import queues_of, routes_of

BOTH = frozenset(Route)


@pytest.mark.parametrize(
    ("skills", "routes"),
    [
        ([], {Route.SUPPORT}),
        (["facturation"], {Route.SUPPORT}),
        (["service métier"], {Route.METIER}),
        (["Service metier", "facturation"], {Route.METIER}),
        (["support", "service métier"], BOTH),
    ],
)
def test_a_member_answers_for_what_their_skills_name(skills: list[str], routes: set[Route]) -> None:
    assert routes_of(skills) == routes


async def test_what_is_to_take_is_of_their_own_receivers(
    support: Support, database: Database
) -> None:
    ours, theirs = (await support.open()).number, (await support.open(**METIER)).number
    seen = {}
    for name, skills in (
        ("Claire", []),
        ("Jeanne", ["service métier"]),
        ("Nora", ["support", "service métier"]),
    ):
        member = await support.hire(name, skills=skills)
        first = queues_of(member)[FIRST]
        listed = await Queues(database).look(member, first)
        seen[name] = {ticket.number for ticket in listed.tickets}
        assert listed.here is not None and listed.here.id == FIRST
        assert listed.here.count == len(seen[name])
        assert [queue.id for queue in listed.queues] == list(QUEUES)
    assert seen == {"Claire": {ours}, "Jeanne": {theirs}, "Nora": {ours, theirs}}


async def test_tickets_are_handed_out_among_those_who_answer_for_them(support: Support) -> None:
    claire = await support.hire("Claire")
    orphan = (await support.open(**METIER)).number
    assert await support.triage.assign_fairly(claire, orphan) == claire.id  # nobody answers for it
    jeanne = await support.hire("Jeanne", skills=["service métier"])
    for _ in range(2):
        ours, theirs = (await support.open()).number, (await support.open(**METIER)).number
        assert await support.triage.assign_fairly(claire, ours) == claire.id
        assert await support.triage.assign_fairly(claire, theirs) == jeanne.id
