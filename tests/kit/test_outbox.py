"""Mails that were promised are sent, once, whatever the server says and whoever dies meanwhile."""

import asyncio
import os
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from kit import outbox
from kit.clock import now
from kit.database import Database, is_sqlite
from kit.errors import NotFound
from kit.mail import Attachment, Mail, read_message_id
from kit.mail_models import OutboxMail
from kit.outbox import LEASE, Outbox
from kit.settings import Settings
from kit.smtp import SmtpServer, smtp_server
from tests.clock import Clock, clock
from tests.kit.postal import PASSWORD, PostOffice, opened, self_signed

__all__ = ["clock"]

TO = "a.dupont@exemple.fr"
FILE = Attachment("rendez-vous.ics", "text/calendar; method=REQUEST", b"BEGIN:VCALENDAR\r\n")
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    async with opened() as post_office:
        yield post_office


@pytest.fixture
def settings(office: PostOffice, tmp_path: Path) -> Settings:
    return Settings(var=tmp_path, smtp_url=office.url, mail_from="assistance@exemple.fr")


@pytest.fixture
def sending(database: Database, settings: Settings) -> Outbox:
    return Outbox(database, settings)


def a_mail(subject: str = "Bonjour", to: str = TO) -> Mail:
    return Mail(to, subject, "Bonjour Zoé,\n", "<p>Bonjour Zoé,</p>", (FILE,))


async def promise(
    database: Database,
    mail: Mail | None = None,
    kind: str = "reminder",
    about: UUID | None = None,
    later: timedelta = timedelta(0),
    lasts: timedelta | None = None,
) -> UUID:
    due_at = now() + later
    expires_at = due_at + lasts if lasts else None
    async with database.writing.begin() as session:
        row = await outbox.post(
            session, mail or a_mail(), kind=kind, about=about, due_at=due_at, expires_at=expires_at
        )
    return row.id


async def row_of(database: Database, mail_id: UUID) -> OutboxMail:
    async with database.reading() as session:
        return await outbox.find(session, mail_id)


async def kinds(database: Database) -> list[str]:
    async with database.reading() as session:
        return sorted(await session.scalars(select(OutboxMail.kind)))


# Sending -----------------------------------------------------------------------------------------


async def test_what_was_promised_arrives_once(
    database: Database, sending: Outbox, office: PostOffice, settings: Settings
) -> None:
    mail_id = await promise(database, a_mail("Rendez-vous d’été : confirmé"))
    assert await sending.deliver() == 1
    assert await sending.deliver() == 0
    assert office.subjects == ["Rendez-vous d’été : confirmé"]
    assert office.recipients == [[TO]]
    (attachment,) = office.received[0].iter_attachments()
    assert attachment.get_payload(decode=True) == FILE.content
    assert attachment.get_param("method") == "REQUEST"
    row = await row_of(database, mail_id)
    assert row.sent_at is not None
    assert row.message_id == office.received[0]["Message-ID"]
    assert read_message_id(str(row.message_id), settings) == mail_id


async def test_a_promise_of_a_transaction_that_failed_is_none(
    database: Database, sending: Outbox
) -> None:
    with pytest.raises(RuntimeError):
        async with database.writing.begin() as session:
            await outbox.post(session, a_mail(), kind="reminder")
            raise RuntimeError
    assert await sending.deliver() == 0


async def test_a_mail_waits_for_its_time(
    database: Database, sending: Outbox, office: PostOffice, clock: Clock
) -> None:
    await promise(database, a_mail("plus tard"), later=timedelta(hours=2))
    await promise(database, a_mail("bientôt"), later=timedelta(hours=1))
    assert await sending.deliver() == 0
    clock.forward(hours=2, minutes=1)
    assert await sending.deliver() == 2
    assert office.subjects == ["bientôt", "plus tard"]


