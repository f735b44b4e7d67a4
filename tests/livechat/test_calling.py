"""The advisors' side of phone appointments: who sees, calls and takes over; callbacks."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from kit.database import Database
from kit.errors import Conflict, NotFound
from kit.settings import Settings
from livechat import reading
from livechat.agenda import SlotTaken
from livechat.appointment_models import Appointment, AppointmentState, Proposal
from livechat.calling import Outcome
from livechat.desk_models import ChatState
from livechat.protocol import Act
from livechat.retention import Person, Retention
from staff.models import Role, StaffMember
from tests.clock import Clock
from tests.livechat.fakes import identity
from tests.livechat.telephone import BASE, MOBILE, MORNING, Telephone, at, shortly


@pytest.fixture(autouse=True)
def _morning(clock: Clock) -> None:
    clock.put_at(MORNING)


@pytest.fixture
def office(database: Database) -> Telephone:
    return Telephone(database)


async def rows(office: Telephone, member: StaffMember) -> list[tuple[object, bool, bool]]:
    found = await office.calling.mine(member)
    return [(each["id"], each["mine"], each["orphan"]) for each in found]


# Who sees what ---------------------------------------------------------------------------


async def test_an_advisor_sees_their_own_appointments_and_who_oversees_all(
    office: Telephone,
) -> None:
    claire = await office.hire("Claire")
    _, shown = await office.booked(claire, email="a@exemple.fr")
    david = await office.hire("David", ready=False)
    anne = await office.hire("Anne", role=Role.SUPERVISOR, ready=False)
    (mine,) = await office.calling.mine(claire)
    assert (mine["phone"], mine["phone_shown"]) == ("+33612345678", MOBILE)
    assert (mine["email"], mine["advisor"]) == ("a@exemple.fr", "Claire")
    assert await rows(office, david) == []
    assert await rows(office, anne) == [(shown.appointment.id, False, False)]


async def test_who_is_on_the_phone_is_offered_no_chat(office: Telephone, clock: Clock) -> None:
    claire = await office.hire("Claire")
    _, shown = await office.booked(claire)
    clock.put_at(shortly(shown, minutes=4))
    await office.sit_down(claire)
    waiting = await office.queue_up()
    chat = await office.chat_of(waiting)
    assert chat.state is ChatState.WAITING
    assert chat.passed_over == {str(claire.id): "on_the_phone"}
    clock.put_at(shown.appointment.start + timedelta(minutes=1))
    await office.calling.conclude(claire, shown.appointment.id, Outcome.DONE, BASE)
    await office.stay()
    await office.rounds.go()
    assert (await office.chat_of(waiting)).advisor_id == claire.id


async def test_before_the_call_is_near_chats_are_offered(office: Telephone, clock: Clock) -> None:
    claire = await office.hire("Claire")
    _, shown = await office.booked(claire)
    clock.put_at(shortly(shown, minutes=6))
    await office.sit_down(claire)
    assert (await office.chat_of(await office.queue_up())).advisor_id == claire.id


# What came of a call ---------------------------------------------------------------------


async def test_the_outcome_is_told_by_who_called_once_it_was_due(
    office: Telephone, clock: Clock
) -> None:
    claire = await office.hire("Claire")
    conversation_id, shown = await office.booked(claire)
    david = await office.hire("David", ready=False)
    appointment = shown.appointment.id
    with pytest.raises(Conflict) as early:
        await office.calling.conclude(claire, appointment, Outcome.DONE, BASE)
    assert early.value.code == "too_early"
    clock.put_at(shown.appointment.start)
    for stranger, which in ((david, appointment), (claire, uuid4())):
        with pytest.raises(NotFound):
            await office.calling.conclude(stranger, which, Outcome.DONE, BASE)
    await office.calling.conclude(claire, appointment, Outcome.NO_ANSWER, BASE)
    assert (await office.states(conversation_id))[-1] == "no_answer"
    assert "sans réponse" in (await office.messages(conversation_id))[-1].text
    with pytest.raises(Conflict):
        await office.calling.conclude(claire, appointment, Outcome.DONE, BASE)


async def test_we_may_cancel_at_any_time_and_the_user_is_told(
    office: Telephone, clock: Clock
) -> None:
    claire = await office.hire("Claire")
    conversation_id, shown = await office.booked(claire, email="a@exemple.fr")
    clock.put_at(shortly(shown, minutes=1))
    await office.calling.conclude(claire, shown.appointment.id, Outcome.CANCELLED, BASE)
    assert (await office.states(conversation_id))[-1] == "cancelled"
    assert [each.kind for each in await office.mails()] == ["appointment_cancellation"]
    assert (await office.appointments())[0].ended_by == claire.id


# Handing over ----------------------------------------------------------------------------


async def test_what_who_left_would_have_called_goes_to_a_free_colleague(
    office: Telephone,
) -> None:
    claire = await office.hire("Claire")
    conversation_id, shown = await office.booked(claire, email="a@exemple.fr")
    told, mails = len(await office.events(conversation_id)), len(await office.mails())
    await office.calling.reassign()
    assert (await office.appointments())[0].member_id == claire.id
    await office.dismiss(claire)
    await office.calling.reassign()  # nobody is free: it waits
    david = await office.hire("David", ready=False)
    assert await rows(office, david) == [(shown.appointment.id, False, True)]
    await office.calling.reassign()
    assert await rows(office, david) == [(shown.appointment.id, True, False)]
    assert len(await office.events(conversation_id)) == told
    assert len(await office.mails()) == mails
    assert (await office.staff_events(conversation_id))[-1].payload["state"] == "handed_over"


async def test_an_advisor_takes_over_from_who_left_and_from_nobody_else(
    office: Telephone,
) -> None:
    claire = await office.hire("Claire")
    _, shown = await office.booked(claire)
    david = await office.hire("David", ready=False)
    with pytest.raises(NotFound):
        await office.calling.take(david, shown.appointment.id, None)
    await office.dismiss(claire)
    with pytest.raises(NotFound):
        await office.calling.take(david, shown.appointment.id, claire.id)
    await office.calling.take(david, shown.appointment.id, None)
    assert (await office.appointments())[0].member_id == david.id


async def test_a_supervisor_gives_an_appointment_to_whoever_is_free(office: Telephone) -> None:
    claire = await office.hire("Claire")
    _, shown = await office.booked(claire)
    anne = await office.hire("Anne", role=Role.SUPERVISOR, ready=False)
    david = await office.hire("David", ready=False)
    sam = await office.hire("Sam", role=Role.SUPPORT, ready=False)
    await office.calling.take(anne, shown.appointment.id, david.id)
    assert (await office.appointments())[0].member_id == david.id
    for unfit in (sam.id, uuid4()):
        with pytest.raises(SlotTaken):
            await office.calling.take(anne, shown.appointment.id, unfit)
    _, other = await office.booked(claire)
    assert other.appointment.start == shown.appointment.start
    with pytest.raises(SlotTaken):
        await office.calling.take(anne, shown.appointment.id, claire.id)


# Requests to be called back --------------------------------------------------------------


async def may_read(office: Telephone, member: StaffMember, conversation_id: UUID) -> bool:
    async with office.database.reading() as session:
        conversation = await office.conversation(conversation_id)
        return bool(await reading.readable(session, member, [conversation]))


async def test_a_callback_is_proposed_taken_and_gone_from_the_list(office: Telephone) -> None:
    claire = await office.hire("Claire", ready=False)
    david = await office.hire("David", ready=False)
    conversation_id, reference = await office.ask_callback()
    _, second = await office.ask_callback()
    found = await office.proposing.callbacks()
    assert [each["reference"] for each in found] == [reference, second]
    assert not await may_read(office, claire, conversation_id)
    await office.proposing.propose_callback(claire, reference, [at(14)], None, BASE)
    assert await may_read(office, claire, conversation_id)
    assert not await may_read(office, david, conversation_id)
    assert (await office.proposing.callbacks())[0]["handled_by"] == "Claire"
    with pytest.raises(Conflict) as handled:
        await office.proposing.propose_callback(david, reference, [at(14)], None, BASE)
    assert handled.value.code == "handled"
    offered = (await office.messages(conversation_id))[-1]
    await office.book(conversation_id, offered)
    assert [each["reference"] for each in await office.proposing.callbacks()] == [second]
    assert await may_read(office, claire, conversation_id)  # who is to call


async def test_a_callback_whose_slots_have_passed_comes_back(
    office: Telephone, clock: Clock
) -> None:
    claire = await office.hire("Claire", ready=False)
    david = await office.hire("David", ready=False)
    conversation_id, reference = await office.ask_callback()
    await office.proposing.propose_callback(claire, reference, [at(14), at(15)], None, BASE)
    clock.put_at(at(15, 1))
    assert (await office.proposing.callbacks())[0]["handled_by"] is None
    assert not await may_read(office, claire, conversation_id)
    await office.proposing.propose_callback(david, reference, [at(17)], None, BASE)
    assert (await office.proposing.callbacks())[0]["handled_by"] == "David"


async def test_a_callback_that_we_call_off_comes_back(office: Telephone) -> None:
    claire = await office.hire("Claire", ready=False)
    conversation_id, reference = await office.ask_callback()
    await office.proposing.propose_callback(claire, reference, [at(14)], None, BASE)
    shown = await office.book(conversation_id, (await office.messages(conversation_id))[-1])
    assert await office.proposing.callbacks() == []
    await office.calling.conclude(claire, shown.appointment.id, Outcome.CANCELLED, BASE)
    assert [each["handled_by"] for each in await office.proposing.callbacks()] == [None]
    assert not await may_read(office, claire, conversation_id)


async def test_a_callback_can_be_taken_from_the_link_of_its_mail(office: Telephone) -> None:
    claire = await office.hire("Claire", ready=False)
    conversation_id, reference = await office.ask_callback()
    await office.proposing.propose_callback(claire, reference, [at(14)], None, BASE)
    assert await office.mails() == []  # nobody knows where to send one
    proposal = await office.proposal((await office.messages(conversation_id))[-1].proposal)
    token = office.links.token(proposal)
    seen = await office.booking.look(token)
    assert seen.proposal and at(14) in [slot.start for slot in seen.slots]
    made = await office.booking.choose(token, at(14), MOBILE, BASE)
    opened = await office.booking.look(made)
    assert opened.appointment and opened.appointment.state is AppointmentState.BOOKED


async def test_a_connected_user_is_mailed_the_times_and_their_link(office: Telephone) -> None:
    claire = await office.hire("Claire", ready=False)
    conversation_id = await office.open()
    await office.exchange.connect(conversation_id, identity(email="camille@example.org"))
    await office.click(conversation_id, Act.CALLBACK)
    (asked,) = await office.proposing.callbacks()
    await office.proposing.propose_callback(claire, asked["reference"], [at(14)], None, BASE)
    acknowledged, mail = await office.mails()
    assert (acknowledged.kind, acknowledged.to) == ("ticket_acknowledged", mail.to)
    proposal = await office.proposal((await office.messages(conversation_id))[-1].proposal)
    assert (mail.kind, mail.to) == ("appointment_proposal", "camille@example.org")
    assert "- mardi 24 novembre à 14 h\n" in mail.text
    assert BASE[:-1] + office.links.to(proposal) in mail.text


async def test_no_callback_that_is_none_can_be_proposed(office: Telephone) -> None:
    claire = await office.hire("Claire", ready=False)
    for reference in ("TK-000099", "99", "TK-", "x" * 80):
        with pytest.raises(NotFound):
            await office.proposing.propose_callback(claire, reference, [at(14)], None, BASE)


# Forgetting ------------------------------------------------------------------------------


@pytest.mark.parametrize("by_email", [False, True])
async def test_appointments_are_forgotten_with_their_person(
    office: Telephone, database: Database, by_email: bool, tmp_path: Path
) -> None:
    claire = await office.hire("Claire")
    conversation_id, _ = await office.booked(claire, email="A.Dupont@exemple.fr")
    _, kept = await office.booked(claire, email="autre@exemple.fr")
    email = Person(email="a.dupont@exemple.fr")
    person = email if by_email else Person(conversation_id=conversation_id)
    gone = await Retention(database, Settings(var=tmp_path)).erase(person)
    assert gone.conversations == 1
    async with database.reading() as session:
        assert list(await session.scalars(select(Appointment.id))) == [kept.appointment.id]
        left = set(await session.scalars(select(Proposal.conversation_id)))
    assert left == {kept.appointment.conversation_id}
    assert {each.to for each in await office.mails()} == {"autre@exemple.fr"}
