"""Whose a registration is; and what somebody gets who registers the address of another.

They must not learn that it is registered. So they get an echo: a registration of their own that
holds a place, is listed, counted and given back like any other, and of which nothing is mailed.
"""

from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from chorus.training_models import RegistrationState, TrainingRegistration
from kit.outbox import withdraw

MOST_CHANGES = 20  # of one registration: each is a mail to an address that nobody proved


@dataclass(frozen=True)
class Held:
    """What is known of one address in one training: its registration, and what somebody has."""

    real: TrainingRegistration | None  # of the address, whoever's it is
    own: TrainingRegistration | None  # theirs: that one, or an echo

    @property
    def is_registered(self) -> bool:
        return self.own is not None and self.own.state is RegistrationState.REGISTERED

    @property
    def is_taken(self) -> bool:
        """By somebody else: nothing of it is touched."""
        if self.real is None or self.real is self.own:
            return False
        registered = self.real.state is RegistrationState.REGISTERED
        return registered or self.real.sequence >= MOST_CHANGES


def theirs(subject: str | None, conversation_id: UUID | None) -> ColumnElement[bool]:
    """What somebody registered while they were connected is not their conversation's as well:
    another may come to be connected in it.
    """
    ways: list[ColumnElement[bool]] = []
    if subject is not None:
        ways.append(TrainingRegistration.subject == subject)
    if conversation_id is not None:
        here = TrainingRegistration.conversation_id == conversation_id
        ways.append(and_(here, TrainingRegistration.subject.is_(None)))
    return or_(false(), *ways)


async def held(
    session: AsyncSession, session_id: UUID, address: str, mine: ColumnElement[bool]
) -> Held:
    """`mine`: what `theirs` says of who asks. The caller holds the training."""
    is_real = TrainingRegistration.echo == ""
    query = (
        select(TrainingRegistration, mine)
        .where(
            TrainingRegistration.session_id == session_id,
            TrainingRegistration.email == address,
            or_(is_real, mine),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    rows = (await session.execute(query)).all()
    real = next((row[0] for row in rows if not row[0].echo), None)
    own = sorted((row[0] for row in rows if row[1]), key=lambda each: bool(each.echo))
    return Held(real, own[0] if own else None)


async def registration_for(
    session: AsyncSession, known: Held, new: TrainingRegistration, *, vouched: bool
) -> TrainingRegistration:
    """The row that they get: theirs, the address's when nobody else has it, or `new`.

    `vouched`: the address is theirs, as the host site says. What another has of it becomes an echo.
    """
    if known.real is not None and known.is_taken and vouched:
        known.real.echo = str(known.real.id)
        await withdraw(session, about=known.real.id)
        await session.flush()
        known = Held(None, known.own)
    if known.is_taken:
        found = known.own or new
        found.echo = found.echo or str(uuid4())
    else:
        found = known.real or known.own or new
        if known.own is not None and known.own is not found:
            await session.delete(known.own)  # the echo, now that the address is free
        found.echo = ""
    session.add(found)
    return found
