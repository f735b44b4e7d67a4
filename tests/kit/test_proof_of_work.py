"""Proofs of work: solved as any ALTCHA client would, spent once, and refused in the same words."""

import asyncio
import hashlib
import json
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from kit.database import Database
from kit.errors import Invalid
from kit.proof_models import UsedChallenge
from kit.proof_of_work import LIFE, MOST, SIZE, Challenge, forget_expired, issue, spend

KEY = b"the key of this installation"
AT = datetime(2026, 11, 24, 10, tzinfo=UTC)

# Refused before the database is asked: one kind of it is enough.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def find(challenge: Challenge) -> int:
    """By the description of the format, not by the library that made the challenge."""
    for number in range(challenge.maxnumber + 1):
        found = hashlib.sha256(f"{challenge.salt}{number}".encode()).hexdigest()
        if found == challenge.challenge:
            return number
    raise AssertionError("A challenge without a solution.")


def packed(content: object) -> str:
    return b64encode(json.dumps(content).encode()).decode()


def solve(challenge: Challenge, /, **changed: Any) -> str:
    solution = challenge.model_dump(exclude={"maxnumber"}) | {"number": find(challenge)}
    return packed(solution | changed)


async def take(database: Database, payload: str, *, key: bytes = KEY, at: datetime = AT) -> None:
    async with database.writing.begin() as session:
        await spend(session, payload, key, at)


async def refuse(database: Database, payload: str, *, key: bytes = KEY, at: datetime = AT) -> None:
    with pytest.raises(Invalid) as refused:
        await take(database, payload, key=key, at=at)
    assert refused.value.code == "proof_invalid"
    assert str(refused.value) == "This proof of work is not valid."


async def used(database: Database) -> int:
    async with database.reading.begin() as session:
        return await session.scalar(select(func.count()).select_from(UsedChallenge)) or 0


def test_a_challenge_is_what_the_format_wants() -> None:
    challenge = issue(KEY, AT)
    assert challenge.model_dump().keys() == {
        "algorithm",
        "challenge",
        "maxnumber",
        "salt",
        "signature",
    }
    assert (challenge.algorithm, challenge.maxnumber) == ("SHA-256", MOST)
    assert f"?expires={int((AT + LIFE).timestamp())}&" in challenge.salt


def test_no_challenge_is_given_twice() -> None:
    assert len({issue(KEY, AT).challenge for _ in range(100)}) == 100


async def test_a_solution_is_taken_once(database: Database) -> None:
    payload = solve(issue(KEY, AT))
    await take(database, payload)
    await refuse(database, payload)
    assert await used(database) == 1


async def test_each_challenge_serves_by_itself(database: Database) -> None:
    for _ in range(3):
        await take(database, solve(issue(KEY, AT)))
    assert await used(database) == 3


async def test_what_other_widgets_add_is_let_be(database: Database) -> None:
    await take(database, solve(issue(KEY, AT), took=412))


async def test_a_solution_written_otherwise_is_the_same_one(database: Database) -> None:
    challenge = issue(KEY, AT)
    await take(database, solve(challenge))
    await refuse(database, solve(challenge, took=1))
    await refuse(database, solve(challenge, salt=challenge.salt.removesuffix("&")))


async def test_a_solution_is_not_spent_by_what_fails_afterwards(database: Database) -> None:
    payload = solve(issue(KEY, AT))
    with pytest.raises(RuntimeError):
        async with database.writing.begin() as session:
            await spend(session, payload, KEY, AT)
            raise RuntimeError("The form could not be stored.")
    await take(database, payload)


async def test_of_two_at_once_one_passes(database: Database, database_url: str) -> None:
    other = Database(database_url)  # as another process would have it
    payload = solve(issue(KEY, AT))
    results = await asyncio.gather(
        *(take(each, payload) for each in (database, other) * 4), return_exceptions=True
    )
    await other.close()
    assert sorted(type(result).__name__ for result in results) == ["Invalid"] * 7 + ["NoneType"]
    assert await used(database) == 1