async def test_a_mail_that_is_worth_nothing_any_more_is_not_sent(
    database: Database, sending: Outbox, office: PostOffice, clock: Clock
) -> None:
    mail_id = await promise(database, lasts=timedelta(hours=1))
    clock.forward(hours=1, minutes=1)
    assert await sending.deliver() == 0
    row = await row_of(database, mail_id)
    assert (row.problem, row.given_up_at is None) == (outbox.EXPIRED, False)
    assert office.received == []


async def test_without_a_server_a_mail_stays_here_and_counts_as_sent(
    database: Database, tmp_path: Path
) -> None:
    mail_id = await promise(database)
    assert await Outbox(database, Settings(var=tmp_path)).deliver() == 1
    row = await row_of(database, mail_id)
    assert row.sent_at is not None
    assert outbox.mail_of(row) == a_mail()


@on_sqlite
@pytest.mark.parametrize("wrong", [{"smtp_url": "ftp://h:secret@x"}, {"mail_from": "nobody"}])
def test_settings_that_would_fail_each_mail_stop_the_start(
    database: Database, tmp_path: Path, wrong: dict[str, str]
) -> None:
    with pytest.raises(ValueError, match="CLAUDIA_") as refused:
        Outbox(database, Settings(var=tmp_path).model_copy(update=wrong))
    assert "secret" not in str(refused.value)


# Refusals ----------------------------------------------------------------------------------------


async def test_what_fails_for_now_is_tried_again_after_growing_pauses(
    database: Database, sending: Outbox, office: PostOffice, clock: Clock
) -> None:
    mail_id = await promise(database)
    office.refuses = f"451 4.7.1 {TO}: try later"
    assert await sending.deliver() == 0
    for pause in outbox.PAUSES[:-1]:
        row = await row_of(database, mail_id)
        assert (row.problem, row.leased_until) == ("451 4.7.1 … try later", None)
        clock.forward(seconds=pause.total_seconds() - 30)
        await sending.deliver()
        assert (await row_of(database, mail_id)).attempts == row.attempts
        clock.forward(seconds=40)
        await sending.deliver()
        assert (await row_of(database, mail_id)).attempts == row.attempts + 1
    office.refuses = None
    clock.forward(hours=7)
    assert await sending.deliver() == 1
    row = await row_of(database, mail_id)
    assert (row.problem, row.given_up_at) == (None, None)


async def test_what_fails_for_three_days_is_given_up(
    database: Database, sending: Outbox, office: PostOffice, clock: Clock
) -> None:
    mail_id = await promise(database)
    office.refuses = "450 not now"
    hours = 0
    while (await row_of(database, mail_id)).given_up_at is None:
        await sending.deliver()
        clock.forward(hours=1)
        hours += 1
    assert 60 <= hours <= 73
    assert (await row_of(database, mail_id)).attempts > 10


async def test_a_recipient_who_is_refused_for_good_is_given_up_at_once(
    database: Database, sending: Outbox, office: PostOffice, clock: Clock
) -> None:
    mail_id = await promise(database)
    office.refuses = f"550 5.1.1 <{TO}> is unknown here"
    assert await sending.deliver() == 0
    row = await row_of(database, mail_id)
    assert row.problem == "550 5.1.1 … is unknown here"
    assert row.given_up_at is not None
    office.refuses = None
    clock.forward(days=1)
    assert await sending.deliver() == 0


async def test_a_content_that_is_refused_for_good_is_given_up_at_once(
    database: Database, sending: Outbox, office: PostOffice
) -> None:
    mail_id = await promise(database)
    office.answer = "554 5.7.1 no thanks"
    assert await sending.deliver() == 0
    assert (await row_of(database, mail_id)).given_up_at is not None


async def test_a_server_that_is_away_costs_a_mail_nothing_but_time(
    database: Database, tmp_path: Path, office: PostOffice, clock: Clock
) -> None:
    mail_id = await promise(database)
    away = Settings(var=tmp_path, smtp_url="smtp://127.0.0.1:9")
    assert await Outbox(database, away).deliver() == 0
    assert (await row_of(database, mail_id)).problem == "ConnectError"
    clock.forward(minutes=1, seconds=5)
    back = Settings(var=tmp_path, smtp_url=office.url)
    assert await Outbox(database, back).deliver() == 1


