"""What is too old is erased, and one person can be forgotten altogether, in all that we keep."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text, update

from chorus.models import UsedToken
from chorus.training_models import RegistrationState, TrainingRegistration, TrainingSession
from kit import outbox
from kit.clock import now
from kit.database import Database
from kit.errors import Invalid, NotFound
from kit.mail import Mail
from kit.mail_models import OutboxMail
from kit.outbox import Outbox
from kit.settings import Settings
from livechat.models import Conversation, LogEntry, Turn
from livechat.retention import Gone, Person, Retention
from tests.chorus.classroom import Classroom, token_of
from tests.clock import Clock
from tests.livechat.fakes import Chat, identity
from ticketing.link_models import LinkRequest
from ticketing.link_requests import LinkRequests
from ticketing.models import Ticket

SECRET = "ma clef est sous le paillasson"  # what the person said, and must be gone
TABLES = (Conversation, LogEntry, Turn, Ticket, UsedToken)


@pytest.fixture
def retention(database: Database, tmp_path: Path) -> Retention:
    return Retention(database, Settings(var=tmp_path))


async def rows(database: Database) -> dict[str, int]:
    """How many rows each table of people's data holds; empty ones left out."""
    found = {}
    async with database.reading() as session:
        for table in TABLES:
            name = table.__tablename__
            found[name] = await session.scalar(text(f"SELECT count(*) FROM {name}")) or 0
    return {name: number for name, number in found.items() if number}


async def said_by_camille(chat: Chat) -> UUID:
    """A connected conversation with an answer, a vote and a stored request."""
    who = identity("camille", email="camille@example.org")
    opened = await chat.exchange.open(uuid4(), who)
    conversation_id = opened.conversation_id
    await chat.say(conversation_id, SECRET)
    await chat.ended()
    await chat.vote(conversation_id, (await chat.events(conversation_id))[-1].seq, "down")
    await chat.ended()
    await chat.click(conversation_id, "act:callback")
    return conversation_id


def person(way: str, conversation_id: UUID) -> Person:
    return {
        "id": Person(conversation_id=conversation_id),
        "email": Person(email="camille@example.org"),
        "an address in other letters": Person(email="Camille@Example.ORG"),
        "subject": Person(subject="host camille"),
    }[way]


@pytest.mark.parametrize("way", ["id", "email", "an address in other letters", "subject"])
async def test_one_person_is_forgotten_everywhere_and_others_are_not(
    database: Database, retention: Retention, way: str
) -> None:
    chat = Chat(database)
    conversation_id = await said_by_camille(chat)
    other = (await chat.exchange.open(uuid4(), identity("nadia", email="n@x.fr"))).conversation_id
    anonymous, _ = await chat.answer()

    gone = await retention.erase(person(way, conversation_id))

    assert (gone.conversations, gone.requests) == (1, 1)
    left = {other, anonymous}
    async with database.reading() as session:
        assert set(await session.scalars(select(Conversation.id))) == left
        for table in (LogEntry, Turn, UsedToken):
            assert set(await session.scalars(select(table.conversation_id))) <= left
        assert (await session.scalars(select(Ticket))).all() == []
    assert await retention.erase(person(way, conversation_id)) == Gone()


async def test_a_request_is_forgotten_though_its_conversation_is_gone(
    database: Database, retention: Retention, clock: Clock
) -> None:
    await said_by_camille(Chat(database))
    clock.forward(days=91)
    assert (await retention.purge()).conversations == 1
    assert await rows(database) == {"tickets": 1}
    assert await retention.erase(Person(email="camille@example.org")) == Gone(requests=1)


async def test_what_an_erased_person_said_is_not_in_the_bytes_of_the_files(
    sqlite_template: Path, tmp_path: Path
) -> None:
    path = tmp_path / "claudia.db"
    path.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{path}")
    chat = Chat(database)
    conversation_id = await said_by_camille(chat)
    assert _files_that_hold(SECRET, tmp_path)
    await Retention(database, Settings(var=tmp_path)).erase(Person(conversation_id=conversation_id))
    await database.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert _files_that_hold(SECRET, tmp_path) == []
    assert _files_that_hold("camille@example.org", tmp_path) == []


def _files_that_hold(words: str, folder: Path) -> list[str]:
    return [path.name for path in folder.glob("*.db*") if words.encode() in path.read_bytes()]


