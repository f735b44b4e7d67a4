"""Passwords: which ones are good enough, and how they are kept so that nobody can read them.

Hashing is slow on purpose: it runs outside the event loop, two at a time (64 MiB each), and never
while a transaction is open, since SQLite has one writer.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from unicodedata import normalize

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from staff.mistakes import Mistake, Mistaken

SHORTEST, LONGEST = 12, 200  # characters

_hasher = PasswordHasher()  # argon2id, the parameters of RFC 9106 for 64 MiB
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="password")


def expect_good(password: str, email: str, field: str = "password") -> None:
    """Raises Mistaken when this password is not to be taken."""
    if len(password) < SHORTEST:
        raise Mistaken(field, Mistake.SHORT_PASSWORD)
    if len(password) > LONGEST:
        raise Mistaken(field, Mistake.LONG_PASSWORD)
    if password.strip().casefold() == email.casefold():
        raise Mistaken(field, Mistake.EMAIL_AS_PASSWORD)


async def hashed(password: str) -> str:
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_threads, _hasher.hash, _same_everywhere(password))


async def matches(password: str, password_hash: str | None) -> bool:
    """Whether it is the one; without a hash to compare with, a false that took as long."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_threads, _matches, password, password_hash)


def is_outdated(password_hash: str) -> bool:
    """Whether it was made with other parameters than those of today: to be made anew."""
    return _hasher.check_needs_rehash(password_hash)


def _matches(password: str, password_hash: str | None) -> bool:
    nobodys = _nobodys_hash()  # in each call: the first one takes its time whoever is asked about
    try:
        _hasher.verify(password_hash or nobodys, _same_everywhere(password))
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("")


def _same_everywhere(password: str) -> str:
    """Keyboards differ in how they write an accented letter."""
    return normalize("NFC", password)