async def test_one_bad_mail_stops_no_other(
    database: Database, sending: Outbox, office: PostOffice
) -> None:
    bad = await promise(database)
    async with database.writing.begin() as session:
        (await session.get_one(OutboxMail, bad)).subject = "two\nlines"
    await promise(database, a_mail("l’autre"))
    assert await sending.deliver() == 1
    assert office.subjects == ["l’autre"]
    row = await row_of(database, bad)
    assert (row.problem, row.given_up_at is None) == ("Not composed: Invalid", False)


async def test_a_mail_that_was_given_up_can_be_tried_again_and_a_sent_one_cannot(
    database: Database, sending: Outbox, office: PostOffice
) -> None:
    mail_id = await promise(database)
    office.refuses = "550 no"
    await sending.deliver()
    office.refuses = None
    for sent in (1, 0):
        async with database.writing.begin() as session:
            await outbox.try_again(session, mail_id)
        assert await sending.deliver() == sent
    with pytest.raises(NotFound):
        async with database.writing.begin() as session:
            await outbox.try_again(session, uuid4())


# Several senders, and dying ones -----------------------------------------------------------------


async def sender_process(database_url: str, settings: Settings) -> Process:
    environment = {
        "CLAUDIA_VAR": str(settings.var),
        "CLAUDIA_DATABASE_URL": database_url,
        "CLAUDIA_SMTP_URL": settings.smtp_url,
    }
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.kit.delivering"), env={**os.environ, **environment}
    )


async def test_two_senders_in_one_process_send_each_mail_once(
    database: Database, settings: Settings, office: PostOffice
) -> None:
    subjects = [f"courriel {number}" for number in range(12)]
    for subject in subjects:
        await promise(database, a_mail(subject))
    sent = await asyncio.gather(*(Outbox(database, settings).deliver() for _ in range(2)))
    assert sum(sent) == len(subjects)
    assert sorted(office.subjects) == sorted(subjects)


async def test_two_processes_over_one_database_send_each_mail_once(
    database: Database, database_url: str, settings: Settings, office: PostOffice
) -> None:
    subjects = [f"courriel {number}" for number in range(12)]
    for subject in subjects:
        await promise(database, a_mail(subject))
    processes = [await sender_process(database_url, settings) for _ in range(2)]
    assert [await process.wait() for process in processes] == [0, 0]
    assert sorted(office.subjects) == sorted(subjects)


async def test_what_a_killed_process_was_sending_is_sent_again_after_its_lease(
    database: Database,
    database_url: str,
    settings: Settings,
    sending: Outbox,
    office: PostOffice,
    clock: Clock,
) -> None:
    mail_id = await promise(database)
    asked, never = asyncio.Event(), asyncio.Event()

    async def stall() -> None:
        asked.set()
        await never.wait()

    office.meets = stall
    process = await sender_process(database_url, settings)
    async with asyncio.timeout(30):
        await asked.wait()
    process.kill()
    await process.wait()
    office.meets = None
    assert await sending.deliver() == 0
    clock.forward(seconds=LEASE.total_seconds() + 1)
    assert await sending.deliver() == 1
    row = await row_of(database, mail_id)
    assert (row.attempts, len(office.received)) == (2, 1)


async def test_who_is_told_to_stop_notes_what_the_server_has_taken(
    database: Database, sending: Outbox, office: PostOffice
) -> None:
    mail_id = await promise(database)
    asked, goes_on = asyncio.Event(), asyncio.Event()

    async def take_long() -> None:
        asked.set()
        await goes_on.wait()

    office.meets = take_long
    round_ = asyncio.create_task(sending.deliver())
    await asked.wait()
    round_.cancel()
    await asyncio.sleep(0)
    goes_on.set()
    with pytest.raises(asyncio.CancelledError):
        await round_
    assert (await row_of(database, mail_id)).sent_at is not None


