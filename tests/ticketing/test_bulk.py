"""One act on many tickets: each on its own, all under one id."""

from uuid import uuid4

import pytest

from kit.errors import Invalid, NotFound
from staff.models import Role
from tests.ticketing.support import Support
from ticketing.bulk import FAIRLY, OK, Bulk
from ticketing.lifecycle import Status
from ticketing.models import Priority, Route
from ticketing.triage import AT_ONCE
from ticketing.words import bulk_summary


@pytest.fixture
def bulk(support: Support) -> Bulk:
    return Bulk(support.database)


async def test_what_is_refused_for_one_holds_up_no_other(support: Support, bulk: Bulk) -> None:
    claire, david = await support.hire("Claire"), await support.hire("David")
    numbers = [(await support.open()).number for _ in range(3)]
    await support.triage.take(david, numbers[1])
    results = await bulk.carry_out(claire, [*numbers, 999], "take", {})
    assert results == [
        (numbers[0], OK),
        (numbers[1], "taken_already"),
        (numbers[2], OK),
        (999, "not_found"),
    ]
    owners = [(await support.find(number)).assignee_id for number in numbers]
    assert owners == [claire.id, david.id, claire.id]


async def test_all_that_one_act_wrote_carries_one_id(support: Support, bulk: Bulk) -> None:
    claire = await support.hire("Claire")
    numbers = [(await support.open()).number for _ in range(2)]
    await bulk.carry_out(claire, numbers, "transfer", {"route": "metier", "note": "Pour eux."})
    marks = {
        entry.payload.get("bulk")
        for number in numbers
        for entry in (await support.thread(number))[1:]
    }
    assert len(marks) == 1 and None not in marks
    before = [(await support.thread(number))[0].payload for number in numbers]
    assert before == [{}, {}]
    await bulk.carry_out(claire, numbers, "take", {})
    (taken,) = (await support.thread(numbers[0]))[3:]
    assert taken.payload["bulk"] not in marks


async def test_each_act_does_what_it_says(support: Support, bulk: Bulk) -> None:
    claire, david = await support.hire("Claire"), await support.hire("David")
    number = (await support.open()).number

    async def carry_out(act: str, **fields: str) -> None:
        assert await bulk.carry_out(claire, [number], act, fields) == [(number, OK)]

    await carry_out("priority", priority="2")
    await carry_out("tag", tag="  Paie ")
    await carry_out("assign", assignee=str(david.id))
    assert (await support.find(number)).assignee_id == david.id
    await carry_out("assign", assignee=str(claire.id))
    await carry_out("release")
    ticket = await support.find(number)
    assert (ticket.status, ticket.priority) == (Status.SUBMITTED, Priority.URGENT)
    await carry_out("assign", assignee=FAIRLY)
    assert (await support.find(number)).assignee_id in {claire.id, david.id}
    await carry_out("transfer", route="metier")
    assert (await support.find(number)).route is Route.METIER
    await carry_out("untag", tag="paie")
    assert {"untagged": "paie"}.items() <= (await support.thread(number))[-1].payload.items()


async def test_malformed_acts_touch_no_ticket(support: Support, bulk: Bulk) -> None:
    claire = await support.hire("Claire")
    number = (await support.open()).number
    for act, fields in (
        ("destroy", {}),
        ("assign", {"assignee": "x"}),
        ("priority", {"priority": "9"}),
        ("transfer", {"route": "moon"}),
    ):
        with pytest.raises(Invalid):
            await bulk.carry_out(claire, [number], act, fields)
    with pytest.raises(Invalid):
        await bulk.carry_out(claire, [], "take", {})
    with pytest.raises(Invalid):
        await bulk.carry_out(claire, range(1, AT_ONCE + 2), "take", {})
    gone = {"assignee": str(uuid4())}
    assert await bulk.carry_out(claire, [number], "assign", gone) == [(number, "assignee_invalid")]
    assert len(await support.thread(number)) == 1


async def test_a_ticket_that_is_named_twice_is_done_once(support: Support, bulk: Bulk) -> None:
    claire = await support.hire("Claire")
    number = (await support.open()).number
    assert await bulk.carry_out(claire, [number, number], "take", {}) == [(number, OK)]


async def test_advisors_do_nothing_to_many_tickets_either(support: Support, bulk: Bulk) -> None:
    alice = await support.hire("Alice", Role.ADVISOR)
    number = (await support.open()).number
    with pytest.raises(NotFound):
        await bulk.carry_out(alice, [number], "take", {})


def test_what_became_of_them_is_said_in_one_sentence() -> None:
    assert bulk_summary("take", 12, {"taken_already": 1}) == (
        "12 tickets pris, 1 déjà pris par un collègue."
    )
    assert bulk_summary("tag", 1, {}) == "1 ticket étiqueté."
    assert bulk_summary("release", 0, {"take_first": 2, "x": 1}) == (
        "2 tickets à prendre d’abord, 1 refusé."
    )
    assert bulk_summary("take", 2, {"not_found": 2, "x": 3}) == (
        "2 tickets pris, 2 introuvables, 3 refusés."
    )
    assert bulk_summary("take", 0, {"too_many": 250}) == (
        "250 tickets choisis : 200 à la fois au plus."
    )
    assert bulk_summary("take", 0, {"nothing_chosen": 1}).startswith("Choisissez")
