"""Telling those who registered what the staff changed: some at a time, however many they are.

What is owed is a due time in the row of each registration, cleared in the transaction that posts
the mail: a process that dies half-way leaves the rest to the next round.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chorus import training_mails
from chorus.training_mails import Paper
from chorus.training_models import RegistrationState, TrainingRegistration, TrainingSession
from chorus.training_rules import TrainingState
from kit.clock import now
from kit.database import Database
from kit.finishing import to_its_end

EVERY_S = 5.0
AT_ONCE = 20  # mails written in one transaction: others write in between


class TrainingRounds:
    """Any number of processes may go over one database."""

    def __init__(self, database: Database, paper: Paper) -> None:
        self._database = database
        self._paper = paper

    async def go(self) -> int:
        """How many were told."""
        told = 0
        while await self._is_any_due() and (some := await self._tell_some()):
            told += some
        return told

    @to_its_end
    async def _is_any_due(self) -> bool:
        """Without the lock of a writer, which nobody else could have meanwhile."""
        query = select(TrainingRegistration.id).where(TrainingRegistration.notice_due_at <= now())
        async with self._database.reading() as session:
            return await session.scalar(query.limit(1)) is not None

    @to_its_end
    async def _tell_some(self) -> int:
        async with self._database.writing.begin() as session:
            owed = await _owed(session)
            trainings = await _trainings_of(session, owed)
            for registration in owed:
                await self._tell(session, registration, trainings[registration.session_id])
            return len(owed)

    async def _tell(
        self,
        session: AsyncSession,
        registration: TrainingRegistration,
        training: TrainingSession,
    ) -> None:
        was = registration.told_start
        registration.note_told(training.start)
        if registration.state is not RegistrationState.REGISTERED:
            return
        if training.state is TrainingState.CANCELLED:
            await training_mails.tell_called_off(session, training, registration, self._paper)
        elif training.end > now():
            await training_mails.tell_change(session, training, registration, self._paper, was)


async def _owed(session: AsyncSession) -> Sequence[TrainingRegistration]:
    query = (
        select(TrainingRegistration)
        .where(TrainingRegistration.notice_due_at <= now())
        .order_by(TrainingRegistration.notice_due_at)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(query)).all()


async def _trainings_of(
    session: AsyncSession, owed: Sequence[TrainingRegistration]
) -> dict[UUID, TrainingSession]:
    """Read once the registrations are held: as they stand now."""
    ids = {each.session_id for each in owed}
    query = select(TrainingSession).where(TrainingSession.id.in_(ids))
    return {training.id: training for training in await session.scalars(query)}