async def test_it_is_void_from_its_expiry_on(database: Database) -> None:
    payload = solve(issue(KEY, AT))
    await refuse(database, payload, at=AT + LIFE)
    await take(database, payload, at=AT + LIFE - timedelta(seconds=1))


@on_sqlite
async def test_a_solution_for_another_key_is_refused(database: Database) -> None:
    await refuse(database, solve(issue(KEY, AT)), key=b"another one")


@on_sqlite
@pytest.mark.parametrize(
    "changed",
    [
        {"number": MOST + 1},
        {"number": -1},
        {"number": "12"},
        {"number": 1.0},
        {"number": True},
        {"number": None},
        {"number": 10**300},
        {"signature": "0" * 64},
        {"signature": ""},
        {"signature": None},
        {"challenge": "0" * 64},
        {"challenge": ["0" * 64]},
        {"salt": "0011?expires=9999999999&"},
        {"salt": ""},
        {"salt": None},
        {"salt": "é" * 200},
        {"salt": "\ud800"},
        {"algorithm": "SHA-1"},
        {"algorithm": "MD5"},
        {"algorithm": None},
    ],
    ids=str,
)
async def test_what_was_changed_is_refused(database: Database, changed: dict[str, Any]) -> None:
    await refuse(database, solve(issue(KEY, AT), **changed))


@on_sqlite
async def test_a_wrong_number_is_refused(database: Database) -> None:
    challenge = issue(KEY, AT)
    await refuse(database, solve(challenge, number=(find(challenge) + 1) % MOST))


@on_sqlite
async def test_an_expiry_put_off_is_refused(database: Database) -> None:
    challenge = issue(KEY, AT)
    expires = int((AT + LIFE).timestamp())
    for salt in (
        challenge.salt.replace(str(expires), str(expires + 3600)),
        challenge.salt + f"expires={expires + 3600}&",
        challenge.salt.replace("?", f"?expires={expires + 3600}&"),
    ):
        await refuse(database, solve(challenge, salt=salt), at=AT + LIFE)


@on_sqlite
async def test_a_digit_of_the_number_does_not_pass_for_the_expiry(database: Database) -> None:
    """`…expires=12&` and 345 are hashed as one text: nothing may be moved across."""
    challenge = issue(KEY, AT)
    digits = str(find(challenge))
    bare = challenge.salt.removesuffix("&")
    moved = {"salt": f"{bare}{digits[0]}&", "number": int(digits[1:] or 0)}
    await refuse(database, solve(challenge, **moved))


@on_sqlite
@pytest.mark.parametrize(
    "payload",
    [
        "",
        " ",
        "no base64!",
        "é",
        "\x00",
        "AAA",
        b64encode(b"\xff\xfe").decode(),
        b64encode(b"{").decode(),
        b64encode(b"[" * 700).decode(),
        packed(None),
        packed([]),
        packed("text"),
        packed({}),
        packed({"algorithm": "SHA-256"}),
        "A" * SIZE,
        "A" * 4_000_000,
    ],
    ids=lambda payload: repr(payload[:12]),
)
async def test_what_is_no_solution_at_all_is_refused(database: Database, payload: str) -> None:
    await refuse(database, payload)


@on_sqlite
async def test_a_solution_made_huge_is_refused(database: Database) -> None:
    await refuse(database, solve(issue(KEY, AT), padding="x" * SIZE))


def test_the_longest_solution_of_ours_is_let_in() -> None:
    payload = solve(issue(KEY, AT))
    assert len(payload) < SIZE / 2
    assert json.loads(b64decode(payload))["number"] <= MOST


async def test_what_expired_is_forgotten_and_stays_refused(database: Database) -> None:
    old, young = solve(issue(KEY, AT)), solve(issue(KEY, AT + LIFE / 2))
    await take(database, old)
    await take(database, young, at=AT + LIFE / 2)
    async with database.writing.begin() as session:
        assert await forget_expired(session, AT + LIFE) == 1
    assert await used(database) == 1
    await refuse(database, old, at=AT + LIFE)
    await refuse(database, young, at=AT + LIFE)
