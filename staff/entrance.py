"""Coming in: with a password, or with an invitation; and changing one's password.

Each is: read, hash outside any transaction, then one short transaction that looks again.
"""

from collections.abc import Sequence
from uuid import UUID

from kit.database import Database
from staff.accounts import (
    Credentials,
    accept_invitation,
    credentials_of,
    invited,
    name_of,
    record_attempt,
    renew_hash,
    set_password,
)
from staff.mistakes import Mistake, Mistaken
from staff.models import StaffMember, StaffSession
from staff.passwords import expect_good, hashed, is_outdated, matches
from staff.revocations import Revocations
from staff.sessions import open_session


async def log_in(database: Database, email: str, password: str) -> str:
    """The token of a new session. Raises Mistaken, alike and as late whatever is wrong."""
    async with database.reading() as session:
        tried = await credentials_of(session, email)
    right = await matches(password, tried.password_hash)
    async with database.writing.begin() as session:
        member = await record_attempt(session, tried, right=right)
        token = await open_session(session, member) if member else None
    if token is None:  # raised after the commit: the attempt counts
        raise Mistaken("email", Mistake.WRONG_LOGIN)
    await _renew(database, tried, password)
    return token


async def _renew(database: Database, tried: Credentials, password: str) -> None:
    """Keep the password as one that is chosen today would be.

    Only now that the door is open: in an account that is locked the right one would take longer.
    """
    if tried.password_hash is None or not is_outdated(tried.password_hash):
        return
    renewed = await hashed(password)
    async with database.writing.begin() as session:
        await renew_hash(session, tried, renewed)


async def accept(
    database: Database, revocations: Revocations, token: str, name: str, password: str
) -> str:
    """The token of a session of whoever was invited. Raises NotFound or Mistaken."""
    async with database.reading() as session:
        member = await invited(session, token)
    name = name_of(name)
    expect_good(password, member.email)
    password_hash = await hashed(password)
    async with database.writing.begin() as session:
        accepted = await accept_invitation(session, token, name, password_hash)
        opened = await open_session(session, accepted.member)
    revocations.end(accepted.ended)
    return opened


async def change_password(
    database: Database,
    revocations: Revocations,
    who: tuple[StaffMember, StaffSession],
    present: str,
    wanted: str,
) -> None:
    """Their other sessions end. Wrong guesses of the present one count as attempts to log in."""
    member, here = who
    expect_good(wanted, member.email)
    async with database.reading() as session:
        tried = await credentials_of(session, member.email)
    right = await matches(present, tried.password_hash)
    wanted_hash = await hashed(wanted)
    ended: Sequence[UUID] | None = None
    async with database.writing.begin() as session:
        if await record_attempt(session, tried, right=right):
            ended = await set_password(session, member.id, wanted_hash, but=here.id)
    if ended is None:
        raise Mistaken("present", Mistake.WRONG_PASSWORD)
    revocations.end(ended)
