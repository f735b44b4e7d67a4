"""Trainings in the conversation: shown, chosen, given back."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from actions import words
from chorus import training
from chorus import words as chorus_words
from chorus.training_models import TrainingSession
from chorus.training_rules import TrainingKind
from kit.database import Database
from livechat.assistant import JoinTraining, LeaveTraining
from tests.actions.stage import Stage, ask, clicked, typed
from tests.actions.writing import Writer
from tests.clock import Clock, clock
from tests.livechat.fakes import PAPER

__all__ = ["clock"]

SECTION = "formation/inscription"
MINE = ("mes_formations", 0.9)
ADDRESS = "a.dupont@exemple.fr"
NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
FIRST, SECOND = datetime(2026, 12, 1, 9, tzinfo=UTC), datetime(2026, 12, 12, 9, tzinfo=UTC)
MARCH = datetime(2027, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
async def user(stage: Stage, clock: Clock) -> Writer:
    clock.put_at(NOW)
    writer = Writer(stage)
    await writer.talk()
    return writer


async def planned(
    database: Database, title: str, start: datetime, audience: str | None = None
) -> UUID:
    async with database.writing.begin() as session:
        row = TrainingSession(
            title=title,
            theme="compte_depot",
            kind=TrainingKind.WEBINAR,
            audience=[audience] if audience else [],
            start=start,
            end=start + timedelta(hours=1),
            places=10,
        )
        session.add(row)
        await session.flush()
        return row.id


async def test_they_are_shown_with_how_one_learns_and_a_click_takes_a_place(
    user: Writer, database: Database
) -> None:
    first = await planned(database, "Déposer une facture", FIRST)
    (answer,) = await user.say(ask(SECTION, "y a-t-il des webinaires ?"))
    label = "Déposer une facture, mardi 1er décembre à 10 h"
    assert answer.votable and label in (answer.text or "") and "(10 places)" in (answer.text or "")
    (question,) = await user.click(label)
    assert question.text == words.WHICH_TRAINING_EMAIL
    (order,) = await user.say(typed(ADDRESS, kind="escalate"))
    assert order.directive == JoinTraining(session_id=first, email=ADDRESS)
    assert user.stage.loop is None


async def test_who_is_connected_is_asked_nothing_and_sees_what_is_for_them(
    stage: Stage, clock: Clock, database: Database
) -> None:
    clock.put_at(NOW)
    await planned(database, "Pour les entités", FIRST, "entite_publique")
    mine = await planned(database, "Pour les entreprises", SECOND, "entreprise")
    user = Writer(stage)
    await user.talk("camille", structure="demo-camille")
    (answer,) = await user.say(ask(SECTION))
    assert "Pour les entités" not in (answer.text or "")
    (order,) = await user.click(user.labels()[0])
    assert order.directive == JoinTraining(session_id=mine, email="camille@example.org")


async def test_another_one_may_be_named_by_its_day_while_the_address_is_asked(
    user: Writer, database: Database
) -> None:
    await planned(database, "Déposer une facture", FIRST)
    second = await planned(database, "Factures de travaux", SECOND)
    await user.say(ask(SECTION))
    await user.click(user.labels()[0])
    await user.say(typed("non, plutôt celle du 12", ("non", 0.8)))
    (order,) = await user.say(typed(ADDRESS, kind="escalate"))
    assert order.directive == JoinTraining(session_id=second, email=ADDRESS)


async def test_it_can_be_left_and_taken_up_again(user: Writer, database: Database) -> None:
    await planned(database, "Déposer une facture", FIRST)
    (question,) = await user.say(clicked("formation.inscription", act="start"))
    assert "Laquelle vous intéresse" in (question.text or "")
    (left,) = await user.click(words.NONE_OF_THEM)
    assert (left.text, user.stage.loop) == (words.TRAINING_LEFT, None)


async def test_without_any_to_come_it_says_how_one_registers_elsewhere(user: Writer) -> None:
    (answer,) = await user.say(ask(SECTION))
    assert "site" in (answer.text or "") and words.NONE_OF_THEM not in user.labels()
    assert "Prochaines sessions" not in (answer.text or "")


async def test_their_own_are_shown_and_a_click_gives_the_place_back(
    user: Writer, database: Database
) -> None:
    (none,) = await user.say(typed("mes inscriptions", MINE))
    assert none.text == words.my_trainings([])
    session_id = await planned(database, "Déposer une facture", FIRST)
    async with database.writing.begin() as session:
        taken = await training.register(
            session, session_id, ADDRESS, paper=PAPER, conversation_id=user.conversation_id
        )
        registration_id, joined = taken.id, await session.get_one(TrainingSession, session_id)
        label = chorus_words.leave_training(joined)
    (mine,) = await user.say(typed("mes inscriptions", MINE))
    assert "mardi 1er décembre à 10 h" in (mine.text or "")
    (order,) = await user.click(label)
    assert order.directive == LeaveTraining(registration_id=registration_id)


async def test_a_wrong_address_is_corrected_and_its_place_given_back(
    user: Writer, database: Database
) -> None:
    first = await planned(database, "Déposer une facture", FIRST)
    await user.say(ask(SECTION))
    await user.click(user.labels()[0])
    await user.say(typed("a.dupond@exemple.fr", kind="escalate"))
    (order,) = await user.say(typed(f"non, c'est {ADDRESS}", ("non", 0.8)))
    assert order.directive == JoinTraining(
        session_id=first, email=ADDRESS, instead_of="a.dupond@exemple.fr"
    )
    assert "training_email" not in user.stage.slots


async def test_digits_of_an_address_are_no_day(user: Writer, database: Database) -> None:
    first = await planned(database, "Déposer une facture", FIRST)
    await planned(database, "Factures de travaux", SECOND)
    await user.say(ask(SECTION))
    await user.click(user.labels()[0])
    (order,) = await user.say(typed("contact-12@exemple.fr", kind="escalate"))
    assert order.directive == JoinTraining(session_id=first, email="contact-12@exemple.fr")


async def test_one_is_named_by_its_month_or_its_place_in_the_list(
    user: Writer, database: Database
) -> None:
    await planned(database, "Déposer une facture", FIRST)
    second = await planned(database, "Factures de travaux", SECOND)
    third = await planned(database, "Créer son compte", MARCH)
    for said, session_id in [
        ("plutôt la deuxième", second),
        ("celle de mars", third),
        ("la dernière", third),
        ("celle du 12", second),
    ]:
        await user.say(clicked("formation.inscription", act="start"))
        (question,) = await user.say(typed(said, kind="escalate"))
        assert (question.text or "").startswith(words.WHICH_TRAINING_EMAIL)
        assert user.stage.slots["training_session"] == str(session_id)
        await user.say(typed("non", ("non", 0.9)))


async def test_several_of_a_month_are_asked_about_and_no_others(
    user: Writer, database: Database
) -> None:
    await planned(database, "Créer son compte", MARCH)
    await planned(database, "Déposer une facture", FIRST)
    second = await planned(database, "Factures de travaux", SECOND)
    await user.say(clicked("formation.inscription", act="start"))
    (which,) = await user.say(typed("celle de décembre", kind="escalate"))
    assert "Plusieurs sessions" in (which.text or "")
    assert len(user.labels()) == 3 and user.labels()[-1] == words.NONE_OF_THEM
    await user.say(typed("la dernière de décembre", kind="escalate"))
    assert user.stage.slots["training_session"] == str(second)


async def test_a_month_without_any_asks_again_and_says_why(
    user: Writer, database: Database
) -> None:
    await planned(database, "Déposer une facture", FIRST)
    await user.say(clicked("formation.inscription", act="start"))
    (again,) = await user.say(typed("celle de juin", kind="escalate"))
    assert (again.text or "").startswith("Je ne trouve pas de place à cette date.")
    assert user.labels()[0] == "Déposer une facture, mardi 1er décembre à 10 h"
    answer, once_more = await user.say(ask("notifications/activer"))
    assert answer.votable and (once_more.text or "").startswith("Prochaines sessions")


async def test_one_that_can_be_several_takes_the_first_choice_back(
    user: Writer, database: Database
) -> None:
    await planned(database, "Déposer une facture", FIRST)
    await planned(database, "Factures de travaux", SECOND)
    await user.say(ask(SECTION))
    await user.click(user.labels()[0])
    (which,) = await user.say(typed("finalement une de décembre", kind="escalate"))
    assert "Plusieurs sessions" in (which.text or "")
    assert user.stage.slots.get("training_session") is None
