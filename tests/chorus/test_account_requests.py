"""A link to an account is mailed once, to its connection address only, and nobody learns from the
answer whether there is such an account.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from chorus import account_requests
from chorus.account_models import AccountOutcome, AccountRequest, AccountRequestKind
from chorus.account_requests import LEASE, TRIES, AccountRequests, Outcome, ask
from chorus.accounts import Accounts, Letter, NoAccounts
from chorus.demo_accounts import DemoAccounts
from chorus.demo_links import DemoLinks
from chorus.demo_portal import DemoPortal
from kit.clock import now
from kit.database import Database
from kit.errors import Invalid, NotFound, Unavailable
from kit.mail_models import OutboxMail
from kit.settings import Settings
from livechat.retention import Person, Retention
from tests.clock import Clock, clock
from tests.livechat.fakes import Chat

__all__ = ["clock"]

ACTIVATION, RESET = AccountRequestKind.ACTIVATION, AccountRequestKind.PASSWORD_RESET
CONVERSATION = UUID(int=1)
LINKS = DemoLinks(b"a key of the tests")


@pytest.fixture
def accounts(tmp_path: Path) -> DemoAccounts:
    return DemoAccounts(DemoPortal(tmp_path), LINKS)


@pytest.fixture
def requests(database: Database, accounts: DemoAccounts) -> AccountRequests:
    return AccountRequests(database, accounts)


async def asked(
    database: Database,
    address: str,
    kind: AccountRequestKind = ACTIVATION,
    conversation_id: UUID = CONVERSATION,
) -> Outcome:
    async with database.writing.begin() as session:
        return await ask(session, kind, address, conversation_id)


async def mails(database: Database) -> Sequence[OutboxMail]:
    async with database.reading() as session:
        return (await session.scalars(select(OutboxMail).order_by(OutboxMail.created_at))).all()


async def rows(database: Database) -> Sequence[AccountRequest]:
    async with database.reading() as session:
        return (await session.scalars(select(AccountRequest))).all()


def token_in(mail: OutboxMail) -> str:
    line = next(line for line in mail.text.splitlines() if line.startswith("http"))
    return line.rpartition("/")[2]


# Mails -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "kind", "mailed"),
    [
        ("nouveau@example.org", ACTIVATION, "demo_account_activation"),
        ("nouveau@example.org", RESET, "demo_account_activation"),
        ("camille@example.org", RESET, "demo_account_password_reset"),
        ("camille@example.org", ACTIVATION, "demo_account_already_active"),
        ("bloque@example.org", RESET, "demo_account_locked"),
        ("bloque@example.org", ACTIVATION, "demo_account_already_active"),
    ],
)
async def test_an_account_is_written_to_about_its_own_state(
    database: Database,
    requests: AccountRequests,
    address: str,
    kind: AccountRequestKind,
    mailed: str,
) -> None:
    await asked(database, address.upper().replace("EXAMPLE.ORG", "example.org"), kind)
    assert await requests.go() == 1
    (mail,) = await mails(database)
    assert (mail.kind, mail.to) == (mailed, address)
    assert "DÉMONSTRATION" in mail.text and mail.subject.startswith("Démonstration")
    assert mail.html and "Démonstration" in mail.html


@pytest.mark.parametrize("address", ["personne@example.org", "sans.boite@example.org"])
@pytest.mark.parametrize("kind", [ACTIVATION, RESET])
async def test_nothing_is_mailed_for_an_unknown_address_and_the_answer_is_the_same(
    database: Database, requests: AccountRequests, address: str, kind: AccountRequestKind
) -> None:
    assert await asked(database, address, kind) is Outcome.ACCEPTED
    assert await requests.go() == 1
    assert await mails(database) == []
    (row,) = await rows(database)
    assert row.outcome is AccountOutcome.DONE


async def test_the_activation_link_is_valid_for_an_hour_and_is_not_mailed_later(
    database: Database, requests: AccountRequests, clock: Clock
) -> None:
    await asked(database, "nouveau@example.org")
    await requests.go()
    (mail,) = await mails(database)
    assert "60 minutes" in mail.text
    assert LINKS.read(token_in(mail)) is ACTIVATION
    clock.forward(minutes=61)
    with pytest.raises(NotFound):
        LINKS.read(token_in(mail))
    assert mail.expires_at is not None and mail.expires_at < now()


@pytest.mark.parametrize("token", ["", "x", "é", "AAAA", "A" * 66, "../../etc"])
def test_an_invented_link_opens_nothing(token: str) -> None:
    with pytest.raises(NotFound):
        LINKS.read(token)


def test_a_link_of_another_key_or_changed_opens_nothing() -> None:
    path = DemoLinks(b"another key").path(RESET, now() + timedelta(hours=1))
    with pytest.raises(NotFound):
        LINKS.read(path.rpartition("/")[2])
    token = LINKS.path(RESET, now() + timedelta(hours=1)).rpartition("/")[2]
    other = ("B" if token[0] == "A" else "A") + token[1:]
    with pytest.raises(NotFound):
        LINKS.read(other)


# How often ---------------------------------------------------------------------------------------


async def test_an_address_is_asked_for_three_times_an_hour_whatever_its_letters(
    database: Database, clock: Clock
) -> None:
    for number, address in enumerate(["a@example.org", "A@example.org", "a@EXAMPLE.org"]):
        assert await asked(database, address, conversation_id=UUID(int=number)) is Outcome.ACCEPTED
    assert await asked(database, "a@example.org", RESET, uuid4()) is Outcome.TOO_MANY
    assert await asked(database, "b@example.org", RESET, uuid4()) is Outcome.ACCEPTED
    clock.forward(minutes=61)
    assert await asked(database, "a@example.org") is Outcome.ACCEPTED


async def test_a_conversation_asks_five_times_an_hour(database: Database, clock: Clock) -> None:
    for number in range(5):
        assert await asked(database, f"a{number}@example.org") is Outcome.ACCEPTED
    assert await asked(database, "a5@example.org") is Outcome.TOO_MANY
    assert len(await rows(database)) == 5
    clock.forward(minutes=61)
    assert await asked(database, "a5@example.org") is Outcome.ACCEPTED


async def test_requests_at_the_same_moment_are_counted_one_after_the_other(
    database: Database,
) -> None:
    tries = (asked(database, "a@example.org", conversation_id=uuid4()) for _ in range(8))
    outcomes = await asyncio.gather(*tries)
    assert outcomes.count(Outcome.ACCEPTED) == account_requests.PER_ADDRESS


async def test_what_was_done_still_counts(database: Database, requests: AccountRequests) -> None:
    for _ in range(3):
        await asked(database, "camille@example.org", conversation_id=uuid4())
        await requests.go()
    assert await asked(database, "camille@example.org", conversation_id=uuid4()) is Outcome.TOO_MANY


async def test_what_is_no_address_is_refused(database: Database) -> None:
    with pytest.raises(Invalid):
        await asked(database, "pas une adresse")


async def test_a_request_is_promised_only_if_its_transaction_commits(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.writing.begin() as session:
            await ask(session, ACTIVATION, "a@example.org", CONVERSATION)
            raise ZeroDivisionError
    assert await rows(database) == []


# What fails --------------------------------------------------------------------------------------


class FailingAccounts:
    """A host site that is away for a number of tries, then mails by itself."""

    offered = True

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.tries = 0

    async def resend_activation(self, address: str) -> Letter | None:
        self.tries += 1
        if self.tries <= self.failures:
            raise Unavailable(f"{address} cannot be had.", 1)
        return None

    async def send_password_reset(self, address: str) -> Letter | None:
        return await self.resend_activation(address)


async def test_a_request_outlives_a_host_site_that_is_away(
    database: Database, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    failing = FailingAccounts(2)
    await asked(database, "secret@example.org")
    requests = AccountRequests(database, failing)
    for _ in range(3):
        await requests.go()
        await requests.go()  # it is put off: nothing is due
        clock.forward(hours=3)
    assert failing.tries == 3
    (row,) = await rows(database)
    assert (row.outcome, row.address) == (AccountOutcome.DONE, None)
    assert "secret@" not in caplog.text and "Unavailable" in caplog.text


@pytest.mark.parametrize("accounts", [FailingAccounts(100), NoAccounts()])
async def test_a_request_is_given_up_after_some_tries(
    database: Database, clock: Clock, accounts: Accounts
) -> None:
    await asked(database, "a@example.org")
    requests = AccountRequests(database, accounts)
    for _ in range(TRIES + 2):
        await requests.go()
        clock.forward(hours=3)
    (row,) = await rows(database)
    assert (row.outcome, row.attempts, row.address) == (AccountOutcome.GIVEN_UP, TRIES, None)


async def test_what_a_dead_process_had_taken_is_done_by_another_and_mailed_once(
    database: Database, accounts: DemoAccounts, clock: Clock
) -> None:
    await asked(database, "nouveau@example.org")
    dead, other = AccountRequests(database, accounts), AccountRequests(database, accounts)
    taken = await dead._take()
    assert taken is not None
    assert await other.go() == 0  # its lease runs
    clock.forward(seconds=LEASE.total_seconds() + 1)
    assert await other.go() == 1
    await dead._carry_out(taken)  # it was only slow
    assert len(await mails(database)) == 1


async def test_whoever_comes_back_while_another_has_the_lease_changes_nothing(
    database: Database, accounts: DemoAccounts, clock: Clock
) -> None:
    await asked(database, "nouveau@example.org")
    slow, other = AccountRequests(database, accounts), AccountRequests(database, accounts)
    first = await slow._take()
    clock.forward(seconds=LEASE.total_seconds() + 1)
    second = await other._take()
    assert first is not None and second is not None
    await slow._carry_out(first)
    assert await mails(database) == []
    await other._carry_out(second)
    assert len(await mails(database)) == 1


async def test_a_request_that_kills_whoever_takes_it_is_given_up(
    database: Database, accounts: DemoAccounts, clock: Clock
) -> None:
    await asked(database, "nouveau@example.org")
    for _ in range(TRIES):
        assert await AccountRequests(database, accounts)._take() is not None
        clock.forward(seconds=LEASE.total_seconds() + 1)
    assert await AccountRequests(database, accounts).go() == 0
    (row,) = await rows(database)
    assert (row.outcome, row.address) == (AccountOutcome.GIVEN_UP, None)


async def test_two_processes_mail_each_request_once(
    database: Database, accounts: DemoAccounts
) -> None:
    for number in range(3):
        await asked(database, "nouveau@example.org", conversation_id=UUID(int=number))
    workers = [AccountRequests(database, accounts) for _ in range(3)]
    await asyncio.gather(*(worker.go() for worker in workers))
    assert len(await mails(database)) == 3


# Forgetting --------------------------------------------------------------------------------------


async def test_an_address_is_kept_until_the_request_is_done_and_then_nowhere(
    database: Database, requests: AccountRequests
) -> None:
    await asked(database, "personne@example.org")
    assert [row.address for row in await rows(database)] == ["personne@example.org"]
    await requests.go()
    async with database.reading() as session:
        kept = (await session.execute(text("SELECT * FROM account_requests"))).all()
    assert "personne" not in str(kept)


async def test_what_is_done_is_forgotten_after_a_day_and_what_is_owed_is_not(
    database: Database, requests: AccountRequests, clock: Clock, tmp_path: Path
) -> None:
    retention = Retention(database, Settings(var=tmp_path))
    await asked(database, "personne@example.org")
    await requests.go()
    await asked(database, "autre@example.org")
    await retention.purge()
    assert len(await rows(database)) == 2
    clock.forward(hours=25)
    await retention.purge()
    assert [row.address for row in await rows(database)] == ["autre@example.org"]


@pytest.mark.parametrize("done", [False, True])
async def test_a_person_is_forgotten_by_address(
    database: Database, requests: AccountRequests, tmp_path: Path, done: bool
) -> None:
    await asked(database, "nouveau@example.org")
    if done:
        await requests.go()
    await asked(database, "autre@example.org")
    await Retention(database, Settings(var=tmp_path)).erase(Person(email="Nouveau@Example.org"))
    assert [row.address for row in await rows(database)] == ["autre@example.org"]
    assert await mails(database) == []


async def test_a_conversation_is_forgotten_with_what_was_asked_in_it_and_its_mails(
    database: Database, requests: AccountRequests, tmp_path: Path
) -> None:
    conversation_id, _ = await Chat(database).answer()
    await asked(database, "nouveau@example.org", conversation_id=conversation_id)
    await requests.go()
    await asked(database, "autre@example.org", conversation_id=conversation_id)
    await asked(database, "ailleurs@example.org")
    await Retention(database, Settings(var=tmp_path)).erase(Person(conversation_id=conversation_id))
    assert [row.address for row in await rows(database)] == ["ailleurs@example.org"]
    assert await mails(database) == []


async def test_what_is_erased_meanwhile_is_not_mailed(
    database: Database, requests: AccountRequests
) -> None:
    await asked(database, "nouveau@example.org")
    taken = await requests._take()
    assert taken is not None
    async with database.writing.begin() as session:
        await account_requests.forget_of(session, [CONVERSATION])
    await requests._carry_out(taken)
    assert await mails(database) == []
