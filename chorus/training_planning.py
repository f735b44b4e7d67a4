"""Trainings as the staff plans them: list, plan, change, call off.

Supervisors and administrators do, nobody else. What concerns those who registered is promised to
them in the transaction that changes it: a due time in each of their rows, which
chorus/training_rounds.py keeps. Planned trainings stay in the past as they were.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from chorus.training import hold, registered_in
from chorus.training_drafts import FARTHEST, TrainingDraft, TrainingMistake, TrainingPlan, fields_of
from chorus.training_models import RegistrationState, TrainingRegistration, TrainingSession
from chorus.training_rules import Closed, TrainingState
from kit.clock import now
from kit.errors import Conflict, Forbidden, NotFound
from kit.outbox import withdraw_all
from staff.models import Role, StaffMember

PLANNERS = (Role.SUPERVISOR, Role.ADMINISTRATOR)
LISTED = 200  # trainings, the latest first
# What those who registered are told when it changes. The rest they see when they look.
TOLD = ("title", "kind", "start", "end", "join_url")


@dataclass(frozen=True)
class Planned:
    """A training, and how many people are registered in it."""

    training: TrainingSession
    registered: int

    @property
    def is_changeable(self) -> bool:
        return self.training.state is TrainingState.PUBLISHED and self.training.start > now()


async def list_trainings(session: AsyncSession, member: StaffMember) -> Sequence[Planned]:
    """The latest first. Raises Forbidden."""
    require_planner(member)
    query = select(TrainingSession).order_by(TrainingSession.start.desc(), TrainingSession.id)
    found = (await session.scalars(query.limit(LISTED))).all()
    registered = await registered_in(session, [each.id for each in found])
    return [Planned(each, registered[each.id]) for each in found]


async def find_training(session: AsyncSession, member: StaffMember, session_id: UUID) -> Planned:
    """Raises Forbidden, NotFound."""
    require_planner(member)
    training = await session.get(TrainingSession, session_id)
    if training is None:
        raise NotFound("There is no such training.")
    registered = await registered_in(session, [session_id])
    return Planned(training, registered[session_id])


async def plan(session: AsyncSession, member: StaffMember, draft: TrainingDraft) -> TrainingSession:
    """A new one, which users see at once. Raises Forbidden, TrainingMistake."""
    require_planner(member)
    wanted = draft.checked()
    _require_to_come(wanted)
    training = TrainingSession(created_by=member.id, **fields_of(wanted))
    session.add(training)
    await session.flush()
    return training


async def change(
    session: AsyncSession, member: StaffMember, session_id: UUID, draft: TrainingDraft
) -> None:
    """Who registered is told of what concerns them. Raises Forbidden, NotFound, TrainingMistake,
    and Conflict when it has begun or was called off.
    """
    require_planner(member)
    wanted = draft.checked()
    training = await _hold_changeable(session, session_id)
    _require_to_come(wanted)
    registered = (await registered_in(session, [session_id]))[session_id]
    if wanted.places is not None and wanted.places < registered:
        raise TrainingMistake("places", "places_taken")
    fields = fields_of(wanted)
    concerns = any(getattr(training, name) != fields[name] for name in TOLD)
    for name, value in fields.items():
        setattr(training, name, value)
    _sign(training, member)
    if concerns:
        await _owe_notices(session, training)


async def call_off(session: AsyncSession, member: StaffMember, session_id: UUID) -> None:
    """For good: a training that takes place after all is a new one. Again changes nothing.

    Raises Forbidden, NotFound, and Conflict when it has begun.
    """
    require_planner(member)
    if (await hold(session, session_id)).state is TrainingState.CANCELLED:
        return
    training = await _hold_changeable(session, session_id)
    training.state = TrainingState.CANCELLED
    _sign(training, member)
    await _owe_notices(session, training)


def require_planner(member: StaffMember) -> None:
    if member.role not in PLANNERS:
        raise Forbidden("Only supervisors and administrators plan trainings.")


def _require_to_come(wanted: TrainingPlan) -> None:
    at = now()
    if wanted.start <= at:
        raise TrainingMistake("day", "start_past")
    if wanted.start > at + FARTHEST:
        raise TrainingMistake("day", "start_far")


async def _hold_changeable(session: AsyncSession, session_id: UUID) -> TrainingSession:
    training = await hold(session, session_id)
    if not Planned(training, 0).is_changeable:
        called_off = training.state is TrainingState.CANCELLED
        code = Closed.CANCELLED if called_off else Closed.OVER
        raise Conflict("This training can no longer be changed.", code=code.value)
    return training


def _sign(training: TrainingSession, member: StaffMember) -> None:
    training.changed_at, training.changed_by = now(), member.id


async def _owe_notices(session: AsyncSession, training: TrainingSession) -> None:
    """No mail of yesterday goes out meanwhile: not even a reminder that is due this second."""
    theirs = (
        TrainingRegistration.session_id == training.id,
        TrainingRegistration.state == RegistrationState.REGISTERED,
    )
    await withdraw_all(session, about=select(TrainingRegistration.id).where(*theirs))
    owed = update(TrainingRegistration).where(*theirs).values(notice_due_at=now())
    await session.execute(owed.execution_options(synchronize_session=False))
