"""Phone appointments, from what an advisor proposes to what the user keeps, moves or calls off."""

import asyncio
from base64 import b64decode
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from icalendar import Calendar, Event
from sqlalchemy import text, update

from kit.database import Database
from kit.errors import Conflict, Invalid, NotFound
from kit.mail_models import OutboxMail
from kit.phones import PhoneRefused
from kit.schedule import add_exception
from livechat import agenda, appointments
from livechat.agenda import SlotTaken
from livechat.appointment_links import Links
from livechat.appointment_models import Appointment, AppointmentState
from livechat.booking import Shown
from livechat.protocol import AppointmentEvent, Author
from staff.models import StaffMember
from tests.clock import Clock
from tests.livechat.fakes import identity
from tests.livechat.telephone import BASE, MOBILE, MORNING, Telephone, at, shortly


@pytest.fixture(autouse=True)
def _morning(clock: Clock) -> None:
    clock.put_at(MORNING)


@pytest.fixture
def office(database: Database) -> Telephone:
    return Telephone(database)


# Proposing -------------------------------------------------------------------------------


async def test_an_advisor_proposes_free_slots_and_the_user_reads_them(office: Telephone) -> None:
    claire = await office.hire("Claire")
    _, offered = await office.offer(claire, at(14), at(11))
    assert offered.author is Author.SYSTEM
    assert offered.text.startswith("Claire vous propose un rendez-vous téléphonique.")
    assert "mardi 24 novembre à 14\u00a0h" in offered.text.replace(" h", "\u00a0h")
    assert [slot.start for slot in offered.slots] == [at(11), at(14)]
    assert all(slot.end - slot.start == timedelta(minutes=20) for slot in offered.slots)


async def test_a_proposal_sent_twice_is_stored_once(office: Telephone) -> None:
    claire = await office.hire("Claire")
    _, chat_id = await office.serve(claire)
    client_id = uuid4()
    first = await office.propose(claire, chat_id, at(14), client_id=client_id)
    assert await office.propose(claire, chat_id, at(14), client_id=client_id) == first
    with pytest.raises(Conflict):
        await office.propose(claire, chat_id, at(15), client_id=client_id)


@pytest.mark.parametrize(
    "start",
    [at(10, 40), at(14, 7), at(20), at(11, days=4), at(11, days=30), at(9)],
    ids=["too soon", "off the grid", "after closing", "a Saturday", "too far", "past"],
)
async def test_only_slots_that_can_be_booked_are_proposed(
    office: Telephone, start: datetime
) -> None:
    claire = await office.hire("Claire")
    _, chat_id = await office.serve(claire)
    with pytest.raises(SlotTaken):
        await office.propose(claire, chat_id, start)


async def test_nobody_proposes_in_a_chat_that_is_not_theirs(office: Telephone) -> None:
    claire = await office.hire("Claire")
    _, chat_id = await office.serve(claire)
    david = await office.hire("David")
    for whose in (chat_id, uuid4()):
        with pytest.raises(NotFound):
            await office.propose(david, whose, at(14))
        with pytest.raises(NotFound):
            await office.proposing.slots(david, whose)


# Booking ---------------------------------------------------------------------------------


async def test_the_user_books_one_and_is_told_by_whom_when_and_where(office: Telephone) -> None:
    claire = await office.hire("Claire")
    conversation_id, offered = await office.offer(claire, at(14), at(15))
    shown = await office.book(conversation_id, offered, 1)
    assert shown.appointment.member_id == claire.id
    events = await office.events(conversation_id)
    event = next(each for each in events if isinstance(each, AppointmentEvent))
    assert (event.start, event.state, event.phone) == (at(15), "booked", "06 •• •• •• 78")
    said = (await office.messages(conversation_id))[-1].text
    assert "Claire vous appellera" in said and "06 •• •• •• 78" in said
    kinds = [
        (each.kind, each.payload["state"])
        for each in await office.staff_events(conversation_id)
        if each.kind == "appointment"
    ]
    assert kinds == [("appointment", "booked")]
    found = await office.upcoming(conversation_id)
    assert found and "mardi 24 novembre à 15 h" in appointments.said(found)


