"""The staff plans trainings; whoever registered is told of what concerns them, once, by mail."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from chorus import training_planning
from chorus.training_drafts import TrainingDraft, TrainingMistake, draft_of
from chorus.training_rounds import AT_ONCE, TrainingRounds
from chorus.words import TRAINING_MISTAKES, training_moment
from kit.database import Database
from kit.errors import Conflict, Forbidden, NotFound
from kit.outbox import Outbox
from kit.settings import Settings
from staff.models import Role
from tests.chorus.classroom import DRAFT, JOIN, MORNING, PAPER, Classroom, calendar_of, plain
from tests.clock import Clock
from tests.staff.people import hire


@pytest.fixture(autouse=True)
def _morning(clock: Clock) -> None:
    clock.put_at(MORNING)


@pytest.fixture
def room(database: Database) -> Classroom:
    return Classroom(database)


# Who plans -------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.ADVISOR, Role.SUPPORT])
async def test_only_supervisors_and_administrators_plan(room: Classroom, role: Role) -> None:
    planned = await room.plan()
    other = await hire(room.database, "david@exemple.fr", role)
    async with room.database.writing.begin() as session:
        for act in (
            training_planning.list_trainings(session, other),
            training_planning.find_training(session, other, planned.id),
            training_planning.plan(session, other, DRAFT),
            training_planning.change(session, other, planned.id, DRAFT),
            training_planning.call_off(session, other, planned.id),
        ):
            with pytest.raises(Forbidden):
                await act


async def test_the_list_says_how_many_are_registered_the_latest_first(room: Classroom) -> None:
    first, later = await room.plan(), await room.plan(day="2026-12-02")
    for number in range(2):
        await room.register(first, f"u{number}@exemple.fr")
    boss = await room.planner()
    async with room.database.reading() as session:
        found = await training_planning.list_trainings(session, boss)
        assert [(each.training.id, each.registered) for each in found] == [
            (later.id, 0),
            (first.id, 2),
        ]
        with pytest.raises(NotFound):
            await training_planning.find_training(session, boss, boss.id)


# What is typed ---------------------------------------------------------------------------


def test_a_draft_is_in_local_time_and_comes_back_as_it_was_typed() -> None:
    plan = DRAFT.checked()
    assert (plan.start, plan.end) == (
        datetime(2026, 12, 1, 9, tzinfo=UTC),
        datetime(2026, 12, 1, 10, 30, tzinfo=UTC),
    )
    summer = replace(DRAFT, day="2027-07-01").checked()
    assert summer.start == datetime(2027, 7, 1, 8, tzinfo=UTC)


async def test_a_stored_training_fills_the_form_in(room: Classroom) -> None:
    for fields in ({}, {"places": "", "audience": (), "day": "2027-07-01", "join_url": ""}):
        planned = await room.plan(**fields)
        assert draft_of(planned) == replace(DRAFT, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"title": " "}, "title", "title_invalid"),
        ({"title": "x" * 121}, "title", "title_invalid"),
        ({"title": "a\x00b"}, "title", "title_invalid"),
        ({"theme": "jardinage"}, "theme", "theme_invalid"),
        ({"kind": "opera"}, "kind", "kind_invalid"),
        ({"audience": ("lune",)}, "audience", "audience_invalid"),
        ({"day": "demain"}, "day", "day_invalid"),
        ({"start": "dix heures"}, "start", "hour_invalid"),
        ({"end": ""}, "end", "hour_invalid"),
        ({"end": "10:00"}, "end", "end_invalid"),
        ({"end": "09:00"}, "end", "end_invalid"),
        ({"end": "18:01"}, "end", "end_invalid"),
        ({"day": "2027-03-28", "start": "02:30"}, "start", "hour_missing_that_day"),
        ({"day": "9999-12-31", "start": "23:30", "end": "23:45"}, "day", "start_far"),
        ({"day": "0001-01-01", "start": "00:00"}, "start", "hour_invalid"),
        ({"day": "2026-11-23"}, "day", "start_past"),
        ({"day": "2026-11-24", "start": "09:00"}, "day", "start_past"),
        ({"day": "2029-01-01"}, "day", "start_far"),
        ({"places": "0"}, "places", "places_invalid"),
        ({"places": "-1"}, "places", "places_invalid"),
        ({"places": "10001"}, "places", "places_invalid"),
        ({"places": "٣"}, "places", "places_invalid"),
        ({"join_url": "http://exemple.fr"}, "join_url", "url_invalid"),
        ({"join_url": "javascript:alert(1)"}, "join_url", "url_invalid"),
        ({"join_url": "https://"}, "join_url", "url_invalid"),
        ({"join_url": "https://[x"}, "join_url", "url_invalid"),
        ({"join_url": "https://exemple.fr/" + "x" * 500}, "join_url", "url_invalid"),
        ({"description": "x" * 1001}, "description", "description_invalid"),
    ],
)
async def test_what_cannot_be_taken_is_named_and_nothing_is_stored(
    room: Classroom, changed: dict[str, Any], field: str, code: str
) -> None:
    with pytest.raises(TrainingMistake) as mistake:
        await room.plan(**changed)
    assert (mistake.value.field, mistake.value.code) == (field, code)
    assert code in TRAINING_MISTAKES
    assert await room.titles() == []


@pytest.mark.parametrize(
    ("day", "start", "end", "said"),
    [
        # The clock goes forward on 28 March 2027 at 2, back on 31 October 2027 at 3.
        ("2027-03-27", "10:00", "11:30", "samedi 27 mars 2027, de 10 h à 11 h 30"),
        ("2027-03-28", "10:00", "11:30", "dimanche 28 mars 2027, de 10 h à 11 h 30"),
        ("2027-03-28", "01:30", "03:30", "dimanche 28 mars 2027, de 1 h 30 à 3 h 30"),
        ("2027-10-31", "10:00", "11:30", "dimanche 31 octobre 2027, de 10 h à 11 h 30"),
        ("2027-11-01", "09:05", "10:00", "lundi 1er novembre 2027, de 9 h 05 à 10 h"),
    ],
)
def test_what_is_typed_is_what_is_said_whatever_the_clock_does(
    day: str, start: str, end: str, said: str
) -> None:
    plan = replace(DRAFT, day=day, start=start, end=end).checked()
    assert plain(training_moment(plan.start, plan.end)) == said


def test_on_the_day_of_the_change_a_training_lasts_as_long_as_the_sun_says() -> None:
    plan = replace(DRAFT, day="2027-03-28", start="01:30", end="03:30").checked()
    assert plan.end - plan.start == timedelta(hours=1)


# Telling those who registered ------------------------------------------------------------


async def test_a_moved_training_is_told_to_each_who_is_registered_and_to_nobody_else(
    room: Classroom,
) -> None:
    planned = await room.plan()
    here = uuid4()
    first, second = await room.register(planned), await room.register(planned, "b@x.fr")
    gone = await room.register(planned, "c@x.fr", conversation_id=here)
    await room.cancel(gone, conversation_id=here)
    await room.change(planned, day="2026-12-03", start="14:00", end="15:00")
    assert await room.rounds.go() == 2
    changes = [each for each in await room.mails() if each.kind == "training_change"]
    assert {each.to for each in changes} == {first.email, second.email}
    for mail in changes:
        assert "déplacée" in mail.subject and "déplacée" in mail.text
        assert "mardi 1er décembre à 10 h" in mail.text  # when it was
        assert "jeudi 3 décembre 2026, de 14 h à 15 h" in plain(mail.text) and JOIN in mail.text
        method, event = calendar_of(mail)
        assert (method, event["SEQUENCE"]) == ("PUBLISH", 1)
        assert event.start == datetime(2026, 12, 3, 13, tzinfo=UTC)
    reminders = [each for each in await room.mails() if each.kind == "training_reminder"]
    assert [each.due_at for each in reminders] == [datetime(2026, 12, 2, 13, tzinfo=UTC)] * 2
    assert await room.rounds.go() == 0  # told once


async def test_a_reminder_of_the_old_time_never_goes_though_nobody_was_told_yet(
    room: Classroom, clock: Clock
) -> None:
    planned = await room.plan()
    await room.register(planned)
    clock.put_at(planned.start - timedelta(days=1))
    await room.change(planned, day="2026-12-03")
    assert await room.mails() == []
    await room.rounds.go()
    assert await room.kinds() == ["change", "reminder"]


async def test_a_new_address_to_join_is_told_and_a_new_description_is_not(
    room: Classroom,
) -> None:
    planned = await room.plan()
    await room.register(planned)
    await room.change(planned, description="Autre.", places="8", audience=(), theme="travaux_moe")
    assert await room.rounds.go() == 0
    assert await room.kinds() == ["confirmation", "reminder"]
    await room.change(planned, join_url=JOIN + "/2", description="Autre.")
    assert await room.rounds.go() == 1
    change = next(each for each in await room.mails() if each.kind == "training_change")
    assert JOIN + "/2" in change.text and "modifiée" in change.subject


async def test_a_training_that_is_called_off_leaves_every_calendar(room: Classroom) -> None:
    planned = await room.plan()
    registration = await room.register(planned)
    await room.call_off(planned)
    assert await room.rounds.go() == 1
    (mail,) = await room.mails()
    assert mail.kind == "training_called_off" and "n’aura pas lieu" in mail.text
    assert f"{PAPER.base}/formations" in mail.text and JOIN not in mail.text
    method, event = calendar_of(mail)
    assert (method, event["SEQUENCE"], str(event["UID"])) == ("CANCEL", 1, str(registration.id))
    assert await room.titles() == []


async def test_who_changes_a_training_twice_before_anybody_was_told_tells_the_last_state(
    room: Classroom,
) -> None:
    planned = await room.plan()
    await room.register(planned)
    await room.change(planned, day="2026-12-03")
    await room.change(planned, day="2026-12-04")
    assert await room.rounds.go() == 1
    change = next(each for each in await room.mails() if each.kind == "training_change")
    assert "vendredi 4 décembre" in change.text and "mardi 1er décembre" in change.text
    assert "3 décembre" not in change.text


async def test_who_gives_their_place_back_before_they_were_told_gets_the_one_mail(
    room: Classroom,
) -> None:
    planned, here = await room.plan(), uuid4()
    registration = await room.register(planned, conversation_id=here)
    await room.change(planned, day="2026-12-03")
    await room.cancel(registration, conversation_id=here)
    assert await room.rounds.go() == 0
    assert await room.kinds() == ["cancellation"]


async def test_many_are_told_once_each_by_two_processes(room: Classroom, database_url: str) -> None:
    planned, many = await room.plan(places=""), 2 * AT_ONCE + 3
    for number in range(many):
        await room.register(planned, f"u{number}@exemple.fr")
    await room.call_off(planned)
    other = Database(database_url)
    await asyncio.gather(room.rounds.go(), TrainingRounds(other, PAPER).go())
    await other.close()
    told = sorted(each.to for each in await room.mails() if each.kind == "training_called_off")
    assert told == sorted(f"u{number}@exemple.fr" for number in range(many))


async def test_a_process_that_dies_while_it_tells_leaves_the_rest_to_the_next(
    room: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned = await room.plan()
    await room.register(planned)
    await room.call_off(planned)

    async def die(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr("chorus.training_mails.tell_called_off", die)
        with pytest.raises(ConnectionError):
            await room.rounds.go()
    assert await room.mails() == []
    assert await room.rounds.go() == 1


async def test_a_mail_that_left_already_is_followed_by_the_change(
    room: Classroom, tmp_path: Any
) -> None:
    planned = await room.plan()
    await room.register(planned)
    await Outbox(room.database, Settings(var=tmp_path)).deliver()
    await room.change(planned, day="2026-12-03")
    await room.rounds.go()
    assert await room.kinds() == ["confirmation", "change", "reminder"]


# What stays ------------------------------------------------------------------------------


async def test_there_are_never_fewer_places_than_people(room: Classroom) -> None:
    planned = await room.plan()
    for number in range(2):
        await room.register(planned, f"u{number}@exemple.fr")
    with pytest.raises(TrainingMistake) as mistake:
        await room.change(planned, places="1")
    assert (mistake.value.field, mistake.value.code) == ("places", "places_taken")
    await room.change(planned, places="2")
    assert await room.left(planned) == 0


async def test_what_has_begun_or_was_called_off_is_changed_no_more(
    room: Classroom, clock: Clock
) -> None:
    planned, off = await room.plan(), await room.plan()
    await room.call_off(off)
    clock.put_at(planned.start)
    later = {"day": "2026-12-03"}
    for act, code in (
        (room.change(planned, **later), "training_over"),
        (room.call_off(planned), "training_over"),
        (room.change(off, **later), "training_cancelled"),
    ):
        with pytest.raises(Conflict) as refusal:
            await act
        assert refusal.value.code == code
        assert code in TRAINING_MISTAKES


async def test_calling_off_again_changes_nothing(room: Classroom) -> None:
    planned = await room.plan()
    await room.register(planned)
    for _ in range(2):
        await room.call_off(planned)
        await room.rounds.go()
    assert await room.kinds() == ["called_off"]


async def test_who_planned_and_who_changed_is_kept(room: Classroom) -> None:
    planned, boss = await room.plan(), await room.planner()
    assert planned.created_by == boss.id and planned.changed_by is None
    await room.change(planned, title="Autre titre")
    async with room.database.reading() as session:
        found = await training_planning.find_training(session, boss, planned.id)
    assert found.training.changed_by == boss.id and found.training.title == "Autre titre"


def test_an_empty_form_is_a_webinar_for_everybody() -> None:
    assert (TrainingDraft().kind, TrainingDraft().audience) == ("webinar", ())