@pytest.mark.parametrize("taken", [True, False])
async def test_when_a_lease_ends_too_early_only_what_the_server_took_counts(
    database: Database, sending: Outbox, office: PostOffice, clock: Clock, taken: bool
) -> None:
    mail_id = await promise(database)
    asked, goes_on = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        asked.set()
        await goes_on.wait()

    office.meets = wait
    office.answer = "250 Taken" if taken else "550 no"
    slow = asyncio.create_task(sending.deliver())
    await asked.wait()
    clock.forward(seconds=LEASE.total_seconds() + 1)
    async with database.writing.begin() as session:  # somebody else's try has just failed
        row = await session.get_one(OutboxMail, mail_id)
        row.attempts, row.problem, row.due_at = 2, "450 later", now() + timedelta(hours=1)
    goes_on.set()
    await slow
    row = await row_of(database, mail_id)
    assert (row.sent_at is not None, row.given_up_at) == (taken, None)
    assert row.problem == (None if taken else "450 later")


# Taking back, and forgetting ---------------------------------------------------------------------


async def test_what_is_withdrawn_is_not_sent_and_what_was_sent_is_not_withdrawn(
    database: Database, sending: Outbox, office: PostOffice, clock: Clock
) -> None:
    visit, other = uuid4(), uuid4()
    await promise(database, kind="confirmation", about=visit)
    await sending.deliver()
    for kind in ("reminder", "change"):
        await promise(database, a_mail(kind), kind, visit, timedelta(hours=1))
    await promise(database, a_mail("other"), "reminder", other, timedelta(hours=1))
    async with database.writing.begin() as session:
        assert await outbox.withdraw(session, about=visit, kind="reminder") == 1
        assert await outbox.withdraw(session, about=visit) == 1
        assert await outbox.withdraw(session, about=visit) == 0
    clock.forward(hours=2)
    assert await sending.deliver() == 1
    assert office.subjects == ["Bonjour", "other"]


async def test_a_mail_that_is_withdrawn_while_it_is_sent_is_noted_nowhere(
    database: Database, sending: Outbox, office: PostOffice
) -> None:
    visit = uuid4()
    await promise(database, about=visit)

    async def withdraw() -> None:
        async with database.writing.begin() as session:
            assert await outbox.withdraw(session, about=visit) == 1

    office.meets = withdraw
    assert await sending.deliver() == 1
    assert await kinds(database) == []


async def test_every_mail_to_an_address_is_forgotten(database: Database, sending: Outbox) -> None:
    await promise(database, a_mail(to="A.Dupont@exemple.fr"))
    await sending.deliver()
    await promise(database, a_mail(to=TO), later=timedelta(days=1))
    await promise(database, a_mail(to="b@exemple.fr"), kind="kept")
    async with database.writing.begin() as session:
        assert await outbox.forget_address(session, " a.dupont@EXEMPLE.fr") == 2
    assert await kinds(database) == ["kept"]


async def test_every_mail_about_something_is_forgotten(database: Database, sending: Outbox) -> None:
    visit = uuid4()
    await promise(database, about=visit)
    await sending.deliver()
    await promise(database, about=visit)
    await promise(database, kind="kept", about=uuid4())
    async with database.writing.begin() as session:
        assert await outbox.forget_about(session, [visit]) == 2
        assert await outbox.forget_about(session, []) == 0
    assert await kinds(database) == ["kept"]


async def test_what_was_settled_long_ago_is_forgotten_and_what_is_owed_is_not(
    database: Database, sending: Outbox, office: PostOffice, clock: Clock
) -> None:
    await promise(database, kind="sent")
    await sending.deliver()
    office.refuses = "550 no"
    await promise(database, kind="given up")
    await promise(database, kind="owed", later=timedelta(days=60))
    await sending.deliver()
    clock.forward(days=31)
    async with database.writing.begin() as session:
        assert await outbox.forget_settled(session, now() - timedelta(days=32)) == 0
        assert await outbox.forget_settled(session, now() - timedelta(days=30)) == 2
    assert await kinds(database) == ["owed"]


