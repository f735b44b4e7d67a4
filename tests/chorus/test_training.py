"""Users register for a training and give their place back; its last place goes to one of them."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chorus.training import MOST_ADDRESSES
from chorus.training_holders import MOST_CHANGES
from chorus.training_models import TrainingSession
from chorus.training_rules import (
    Closed,
    TrainingState,
    is_for,
    places_left,
    why_closed,
)
from kit.database import Database
from kit.errors import Conflict, Invalid, NotFound
from kit.outbox import Outbox
from kit.settings import Settings
from tests.chorus.classroom import JOIN, MORNING, PAPER, Classroom, calendar_of, plain, token_of
from tests.clock import Clock

CAMILLE = "host camille"


@pytest.fixture(autouse=True)
def _morning(clock: Clock) -> None:
    clock.put_at(MORNING)


@pytest.fixture
def room(database: Database) -> Classroom:
    return Classroom(database)


# Rules -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("audience", "kind", "expected"),
    [
        ([], None, True),
        ([], "entreprise", True),
        (["entreprise"], None, True),
        (["entreprise"], "entreprise", True),
        (["entreprise"], "particulier", False),
        (["entreprise", "particulier"], "particulier", True),
    ],
)
def test_a_training_is_for_its_audience_and_for_who_is_not_known(
    audience: list[str], kind: str | None, expected: bool
) -> None:
    assert is_for(audience, kind) is expected


@given(st.integers(1, 50), st.integers(0, 60))
def test_places_never_fall_below_none(places: int, taken: int) -> None:
    left = places_left(places, taken)
    assert left == max(0, places - taken)
    closed = why_closed(TrainingState.PUBLISHED, MORNING + timedelta(days=1), left, MORNING)
    assert (closed is Closed.FULL) == (taken >= places)


@pytest.mark.parametrize(
    ("state", "ahead", "left", "expected"),
    [
        (TrainingState.PUBLISHED, 1, None, None),
        (TrainingState.PUBLISHED, 1, 1, None),
        (TrainingState.PUBLISHED, 1, 0, Closed.FULL),
        (TrainingState.PUBLISHED, 0, 5, Closed.OVER),
        (TrainingState.PUBLISHED, -1, 0, Closed.OVER),
        (TrainingState.CANCELLED, 1, 5, Closed.CANCELLED),
        (TrainingState.CANCELLED, -1, 0, Closed.CANCELLED),
    ],
)
def test_registering_ends_with_the_last_place_the_beginning_or_a_cancellation(
    state: TrainingState, ahead: int, left: int | None, expected: Closed | None
) -> None:
    start = MORNING + timedelta(seconds=ahead)
    assert why_closed(state, start, left, MORNING) is expected


# What is to come -------------------------------------------------------------------------


async def test_upcoming_trainings_are_those_for_this_kind_of_user_in_order(
    room: Classroom, clock: Clock
) -> None:
    await room.plan(title="Plus tard", day="2026-12-10", audience=())
    await room.plan(title="Entreprises", day="2026-12-02")
    await room.plan(title="Particuliers", day="2026-12-03", audience=("particulier",))
    gone = await room.plan(title="Annulée", day="2026-12-02")
    await room.call_off(gone)
    assert await room.titles("entreprise") == ["Entreprises", "Plus tard"]
    assert await room.titles("particulier") == ["Particuliers", "Plus tard"]
    assert await room.titles() == ["Entreprises", "Particuliers", "Plus tard"]
    assert await room.titles(limit=1) == ["Entreprises"]
    clock.put_at(datetime(2026, 12, 2, 9, tzinfo=UTC))  # when the first one begins
    assert await room.titles() == ["Particuliers", "Plus tard"]


async def test_a_full_training_is_shown_as_such_and_one_without_limit_never_is(
    room: Classroom,
) -> None:
    small, endless = await room.plan(places="1"), await room.plan(places="")
    for each in (small, endless):
        await room.register(each)
    assert (await room.left(small), await room.left(endless)) == (0, None)


# Registering -----------------------------------------------------------------------------


async def test_a_registration_is_confirmed_by_mail_and_reminded_the_day_before(
    room: Classroom,
) -> None:
    planned = await room.plan()
    registration = await room.register(planned, " A.Dupont@Exemple.FR ")
    assert registration.email == "a.dupont@exemple.fr"
    confirmation, reminder = await room.mails()
    assert confirmation.kind == "training_confirmation" and confirmation.about == registration.id
    assert confirmation.to == "a.dupont@exemple.fr"
    for text in (confirmation.text, confirmation.html or "", reminder.text, reminder.html or ""):
        assert "mardi 1er décembre 2026, de 10 h à 11 h 30" in plain(text)
        assert "heure de Paris" in text
        assert JOIN in text and PAPER.url(registration) in text
    assert "mardi 1er décembre 2026" in confirmation.subject
    assert (reminder.kind, reminder.due_at) == (
        "training_reminder",
        planned.start - timedelta(days=1),
    )
    assert reminder.expires_at == planned.start
    method, event = calendar_of(confirmation)
    assert (method, event["SEQUENCE"], str(event["UID"])) == ("PUBLISH", 0, str(registration.id))
    assert (event.start, event.end) == (planned.start, planned.end)
    assert JOIN in str(event["DESCRIPTION"])


async def test_without_an_address_to_join_the_mail_says_that_it_will_come(room: Classroom) -> None:
    await room.register(await room.plan(join_url=""))
    confirmation, _ = await room.mails()
    assert "vous sera envoyée par courriel" in confirmation.text


STRANGERS = pytest.mark.parametrize(
    "stranger", [{"subject": CAMILLE}, {"conversation_id": uuid4()}], ids=["connected", "not"]
)


async def all_that_shows(room: Classroom, email: str, connected: bool) -> list[object]:
    """What somebody sees who takes a place for an address, gives it back and takes it again."""
    stranger: dict[str, Any] = {"conversation_id": uuid4()}
    if connected:
        stranger["subject"] = f"host {uuid4()}"
    planned = await room.plan(places="9")
    await room.register(planned, "a.dupont@exemple.fr", conversation_id=uuid4())
    seen: list[object] = []
    for _ in range(3):
        taken = await room.register(planned, email, **stranger)
        seen += [taken.email == email.lower(), taken.state, taken.sequence]
        seen += [await room.left(planned), await room.of(**stranger) == [email.lower()]]
        left = await room.cancel(taken, **stranger)
        seen += [left.is_live, await room.left(planned), await room.of(**stranger)]
    for number in range(MOST_ADDRESSES - 1):
        await room.register(planned, f"u{number}@exemple.fr", **stranger)
    seen.append(await refused(room, planned, "one.more@exemple.fr", **stranger))
    return seen


@pytest.mark.parametrize("connected", [True, False])
async def test_somebody_elses_address_shows_nothing_else_than_an_unknown_one(
    room: Classroom, connected: bool
) -> None:
    unknown = await all_that_shows(room, "nobody@exemple.fr", connected)
    for known in ("a.dupont@exemple.fr", "A.DUPONT@exemple.fr"):
        assert await all_that_shows(room, known, connected) == unknown


@STRANGERS
async def test_the_last_place_goes_to_a_known_and_an_unknown_address_alike(
    room: Classroom, stranger: dict[str, Any]
) -> None:
    for email in ("a.dupont@exemple.fr", "nobody@exemple.fr"):
        planned = await room.plan(places="2")
        await room.register(planned, "a.dupont@exemple.fr", conversation_id=uuid4())
        await room.register(planned, email, **stranger)
        assert await room.left(planned) == 0
        assert await refused(room, planned, "b@exemple.fr") == "training_full"


@STRANGERS
async def test_nothing_is_mailed_to_somebody_elses_address(
    room: Classroom, stranger: dict[str, Any]
) -> None:
    planned = await room.plan()
    first = await room.register(planned, conversation_id=uuid4())
    echo = await room.register(planned, **stranger)
    again = await room.register(planned, **stranger)
    assert again.id == echo.id != first.id
    await room.cancel(echo, **stranger)
    assert await room.kinds() == ["confirmation", "reminder"]


async def test_whose_address_it_is_gets_their_mails_and_another_notices_nothing(
    room: Classroom,
) -> None:
    planned, here = await room.plan(places="3"), uuid4()
    another = await room.register(planned, conversation_id=here)
    await room.register(planned, conversation_id=uuid4())  # a further echo
    theirs = await room.register(planned, subject=CAMILLE, vouched=True)
    assert {mail.about for mail in await room.mails()} == {theirs.id}
    assert await room.of(CAMILLE) == await room.of(None, here) == ["a.dupont@exemple.fr"]
    assert await room.left(planned) == 0
    assert not (await room.cancel(another, conversation_id=here)).is_live
    again = await room.register(planned, subject=CAMILLE, vouched=True)
    assert again.id == theirs.id and await room.left(planned) == 1


async def test_an_address_that_is_free_again_is_really_registered(room: Classroom) -> None:
    planned, here, there = await room.plan(places="2"), uuid4(), uuid4()
    first = await room.register(planned, conversation_id=here)
    await room.register(planned, conversation_id=there)
    await room.cancel(first, conversation_id=here)
    now_real = await room.register(planned, conversation_id=there)
    assert now_real.id == first.id and await room.left(planned) == 1
    assert await room.of(None, there) == ["a.dupont@exemple.fr"]
    assert await room.kinds() == ["confirmation", "reminder"]  # what was not sent is withdrawn
    assert {mail.about for mail in await room.mails()} == {first.id}


@pytest.mark.parametrize("who", [{"subject": CAMILLE}, {"conversation_id": uuid4()}])
async def test_whose_place_it_is_may_have_the_confirmation_again(
    room: Classroom, tmp_path: Path, who: dict[str, Any]
) -> None:
    planned = await room.plan(places="1")
    first = await room.register(planned, **who)
    await Outbox(room.database, Settings(var=tmp_path)).deliver()
    assert (await room.register(planned, **who)).id == first.id
    mails = await room.mails()
    confirmations = [each for each in mails if each.kind == "training_confirmation"]
    assert [calendar_of(each)[1]["SEQUENCE"] for each in confirmations] == [0, 1]
    assert (await room.kinds()).count("reminder") == 1  # one, however often it is confirmed
    assert await room.left(planned) == 0


async def test_the_confirmation_is_not_sent_without_end(room: Classroom) -> None:
    planned, here = await room.plan(), uuid4()
    with pytest.raises(Conflict) as refusal:
        for _ in range(MOST_CHANGES + 2):
            await room.register(planned, conversation_id=here)
    assert refusal.value.code == "training_too_often"
    assert await room.of(None, here) == ["a.dupont@exemple.fr"]


@pytest.mark.parametrize(
    ("ahead", "kinds"),
    [
        (timedelta(hours=3), ["confirmation", "reminder"]),
        (timedelta(hours=1), ["confirmation"]),
    ],
)
async def test_a_late_registration_is_reminded_an_hour_before_or_not_at_all(
    room: Classroom, clock: Clock, ahead: timedelta, kinds: list[str]
) -> None:
    planned = await room.plan()
    clock.put_at(planned.start - ahead)
    await room.register(planned)
    mails = await room.mails()
    assert [each.kind.removeprefix("training_") for each in mails] == kinds
    assert [each.due_at for each in mails[1:]] == [planned.start - timedelta(hours=1)] * (
        len(kinds) - 1
    )


async def refused(
    room: Classroom, planned: TrainingSession, email: str = "b@exemple.fr", **who: Any
) -> str:
    with pytest.raises(Conflict) as refusal:
        await room.register(planned, email, **who)
    return refusal.value.code or ""


async def test_full_past_and_cancelled_trainings_refuse_each_in_its_words(
    room: Classroom, clock: Clock
) -> None:
    full, off, past = await room.plan(places="1"), await room.plan(), await room.plan()
    await room.register(full)
    await room.call_off(off)
    assert await refused(room, full) == "training_full"
    assert await refused(room, off) == "training_cancelled"
    clock.put_at(past.start)
    assert await refused(room, past) == "training_over"


@pytest.mark.parametrize("closed", [Closed.FULL, Closed.OVER, Closed.CANCELLED])
@pytest.mark.parametrize("stranger", [{}, {"subject": CAMILLE}, {"conversation_id": uuid4()}])
async def test_a_closed_training_does_not_tell_a_stranger_who_is_registered(
    room: Classroom, clock: Clock, closed: Closed, stranger: dict[str, Any]
) -> None:
    planned = await room.plan(places="1")
    await room.register(planned, conversation_id=uuid4())
    if closed is Closed.CANCELLED:
        await room.call_off(planned)
    if closed is Closed.OVER:
        clock.put_at(planned.start)
    for email in ("a.dupont@exemple.fr", "unknown@exemple.fr"):
        assert await refused(room, planned, email, **stranger) == closed.value


async def test_who_has_registered_enough_does_not_learn_who_else_is_registered(
    room: Classroom,
) -> None:
    planned = await room.plan(places="")
    await room.register(planned, conversation_id=uuid4())
    for number in range(MOST_ADDRESSES):
        await room.register(planned, f"u{number}@exemple.fr", subject=CAMILLE)
    for email in ("a.dupont@exemple.fr", "unknown@exemple.fr"):
        assert await refused(room, planned, email, subject=CAMILLE) == "training_too_often"


async def test_whoever_is_registered_learns_that_a_training_was_called_off(
    room: Classroom,
) -> None:
    planned, here = await room.plan(), uuid4()
    await room.register(planned, conversation_id=here)
    await room.call_off(planned)
    code = await refused(room, planned, "a.dupont@exemple.fr", conversation_id=here)
    assert code == "training_cancelled"


async def test_no_address_and_no_training_are_refused(room: Classroom) -> None:
    planned = await room.plan()
    with pytest.raises(Invalid) as refusal:
        await room.register(planned, "ni oui ni non")
    assert refusal.value.code == "email_invalid"
    planned.id = uuid4()
    with pytest.raises(NotFound):
        await room.register(planned)
    assert await room.mails() == []


@pytest.mark.parametrize("places", [1, 2, 5])
async def test_of_many_at_once_as_many_get_a_place_as_there_are(
    room: Classroom, database_url: str, places: int
) -> None:
    """From two processes: each has a database of its own, over the same one."""
    planned, other = await room.plan(places=str(places)), Database(database_url)
    rooms = (room, Classroom(other))
    tries = (rooms[number % 2].register(planned, f"u{number}@exemple.fr") for number in range(8))
    results = await asyncio.gather(*tries, return_exceptions=True)
    await other.close()
    codes = [each.code for each in results if isinstance(each, Conflict)]
    assert codes == ["training_full"] * (8 - places)
    assert len([each for each in results if not isinstance(each, BaseException)]) == places
    assert await room.left(planned) == 0
    assert (await room.kinds()).count("confirmation") == places


async def test_one_address_sent_many_times_at_once_has_one_registration(room: Classroom) -> None:
    planned, here = await room.plan(places="2"), uuid4()
    tries = (room.register(planned, conversation_id=here) for _ in range(5))
    found = await asyncio.gather(*tries)
    assert len({each.id for each in found}) == 1
    assert await room.left(planned) == 1
    assert await room.kinds() == ["confirmation", "reminder"]


async def test_a_place_given_back_at_the_same_time_goes_to_one_of_those_who_want_it(
    room: Classroom,
) -> None:
    planned, here = await room.plan(places="1"), uuid4()
    holder = await room.register(planned, conversation_id=here)
    tries = (room.register(planned, f"u{number}@exemple.fr") for number in range(3))
    cancelling = room.cancel(holder, conversation_id=here)
    results = await asyncio.gather(cancelling, *tries, return_exceptions=True)
    new = [each for each in results[1:] if not isinstance(each, BaseException)]
    assert len(new) <= 1
    assert await room.left(planned) == 1 - len(new)


async def test_nobody_fills_a_class_with_addresses_that_they_make_up(room: Classroom) -> None:
    planned, here = await room.plan(places=""), uuid4()
    for number in range(5):
        await room.register(planned, f"u{number}@exemple.fr", conversation_id=here)
    with pytest.raises(Conflict) as refusal:
        await room.register(planned, "u5@exemple.fr", conversation_id=here)
    assert refusal.value.code == "training_too_often"
    await room.register(planned, "u5@exemple.fr", conversation_id=uuid4())


# Giving it back --------------------------------------------------------------------------


async def test_a_place_given_back_is_free_and_its_reminder_never_goes(room: Classroom) -> None:
    planned, here = await room.plan(places="1"), uuid4()
    registration = await room.register(planned, conversation_id=here)
    await room.cancel(registration, conversation_id=here)
    assert await room.left(planned) == 1 and await room.of(None, here) == []
    (cancellation,) = await room.mails()  # the confirmation had not left yet
    assert cancellation.kind == "training_cancellation"
    method, event = calendar_of(cancellation)
    assert (method, event["SEQUENCE"], str(event["UID"])) == ("CANCEL", 1, str(registration.id))
    assert str(event["STATUS"]) == "CANCELLED" and JOIN not in cancellation.text
    again = await room.cancel(registration, conversation_id=here)
    assert not again.is_live and await room.kinds() == ["cancellation"]


async def test_who_registers_again_has_the_same_entry_with_a_higher_sequence(
    room: Classroom,
) -> None:
    planned, here = await room.plan(), uuid4()
    first = await room.register(planned, conversation_id=here)
    await room.cancel(first, conversation_id=here)
    again = await room.register(planned, conversation_id=uuid4())
    assert again.id == first.id
    confirmation = next(each for each in await room.mails() if "confirm" in each.kind)
    method, event = calendar_of(confirmation)
    assert (method, event["SEQUENCE"], str(event["UID"])) == ("PUBLISH", 2, str(first.id))
    assert await room.of(None, here) == []  # it is whose registered last


async def test_registering_and_cancelling_without_end_is_refused(room: Classroom) -> None:
    planned, here = await room.plan(), uuid4()
    with pytest.raises(Conflict) as refusal:
        for _ in range(20):
            registration = await room.register(planned, conversation_id=here)
            await room.cancel(registration, conversation_id=here)
    assert refusal.value.code == "training_too_often"


async def test_a_registration_is_its_conversations_or_whose_is_connected_and_nobody_elses(
    room: Classroom,
) -> None:
    planned, here = await room.plan(), uuid4()
    anonymous = await room.register(planned, "a@exemple.fr", conversation_id=here)
    connected = await room.register(planned, "b@exemple.fr", subject=CAMILLE, conversation_id=here)
    assert await room.of(None, here) == ["a@exemple.fr"]
    assert sorted(await room.of(CAMILLE, here)) == ["a@exemple.fr", "b@exemple.fr"]
    assert await room.of(CAMILLE) == ["b@exemple.fr"]
    assert await room.of("host nadia", uuid4()) == await room.of() == []
    for registration, who in (
        (anonymous, {"conversation_id": uuid4()}),
        (anonymous, {"subject": CAMILLE}),
        (anonymous, {}),
        (connected, {"conversation_id": here}),
        (connected, {"subject": "host nadia", "conversation_id": here}),
    ):
        with pytest.raises(NotFound) as foreign:
            await room.cancel(registration, **who)
        assert str(foreign.value) == "There is no such registration."
    assert (await room.cancel(connected, subject=CAMILLE)).registration.email == "b@exemple.fr"


async def test_from_its_beginning_on_a_registration_stays_as_it_is(
    room: Classroom, clock: Clock
) -> None:
    planned, here = await room.plan(), uuid4()
    registration = await room.register(planned, conversation_id=here)
    clock.put_at(planned.start)
    with pytest.raises(Conflict) as refusal:
        await room.cancel(registration, conversation_id=here)
    assert refusal.value.code == "training_over"
    assert await room.of(None, here) == []  # nothing to come


# The mailed link -------------------------------------------------------------------------


async def test_the_link_shows_one_registration_and_gives_its_place_back(room: Classroom) -> None:
    planned = await room.plan(places="2")
    registration, other = await room.register(planned), await room.register(planned, "b@x.fr")
    seen = await room.look(token_of(registration))
    assert (seen.registration.id, seen.is_cancellable) == (registration.id, True)
    await room.cancel_by_link(token_of(registration))
    assert not (await room.look(token_of(registration))).is_live
    assert (await room.look(token_of(other))).is_live
    assert await room.left(planned) == 1


async def test_a_link_that_we_did_not_make_opens_nothing(room: Classroom) -> None:
    registration = await room.register(await room.plan())
    token = token_of(registration)
    forged = [
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        token[:20] + ("A" if token[20] != "A" else "B") + token[21:],
        token + "A",
        token[:-4],
        str(registration.id),
        "",
        "é" * 20,
    ]
    for each in forged:
        for use in (room.look(each), room.cancel_by_link(each)):
            with pytest.raises(NotFound) as refusal:
                await use
            assert str(refusal.value) == "There is no such registration."
    assert (await room.look(token)).is_live


async def test_a_link_ends_a_week_after_the_training(room: Classroom, clock: Clock) -> None:
    planned = await room.plan()
    registration = await room.register(planned)
    clock.put_at(planned.end + timedelta(days=7) - timedelta(seconds=1))
    assert not (await room.look(token_of(registration))).is_cancellable
    clock.put_at(planned.end + timedelta(days=7))
    with pytest.raises(NotFound):
        await room.look(token_of(registration))
