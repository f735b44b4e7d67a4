"""Accounts: an invitation serves once, guesses lock, and every change of rights ends sessions."""

import asyncio
from uuid import UUID

import pytest
from argon2 import PasswordHasher

from kit.database import Database
from kit.errors import NotFound, Refusal
from staff.accounts import (
    accept_invitation,
    address_of,
    deactivate,
    find_member,
    invite,
    invited,
    reactivate,
    role_of,
    set_role,
    set_work,
)
from staff.entrance import accept, change_password, log_in
from staff.mistakes import Mistake, Mistaken
from staff.models import Role, StaffMember, StaffSession
from staff.passwords import expect_good, is_outdated
from staff.revocations import Revocations
from staff.sessions import who
from tests.clock import Clock
from tests.staff.people import PASSWORD, hire

EMAIL = "claire@exemple.fr"


async def invitation(database: Database, role: Role = Role.ADVISOR, name: str = "") -> str:
    async with database.writing.begin() as session:
        return (await invite(session, EMAIL, role, name)).token


async def enters(database: Database, password: str = PASSWORD, email: str = EMAIL) -> bool:
    try:
        await log_in(database, email, password)
    except Mistaken as mistake:
        assert mistake.mistake is Mistake.WRONG_LOGIN
        return False
    return True


async def seen_by(database: Database, token: str) -> tuple[StaffMember, StaffSession]:
    async with database.reading() as session:
        return await who(session, token)


# Invitations -------------------------------------------------------------------------------------


async def test_an_invitation_opens_an_account_once(database: Database) -> None:
    token = await invitation(database)
    opened = await accept(database, Revocations(), token, " Claire ", PASSWORD)
    member, _ = await seen_by(database, opened)
    assert (member.name, member.email, member.role) == ("Claire", EMAIL, Role.ADVISOR)
    with pytest.raises(NotFound):
        await accept(database, Revocations(), token, "Eve", PASSWORD)
    assert await enters(database)


async def test_an_invitation_that_is_accepted_twice_at_once_serves_once(database: Database) -> None:
    token = await invitation(database)
    both = [accept(database, Revocations(), token, name, PASSWORD) for name in ("Claire", "Eve")]
    found = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(isinstance(each, NotFound) for each in found) == [False, True]


async def test_an_invitation_ends_after_a_week(database: Database, clock: Clock) -> None:
    token = await invitation(database)
    clock.forward(days=6, hours=23)
    async with database.reading() as session:
        assert (await invited(session, token)).email == EMAIL
    clock.forward(hours=2)
    with pytest.raises(NotFound):
        await accept(database, Revocations(), token, "Claire", PASSWORD)


async def test_a_newer_invitation_replaces_the_older(database: Database) -> None:
    older, newer = await invitation(database), await invitation(database)
    async with database.reading() as session:
        with pytest.raises(NotFound):
            await invited(session, older)
        assert (await invited(session, newer)).email == EMAIL


async def test_a_new_link_lets_somebody_choose_another_password(database: Database) -> None:
    await hire(database)
    before = await log_in(database, EMAIL, PASSWORD)
    token = await invitation(database)
    assert await enters(database)  # until the link is used
    await accept(database, Revocations(), token, "Claire", "un tout autre mot de passe")
    assert not await enters(database)
    with pytest.raises(Refusal):
        await seen_by(database, before)


async def test_an_address_is_kept_in_lower_case_and_has_one_account(database: Database) -> None:
    async with database.writing.begin() as session:
        one = await invite(session, " Claire@Exemple.FR ", Role.ADVISOR)
        other = await invite(session, EMAIL, Role.ADVISOR)
    assert one.member.id == other.member.id
    assert one.member.email == EMAIL