async def test_looking_for_due_mails_reads_an_index_of_those_that_are_owed(
    database: Database, database_url: str
) -> None:
    query = (
        "SELECT id FROM outbox_mails WHERE sent_at IS NULL AND given_up_at IS NULL "
        "AND due_at <= '2026-01-01'"
    )
    async with database.reading() as session:
        if is_sqlite(database_url):
            plan = (await session.execute(text(f"EXPLAIN QUERY PLAN {query}"))).all()
        else:
            await session.execute(text("SET enable_seqscan = off"))
            plan = (await session.execute(text(f"EXPLAIN {query}"))).all()
    assert "ix_outbox_mails_due_at" in str(plan)


# Servers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://localhost", SmtpServer("localhost", 25)),
        ("smtp://post.example:2525", SmtpServer("post.example", 2525)),
        ("smtp://post.example?tls=required", SmtpServer("post.example", 25, start_tls=True)),
        ("smtps://post.example", SmtpServer("post.example", 465, use_tls=True)),
        (
            "smtp://user%40x:p%40ss%2Fword@post.example",
            SmtpServer("post.example", 587, "user@x", PASSWORD, start_tls=True),
        ),
        ("smtp://u:p@127.0.0.1:25", SmtpServer("127.0.0.1", 25, "u", "p")),
        ("smtp://u:p@post.example?tls=optional", SmtpServer("post.example", 587, "u", "p")),
        ("smtps://u:p@post.example", SmtpServer("post.example", 465, "u", "p", True, True)),
    ],
)
def test_a_server_is_named_by_its_url(url: str, server: SmtpServer) -> None:
    assert smtp_server(url) == server


@pytest.mark.parametrize(
    "url",
    [
        "localhost",
        "smtp://",
        "http://x",
        "smtp://x:port",
        "smtp://x?tls=none",
        "smtp://x?ssl=1",
        "smtp://[x",
    ],
)
def test_what_names_no_server_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="CLAUDIA_SMTP_URL is"):
        smtp_server(url)


def test_a_password_shows_nowhere(tmp_path: Path) -> None:
    url = "smtp://u:hush-hush@post.example"
    assert "hush" not in repr(smtp_server(url))
    assert "hush" not in repr(Settings(var=tmp_path, smtp_url=url))


@on_sqlite
async def test_a_server_that_wants_a_login_gets_it(database: Database, tmp_path: Path) -> None:
    async with opened(self_signed(tmp_path), ("user", PASSWORD)) as office:
        wrong, right = (
            Settings(var=tmp_path, smtp_url=f"smtp://user:{word}@127.0.0.1:{office.port}")
            for word in ("wrong", "p%40ss%2Fword")
        )
        mail_id = await promise(database)
        assert await Outbox(database, wrong).deliver() == 0
        row = await row_of(database, mail_id)
        assert ((row.problem or "")[:3], row.given_up_at) == ("535", None)
        async with database.writing.begin() as session:
            await outbox.try_again(session, mail_id)
        assert await Outbox(database, right).deliver() == 1


@on_sqlite
async def test_encryption_is_used_where_it_is_offered_and_checked_where_it_is_required(
    database: Database, tmp_path: Path
) -> None:
    await promise(database)
    async with opened(self_signed(tmp_path)) as office:
        required = Settings(var=tmp_path, smtp_url=office.url + "?tls=required")
        assert await Outbox(database, required).deliver() == 0
        offered = Settings(var=tmp_path, smtp_url=office.url)
        await promise(database, a_mail("offered"))
        assert await Outbox(database, offered).deliver() == 1
    assert (office.subjects, office.encrypted) == (["offered"], [True])


@on_sqlite
async def test_nothing_is_said_to_a_server_without_the_encryption_that_is_required(
    database: Database, office: PostOffice, tmp_path: Path
) -> None:
    mail_id = await promise(database)
    required = Settings(var=tmp_path, smtp_url=office.url + "?tls=required")
    assert await Outbox(database, required).deliver() == 0
    row = await row_of(database, mail_id)
    assert (row.problem is None, row.given_up_at, office.received) == (False, None, [])
