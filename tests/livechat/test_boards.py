"""One reading of the board serves all who ask at the same time, and never an older one."""

import asyncio
from datetime import UTC, datetime

import pytest

from kit.database import Database
from livechat.boards import Boards
from livechat.desk_models import AdvisorStatus
from staff.models import Role
from tests.clock import Clock
from tests.livechat.centre import Centre

MORNING = datetime(2026, 11, 24, 8, tzinfo=UTC)


@pytest.fixture
def centre(database: Database, clock: Clock) -> Centre:
    clock.put_at(MORNING)
    return Centre(database)


async def test_who_asks_at_the_same_time_shares_one_reading(centre: Centre) -> None:
    members = [await centre.hire(name) for name in ("Claire", "David", "Elsa")]
    boards = Boards(centre.database)
    seen = await asyncio.gather(*(boards.read(member) for member in members))
    assert len({id(each) for each in seen}) == 1


async def test_what_changed_before_it_was_asked_for_is_in_it(centre: Centre) -> None:
    claire, david = await centre.hire("Claire"), await centre.hire("David")
    boards = Boards(centre.database)
    early = asyncio.create_task(boards.read(claire))  # its reading has begun
    await asyncio.sleep(0.001)
    await centre.desk.set_status(david, AdvisorStatus.AWAY)
    late = await boards.read(david)
    assert late.board_of(david).me.status is AdvisorStatus.AWAY
    await early


async def test_who_oversees_sees_those_whom_nobody_was_offered_yet(centre: Centre) -> None:
    claire = await centre.hire("Claire")
    boss = await centre.hire("Sam", role=Role.SUPERVISOR)
    await centre.desk.set_status(claire, AdvisorStatus.AWAY)
    await centre.desk.set_status(boss, AdvisorStatus.AWAY)
    await centre.queue_up()
    boards = Boards(centre.database)
    seen = {each.id: (await boards.read(each)).board_of(each) for each in (claire, boss)}
    assert [len(seen[each.id].chats) for each in (claire, boss)] == [0, 1]
    assert [seen[each.id].waiting for each in (claire, boss)] == [1, 1]
