"""Proof of work: a program that fills public forms pays for each with a second of computing.

Our stand-in for a picture test, in the ALTCHA format (version 1): no third party is asked and
nobody has to see, hear or do anything. We remember nothing of a challenge that we give out: its own
signature and expiry say that it is ours and when it is void. Once spent it is stored, so that the
same work never serves twice.
"""

from base64 import b64decode
from datetime import UTC, datetime, timedelta
from typing import Literal

from altcha.v1 import ChallengeOptions, Payload, create_challenge, verify_solution
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from kit.database import carry_out
from kit.errors import Invalid
from kit.proof_models import UsedChallenge

# The number to find is this one at most, half of them are tried on average: 0.4 s in Chromium on a
# server of two cores (measured), a second or two on a cheap phone, while its user writes. It is no
# setting: more would punish old phones first, and programs that buy computing last.
MOST = 50_000
# Long enough to write a request; the page solves another one when it gets near (proof.js).
LIFE = timedelta(hours=1)
SIZE = 1_000  # characters of a solution; ours have about 350
REFUSED = "This proof of work is not valid."  # forged, wrong, expired and used alike


class Challenge(BaseModel):
    """What the browser gets: `challenge` is the digest of `salt` and a number up to `maxnumber`."""

    model_config = ConfigDict(frozen=True)

    algorithm: Literal["SHA-256"]
    challenge: str
    maxnumber: int
    salt: str
    signature: str


class Solution(BaseModel):
    """What comes back. Widgets of others add fields of their own, such as `took`."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    algorithm: Literal["SHA-256"]
    challenge: str = Field(pattern=r"^[0-9a-f]{64}$")
    number: int = Field(ge=0, le=MOST)
    salt: str = Field(max_length=200)
    signature: str = Field(pattern=r"^[0-9a-f]{64}$")


def issue(key: bytes, at: datetime) -> Challenge:
    """A challenge signed with `key`, void from `LIFE` after `at` on."""
    made = create_challenge(ChallengeOptions("SHA-256", MOST, hmac_key=key, expires=at + LIFE))
    return Challenge(
        algorithm="SHA-256",
        challenge=made.challenge,
        maxnumber=made.max_number,
        salt=made.salt,
        signature=made.signature,
    )


async def spend(session: AsyncSession, payload: str, key: bytes, at: datetime) -> None:
    """Take a solution (base64 of JSON) for the caller's transaction: spent only if that commits.

    Raises Invalid (`proof_invalid`), always in the same words.
    """
    try:
        challenge, expires_at = _check(payload, key)
    except ValueError:
        raise _refused() from None
    if at >= expires_at or not await _use(session, challenge, expires_at):
        raise _refused()


async def forget_expired(session: AsyncSession, at: datetime) -> int:
    """Remove what could not be spent again anyway. How many."""
    return await carry_out(session, delete(UsedChallenge).where(UsedChallenge.expires_at <= at))


def _check(payload: str, key: bytes) -> tuple[str, datetime]:
    """The challenge that was solved, and when it expires. Raises ValueError."""
    if len(payload) > SIZE:
        raise ValueError("too long")
    found = Solution.model_validate_json(b64decode(payload, validate=True))
    solved = Payload(found.algorithm, found.challenge, found.number, found.salt, found.signature)
    # The library would ask the system for the time; expiry is ours to check, by our clock.
    valid, _ = verify_solution(solved, key, check_expires=False)
    expires = solved.parse_salt()[1]
    if not valid or expires is None:
        raise ValueError("not ours, or wrong")
    return found.challenge, datetime.fromtimestamp(expires, UTC)


async def _use(session: AsyncSession, challenge: str, expires_at: datetime) -> bool:
    """Whether it had not served: of two at this very moment, the database lets one pass."""
    try:
        async with session.begin_nested():
            session.add(UsedChallenge(challenge=challenge, expires_at=expires_at))
    except IntegrityError:
        return False
    return True


def _refused() -> Invalid:
    return Invalid(REFUSED, code="proof_invalid")