async def test_the_number_is_stored_whole_and_told_masked(office: Telephone) -> None:
    claire = await office.hire("Claire")
    conversation_id, shown = await office.booked(claire)
    assert shown.appointment.phone == "+33612345678"
    told = str(await office.events(conversation_id)) + str(
        await office.staff_events(conversation_id)
    )
    assert "12345678" not in told and "34 56" not in told


async def test_the_same_choice_sent_again_is_booked_once(office: Telephone) -> None:
    claire = await office.hire("Claire")
    conversation_id, offered = await office.offer(claire)
    client_id = uuid4()
    first = await office.book(conversation_id, offered, client_id=client_id)
    again = await office.book(conversation_id, offered, client_id=client_id)
    assert again.url == first.url and len(await office.appointments()) == 1
    with pytest.raises(Conflict):
        await office.book(conversation_id, offered, 1, client_id=client_id)


async def test_of_two_users_who_want_the_last_slot_one_gets_it(office: Telephone) -> None:
    claire = await office.hire("Claire")
    one, first = await office.offer(claire, at(14), at(15))
    two, second = await office.offer(claire, at(14), at(15))
    found = await asyncio.gather(
        office.book(one, first), office.book(two, second), return_exceptions=True
    )
    booked = [each for each in found if isinstance(each, Shown)]
    refused = [each for each in found if isinstance(each, SlotTaken)]
    assert (len(booked), len(refused)) == (1, 1) and refused[0].code == "slot_taken"
    assert [each.start for each in await office.appointments()] == [at(14)]
    # Whoever came second is shown what is left.
    late, proposal = (two, second) if booked[0].appointment.conversation_id == one else (one, first)
    assert proposal.proposal
    left = await office.booking.slots(late, proposal.proposal)
    assert at(14) not in [slot.start for slot in left] and at(15) in [slot.start for slot in left]
    assert len(left) == 4


async def test_a_colleague_who_is_free_takes_the_second_at_the_same_time(
    office: Telephone,
) -> None:
    claire = await office.hire("Claire")
    one, first = await office.offer(claire, at(14))
    two, second = await office.offer(claire, at(14))
    david = await office.hire("David")
    await office.book(one, first)
    assert (await office.book(two, second)).appointment.member_id == david.id


async def test_the_database_itself_refuses_two_calls_of_one_advisor_at_once(
    office: Telephone, database: Database
) -> None:
    claire = await office.hire("Claire")
    _, shown = await office.booked(claire)
    other = await office.open()
    async with database.reading() as session:
        made = await session.get_one(Appointment, shown.appointment.id)
    copy = Appointment(
        id=uuid4(),
        conversation_id=other,
        member_id=made.member_id,
        start=made.start,
        end=made.end,
        phone=made.phone,
    )
    with pytest.raises(SlotTaken):
        async with office.calling._keeper.holding(other) as held:
            held.session.add(copy)


async def test_a_conversation_has_one_appointment_and_booking_again_moves_it(
    office: Telephone,
) -> None:
    claire = await office.hire("Claire")
    conversation_id, offered = await office.offer(claire, at(14), at(15))
    first = await office.book(conversation_id, offered, 0, email="a@exemple.fr")
    second = await office.book(conversation_id, offered, 1, email="b@exemple.fr")
    assert [(each.id, each.start) for each in await office.appointments()] == [
        (first.appointment.id, at(15))
    ]
    assert await office.states(conversation_id) == ["booked", "booked"]
    # The link that went to the other address is void.
    with pytest.raises(NotFound):
        await office.booking.look(office.token(first))
    assert (await office.booking.look(office.token(second))).appointment


async def test_what_was_proposed_can_be_taken_until_it_has_passed(
    office: Telephone, clock: Clock
) -> None:
    claire = await office.hire("Claire")
    conversation_id, offered = await office.offer(claire, at(11), at(14))
    clock.put_at(at(10, 55))
    assert (await office.book(conversation_id, offered, 0)).appointment.start == at(11)
    clock.put_at(at(14, 1))
    with pytest.raises(Conflict) as over:
        await office.book(conversation_id, offered, 1)
    assert over.value.code == "proposal_over"


