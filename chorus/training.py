"""Trainings as users see them: what is to come, registering, giving one's place back.

Whoever changes who is registered holds the row of the training first: of two who want its last
place one gets it. A registration is somebody's by who is connected, by their conversation, or by
the link that was mailed to them; what is foreign is refused like what is absent.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chorus import training_mails
from chorus.training_holders import MOST_CHANGES, held, registration_for, theirs
from chorus.training_mails import NO_SUCH, Paper
from chorus.training_models import RegistrationState, TrainingRegistration, TrainingSession
from chorus.training_rules import Closed, TrainingState, is_for, places_left, why_closed
from kit.clock import now
from kit.errors import Conflict, NotFound
from kit.mail import address_of
from kit.outbox import withdraw

READABLE = timedelta(days=7)  # after its end a registration can still be seen by its link
MOST_ADDRESSES = 5  # that one person registers for one training


@dataclass(frozen=True)
class Offer:
    """A training that is to come. `left`: places that are free, None: without end of them."""

    training: TrainingSession
    left: int | None

    @property
    def is_full(self) -> bool:
        return self.left == 0


@dataclass(frozen=True)
class Registered:
    """Somebody's place in a training."""

    registration: TrainingRegistration
    training: TrainingSession

    @property
    def is_live(self) -> bool:
        """Whether they will be there, as far as we know."""
        registered = self.registration.state is RegistrationState.REGISTERED
        return registered and self.training.state is TrainingState.PUBLISHED

    @property
    def is_cancellable(self) -> bool:
        return self.is_live and self.training.start > now()


# What is to come ---------------------------------------------------------------------------------


async def upcoming(
    session: AsyncSession, audience_kind: str | None = None, limit: int = 10
) -> list[Offer]:
    """The next trainings for this kind of user (all, when it is not known), full ones too, in
    order.
    """
    query = (
        select(TrainingSession)
        .where(TrainingSession.state == TrainingState.PUBLISHED, TrainingSession.start > now())
        .order_by(TrainingSession.start, TrainingSession.id)
    )
    known = await session.scalars(query)
    found = [each for each in known if is_for(each.audience, audience_kind)][:limit]
    taken = await registered_in(session, [each.id for each in found])
    return [Offer(each, places_left(each.places, taken[each.id])) for each in found]


async def offer_of(session: AsyncSession, session_id: UUID) -> Offer:
    """One training, whatever became of it. Raises NotFound."""
    training = await session.get(TrainingSession, session_id)
    if training is None:
        raise _no_training()
    taken = await registered_in(session, [session_id])
    return Offer(training, places_left(training.places, taken[session_id]))


async def registered_in(session: AsyncSession, ids: Collection[UUID]) -> Mapping[UUID, int]:
    """How many people are registered in each of these trainings."""
    query = (
        select(TrainingRegistration.session_id, func.count())
        .where(
            TrainingRegistration.session_id.in_(ids),
            TrainingRegistration.state == RegistrationState.REGISTERED,
        )
        .group_by(TrainingRegistration.session_id)
    )
    counted = {row[0]: row[1] for row in await session.execute(query)}
    return {each: counted.get(each, 0) for each in ids}


# Registering -------------------------------------------------------------------------------------


async def register(
    session: AsyncSession,
    session_id: UUID,
    email: str,
    *,
    paper: Paper,
    subject: str | None = None,
    conversation_id: UUID | None = None,
    vouched: bool = False,
) -> TrainingRegistration:
    """Take a place, with a mail that confirms it. Inside the caller's writing transaction.

    Whose the place is already has the confirmation again. Anybody else gets an echo of it
    (chorus/training_holders.py), so that nobody learns who is registered, unless the host site
    `vouched` for it as the address of who asks. Raises Invalid
    (`email_invalid`), NotFound, and Conflict with the code `training_full`, `training_over`,
    `training_cancelled` or `training_too_often`.
    """
    address = address_of(email).lower()
    training = await hold(session, session_id)
    mine = theirs(subject, conversation_id)
    known = await held(session, training.id, address, mine)
    await _require_open(session, training, held=1 if known.is_registered else 0)
    if known.own is None:
        await _require_few(session, training.id, mine)
    fresh = _new(training, address)
    found = await registration_for(session, known, fresh, vouched=vouched)
    if found is not fresh:
        if found.sequence >= MOST_CHANGES:
            raise _too_often()
        found.state = RegistrationState.REGISTERED
        found.note_told(training.start)
        await withdraw(session, about=found.id)  # what was not sent yet would be said twice
    found.subject, found.conversation_id = subject, conversation_id
    await session.flush()
    await training_mails.confirm(session, training, found, paper)
    return found