@pytest.mark.parametrize(
    "named", [{}, {"email": ""}, {"subject": ""}, {"email": "a@b.fr", "subject": "host a"}]
)
def test_a_person_who_is_not_named_is_nobody(named: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        Person(**named)  # type: ignore[arg-type]


async def test_each_kind_of_data_is_kept_for_its_own_period(
    database: Database, tmp_path: Path, clock: Clock
) -> None:
    kept = Settings(
        var=tmp_path,
        retention_conversations_days=10,
        retention_requests_days=20,
    )
    retention = Retention(database, kept)
    chat = Chat(database)
    await said_by_camille(chat)
    clock.forward(days=6)
    assert await retention.purge() == Gone()
    clock.forward(days=5)
    assert await retention.purge() == Gone(conversations=1)
    assert await rows(database) == {"tickets": 1}
    clock.forward(days=10)
    assert await retention.purge() == Gone(requests=1)
    assert await rows(database) == {}


async def test_a_conversation_that_goes_on_is_not_too_old(
    database: Database, retention: Retention, clock: Clock
) -> None:
    chat = Chat(database)
    conversation_id = await chat.open()
    for _ in range(3):
        clock.forward(days=60)
        await chat.say(conversation_id, "toujours là")
        await chat.ended()
        assert await retention.purge() == Gone()


async def test_more_conversations_than_fit_in_one_transaction_are_purged(
    database: Database, retention: Retention, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livechat.retention.AT_ONCE", 2)
    chat = Chat(database)
    for _ in range(5):
        await chat.open()
    clock.forward(days=91)
    assert await retention.purge() == Gone(conversations=5)


async def test_who_writes_in_a_conversation_that_was_erased_is_told_that_it_is_gone(
    database: Database, retention: Retention
) -> None:
    chat = Chat(database)
    conversation_id, _ = await chat.answer()
    await retention.erase(Person(conversation_id=conversation_id))
    with pytest.raises(NotFound):
        await chat.say(conversation_id, "il y a quelqu’un ?")


async def test_a_used_token_is_forgotten_once_it_has_expired(
    database: Database, retention: Retention, clock: Clock
) -> None:
    await Chat(database).exchange.open(uuid4(), identity())
    await retention.purge()
    assert (await rows(database))["used_identity_tokens"] == 1
    clock.forward(minutes=11)
    await retention.purge()
    assert "used_identity_tokens" not in await rows(database)


async def test_what_an_earlier_rasa_wrote_of_people_is_removed_and_nothing_else(
    retention: Retention, tmp_path: Path
) -> None:
    for name in ("rasa.db", "rasa.db-wal", "rasa.db-shm", "other.db"):
        (tmp_path / name).write_text(SECRET, encoding="utf-8")
    await retention.purge()
    assert (list(tmp_path.glob("rasa.db*")), (tmp_path / "other.db").exists()) == ([], True)


async def test_a_reference_of_an_erased_request_is_never_given_again(
    database: Database, retention: Retention
) -> None:
    chat = Chat(database)
    conversation_id = await said_by_camille(chat)
    await retention.erase(Person(conversation_id=conversation_id))
    await said_by_camille(chat)
    async with database.reading() as session:
        assert await session.scalar(select(Ticket.number)) == 2


async def test_a_conversation_at_rest_is_unchanged_by_a_purge(
    database: Database, retention: Retention
) -> None:
    chat = Chat(database)
    conversation_id = await said_by_camille(chat)
    before = await chat.events(conversation_id)
    async with database.writing.begin() as session:
        await session.execute(update(Conversation).values(active_at=now() - timedelta(days=89)))
    assert await retention.purge() == Gone()
    assert await chat.events(conversation_id) == before


async def promise_mail(database: Database, to: str, about: UUID | None = None) -> None:
    async with database.writing.begin() as session:
        mail = Mail(to, "Rendez-vous", SECRET)
        await outbox.post(session, mail, kind="reminder", about=about)


async def mails_to(database: Database) -> list[str]:
    async with database.reading() as session:
        return sorted(await session.scalars(select(OutboxMail.to)))


@pytest.mark.parametrize(
    ("way", "left"),
    [
        ("id", ["camille@example.org", "n@x.fr"]),
        ("subject", ["camille@example.org", "n@x.fr"]),
        ("an address in other letters", ["n@x.fr"]),
    ],
)
async def test_mails_about_a_person_are_forgotten_with_them(
    database: Database, retention: Retention, way: str, left: list[str]
) -> None:
    conversation_id = await said_by_camille(Chat(database))
    await promise_mail(database, "elsewhere@example.org", conversation_id)
    await promise_mail(database, "camille@example.org")
    await promise_mail(database, "n@x.fr")
    gone = await retention.erase(person(way, conversation_id))
    assert (gone.mails, await mails_to(database)) == (3 - len(left), left)


async def test_links_to_tickets_that_a_person_asked_for_are_forgotten_with_them(
    database: Database, retention: Retention
) -> None:
    asked = LinkRequests(database)
    for email in ("camille@example.org", "n@x.fr"):
        await asked.ask("TK-000099", email)
    await retention.erase(Person(email="Camille@example.org"))
    async with database.reading() as session:
        assert (await session.scalars(select(LinkRequest.email))).all() == ["n@x.fr"]


async def test_mails_go_with_their_conversation_or_some_days_after_they_were_sent(
    database: Database, retention: Retention, tmp_path: Path, clock: Clock
) -> None:
    conversation_id = await Chat(database).open()
    await promise_mail(database, "sent@x.fr")
    await Outbox(database, Settings(var=tmp_path)).deliver()
    await promise_mail(database, "about@x.fr", conversation_id)
    await promise_mail(database, "owed@x.fr")
    clock.forward(days=31)
    assert (await retention.purge()).mails == 1
    assert await mails_to(database) == ["about@x.fr", "owed@x.fr"]
    clock.forward(days=60)
    assert (await retention.purge()).mails == 1
    assert await mails_to(database) == ["owed@x.fr"]


# Trainings -------------------------------------------------------------------------------

LATER = {"day": (now() + timedelta(days=200)).date().isoformat()}
MUCH_LATER = {"day": (now() + timedelta(days=400)).date().isoformat()}


async def registered(database: Database) -> list[str]:
    """The addresses that are registered for a training, in order."""
    async with database.reading() as session:
        return sorted(await session.scalars(select(TrainingRegistration.email)))


async def test_who_registered_for_a_training_is_forgotten_with_the_mails_about_it(
    database: Database, retention: Retention
) -> None:
    room, here = Classroom(database), await Chat(database).open()
    planned = await room.plan(**LATER, places="4")
    await room.register(planned, "camille@example.org", subject="host camille")
    await room.register(planned, "colleague@x.fr", subject="host camille")
    await room.register(planned, "typed@x.fr", conversation_id=here)
    await room.register(planned, "other@x.fr")
    assert (await retention.erase(Person(email="Camille@Example.ORG"))).registrations == 1
    assert await registered(database) == ["colleague@x.fr", "other@x.fr", "typed@x.fr"]
    assert (await retention.erase(Person(subject="host camille"))).registrations == 1
    assert await registered(database) == ["other@x.fr", "typed@x.fr"]
    gone = await retention.erase(Person(conversation_id=here))
    assert (gone.conversations, gone.registrations) == (1, 1)
    assert await registered(database) == ["other@x.fr"]
    assert set(await mails_to(database)) == {"other@x.fr"}
    assert await room.left(planned) == 3  # their places are free


async def test_a_conversation_that_named_the_address_is_that_persons(
    database: Database, retention: Retention
) -> None:
    room, chat = Classroom(database), Chat(database)
    anonymous = await chat.open()
    connected = (
        await chat.exchange.open(uuid4(), identity("nadia", email="n@x.fr"))
    ).conversation_id
    planned = await room.plan(**LATER)
    await room.register(planned, "a@x.fr", conversation_id=anonymous)
    await room.cancel_by_link(token_of(await room.register(planned, "a@x.fr")))
    await room.register(planned, "b@x.fr", subject="host nadia", conversation_id=connected)
    assert (await retention.erase(Person(email="a@x.fr"))).conversations == 1
    assert (await retention.erase(Person(email="b@x.fr"))).conversations == 0
    async with database.reading() as session:
        assert list(await session.scalars(select(Conversation.id))) == [connected]


async def test_who_registered_for_what_is_to_come_stays_though_their_conversation_is_too_old(
    database: Database, retention: Retention, clock: Clock
) -> None:
    room, here = Classroom(database), await Chat(database).open()
    planned = await room.plan(**LATER)
    registration = await room.register(planned, "a@x.fr", conversation_id=here)
    clock.forward(days=91)
    assert (await retention.purge()) == Gone(conversations=1)
    async with database.reading() as session:
        kept = await session.get_one(TrainingRegistration, registration.id)
    assert (kept.conversation_id, kept.state) == (None, RegistrationState.REGISTERED)
    assert (await room.look(token_of(registration))).is_live


async def test_a_training_is_forgotten_with_whoever_came_some_days_after_its_end(
    database: Database, tmp_path: Path, clock: Clock
) -> None:
    retention = Retention(database, Settings(var=tmp_path, retention_training_days=10))
    room = Classroom(database)
    planned, next_one = await room.plan(**LATER), await room.plan(**MUCH_LATER)
    await room.register(planned, "a@x.fr")
    await room.register(next_one, "b@x.fr")
    clock.put_at(planned.end + timedelta(days=10) - timedelta(seconds=1))
    assert (await retention.purge()).registrations == 0
    clock.put_at(planned.end + timedelta(days=10, seconds=1))
    assert (await retention.purge()).registrations == 1
    async with database.reading() as session:
        assert list(await session.scalars(select(TrainingSession.id))) == [next_one.id]
    assert await registered(database) == ["b@x.fr"]
    assert set(await mails_to(database)) == {"b@x.fr"}
