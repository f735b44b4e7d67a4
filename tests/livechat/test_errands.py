"""What a turn has done at the host site: once, in the transaction of the turn, and said."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from chorus import words
from chorus.account_models import AccountRequest, AccountRequestKind
from chorus.training_models import RegistrationState, TrainingRegistration, TrainingSession
from chorus.training_rules import TrainingKind
from kit.database import Database
from kit.mail_models import OutboxMail
from livechat.assistant import (
    AskAccountMail,
    Directive,
    JoinTraining,
    LeaveTraining,
    Memory,
    Reply,
    Turned,
)
from livechat.protocol import Author
from tests.clock import Clock, clock
from tests.livechat.fakes import Chat, ScriptedAssistant, identity

__all__ = ["clock"]

ADDRESS = "a.dupont@exemple.fr"
NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
START = datetime(2026, 12, 1, 9, tzinfo=UTC)


def ordering(*wanted: Directive) -> list[Turned]:
    return [Turned(replies=[Reply(directive=each)], memory=Memory()) for each in wanted]


async def talk(database: Database, *wanted: Directive) -> tuple[Chat, UUID]:
    """A conversation in which the assistant orders these, a message each."""
    chat = Chat(database, ScriptedAssistant(*ordering(*wanted)))
    conversation_id = await chat.open()
    for number, _ in enumerate(wanted):
        await chat.say(conversation_id, f"oui {number}")
        await chat.ended()
    return chat, conversation_id


async def told(chat: Chat, conversation_id: UUID) -> Sequence[str]:
    said = await chat.said_by(conversation_id, Author.ASSISTANT)
    return [text.replace("\u00a0", " ") for text in said]


async def requests(database: Database) -> Sequence[AccountRequest]:
    async with database.reading() as session:
        return (await session.scalars(select(AccountRequest))).all()


async def registrations(database: Database) -> Sequence[TrainingRegistration]:
    async with database.reading() as session:
        return (await session.scalars(select(TrainingRegistration))).all()


async def planned(database: Database, places: int | None = None) -> UUID:
    async with database.writing.begin() as session:
        row = TrainingSession(
            title="Déposer une facture",
            theme="compte_depot",
            kind=TrainingKind.WEBINAR,
            audience=[],
            start=START,
            end=START + timedelta(hours=1),
            places=places,
        )
        session.add(row)
        await session.flush()
        return row.id


@pytest.mark.parametrize("kind", list(AccountRequestKind))
async def test_a_mail_about_an_account_is_promised_in_a_row(
    database: Database, kind: AccountRequestKind
) -> None:
    chat, conversation_id = await talk(database, AskAccountMail(kind=kind, address=ADDRESS))
    (row,) = await requests(database)
    assert (row.kind, row.address, row.conversation_id) == (kind, ADDRESS, conversation_id)
    assert words.account_mail_asked(kind, ADDRESS) in (await told(chat, conversation_id))[-1]


async def test_too_many_are_refused_and_said(database: Database) -> None:
    order = AskAccountMail(kind=AccountRequestKind.PASSWORD_RESET, address=ADDRESS)
    chat, conversation_id = await talk(database, order, order, order, order)
    assert len(await requests(database)) == 3
    asked = words.account_mail_asked(AccountRequestKind.PASSWORD_RESET, ADDRESS)
    assert (await told(chat, conversation_id)).count(asked) == 3  # each was done, and is said
    assert (await told(chat, conversation_id))[-1] == words.TOO_MANY_MAILS


async def test_a_place_is_taken_with_its_mail_and_given_back(
    database: Database, clock: Clock
) -> None:
    clock.put_at(NOW)
    session_id = await planned(database)
    chat, conversation_id = await talk(database, JoinTraining(session_id=session_id, email=ADDRESS))
    (row,) = await registrations(database)
    assert row.conversation_id == conversation_id
    said = (await told(chat, conversation_id))[-1]
    assert "Vous êtes inscrit à « Déposer une facture »" in said and ADDRESS in said
    async with database.reading() as session:
        assert ADDRESS in {mail.to for mail in await session.scalars(select(OutboxMail))}
    chat.assistant.script += ordering(LeaveTraining(registration_id=row.id))
    await chat.say(conversation_id, "annuler")
    await chat.ended()
    assert "est annulée" in (await told(chat, conversation_id))[-1]
    (row,) = await registrations(database)
    assert row.state is RegistrationState.CANCELLED


async def test_a_corrected_address_leaves_one_place_taken(database: Database, clock: Clock) -> None:
    clock.put_at(NOW)
    session_id = await planned(database)
    wrong = JoinTraining(session_id=session_id, email="a.dupond@exemple.fr")
    right = JoinTraining(session_id=session_id, email=ADDRESS, instead_of="a.dupond@exemple.fr")
    await talk(database, wrong, right)
    states = {row.email: row.state for row in await registrations(database)}
    assert states == {
        "a.dupond@exemple.fr": RegistrationState.CANCELLED,
        ADDRESS: RegistrationState.REGISTERED,
    }


async def test_a_known_and_an_unknown_address_are_answered_in_the_same_words(
    database: Database, clock: Clock
) -> None:
    clock.put_at(NOW)
    session_id = await planned(database)
    await talk(database, JoinTraining(session_id=session_id, email=ADDRESS))
    answers = []
    for email in (ADDRESS, "b@exemple.fr"):
        order = JoinTraining(session_id=session_id, email=email)
        chat, conversation_id = await talk(database, order)
        answers.append((await told(chat, conversation_id))[-1].replace(email, "…"))
    assert answers[0] == answers[1] and "Vous êtes inscrit" in answers[0]


async def test_who_is_connected_has_their_own_address_confirmed_whoever_named_it_before(
    database: Database, clock: Clock
) -> None:
    clock.put_at(NOW)
    session_id = await planned(database)
    order = JoinTraining(session_id=session_id, email=ADDRESS)
    await talk(database, order)
    chat = Chat(database, ScriptedAssistant(*ordering(order)))
    who = identity("camille", email=ADDRESS.title())
    conversation_id = (await chat.exchange.open(uuid4(), who)).conversation_id
    await chat.say(conversation_id, "oui")
    await chat.ended()
    (theirs,) = [row for row in await registrations(database) if not row.echo]
    assert theirs.subject == "host camille"
    async with database.reading() as session:
        mails = await session.scalars(select(OutboxMail.kind).where(OutboxMail.about == theirs.id))
        assert "training_confirmation" in mails


async def test_the_last_place_is_said_to_be_gone(database: Database, clock: Clock) -> None:
    clock.put_at(NOW)
    session_id = await planned(database, places=1)
    await talk(database, JoinTraining(session_id=session_id, email="b@exemple.fr"))
    chat, conversation_id = await talk(database, JoinTraining(session_id=session_id, email=ADDRESS))
    assert "est complète" in (await told(chat, conversation_id))[-1]
    assert len(await registrations(database)) == 1


async def test_a_place_that_is_somebody_elses_cannot_be_given_back(
    database: Database, clock: Clock
) -> None:
    clock.put_at(NOW)
    session_id = await planned(database)
    await talk(database, JoinTraining(session_id=session_id, email="b@exemple.fr"))
    (row,) = await registrations(database)
    answers = []
    for registration_id in (row.id, uuid4()):
        order = LeaveTraining(registration_id=registration_id)
        chat, conversation_id = await talk(database, order)
        answers.append((await told(chat, conversation_id))[-1])
    assert answers[0] == answers[1] == words.training_refused(None)
    assert (await registrations(database))[0].state is RegistrationState.REGISTERED
