"""Links to accounts that people ask for in the chat: promised in a row, carried out from here.

The same words whether there is such an account or not: the request is taken, or there were too many
of them. They are counted in the database, by address and by conversation, so that nobody fills the
mailbox of another, whatever process they talk to.
"""

import hashlib
import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chorus.account_models import AccountOutcome, AccountRequest, AccountRequestKind
from chorus.accounts import Accounts, Letter
from kit import outbox
from kit.clock import now
from kit.database import Database, hold_lock
from kit.finishing import to_its_end
from kit.mail import address_of

logger = logging.getLogger(__name__)

EVERY_S = 2.0
LEASE = timedelta(minutes=1)  # well over the time that the host site may take
PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
TRIES = len(PAUSES) + 1
WINDOW = timedelta(hours=1)
PER_ADDRESS, PER_CONVERSATION = 3, 5  # within the window
KEPT = timedelta(days=1)  # what is done, without its address
COUNTING = 0x41636374  # any number of ours: names the lock on PostgreSQL


class Outcome(StrEnum):
    """All that whoever asked is told."""

    ACCEPTED = "accepted"
    TOO_MANY = "too_many"


async def ask(
    session: AsyncSession, kind: AccountRequestKind, address: str, conversation_id: UUID
) -> Outcome:
    """Promise it, inside the caller's transaction of `writing`. Raises Invalid for no address."""
    to = address_of(address)
    await hold_lock(session, COUNTING)  # two at once are counted one after the other
    hashed = _hashed(to)
    by_address = await _recent(session, AccountRequest.address_hash == hashed)
    by_conversation = await _recent(session, AccountRequest.conversation_id == conversation_id)
    if by_address >= PER_ADDRESS or by_conversation >= PER_CONVERSATION:
        return Outcome.TOO_MANY
    row = AccountRequest(
        kind=kind, address=to, address_hash=hashed, conversation_id=conversation_id
    )
    session.add(row)
    await session.flush()
    return Outcome.ACCEPTED


async def _recent(session: AsyncSession, chosen: ColumnElement[bool]) -> int:
    since = AccountRequest.asked_at > now() - WINDOW
    return await session.scalar(select(func.count(AccountRequest.id)).where(chosen, since)) or 0


def _hashed(address: str) -> str:
    return hashlib.sha256(f"account {address.lower()}".encode()).hexdigest()


# Carrying them out -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Taken:
    """A request that is ours until its lease ends."""

    id: UUID
    kind: AccountRequestKind
    address: str
    conversation_id: UUID
    attempt: int


class AccountRequests:
    """Carries out what is due. Any number of processes may do it over one database."""

    def __init__(self, database: Database, accounts: Accounts) -> None:
        self._database = database
        self._accounts = accounts

    async def go(self) -> int:
        """One round. How many were carried out."""
        done = 0
        while await self._is_any_due() and (taken := await self._take()):
            done += await self._carry_out(taken)
        return done

    @to_its_end
    async def _is_any_due(self) -> bool:
        """Without the lock of a writer, which nobody else could have meanwhile."""
        async with self._database.reading() as session:
            query = select(AccountRequest.id).where(_due()).limit(1)
            return await session.scalar(query) is not None

    @to_its_end
    async def _take(self) -> Taken | None:
        async with self._database.writing.begin() as session:
            query = select(AccountRequest).where(_due()).order_by(AccountRequest.due_at).limit(1)
            row = await session.scalar(query.with_for_update(skip_locked=True))
            if row is None or row.address is None:
                return None
            if row.attempts >= TRIES:  # whoever takes it dies of it
                _close(row, AccountOutcome.GIVEN_UP)
                return None
            row.attempts += 1
            row.due_at = now() + LEASE
            return Taken(row.id, row.kind, row.address, row.conversation_id, row.attempts)

    @to_its_end
    async def _carry_out(self, taken: Taken) -> bool:
        """Nothing is open while the host site is asked."""
        try:
            letter = await self._ask(taken)
        except Exception as error:  # its text may hold the address
            problem = type(error).__name__
            logger.warning("Account request %s, try %d: %s", taken.id, taken.attempt, problem)
            await self._put_off(taken)
            return False
        await self._end(taken, letter)
        return True

    async def _ask(self, taken: Taken) -> Letter | None:
        match taken.kind:
            case AccountRequestKind.ACTIVATION:
                return await self._accounts.resend_activation(taken.address)
            case AccountRequestKind.PASSWORD_RESET:
                return await self._accounts.send_password_reset(taken.address)

    async def _end(self, taken: Taken, letter: Letter | None) -> None:
        """The mail and the end of the request are one: it is written once, or not at all."""
        async with self._database.writing.begin() as session:
            row = await _still_ours(session, taken)
            if row is None:
                return
            if letter is not None:
                await outbox.post(
                    session,
                    letter.mail,
                    kind=letter.kind,
                    about=taken.conversation_id,
                    expires_at=letter.expires_at,
                )
            _close(row, AccountOutcome.DONE)

    async def _put_off(self, taken: Taken) -> None:
        async with self._database.writing.begin() as session:
            row = await _still_ours(session, taken)
            if row is None:
                return
            if taken.attempt >= TRIES:
                _close(row, AccountOutcome.GIVEN_UP)
            else:
                row.due_at = now() + PAUSES[taken.attempt - 1]


def _due() -> ColumnElement[bool]:
    return AccountRequest.done_at.is_(None) & (AccountRequest.due_at <= now())


async def _still_ours(session: AsyncSession, taken: Taken) -> AccountRequest | None:
    """None: erased meanwhile, or our lease had ended and somebody else has it."""
    row = await session.get(AccountRequest, taken.id, with_for_update=True)
    ours = row is not None and row.done_at is None and row.attempts == taken.attempt
    return row if ours else None


def _close(row: AccountRequest, outcome: AccountOutcome) -> None:
    row.done_at, row.outcome, row.address = now(), outcome, None


# Forgetting --------------------------------------------------------------------------------------


async def forget_of(session: AsyncSession, conversations: Collection[UUID]) -> None:
    """Erase those of these conversations, done or not."""
    theirs = AccountRequest.conversation_id.in_(conversations)
    await session.execute(delete(AccountRequest).where(theirs))


async def forget_address(session: AsyncSession, address: str) -> None:
    """Erase those for this address, in whatever letter case, done or not."""
    theirs = AccountRequest.address_hash == _hashed(address.strip())
    await session.execute(delete(AccountRequest).where(theirs))


async def forget_done(session: AsyncSession, at: datetime) -> None:
    await session.execute(delete(AccountRequest).where(AccountRequest.done_at < at - KEPT))
