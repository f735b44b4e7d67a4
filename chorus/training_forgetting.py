"""Forgetting who registered for trainings: one person, or everybody once it is long past.

A training goes with its last registrations: a count of people who are no longer known says nothing.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from chorus.training_models import TrainingRegistration, TrainingSession
from kit.database import carry_out
from kit.outbox import forget_about


async def forget_email(session: AsyncSession, email: str) -> int:
    """Whoever registered this address, in whatever letter case. How many registrations."""
    return await _forget(session, TrainingRegistration.email == func.lower(email.strip()))


async def forget_subject(session: AsyncSession, subject: str) -> int:
    return await _forget(session, TrainingRegistration.subject == subject)


async def forget_of(session: AsyncSession, conversation_ids: Collection[UUID]) -> int:
    """All that was registered in these conversations."""
    return await _forget(session, TrainingRegistration.conversation_id.in_(conversation_ids))


async def forget_conversations(session: AsyncSession, conversation_ids: Collection[UUID]) -> None:
    """They are gone by their age; who registered in them may still be to come."""
    theirs = TrainingRegistration.conversation_id.in_(conversation_ids)
    forgotten = update(TrainingRegistration).where(theirs).values(conversation_id=None)
    await session.execute(forgotten.execution_options(synchronize_session=False))


async def forget_past(session: AsyncSession, before: datetime) -> int:
    """The trainings that ended before an instant, and who was registered. How many they were."""
    past = select(TrainingSession.id).where(TrainingSession.end < before)
    gone = await _forget(session, TrainingRegistration.session_id.in_(past))
    await session.execute(delete(TrainingSession).where(TrainingSession.end < before))
    return gone


async def _forget(session: AsyncSession, chosen: ColumnElement[bool]) -> int:
    """With the mails about it, whoever they went to."""
    await forget_about(session, select(TrainingRegistration.id).where(chosen))
    return await carry_out(session, delete(TrainingRegistration).where(chosen))