async def hold(session: AsyncSession, session_id: UUID) -> TrainingSession:
    """The training, locked until the transaction ends. Raises NotFound."""
    training = await session.get(
        TrainingSession, session_id, with_for_update=True, populate_existing=True
    )
    if training is None:
        raise _no_training()
    return training


async def _require_open(session: AsyncSession, training: TrainingSession, held: int) -> None:
    """`held`: places that are theirs already, and free for them."""
    taken = await registered_in(session, [training.id])
    left = places_left(training.places, taken[training.id] - held)
    closed = why_closed(training.state, training.start, left, now())
    if closed is not None:
        raise Conflict("Nobody can register for this training any more.", code=closed.value)


async def _require_few(session: AsyncSession, session_id: UUID, mine: ColumnElement[bool]) -> None:
    """Nobody fills a class with addresses that they make up."""
    query = select(func.count(TrainingRegistration.id)).where(
        TrainingRegistration.session_id == session_id, mine
    )
    if (await session.scalar(query) or 0) >= MOST_ADDRESSES:
        raise _too_often()


def _new(training: TrainingSession, address: str) -> TrainingRegistration:
    return TrainingRegistration(
        session_id=training.id, email=address, sequence=0, told_start=training.start
    )


# Giving it back ----------------------------------------------------------------------------------


async def cancel(
    session: AsyncSession,
    registration_id: UUID,
    *,
    paper: Paper,
    subject: str | None = None,
    conversation_id: UUID | None = None,
) -> Registered:
    """By whoever it belongs to. Again changes nothing. Raises NotFound, Conflict
    (`training_over`, `training_cancelled`).
    """
    mine = and_(TrainingRegistration.id == registration_id, theirs(subject, conversation_id))
    return await _cancel(session, mine, paper)


async def cancel_by_link(session: AsyncSession, token: str, *, paper: Paper) -> Registered:
    """By whoever holds the link that was mailed. Raises NotFound, Conflict, as above."""
    return await _cancel(session, _named(token, paper), paper)


async def _cancel(session: AsyncSession, chosen: ColumnElement[bool], paper: Paper) -> Registered:
    named = (await _find(session, chosen)).registration
    training = await hold(session, named.session_id)
    registration = await session.get(
        TrainingRegistration, named.id, with_for_update=True, populate_existing=True
    )
    if registration is None:  # erased meanwhile
        raise NotFound(NO_SUCH)
    held = Registered(registration, training)
    if registration.state is RegistrationState.CANCELLED:
        return held
    if not held.is_cancellable:
        called_off = training.state is TrainingState.CANCELLED
        code = Closed.CANCELLED if called_off else Closed.OVER
        raise Conflict("This registration can no longer be cancelled.", code=code.value)
    registration.state = RegistrationState.CANCELLED
    registration.note_told(training.start)
    await training_mails.tell_cancellation(session, training, registration, paper)
    return held


# Whose it is -------------------------------------------------------------------------------------


async def registrations_of(
    session: AsyncSession, subject: str | None, conversation_id: UUID | None
) -> Sequence[Registered]:
    """The places that they hold in trainings to come, in order."""
    query = (
        select(TrainingRegistration, TrainingSession)
        .join(TrainingSession, TrainingSession.id == TrainingRegistration.session_id)
        .where(
            theirs(subject, conversation_id),
            TrainingRegistration.state == RegistrationState.REGISTERED,
            TrainingSession.state == TrainingState.PUBLISHED,
            TrainingSession.start > now(),
        )
        .order_by(TrainingSession.start, TrainingRegistration.id)
    )
    return [Registered(*row) for row in await session.execute(query)]


async def look(session: AsyncSession, token: str, *, paper: Paper) -> Registered:
    """What a mailed link leads to, until a week after its training. Raises NotFound."""
    return await _find(session, _named(token, paper))


async def _find(session: AsyncSession, chosen: ColumnElement[bool]) -> Registered:
    query = (
        select(TrainingRegistration, TrainingSession)
        .join(TrainingSession, TrainingSession.id == TrainingRegistration.session_id)
        .where(chosen, TrainingSession.end > now() - READABLE)
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFound(NO_SUCH)
    return Registered(*row)


def _named(token: str, paper: Paper) -> ColumnElement[bool]:
    return TrainingRegistration.id == paper.links.read(token).id


def _too_often() -> Conflict:
    return Conflict("This was done too often.", code="training_too_often")


def _no_training() -> NotFound:
    return NotFound("There is no such training.")