async def test_a_time_that_nobody_proposed_and_that_is_not_free_is_refused(
    office: Telephone,
) -> None:
    claire = await office.hire("Claire")
    conversation_id, offered = await office.offer(claire, at(14))
    for start in (at(14, 7), at(20), at(10, 20), at(11, days=4)):
        with pytest.raises(SlotTaken):
            await office.book(conversation_id, offered, start=start)


async def test_a_proposal_of_another_conversation_is_none(office: Telephone) -> None:
    claire = await office.hire("Claire")
    _, offered = await office.offer(claire)
    other = await office.open()
    for proposal in (offered.proposal, uuid4()):
        assert proposal
        with pytest.raises(NotFound) as refused:
            await office.book(other, offered, proposal=proposal)
        assert str(refused.value) == "There is no such proposal."
        with pytest.raises(NotFound):
            await office.booking.slots(other, proposal)


async def test_a_number_or_an_address_that_is_none_is_refused_with_a_code(
    office: Telephone,
) -> None:
    claire = await office.hire("Claire")
    conversation_id, offered = await office.offer(claire)
    with pytest.raises(PhoneRefused):
        await office.book(conversation_id, offered, phone="0899 12 34 56")
    for email in ("a@b", "a@exemple.fr\r\nBcc: b@exemple.fr", "a b"):
        with pytest.raises(Invalid) as refused:
            await office.book(conversation_id, offered, email=email)
        assert refused.value.code == "email_invalid"
    assert await office.appointments() == [] and await office.mails() == []


# Mails -----------------------------------------------------------------------------------


def calendar_of(mail: OutboxMail) -> tuple[str, Event]:
    """The method and the one entry of the attachment, read as a calendar program does."""
    (attachment,) = mail.attachments
    content = b64decode(attachment["content"])
    assert all(len(line) <= 75 for line in content.split(b"\r\n")) and b"\n\n" not in content
    calendar = Calendar.from_ical(content)
    (event,) = calendar.walk("VEVENT")
    assert isinstance(event, Event)
    method = str(calendar["METHOD"])
    assert attachment["media_type"].endswith(f"method={method}")
    return method, event


async def test_a_confirmation_and_a_reminder_are_due_when_an_address_is_known(
    office: Telephone,
) -> None:
    claire = await office.hire("Claire")
    conversation_id, offered = await office.offer(claire, at(11, days=2))
    shown = await office.book(conversation_id, offered, email="a.dupont@exemple.fr")
    confirmation, reminder = await office.mails()
    assert (confirmation.kind, confirmation.about) == (
        "appointment_confirmation",
        shown.appointment.id,
    )
    assert confirmation.to == "a.dupont@exemple.fr"
    assert shown.url in confirmation.text and shown.url in (confirmation.html or "")
    assert "jeudi 26 novembre à 11 h" in confirmation.text and "heure de Paris" in confirmation.text
    assert "Claire" not in confirmation.text and MOBILE not in confirmation.text
    assert (reminder.kind, reminder.due_at) == ("appointment_reminder", at(11, days=1))
    assert reminder.expires_at == at(11, days=2)


@pytest.mark.parametrize(
    ("start", "due"), [(at(14), at(13)), (at(11, 40), at(10, 40)), (at(11, 20), None)]
)
async def test_a_near_appointment_is_reminded_an_hour_before_or_not_at_all(
    office: Telephone, start: datetime, due: datetime | None
) -> None:
    claire = await office.hire("Claire")
    conversation_id, offered = await office.offer(claire, start)
    await office.book(conversation_id, offered, email="a@exemple.fr")
    reminders = [each.due_at for each in await office.mails() if each.kind.endswith("reminder")]
    assert reminders == ([due] if due else [])


async def test_who_gave_no_address_gets_no_mail_and_who_is_connected_gets_theirs(
    office: Telephone,
) -> None:
    claire = await office.hire("Claire")
    await office.booked(claire)
    assert await office.mails() == []
    conversation_id, offered = await office.offer(claire)
    await office.exchange.connect(conversation_id, identity(email="camille@example.org"))
    await office.book(conversation_id, offered)
    assert {each.to for each in await office.mails()} == {"camille@example.org"}


