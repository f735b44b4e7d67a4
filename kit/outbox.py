"""The mails that we owe: promised in one transaction with what they are about, sent from here.

A mail is a row. It is taken with a lease, handed over while no transaction is open, and its result
is stored. Whoever dies meanwhile leaves it to the next, once the lease has ended. So a mail goes
out twice only if its sender dies, or loses its database, between the server's 250 and the commit
that says so; and then both carry the same Message-ID.
"""

import logging
from base64 import b64decode, b64encode
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from kit.clock import now
from kit.database import Database, carry_out
from kit.errors import NotFound
from kit.finishing import to_its_end
from kit.mail import Attachment, Mail, compose, message_id, sender
from kit.mail_models import OutboxMail
from kit.settings import Settings
from kit.smtp import Undelivered, carrier_of

logger = logging.getLogger(__name__)

EVERY_S = 2.0
LEASE = timedelta(minutes=1)  # well over the time that handing over one mail may take
PAUSES = (  # after the first failure, the second, …; then always the last
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
)
TRIED_FOR = timedelta(days=3)  # then a mail is given up
EXPIRED = "Expired before it could be sent."


# Promising, and taking back ----------------------------------------------------------------------


async def post(
    session: AsyncSession,
    mail: Mail,
    *,
    kind: str,
    about: UUID | None = None,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> OutboxMail:
    """Promise a mail, inside the caller's transaction: it goes only if that commits.

    `kind` names it for operators (at most 40 characters), `about` is what may take it back. It is
    sent at `due_at`, at once by default, and never from `expires_at` on.
    """
    row = OutboxMail(
        kind=kind,
        about=about,
        to=mail.to,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        attachments=[_packed(each) for each in mail.attachments],
        due_at=due_at or now(),
        expires_at=expires_at,
    )
    session.add(row)
    await session.flush()
    return row


async def withdraw(session: AsyncSession, *, about: UUID, kind: str | None = None) -> int:
    """Take back the mails about something, of one kind or all, that were not sent yet. How many.

    One that is being handed over at this very moment still arrives.
    """
    unsent = delete(OutboxMail).where(OutboxMail.about == about, OutboxMail.sent_at.is_(None))
    if kind is not None:
        unsent = unsent.where(OutboxMail.kind == kind)
    return await carry_out(session, unsent)


async def withdraw_all(session: AsyncSession, *, about: Select[UUID]) -> int:
    """The same for all that a query names, in one statement however many they are."""
    unsent = delete(OutboxMail).where(OutboxMail.about.in_(about), OutboxMail.sent_at.is_(None))
    return await carry_out(session, unsent)


async def forget_about(session: AsyncSession, subjects: Collection[UUID] | Select[UUID]) -> int:
    """Erase every mail about these, sent or not. How many."""
    return await carry_out(session, delete(OutboxMail).where(OutboxMail.about.in_(subjects)))


async def forget_address(session: AsyncSession, address: str) -> int:
    """Erase every mail to this address, in whatever letter case, sent or not. How many."""
    same = func.lower(OutboxMail.to) == address.strip().lower()
    return await carry_out(session, delete(OutboxMail).where(same))


async def forget_settled(session: AsyncSession, before: datetime) -> int:
    """Erase the mails that were sent or given up before an instant. How many."""
    old = or_(OutboxMail.sent_at < before, OutboxMail.given_up_at < before)
    return await carry_out(session, delete(OutboxMail).where(old))


# Looking, for operators --------------------------------------------------------------------------


async def newest(session: AsyncSession, limit: int) -> Sequence[OutboxMail]:
    """The last mails, without what is long in them."""
    query = select(OutboxMail).order_by(OutboxMail.created_at.desc(), OutboxMail.id).limit(limit)
    long = (OutboxMail.text, OutboxMail.html, OutboxMail.attachments)
    return (await session.scalars(query.options(*(defer(each) for each in long)))).all()


async def find(session: AsyncSession, mail_id: UUID, *, hold: bool = False) -> OutboxMail:
    found = await session.get(OutboxMail, mail_id, with_for_update=hold)
    if found is None:
        raise NotFound("There is no such mail.")
    return found


async def try_again(session: AsyncSession, mail_id: UUID) -> None:
    """Make a mail that failed due now, given up or not; its three days begin anew."""
    mail = await find(session, mail_id, hold=True)
    if mail.sent_at is None:
        mail.due_at, mail.tried_since, mail.given_up_at = now(), None, None


def mail_of(row: OutboxMail) -> Mail:
    """The mail as it was posted."""
    attachments = tuple(
        Attachment(each["name"], each["media_type"], b64decode(each["content"]))
        for each in row.attachments
    )
    return Mail(row.to, row.subject, row.text, row.html, attachments)


def _packed(attachment: Attachment) -> dict[str, str]:
    return {
        "name": attachment.name,
        "media_type": attachment.media_type,
        "content": b64encode(attachment.content).decode(),
    }


# Sending -----------------------------------------------------------------------------------------


class Outbox:
    """Sends what is due. Any number of processes may do it over one database."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._carrier = carrier_of(settings.smtp_url)
        sender(settings)  # a wrong setting stops the start, rather than every mail

    async def deliver(self) -> int:
        """One round: hand over what is due, one mail after the other. How many were taken."""
        sent = 0
        while await self._is_any_due() and (taken := await self._take()):
            if await self._hand_over(taken):
                sent += 1
        return sent

    @to_its_end
    async def _is_any_due(self) -> bool:
        """Without the lock of a writer, which nobody else could have meanwhile."""
        async with self._database.reading() as session:
            return (
                await session.scalar(select(OutboxMail.id).where(_ready(now())).limit(1))
                is not None
            )

    @to_its_end
    async def _take(self) -> OutboxMail | None:
        """The mail that is due longest, ours until its lease ends."""
        at = now()
        async with self._database.writing.begin() as session:
            late = update(OutboxMail).where(_ready(at), OutboxMail.expires_at <= at)
            await session.execute(late.values(given_up_at=at, problem=EXPIRED))
            query = select(OutboxMail).where(_ready(at)).order_by(OutboxMail.due_at).limit(1)
            mail = await session.scalar(query.with_for_update(skip_locked=True))
            if mail is not None:
                mail.attempts += 1
                mail.leased_until = at + LEASE
                mail.tried_since = mail.tried_since or at
                mail.message_id = message_id(mail.id, self._settings)
            return mail

    @to_its_end
    async def _hand_over(self, taken: OutboxMail) -> bool:
        """Not broken off between the server's word and our note of it."""
        failure = None
        try:
            await self._carrier.carry(self._composed(taken))
        except Undelivered as undelivered:
            failure = undelivered
            logger.warning("Mail %s (%s): %s", taken.id, taken.kind, failure.problem)
        await self._note(taken, failure)
        return failure is None

    def _composed(self, taken: OutboxMail) -> EmailMessage:
        try:
            return compose(mail_of(taken), taken.id, self._settings)
        except Exception as error:  # whatever it is, it will be again: one mail stops no other
            raise Undelivered(f"Not composed: {type(error).__name__}", for_good=True) from error

    async def _note(self, taken: OutboxMail, failure: Undelivered | None) -> None:
        async with self._database.writing.begin() as session:
            mail = await session.get(OutboxMail, taken.id, with_for_update=True)
            if mail is None or mail.sent_at:
                return  # withdrawn meanwhile, or our lease had ended and somebody else sent it
            if failure is None:
                mail.sent_at, mail.given_up_at, mail.problem = now(), None, None
            elif mail.attempts == taken.attempts:
                _put_off(mail, failure)


def _put_off(mail: OutboxMail, failure: Undelivered) -> None:
    """Until a later try, or for ever."""
    at = now()
    mail.leased_until, mail.problem = None, failure.problem
    pause = PAUSES[min(mail.attempts, len(PAUSES)) - 1]
    tried_for = at + pause - (mail.tried_since or at)
    if failure.for_good or tried_for > TRIED_FOR:
        mail.given_up_at = at
    else:
        mail.due_at = at + pause


def _ready(at: datetime) -> ColumnElement[bool]:
    """Owed, due, and in nobody's hands."""
    return and_(
        OutboxMail.sent_at.is_(None),
        OutboxMail.given_up_at.is_(None),
        OutboxMail.due_at <= at,
        or_(OutboxMail.leased_until.is_(None), OutboxMail.leased_until <= at),
    )
