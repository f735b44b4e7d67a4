"""The list of triage: what each queue holds, in which order, and for whom."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, select, text

from kit.database import Database
from kit.errors import Conflict, Invalid, NotFound
from staff.models import Role, StaffMember
from tests.clock import Clock
from tests.ticketing.support import Support
from ticketing import queues as module
from ticketing.filters import ME, NOBODY, QUEUES, Filters, Sort
from ticketing.following import Connected
from ticketing.lifecycle import Event, Status
from ticketing.models import Priority, RequestKind, Route, Ticket
from ticketing.queues import Listed, Queues, due_of
from ticketing.saved_queues import ORDINARY, Column, SavedQueues, saved_by

MORNING = datetime(2026, 11, 24, 9, tzinfo=UTC)  # a Tuesday, ten o'clock in Paris
SOMEBODY = "host camille"
METIER = {"category": "frais_justice", "subcategory": "traitement_memoire"}

type Look = Callable[..., Awaitable[Listed]]


@pytest.fixture(autouse=True)
def _morning(clock: Clock) -> None:
    clock.put_at(MORNING)


@pytest.fixture
async def claire(support: Support) -> StaffMember:
    return await support.hire("Claire")


@pytest.fixture
def look(database: Database, claire: StaffMember) -> Look:
    async def looked(filters: Filters | None = None, **how: int) -> Listed:
        return await Queues(database).look(claire, filters or Filters(), **how)

    return looked


def numbers(listed: Listed) -> list[int]:
    return [ticket.number for ticket in listed.tickets]


def counts(listed: Listed) -> dict[str, int]:
    return {queue.id: queue.count for queue in listed.queues}


async def answer(support: Support, member: StaffMember, number: int, event: Event) -> None:
    await support.triage.take(member, number)
    await support.triage.reply(member, number, event, "Voici.", at_once=True)


async def test_each_queue_holds_what_its_name_says(
    support: Support, look: Look, claire: StaffMember, clock: Clock
) -> None:
    fresh = await support.open()
    mine, asked, answered, back, closed = [await support.open(subject=SOMEBODY) for _ in range(5)]
    metier = await support.open(**METIER)
    callback = await support.open(kind=RequestKind.CALLBACK)
    await support.triage.take(claire, mine.number)
    await answer(support, claire, asked.number, Event.DETAILS_ASKED)
    for ticket in (answered, back, closed):
        await answer(support, claire, ticket.number, Event.ANSWERED)
    await support.following.write(Connected(SOMEBODY, back.number), "Non.")
    await support.following.close(Connected(SOMEBODY, closed.number))

    found = {id_: set(numbers(await look(filters))) for id_, filters in QUEUES.items()}
    assert found["to_take"] == {fresh.number, back.number, callback.number}
    assert found["mine"] == {t.number for t in (mine, asked, answered, back)}
    assert found["waiting"] == {asked.number}
    assert found["answered"] == {answered.number}
    assert found["metier"] == {metier.number}
    assert found["callbacks"] == {callback.number}
    assert found["closed"] == {closed.number}
    assert len(found["all"]) == 8
    assert found["late"] == found["today"] == set()
    assert counts(await look()) == {id_: len(each) for id_, each in found.items()}


async def test_late_and_today_follow_the_clock(support: Support, look: Look, clock: Clock) -> None:
    ticket = await support.open()
    due = due_of(await support.find(ticket.number))
    assert due is not None
    clock.put_at(due - timedelta(minutes=30))
    assert counts(await look())["today"] == 1
    clock.put_at(due + timedelta(minutes=1))
    listed = await look(QUEUES["late"])
    assert numbers(listed) == [ticket.number]
    assert counts(listed)["today"] == 0


async def test_what_waits_for_its_sender_is_never_late(
    support: Support, look: Look, claire: StaffMember, clock: Clock
) -> None:
    ticket = await support.open()
    await answer(support, claire, ticket.number, Event.DETAILS_ASKED)
    assert due_of(await support.find(ticket.number)) is None
    clock.put_at(MORNING + timedelta(days=5))
    assert numbers(await look(QUEUES["late"])) == []


async def test_what_is_due_first_comes_first_and_what_is_not_due_last(
    support: Support, look: Look, claire: StaffMember
) -> None:
    slow, waiting, quick = [
        await support.open(),
        await support.open(),
        await support.open(category="connexion_compte", subcategory="compte_bloque"),
    ]
    await answer(support, claire, waiting.number, Event.ANSWERED)
    assert numbers(await look()) == [t.number for t in (quick, slow, waiting)]


async def test_the_other_orders(
    support: Support, look: Look, claire: StaffMember, clock: Clock
) -> None:
    first, second, third = [(await support.open()).number for _ in range(3)]
    clock.put_at(MORNING + timedelta(minutes=5))
    await support.triage.set_priority(claire, second, Priority.URGENT)
    assert numbers(await look(Filters(sort=Sort.NUMBER))) == [third, second, first]
    assert numbers(await look(Filters(sort=Sort.CHANGED))) == [second, third, first]
    assert numbers(await look(Filters(sort=Sort.PRIORITY))) == [second, first, third]


@pytest.mark.parametrize("sort", Sort)
async def test_the_list_comes_from_an_index_in_its_order(
    database: Database, claire: StaffMember, sort: Sort
) -> None:
    """Sorting 100,000 tickets to show fifty would take a third of a second."""
    async with database.reading.begin() as session:
        held = await module.conditions(session, claire, Filters(), MORNING)
        query = select(Ticket.number).where(*held).order_by(*module.ORDERS[sort]).limit(50)
        dialect = session.get_bind().dialect
        asked = query.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
        explain = "EXPLAIN QUERY PLAN" if dialect.name == "sqlite" else "EXPLAIN"
        if dialect.name == "postgresql":  # it sorts so few, unless it must not
            for other_way in ("sort", "seqscan", "bitmapscan"):
                await session.execute(text(f"SET LOCAL enable_{other_way} = off"))
        plan = str((await session.execute(text(f"{explain} {asked}"))).all())
    assert not re.search(r"(?<!Incremental )Sort  \(cost|TEMP B-TREE", plan), plan


@pytest.mark.parametrize("sort", Sort)
async def test_pages_hold_each_ticket_once(support: Support, look: Look, sort: Sort) -> None:
    made = [(await support.open()).number for _ in range(27)]
    one = await look(Filters(sort=sort), rows=25)
    two = await look(Filters(sort=sort), page=2, rows=25)
    assert (one.has_more, two.has_more, one.found, two.found) == (True, False, 27, 27)
    assert sorted(numbers(one) + numbers(two)) == made
    beyond = await look(Filters(sort=sort), page=9, rows=25)
    assert (beyond.page, numbers(beyond)) == (1, numbers(one))


async def test_counting_stops_and_pages_go_on(
    support: Support, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "COUNTED_AT_MOST", 26)
    made = [(await support.open()).number for _ in range(53)]
    pages = [await look(page=page, rows=25) for page in (1, 2, 3)]
    assert [page.found for page in pages] == [26, 26, 26]
    assert [page.has_more for page in pages] == [True, True, False]
    assert sorted(number for page in pages for number in numbers(page)) == made
    assert counts(pages[0])["all"] == 26
    assert pages[0].queues[-1].is_full


async def test_filters_hold_together(
    support: Support, look: Look, claire: StaffMember, clock: Clock
) -> None:
    one = await support.open(**METIER)
    clock.put_at(MORNING + timedelta(days=1))
    two = await support.open()
    await support.triage.tag(claire, two.number, "Paie")
    await support.triage.set_priority(claire, two.number, Priority.HIGH)
    await support.triage.take(claire, two.number)
    for filters, expected in (
        (Filters(route=Route.METIER), [one]),
        (Filters(category="frais_justice"), [one]),
        (Filters(category="frais_justice/pieces_justificatives"), []),
        (Filters(assignee=NOBODY), [one]),
        (Filters(assignee=ME), [two]),
        (Filters(assignee=str(claire.id)), [two]),
        (Filters(assignee=str(uuid4())), []),
        (Filters(tag="paie"), [two]),
        (Filters(priority=Priority.HIGH), [two]),
        (Filters(since=MORNING.date() + timedelta(days=1)), [two]),
        (Filters(until=MORNING.date()), [one]),
        (Filters(since=MORNING.date(), until=MORNING.date()), [one]),
        (Filters(text="mot de passe", assignee=ME), [two]),
        (Filters(text="mot de passe", tag="autre"), []),
        (Filters(text=str(two.number)), [two]),
        (Filters(text=f"#{one.number}"), [one]),
        (Filters(text="?!"), []),
    ):
        assert numbers(await look(filters)) == [ticket.number for ticket in expected], filters
    assert (await look(Filters(tag="paie"))).tags == {two.number: ["paie"]}


async def test_drafts_are_nowhere(support: Support, look: Look) -> None:
    async with support.database.writing.begin() as session:
        session.add(Ticket(status=Status.DRAFT, title="Brouillon", kind=RequestKind.CALLBACK))
    for filters in (*QUEUES.values(), Filters(statuses=frozenset({Status.DRAFT}))):
        assert numbers(await look(filters)) == []
    assert set(counts(await look()).values()) == {0}


async def test_whoever_does_not_work_on_tickets_learns_nothing(
    support: Support, database: Database
) -> None:
    david = await support.hire("David", Role.ADVISOR)
    saved = SavedQueues(database)
    for attempt in (
        Queues(database).look(david, Filters()),
        saved.save(david, "Tous", Filters()),
        saved.rename(david, uuid4(), "Tous"),
        saved.delete(david, uuid4()),
        saved.choose_columns(david, []),
    ):
        with pytest.raises(NotFound):
            await attempt


async def test_a_saved_queue_is_its_members_own(
    support: Support, look: Look, claire: StaffMember, database: Database
) -> None:
    saved, david = SavedQueues(database), await support.hire("David")
    await support.open()
    kept = await saved.save(claire, "  Mots   de passe ", Filters(text="mot de passe"))
    (shown,) = (await look()).saved
    assert (shown.name, shown.count, shown.filters) == (
        "Mots de passe",
        1,
        Filters(text="mot de passe"),
    )
    assert (await Queues(database).look(david, Filters())).saved == []
    for attempt in (saved.rename(david, kept.id, "x"), saved.delete(david, kept.id)):
        with pytest.raises(NotFound):
            await attempt
    await saved.rename(claire, kept.id, "Accès")
    assert [queue.name for queue in (await look()).saved] == ["Accès"]
    await saved.delete(claire, kept.id)
    assert (await look()).saved == []


async def test_saved_searches_are_counted_apart_and_in_one_query(
    support: Support, claire: StaffMember, database: Database
) -> None:
    for title in ("Facture bloquée", "Facture perdue", "Mot de passe perdu"):
        await support.open(title=title, description="Bonjour.")
    saved = SavedQueues(database)
    for words in ("facture", "mot de passe", "perdu", "absent", "2"):
        await saved.save(claire, words, Filters(text=words))
    async with database.reading.begin() as session:
        rows = await saved_by(session, claire.id)
        asked: list[str] = []

        def note(*execution: Any) -> None:
            asked.append(execution[2])

        event.listen(database.engine.sync_engine, "before_cursor_execute", note)
        found = await module.count_all(session, claire, rows, MORNING)
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)
    assert len(asked) == 1
    assert {row.name: found[str(row.id)] for row in rows} == {
        "facture": 2,
        "mot de passe": 1,
        "perdu": 2,
        "absent": 0,
        "2": 1,
    }


async def test_names_of_saved_queues(look: Look, claire: StaffMember, database: Database) -> None:
    saved = SavedQueues(database)
    for name in ("", "  ", "x" * 61):
        with pytest.raises(Invalid) as refused:
            await saved.save(claire, name, Filters())
        assert refused.value.code == "queue_name"
    for number in range(20):
        await saved.save(claire, f"File {number}", Filters())
    with pytest.raises(Conflict) as full:
        await saved.save(claire, "Encore", Filters())
    assert full.value.code == "queues_full"
    first, second, *_ = (await look()).saved
    with pytest.raises(Conflict) as taken:
        await saved.rename(claire, UUID(first.id), second.name)
    assert taken.value.code == "queue_name_taken"
    await saved.rename(claire, UUID(first.id), first.name)  # its own name is free


async def test_mine_means_whoever_looks(
    support: Support, claire: StaffMember, database: Database
) -> None:
    david = await support.hire("David")
    number = (await support.open()).number
    await support.triage.take(david, number)
    queues = Queues(database)
    assert numbers(await queues.look(claire, QUEUES["mine"])) == []
    assert numbers(await queues.look(david, QUEUES["mine"])) == [number]


async def test_columns_are_chosen_and_come_back(
    look: Look, claire: StaffMember, database: Database
) -> None:
    saved = SavedQueues(database)
    assert (await look()).columns == list(ORDINARY)
    await saved.choose_columns(claire, ["tags", "title", "moon"])
    assert (await look()).columns == [Column.TITLE, Column.TAGS]
    await saved.choose_columns(claire, [])
    assert (await look()).columns == list(ORDINARY)


async def test_the_queue_that_is_shown_is_known(look: Look) -> None:
    for id_, filters in QUEUES.items():
        here = (await look(filters)).here
        assert here is not None and here.id == id_
    assert (await look(Filters(tag="paie"))).here is None