async def test_the_calendar_entry_keeps_its_name_and_each_change_replaces_the_last(
    office: Telephone,
) -> None:
    claire = await office.hire("Claire")
    _, shown = await office.booked(claire, email="a@exemple.fr")
    token = office.token(shown)
    (confirmation, *_) = await office.mails()
    await office.booking.move(token, at(16), BASE)
    change = next(each for each in await office.mails() if each.kind == "appointment_change")
    await office.booking.cancel(token, BASE)
    cancellation = next(each for each in await office.mails() if "cancel" in each.kind)
    found = [calendar_of(each) for each in (confirmation, change, cancellation)]
    assert [method for method, _ in found] == ["PUBLISH", "PUBLISH", "CANCEL"]
    assert {str(event["UID"]) for _, event in found} == {str(shown.appointment.id)}
    assert [event["SEQUENCE"] for _, event in found] == [0, 1, 2]
    assert found[1][1].start == at(16) and found[1][1].end == at(16, 20)
    assert str(found[2][1]["STATUS"]) == "CANCELLED"
    assert shown.url in str(found[0][1]["DESCRIPTION"])


async def test_a_moved_appointment_is_reminded_at_its_new_time_and_a_cancelled_one_never(
    office: Telephone,
) -> None:
    claire = await office.hire("Claire")
    conversation_id, offered = await office.offer(claire, at(11, days=2))
    shown = await office.book(conversation_id, offered, email="a@exemple.fr")
    await office.booking.move(office.token(shown), at(12, days=3), BASE)
    reminders = [each for each in await office.mails() if each.kind == "appointment_reminder"]
    assert [each.due_at for each in reminders] == [at(12, days=2)]
    await office.booking.cancel(office.token(shown), BASE)
    assert [each.kind for each in await office.mails()] == ["appointment_cancellation"]


# Links -----------------------------------------------------------------------------------


async def test_the_link_moves_to_a_free_slot_and_keeps_the_advisor_if_it_can(
    office: Telephone,
) -> None:
    claire = await office.hire("Claire")
    conversation_id, shown = await office.booked(claire)
    david = await office.hire("David", ready=False)
    token = office.token(shown)
    await office.booking.move(token, at(15), BASE)
    (moved,) = await office.appointments()
    assert (moved.start, moved.member_id) == (at(15), claire.id)
    _, other = await office.booked(claire)
    await office.booking.move(office.token(other), at(16), BASE)
    await office.booking.move(token, at(16), BASE)
    calls = {(each.start, each.member_id) for each in await office.appointments()}
    assert calls == {(at(16), claire.id), (at(16), david.id)}
    assert await office.states(conversation_id) == ["booked"] * 3


async def test_the_link_offers_only_other_slots_that_are_free(office: Telephone) -> None:
    claire = await office.hire("Claire")
    _, shown = await office.booked(claire)
    _, other = await office.booked(claire)
    seen = await office.booking.look(office.token(shown))
    starts = {slot.start for slot in seen.slots}
    assert not starts & {shown.appointment.start, other.appointment.start} and starts
    with pytest.raises(SlotTaken):
        await office.booking.move(office.token(shown), other.appointment.start, BASE)


async def test_a_cancelled_appointment_frees_its_slot(office: Telephone) -> None:
    claire = await office.hire("Claire")
    conversation_id, shown = await office.booked(claire)
    await office.booking.cancel(office.token(shown), BASE)
    assert shown.appointment.start in [slot.start for slot in await office.free(claire)]
    assert await office.states(conversation_id) == ["booked", "cancelled"]
    assert await office.upcoming(conversation_id) is None
    seen = await office.booking.look(office.token(shown))
    assert seen.appointment and seen.appointment.state is AppointmentState.CANCELLED
    with pytest.raises(Conflict) as over:
        await office.booking.cancel(office.token(shown), BASE)
    assert over.value.code == "appointment_over"


