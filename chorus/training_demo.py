"""Made-up trainings, clearly marked, so that the demonstration always has some to come.

They are made while none is to come, one of each theme of the organisation and some again, and never
beside real ones. Called off, they stay so until they would have been over.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import cycle, islice

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chorus import words
from chorus.training_models import TrainingSession
from chorus.training_rules import TrainingKind
from kit.calendar import Hours, open_periods
from kit.clock import now
from kit.database import Database, hold_lock
from kit.finishing import to_its_end
from kit.organisation import TrainingTheme, organisation
from kit.schedule import load_hours

EVERY_S = 600.0
MAKING = 0x466F726D  # any number of ours: names the lock
NUMBER = 8
FIRST_IN_DAYS, APART_IN_DAYS = 3, 8
STARTS = (time(10), time(14))
LASTS = timedelta(minutes=90)
CLASS_PLACES = 12  # a small group


class DemoTrainings:
    def __init__(self, database: Database) -> None:
        self._database = database

    @to_its_end
    async def keep(self) -> int:
        """Make them if none is to come, once for all processes. How many were made."""
        async with self._database.reading() as session:
            if await _is_any_to_come(session):
                return 0
        async with self._database.writing.begin() as session:
            await hold_lock(session, MAKING)
            if await _is_any_to_come(session):
                return 0
            made = list(_made_up(await load_hours(session)))
            session.add_all(made)
            return len(made)


async def _is_any_to_come(session: AsyncSession) -> bool:
    query = select(TrainingSession.id).where(TrainingSession.start > now()).limit(1)
    return await session.scalar(query) is not None


def _made_up(hours: Hours) -> Iterator[TrainingSession]:
    """Webinars first, one of each theme; then virtual classes."""
    themes = organisation().training.themes
    chosen = islice(cycle(themes), max(NUMBER, len(themes)))
    for number, (theme, day) in enumerate(zip(chosen, _days(hours), strict=False)):
        kind = TrainingKind.WEBINAR if number < len(themes) else TrainingKind.VIRTUAL_CLASS
        yield _session(theme, kind, datetime.combine(day, STARTS[number % 2], hours.zone))


def _days(hours: Hours) -> Iterator[date]:
    """Days on which the service is open, some apart. Ends when it is never open again."""
    day = now().astimezone(hours.zone).date() + timedelta(days=FIRST_IN_DAYS)
    while True:
        ahead = (day + timedelta(days=number) for number in range(30))
        found = next((each for each in ahead if any(open_periods(hours, each))), None)
        if found is None:
            return
        yield found
        day = found + timedelta(days=APART_IN_DAYS)


def _session(theme: TrainingTheme, kind: TrainingKind, start: datetime) -> TrainingSession:
    return TrainingSession(
        title=words.demo_title(theme.label),
        theme=theme.id,
        kind=kind,
        audience=list(theme.audience),
        start=start.astimezone(UTC),
        end=start.astimezone(UTC) + LASTS,
        places=CLASS_PLACES if kind is TrainingKind.VIRTUAL_CLASS else None,
        join_url=words.DEMO_JOIN_URL,
        description=words.demo_description(theme.summary),
    )