@pytest.mark.parametrize(
    "text", ["", "claire", "a@b", "a b@c.fr", "a@b@c.fr", "a\x00@c.fr", "@c.fr"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(Mistaken) as mistake:
        address_of(text)
    assert mistake.value.mistake is Mistake.EMAIL
    assert not text or text not in str(mistake.value)


def test_an_unknown_role_is_refused() -> None:
    assert role_of(" Supervisor ") is Role.SUPERVISOR
    with pytest.raises(Mistaken):
        role_of("chef")


# Passwords ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("password", "mistake"),
    [
        ("onze lettre", Mistake.SHORT_PASSWORD),
        ("x" * 201, Mistake.LONG_PASSWORD),
        ("Claire@Exemple.fr", Mistake.EMAIL_AS_PASSWORD),
    ],
)
def test_a_bad_password_is_refused(password: str, mistake: Mistake) -> None:
    with pytest.raises(Mistaken) as found:
        expect_good(password, EMAIL)
    assert found.value.mistake is mistake
    assert password not in str(found.value)


async def test_no_secret_is_stored_as_it_is(database: Database) -> None:
    token = await invitation(database)
    async with database.reading() as session:
        member = await invited(session, token)
    assert token not in str(vars(member))
    opened = await accept(database, Revocations(), token, "Claire", PASSWORD)
    member, row = await seen_by(database, opened)
    assert PASSWORD not in str(vars(member))
    assert (member.password_hash or "").startswith("$argon2id$")
    assert opened not in str(vars(row))


async def test_an_accent_is_the_same_however_it_was_typed(database: Database) -> None:
    token = await invitation(database)
    await accept(database, Revocations(), token, "Claire", "un été à la mer")
    assert await enters(database, "un e\u0301te\u0301 a\u0300 la mer")


# Guessing ----------------------------------------------------------------------------------------


async def test_five_wrong_passwords_lock_the_account_for_a_quarter_of_an_hour(
    database: Database, clock: Clock
) -> None:
    await hire(database)
    for _ in range(5):
        assert not await enters(database, "faux, et toujours faux")
    assert not await enters(database)
    clock.forward(minutes=14)
    assert not await enters(database)
    clock.forward(minutes=2)
    assert await enters(database)


async def test_a_right_password_forgives_the_wrong_ones(database: Database) -> None:
    await hire(database)
    for _ in range(2):
        for _ in range(4):
            assert not await enters(database, "faux, et toujours faux")
        assert await enters(database)


async def test_guesses_that_are_made_at_once_are_all_counted(database: Database) -> None:
    await hire(database)
    guesses = ["faux, et toujours faux"] * 5
    assert await asyncio.gather(*(enters(database, guess) for guess in guesses)) == [False] * 5
    assert not await enters(database)


@pytest.mark.parametrize("email", ["inconnu@exemple.fr", "pas une adresse", "\x00", ""])
async def test_an_unknown_address_gets_the_answer_of_a_wrong_password(
    database: Database, email: str
) -> None:
    assert not await enters(database, email=email)


async def test_an_account_without_a_password_opens_to_none(database: Database) -> None:
    await invitation(database)
    assert not await enters(database, "")
    assert not await enters(database, PASSWORD)


async def test_an_unknown_address_takes_as_long(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[str] = []

    def verify(_: object, stored: str, given: str) -> bool:
        compared.append(stored)
        return True

    monkeypatch.setattr(PasswordHasher, "verify", verify)
    assert not await enters(database, email="inconnu@exemple.fr")
    assert len(compared) == 1
    assert compared[0].startswith("$argon2id$")


# Changes -----------------------------------------------------------------------------------------


async def test_a_login_renews_a_hash_of_other_parameters(database: Database) -> None:
    member = await hire(database)
    old = PasswordHasher(time_cost=1, memory_cost=8 * 1024).hash(PASSWORD)
    async with database.writing.begin() as session:
        (await find_member(session, member.id, hold=True)).password_hash = old
    assert not await enters(database, "faux, et toujours faux")
    assert await hash_of(database, member.id) == old
    assert await enters(database)
    renewed = await hash_of(database, member.id)
    assert not is_outdated(renewed)
    assert await enters(database)
    assert await hash_of(database, member.id) == renewed  # once is enough


async def hash_of(database: Database, member_id: UUID) -> str:
    async with database.reading() as session:
        return (await find_member(session, member_id)).password_hash or ""


async def test_a_new_password_ends_the_other_sessions_only(database: Database) -> None:
    await hire(database)
    here, elsewhere = [await log_in(database, EMAIL, PASSWORD) for _ in range(2)]
    me, other = await seen_by(database, here), await seen_by(database, elsewhere)
    revocations = Revocations()
    with revocations.listen(me[1].id) as mine, revocations.listen(other[1].id) as others:
        await change_password(database, revocations, me, PASSWORD, "un tout autre mot de passe")
        assert (mine.is_set(), others.is_set()) == (False, True)
    await seen_by(database, here)
    with pytest.raises(Refusal):
        await seen_by(database, elsewhere)
    assert await enters(database, "un tout autre mot de passe")


async def test_a_wrong_present_password_changes_nothing_and_counts(database: Database) -> None:
    await hire(database)
    me = await seen_by(database, await log_in(database, EMAIL, PASSWORD))
    for _ in range(5):
        with pytest.raises(Mistaken):
            await change_password(database, Revocations(), me, "faux", "un tout autre mot")
    assert not await enters(database)


@pytest.mark.parametrize("change", ["role", "deactivation"])
async def test_lost_rights_end_every_session(database: Database, change: str) -> None:
    hired = await hire(database)
    token = await log_in(database, EMAIL, PASSWORD)
    _, row = await seen_by(database, token)
    async with database.writing.begin() as session:
        member = await find_member(session, hired.id)
        if change == "role":
            ended = await set_role(session, member, Role.SUPPORT)
        else:
            ended = await deactivate(session, member)
    assert list(ended) == [row.id]
    with pytest.raises(Refusal):
        await seen_by(database, token)
    assert await enters(database) == (change == "role")


async def test_whoever_was_deactivated_comes_back(database: Database) -> None:
    hired = await hire(database)
    async with database.writing.begin() as session:
        await deactivate(session, await find_member(session, hired.id))
    async with database.writing.begin() as session:
        reactivate(await find_member(session, hired.id))
    assert await enters(database)


async def test_a_new_link_after_a_deactivation_asks_for_a_new_password(database: Database) -> None:
    hired = await hire(database)
    async with database.writing.begin() as session:
        await deactivate(session, await find_member(session, hired.id))
    token = await invitation(database)
    assert not await enters(database)
    async with database.writing.begin() as session:
        await accept_invitation(session, token, "Claire", "haché")


async def test_work_is_bounded_and_skills_are_told_once(database: Database) -> None:
    member = await hire(database)
    set_work(member, 2, ["Facturation ", "comptes", "facturation", ""])
    assert (member.capacity, member.skills) == (2, ["facturation", "comptes"])
    for capacity, skills in ((21, []), (-1, []), (1, ["x" * 41]), (1, [str(n) for n in range(21)])):
        with pytest.raises(Mistaken):
            set_work(member, capacity, skills)