async def test_from_a_quarter_of_an_hour_before_on_it_stays_as_it_is(
    office: Telephone, clock: Clock
) -> None:
    claire = await office.hire("Claire")
    conversation_id, offered = await office.offer(claire, at(14), at(16))
    shown = await office.book(conversation_id, offered, 0)
    clock.put_at(shortly(shown, minutes=14))
    for change in (
        office.booking.move(office.token(shown), at(16), BASE),
        office.booking.cancel(office.token(shown), BASE),
        office.book(conversation_id, offered, 1),
    ):
        with pytest.raises(Conflict) as refused:
            await change
        assert refused.value.code == "too_late"
    assert (await office.appointments())[0].start == at(14)


async def test_a_link_that_we_did_not_make_opens_nothing(office: Telephone) -> None:
    claire = await office.hire("Claire")
    conversation_id, shown = await office.booked(claire)
    token = office.token(shown)
    foreign = Links(b"another key").token(shown.appointment)
    conversation = await office.conversation(conversation_id)
    forged = [
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        token[:20] + ("A" if token[20] != "A" else "B") + token[21:],
        token + "A",
        token[:-4],
        foreign,
        office.doorkeeper.token(conversation),
        str(shown.appointment.id),
        "",
        "é" * 20,
    ]
    for each in forged:
        for use in (
            office.booking.look(each),
            office.booking.cancel(each, BASE),
            office.booking.move(each, at(16), BASE),
            office.booking.choose(each, at(16), MOBILE, BASE),
            office.booking.calendar(each, BASE),
        ):
            with pytest.raises(NotFound) as refused:
                await use
            assert str(refused.value) == "There is no such appointment."


async def test_a_link_ends_a_week_after_the_appointment(office: Telephone, clock: Clock) -> None:
    claire = await office.hire("Claire")
    _, shown = await office.booked(claire)
    clock.put_at(shown.appointment.end + timedelta(days=7) - timedelta(seconds=1))
    assert (await office.booking.look(office.token(shown))).appointment
    clock.put_at(shown.appointment.end + timedelta(days=7))
    with pytest.raises(NotFound):
        await office.booking.look(office.token(shown))


async def test_no_link_stands_in_the_database(office: Telephone, database: Database) -> None:
    claire = await office.hire("Claire")
    _, shown = await office.booked(claire)  # nothing is mailed
    async with database.reading() as session:
        for table in ("appointments", "appointment_proposals", "conversation_log", "staff_log"):
            rows = (await session.execute(text(f"SELECT * FROM {table}"))).all()
            assert office.token(shown) not in str(rows)


async def test_the_conversation_lists_its_own_appointments_with_their_links(
    office: Telephone,
) -> None:
    claire = await office.hire("Claire")
    conversation_id, shown = await office.booked(claire)
    other, _ = await office.booked(claire)
    found = await office.booking.list_of(conversation_id, BASE)
    assert [(each.appointment.id, each.url) for each in found] == [
        (shown.appointment.id, shown.url)
    ]
    assert shown.url.startswith("https://assistance.example/rendez-vous/")
    assert len(await office.booking.list_of(other, BASE)) == 1


async def test_hours_closed_later_take_no_more_bookings(
    office: Telephone, database: Database
) -> None:
    claire = await office.hire("Claire")
    _, shown = await office.booked(claire)
    async with database.writing.begin() as session:
        await add_exception(session, at(11, days=1).date(), closed=True, reason="inventaire")
    seen = await office.booking.look(office.token(shown))
    assert not [slot for slot in seen.slots if slot.start.date() == at(11, days=1).date()]
    with pytest.raises(SlotTaken):
        await office.booking.move(office.token(shown), at(11, days=1), BASE)


async def test_who_has_not_opened_their_account_is_no_capacity(
    office: Telephone, database: Database
) -> None:
    claire = await office.hire("Claire")
    async with database.writing.begin() as session:
        invited = update(StaffMember).where(StaffMember.id == claire.id)
        await session.execute(invited.values(password_hash=None))
    async with database.reading() as session:
        assert await agenda.free_slots(session, MORNING) == {}
