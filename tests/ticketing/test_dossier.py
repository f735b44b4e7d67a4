"""What the staff are told of due times: how they came about, what became of the first answer."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kit.files import FileStore
from staff.models import StaffMember
from tests.clock import Clock
from tests.ticketing.support import Support
from ticketing.dossier import Aims, Dossiers
from ticketing.lifecycle import Event
from ticketing.models import Ticket
from ticketing.targets import Explained

PARIS = ZoneInfo("Europe/Paris")


def at(hour: int, day: int = 2) -> datetime:
    """June 2026: the 2nd is a Tuesday; open from 8:30 to 18:30."""
    return datetime(2026, 6, day, hour, tzinfo=PARIS)


class Case:
    """A ticket of Tuesday at nine whose first answer is owed within four open hours."""

    def __init__(self, support: Support, clock: Clock, folder: Path, claire: StaffMember) -> None:
        self._support, self._clock, self._claire = support, clock, claire
        self._dossiers = Dossiers(support.database, FileStore(folder))
        self.number = 0

    async def opened(self) -> "Case":
        self._clock.put_at(at(9))
        self.number = (await self._support.open()).number
        async with self._support.database.writing.begin() as session:
            ticket = await session.get_one(Ticket, self.number)
            ticket.first_answer_minutes, ticket.solution_minutes = 4 * 60, 20 * 60
        return self

    async def answered(self, when: datetime) -> None:
        self._clock.put_at(when)
        await self._support.triage.take(self._claire, self.number)
        await self._support.triage.reply(
            self._claire, self.number, Event.ANSWERED, "Voici.", at_once=True
        )

    async def sent_back(self, when: datetime) -> None:
        self._clock.put_at(when)
        await self._support.following.write(await self._support.sender(self.number), "Non.")

    async def aims(self, when: datetime) -> Aims:
        self._clock.put_at(when)
        return (await self._dossiers.read(self._claire, self.number)).aims


@pytest.fixture
async def case(support: Support, clock: Clock, tmp_path: Path) -> Case:
    return await Case(support, clock, tmp_path, await support.hire("Claire")).opened()


def first_of(aims: Aims) -> Explained:
    assert aims.first_answer is not None
    return aims.first_answer


def hours(duration: timedelta) -> float:
    return round(duration / timedelta(hours=1), 2)


async def test_a_first_answer_that_is_owed_is_explained_to_the_present(case: Case) -> None:
    aims = await case.aims(at(11))
    first = first_of(aims)
    assert aims.first_answered_at is None
    assert (hours(first.used), hours(first.left), first.in_time) == (2, 2, True)
    assert first.due is not None and abs(first.due - at(13)) < timedelta(minutes=1)


async def test_one_that_was_given_is_explained_to_that_instant(case: Case) -> None:
    await case.answered(at(12))
    await case.sent_back(at(13))  # from here on time is used again
    aims = await case.aims(at(12, day=4))
    assert aims.first_answered_at is not None
    assert abs(aims.first_answered_at - at(12)) < timedelta(minutes=1)
    assert (hours(first_of(aims).used), first_of(aims).in_time) == (3, True)


async def test_one_that_came_late_stays_late(case: Case) -> None:
    await case.answered(at(15))
    first = first_of(await case.aims(at(12, day=4)))
    assert (hours(first.used), hours(first.left), first.in_time) == (6, -2, False)
