"""The demonstration always has trainings to come, marked as made up, made once and never again."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from chorus import training
from chorus.training import Offer
from chorus.training_demo import NUMBER, DemoTrainings
from kit.clock import now
from kit.database import Database
from kit.organisation import organisation
from kit.schedule import add_exception
from kit.settings import Settings
from tests.chorus.classroom import MORNING, Classroom, days_later
from tests.clock import Clock
from tests.web.assistants import ScriptedAssistant
from tests.web.conftest import on_sqlite
from web.app import create_app
from web.rounds import rounds_of


@pytest.fixture(autouse=True)
def _morning(clock: Clock) -> None:
    clock.put_at(MORNING)


async def offers(database: Database, kind: str | None = None) -> list[Offer]:
    async with database.reading() as session:
        return await training.upcoming(session, kind, 100)


async def test_there_is_one_of_each_theme_and_all_are_marked_as_made_up(
    database: Database,
) -> None:
    assert await DemoTrainings(database).keep() == NUMBER == 8
    found = [each.training for each in await offers(database)]
    assert {each.theme for each in found} == {each.id for each in organisation().training.themes}
    for each in found:
        assert "(démonstration)" in each.title and "n’aura pas lieu" in each.description
        assert each.created_by is None and now() < each.start < each.end
    for kind in ("entreprise", "entite_publique", "particulier"):
        assert await offers(database, kind)


async def test_they_take_place_when_the_service_is_open(database: Database) -> None:
    closed = days_later(3).date()
    async with database.writing.begin() as session:
        await add_exception(session, closed, closed=True, reason="inventaire")
    await DemoTrainings(database).keep()
    zone = organisation().timezone
    days = [each.training.start.astimezone(zone) for each in await offers(database)]
    assert len({each.date() for each in days}) == NUMBER and closed not in {
        each.date() for each in days
    }
    assert all(each.weekday() < 5 and each.hour in (10, 14) for each in days)
    assert (12, 25) not in {(each.month, each.day) for each in days}


async def test_two_processes_make_them_once(database: Database, database_url: str) -> None:
    other = Database(database_url)
    both = [DemoTrainings(each).keep() for each in (database, other) for _ in range(3)]
    made = await asyncio.gather(*both)
    await other.close()
    assert sorted(made) == [0, 0, 0, 0, 0, NUMBER]
    assert len(await offers(database)) == NUMBER


async def test_there_are_new_ones_once_all_are_past_and_none_beside_real_ones(
    database: Database, clock: Clock
) -> None:
    demo = DemoTrainings(database)
    await demo.keep()
    last = (await offers(database))[-1].training
    clock.put_at(last.start)
    assert await demo.keep() == NUMBER and len(await offers(database)) == NUMBER
    clock.put_at(datetime(2027, 9, 1, 8, tzinfo=UTC))
    await Classroom(database).plan(day="2027-09-02")
    assert await demo.keep() == 0 and len(await offers(database)) == 1


async def test_those_that_were_called_off_stay_so(database: Database) -> None:
    room = Classroom(database)
    demo = DemoTrainings(database)
    await demo.keep()
    for each in await offers(database):
        await room.call_off(each.training)
    assert await demo.keep() == 0 and await offers(database) == []


@on_sqlite
@pytest.mark.parametrize(
    ("changed", "kept"),
    [({}, True), ({"demo": False}, False), ({"demo_training": False}, False)],
)
def test_they_are_kept_with_the_demonstration_only(
    database_url: str, tmp_path: Path, changed: dict[str, bool], kept: bool
) -> None:
    fields = {"var": tmp_path, "database_url": database_url, "rasa_url": "http://127.0.0.1:9"}
    app = create_app(Settings.model_validate(fields | changed), ScriptedAssistant())
    with TestClient(app):
        works = [work for work, _ in rounds_of(app.state)]
    assert (app.state.demo_trainings.keep in works) is kept
