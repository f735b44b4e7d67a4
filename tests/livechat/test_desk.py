"""Users and advisors meet: the queue, the offer, the talk, handing over, and the end."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from kit.database import Database
from kit.errors import Conflict, NotFound
from knowledge.library import library
from livechat import reading, silent_joins
from livechat.assignment import OFFER
from livechat.chats import USER_GONE_AFTER
from livechat.desk_models import AdvisorStatus, ChatEnd, ChatState, WrapUp
from livechat.dossier import dossier
from livechat.presence import GRACE, LEASE
from livechat.protocol import Act, Author, MessageEvent, Mode, RetractedEvent
from livechat.queue import PassedOver
from staff.models import Role, StaffMember
from tests.clock import Clock
from tests.livechat.centre import Centre
from tests.livechat.fakes import identity
from ticketing.service import list_requests

MORNING = datetime(2026, 11, 24, 9, tzinfo=UTC)  # a Tuesday, ten o'clock in Paris
CLOSING = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def clock(clock: Clock) -> Clock:
    clock.put_at(MORNING)
    return clock


@pytest.fixture
def centre(database: Database, clock: Clock) -> Centre:
    return Centre(database)


# Into the queue --------------------------------------------------------------------------


async def test_a_free_advisor_is_offered_the_chat_at_once(centre: Centre) -> None:
    claire = await centre.hire("Claire")
    conversation_id = await centre.queue_up()
    chat = await centre.chat_of(conversation_id)
    assert (chat.state, chat.advisor_id) == (ChatState.OFFERED, claire.id)
    assert await centre.mode(conversation_id) is Mode.QUEUED


async def test_accepting_tells_the_user_that_a_person_speaks_by_name(centre: Centre) -> None:
    claire = await centre.hire("Claire")
    conversation_id, chat_id = await centre.serve(claire)
    await centre.advise(claire, chat_id, "Bonjour !")
    last = (await centre.messages(conversation_id))[-1]
    assert (last.author, last.name, last.text) == (Author.ADVISOR, "Claire", "Bonjour !")
    told = await centre.said_by(conversation_id, Author.SYSTEM)
    assert any("une personne" in text and "Claire" in text for text in told)
    assert await centre.mode(conversation_id) is Mode.ADVISOR


async def test_the_assistant_answers_who_waits_and_is_silent_once_a_person_speaks(
    centre: Centre,
) -> None:
    claire = await centre.hire("Claire", capacity=1)
    await centre.serve(claire)
    waiting = await centre.queue_up()
    await centre.say(waiting, "et sinon ?")
    await centre.ended()
    assert centre.assistant.texts == ["et sinon ?"]
    for chat in await centre.chats():
        if chat.state is ChatState.ACTIVE:
            await centre.finish(claire, chat.id)
    await centre.desk.accept(claire, (await centre.chat_of(waiting)).id)
    await centre.say(waiting, "bonjour Claire")
    await centre.ended()
    assert centre.assistant.texts == ["et sinon ?"]


async def test_asking_twice_keeps_one_place(centre: Centre) -> None:
    conversation_id = await centre.queue_up()
    await centre.click(conversation_id, Act.ADVISOR)
    assert len(await centre.chats()) == 1


async def test_out_of_hours_nobody_is_queued(centre: Centre, clock: Clock) -> None:
    clock.put_at(CLOSING)
    conversation_id = await centre.queue_up()
    assert await centre.chats() == []
    last = (await centre.messages(conversation_id))[-1]
    assert "8 h 30" in last.text.replace("\u00a0", " ").replace("\u202f", " ")
    assert {choice.id for choice in last.choices} >= {Act.TICKET, Act.CALLBACK}


async def test_with_nobody_there_no_range_is_told(centre: Centre) -> None:
    conversation_id = await centre.queue_up()
    await centre.rounds.go()
    place = await centre.place(conversation_id)
    assert place is not None
    assert (place.position, place.wait_low_s, place.wait_high_s) == (None, None, None)
    assert "aucun conseiller" in (await centre.messages(conversation_id))[-1].text


async def test_who_waits_is_told_place_and_range_only_when_they_change(centre: Centre) -> None:
    claire = await centre.hire("Claire", capacity=1)
    await centre.serve(claire)
    first, second = await centre.queue_up(), await centre.queue_up()
    await centre.rounds.go()
    places = [await centre.place(each) for each in (first, second)]
    assert [place and place.position for place in places] == [1, 2]
    assert places[0] and places[1] and places[0].wait_high_s and places[1].wait_high_s
    assert places[0].wait_high_s < places[1].wait_high_s
    before = len(await centre.events(second))
    await centre.rounds.go()
    assert len(await centre.events(second)) == before
    await centre.click(first, Act.LEAVE)
    await centre.rounds.go()
    moved = await centre.place(second)
    assert moved and moved.position == 1


async def test_leaving_the_queue_goes_back_to_the_assistant(centre: Centre) -> None:
    conversation_id = await centre.queue_up()
    await centre.click(conversation_id, Act.LEAVE)
    assert await centre.mode(conversation_id) is Mode.ASSISTANT
    assert (await centre.chat_of(conversation_id)).end is ChatEnd.LEFT


@pytest.mark.parametrize("act", [Act.TICKET, Act.CALLBACK])
async def test_who_waits_may_write_instead_and_gets_a_reference(centre: Centre, act: Act) -> None:
    conversation_id = await centre.queue_up()
    await centre.click(conversation_id, act)
    assert (await centre.chat_of(conversation_id)).end is ChatEnd.CONVERTED
    async with centre.database.reading() as session:
        (request,) = await list_requests(session)
    assert request.conversation_id == conversation_id
    assert request.reference in (await centre.messages(conversation_id))[-1].text


# Offers ----------------------------------------------------------------------------------


async def test_an_offer_that_nobody_accepts_moves_on(centre: Centre, clock: Clock) -> None:
    claire = await centre.hire("Claire")
    conversation_id = await centre.queue_up()
    david = await centre.hire("David")
    clock.forward(seconds=(OFFER + SECOND).total_seconds())
    await centre.stay()
    await centre.rounds.go()
    chat = await centre.chat_of(conversation_id)
    assert (chat.state, chat.advisor_id) == (ChatState.OFFERED, david.id)
    with pytest.raises(Conflict):
        await centre.desk.accept(claire, chat.id)


async def test_why_an_advisor_was_passed_over_is_kept(centre: Centre) -> None:
    claire = await centre.hire("Claire")
    away = await centre.hire("David")
    await centre.desk.set_status(away, AdvisorStatus.AWAY)
    chat = await centre.chat_of(await centre.queue_up())
    (decision,) = await centre.decisions(chat.id)
    assert decision.chosen == claire.id
    assert decision.passed_over == {str(away.id): PassedOver.NOT_AVAILABLE}


@pytest.mark.parametrize("event", ["finish", "available", "arrival", "leave", "decline"])
async def test_whoever_frees_a_place_has_it_filled(centre: Centre, event: str) -> None:
    claire = await centre.hire("Claire", capacity=1)
    talking, chat_id = await centre.serve(claire)
    waiting = await centre.queue_up()
    assert (await centre.chat_of(waiting)).state is ChatState.WAITING
    david = None
    match event:
        case "finish":
            await centre.finish(claire, chat_id)
        case "leave":
            await centre.click(talking, Act.LEAVE)
        case "arrival":
            david = await centre.hire("David")
        case "available":
            david = await centre.hire("David", ready=False)
            await centre.presences.come(david.id)
            await centre.desk.set_status(david, AdvisorStatus.AVAILABLE)
        case "decline":
            await centre.finish(claire, chat_id)
            david = await centre.hire("David")
            await centre.desk.decline(claire, (await centre.chat_of(waiting)).id)
    chat = await centre.chat_of(waiting)
    assert (chat.state, chat.advisor_id) == (ChatState.OFFERED, (david or claire).id)


# Lost and gone ---------------------------------------------------------------------------


async def test_a_lost_advisors_chat_goes_to_a_colleague_and_the_user_is_told(
    centre: Centre, clock: Clock
) -> None:
    claire = await centre.hire("Claire")
    conversation_id, _ = await centre.serve(claire)
    david = await centre.hire("David")
    await centre.cut(claire)
    await centre.rounds.go()
    assert await centre.mode(conversation_id) is Mode.ADVISOR  # the grace is not over
    clock.forward(seconds=(GRACE + SECOND).total_seconds())
    await centre.rounds.go()
    chat = await centre.chat_of(conversation_id)
    assert (chat.state, chat.advisor_id) == (ChatState.OFFERED, david.id)
    assert (await centre.reasons(conversation_id))[-1] == "advisor_lost"


async def test_a_reload_of_the_console_within_the_grace_keeps_the_chat(
    centre: Centre, clock: Clock
) -> None:
    claire = await centre.hire("Claire")
    conversation_id, _ = await centre.serve(claire)
    await centre.cut(claire)
    clock.forward(seconds=5)
    await centre.sit_down(claire)
    clock.forward(seconds=GRACE.total_seconds())
    await centre.rounds.go()
    assert await centre.mode(conversation_id) is Mode.ADVISOR


async def test_a_process_that_dies_loses_its_advisors_when_their_leases_end(
    centre: Centre, clock: Clock
) -> None:
    claire = await centre.hire("Claire")
    conversation_id, _ = await centre.serve(claire)
    clock.forward(seconds=(LEASE + SECOND).total_seconds())
    await Centre(centre.database).rounds.go()
    assert await centre.mode(conversation_id) is Mode.QUEUED


async def test_who_lost_their_advisor_is_served_before_who_came_meanwhile(
    centre: Centre, clock: Clock
) -> None:
    claire = await centre.hire("Claire", capacity=1)
    conversation_id, _ = await centre.serve(claire)
    await centre.queue_up()
    await centre.cut(claire)
    clock.forward(seconds=(GRACE + SECOND).total_seconds())
    await centre.rounds.go()
    david = await centre.hire("David", capacity=1)
    assert (await centre.chat_of(conversation_id)).advisor_id == david.id


async def test_the_same_advisor_gets_a_lost_chat_back_when_nobody_else_is_there(
    centre: Centre, clock: Clock
) -> None:
    claire = await centre.hire("Claire")
    conversation_id, _ = await centre.serve(claire)
    await centre.cut(claire)
    clock.forward(seconds=(GRACE + SECOND).total_seconds())
    await centre.rounds.go()
    await centre.sit_down(claire)
    chat = await centre.chat_of(conversation_id)
    assert (chat.state, chat.advisor_id) == (ChatState.OFFERED, claire.id)


async def test_a_user_who_left_is_waited_for_then_the_chat_closes_kindly(
    centre: Centre, clock: Clock
) -> None:
    claire = await centre.hire("Claire")
    conversation_id, chat_id = await centre.serve(claire)
    await centre.presences.user_came(conversation_id)
    await centre.presences.user_left(conversation_id)
    clock.forward(seconds=USER_GONE_AFTER.total_seconds() - 1)
    await centre.stay()
    await centre.rounds.go()
    assert await centre.mode(conversation_id) is Mode.ADVISOR
    clock.forward(seconds=2)
    await centre.rounds.go()
    assert (await centre.chat_of(conversation_id)).end is ChatEnd.USER_GONE
    await centre.desk.finish(claire, chat_id, WrapUp.ABANDONED)
    assert (await centre.chat_of(conversation_id)).wrap_up is WrapUp.ABANDONED


async def test_a_user_who_comes_back_finds_the_chat(centre: Centre, clock: Clock) -> None:
    claire = await centre.hire("Claire")
    conversation_id, _ = await centre.serve(claire)
    await centre.presences.user_came(conversation_id)
    await centre.presences.user_left(conversation_id)
    await centre.presences.user_came(conversation_id)
    clock.forward(seconds=(USER_GONE_AFTER + SECOND).total_seconds())
    await centre.stay()
    await centre.rounds.go()
    assert await centre.mode(conversation_id) is Mode.ADVISOR


# Closing time ----------------------------------------------------------------------------


async def test_closing_with_people_waiting_tells_each_and_keeps_what_they_asked(
    centre: Centre, clock: Clock
) -> None:
    waiting = [await centre.queue_up() for _ in range(3)]
    clock.put_at(CLOSING)
    await centre.rounds.go()
    async with centre.database.reading() as session:
        kept = {each.conversation_id: each for each in await list_requests(session)}
    for conversation_id in waiting:
        last = (await centre.messages(conversation_id))[-1]
        assert kept[conversation_id].reference in last.text
        assert await centre.mode(conversation_id) is Mode.ASSISTANT


async def test_a_chat_under_way_at_closing_may_finish(centre: Centre, clock: Clock) -> None:
    claire = await centre.hire("Claire")
    conversation_id, chat_id = await centre.serve(claire)
    clock.put_at(CLOSING)
    await centre.stay()
    await centre.rounds.go()
    await centre.advise(claire, chat_id, "Je termine avec vous.")
    assert await centre.mode(conversation_id) is Mode.ADVISOR


# Talking, handing over -------------------------------------------------------------------


async def test_the_same_message_sent_again_is_stored_once(centre: Centre) -> None:
    claire = await centre.hire("Claire")
    conversation_id, chat_id = await centre.serve(claire)
    again = uuid4()
    assert await centre.advise(claire, chat_id, "Un", again) == await centre.advise(
        claire, chat_id, "Un", again
    )
    assert await centre.said_by(conversation_id, Author.ADVISOR) == ["Un"]


async def test_only_its_owner_writes_in_a_chat(centre: Centre) -> None:
    claire = await centre.hire("Claire")
    _, chat_id = await centre.serve(claire)
    david = await centre.hire("David")
    for attempt in (
        centre.advise(david, chat_id, "Bonjour"),
        centre.note(david, chat_id, "vu"),
        centre.transfer(david, chat_id),
        centre.finish(david, chat_id),
        centre.desk.retract(david, chat_id, 1),
    ):
        with pytest.raises(NotFound):
            await attempt


async def test_a_note_is_for_staff_only(centre: Centre) -> None:
    claire = await centre.hire("Claire")
    conversation_id, chat_id = await centre.serve(claire)
    before = await centre.events(conversation_id)
    await centre.note(claire, chat_id, "client difficile")
    assert await centre.events(conversation_id) == before
    notes = [e for e in await centre.staff_events(conversation_id) if e.kind == "note"]
    assert [(note.member, note.payload["text"]) for note in notes] == [
        ("Claire", "client difficile")
    ]


async def test_a_message_is_taken_back_within_ten_seconds_and_its_text_is_gone(
    centre: Centre, clock: Clock
) -> None:
    claire = await centre.hire("Claire")
    conversation_id, chat_id = await centre.serve(claire)
    seq = await centre.advise(claire, chat_id, "mauvaise fenêtre")
    await centre.desk.retract(claire, chat_id, seq)
    events = await centre.events(conversation_id)
    blanked = next(e for e in events if isinstance(e, MessageEvent) and e.seq == seq)
    assert blanked.text == ""
    assert isinstance(events[-1], RetractedEvent) and events[-1].target_seq == seq
    late = await centre.advise(claire, chat_id, "trop tard")
    clock.forward(seconds=11)
    with pytest.raises(Conflict):
        await centre.desk.retract(claire, chat_id, late)


async def test_a_transfer_is_offered_to_the_colleague_with_the_note(centre: Centre) -> None:
    claire = await centre.hire("Claire")
    conversation_id, chat_id = await centre.serve(claire)
    david = await centre.hire("David")
    await centre.transfer(claire, chat_id, member_id=david.id, note="voir la facture")
    chat = await centre.chat_of(conversation_id)
    assert (chat.state, chat.advisor_id) == (ChatState.OFFERED, david.id)
    kinds = [event.kind for event in await centre.staff_events(conversation_id)]
    assert kinds[-2:] == ["note", "transferred"]
    await centre.desk.accept(david, chat_id)
    with pytest.raises(NotFound):
        await centre.advise(claire, chat_id, "encore moi")


async def test_nobody_is_handed_a_chat_who_is_not_there(centre: Centre) -> None:
    claire = await centre.hire("Claire")
    _, chat_id = await centre.serve(claire)
    absent = await centre.hire("David", ready=False)
    with pytest.raises(Conflict):
        await centre.transfer(claire, chat_id, member_id=absent.id)


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.ADMINISTRATOR])
@pytest.mark.parametrize("state", [ChatState.WAITING, ChatState.OFFERED, ChatState.ACTIVE])
async def test_who_oversees_hands_any_open_chat_to_an_advisor_with_a_note(
    centre: Centre, state: ChatState, role: Role
) -> None:
    chief = await centre.hire("Anne", role=role, ready=False)
    conversation_id = await in_state(centre, state)
    david = await centre.hire("David", ready=False)
    await centre.presences.come(david.id)  # there, and away: the chief chose him all the same
    before = await centre.messages(conversation_id)
    chat_id = (await centre.chat_of(conversation_id)).id
    await centre.transfer(chief, chat_id, member_id=david.id, note="à reprendre")
    chat = await centre.chat_of(conversation_id)
    assert (chat.state, chat.advisor_id) == (ChatState.OFFERED, david.id)
    logged = [(each.kind, each.member) for each in await centre.staff_events(conversation_id)]
    assert logged[-2:] == [("note", "Anne"), ("transferred", "Anne")]
    told = (await centre.messages(conversation_id))[len(before) :]
    assert bool(told) == (state is ChatState.ACTIVE)  # who waits already is told nothing new
    await centre.desk.accept(david, chat_id)
    assert await centre.mode(conversation_id) is Mode.ADVISOR


@pytest.mark.parametrize("state", [ChatState.WAITING, ChatState.OFFERED, ChatState.ACTIVE])
async def test_who_oversees_hands_any_open_chat_to_a_skill(
    centre: Centre, state: ChatState
) -> None:
    chief = await centre.hire("Anne", role=Role.SUPERVISOR, ready=False)
    conversation_id = await in_state(centre, state)
    elsa = await centre.hire("Elsa", skills=("api",), capacity=0)
    chat_id = (await centre.chat_of(conversation_id)).id
    await centre.transfer(chief, chat_id, skill="api")
    chat = await centre.chat_of(conversation_id)
    assert (chat.state, chat.skill) == (ChatState.WAITING, "api")
    await centre.transfer(chief, chat_id, member_id=elsa.id)
    assert (await centre.chat_of(conversation_id)).advisor_id == elsa.id


async def in_state(centre: Centre, state: ChatState) -> UUID:
    """A conversation whose chat is waiting, or offered to Claire, or hers."""
    if state is ChatState.WAITING:
        return await centre.queue_up()
    claire = await centre.hire("Claire", capacity=1)
    conversation_id = await centre.queue_up()
    if state is ChatState.ACTIVE:
        await centre.desk.accept(claire, (await centre.chat_of(conversation_id)).id)
    return conversation_id


async def test_an_advisor_moves_neither_what_waits_nor_what_is_over(centre: Centre) -> None:
    claire = await centre.hire("Claire")
    conversation_id = await centre.queue_up()
    offered = (await centre.chat_of(conversation_id)).id
    _, over = await centre.serve(claire)
    await centre.finish(claire, over)
    chief = await centre.hire("Anne", role=Role.SUPERVISOR, ready=False)
    for member, chat_id in ((claire, offered), (claire, over), (chief, over)):
        with pytest.raises(NotFound):
            await centre.transfer(member, chat_id)


async def test_nobody_is_handed_a_chat_who_takes_none(centre: Centre) -> None:
    claire = await centre.hire("Claire")
    _, chat_id = await centre.serve(claire)
    chief = await centre.hire("Anne", role=Role.ADMINISTRATOR)
    for absent in (chief.id, uuid4()):
        with pytest.raises(Conflict, match="not there"):
            await centre.transfer(claire, chat_id, member_id=absent)


async def test_a_chat_that_never_was_is_as_good_as_one_on_offer_to_a_colleague(
    centre: Centre,
) -> None:
    await centre.hire("Claire")
    offered = (await centre.chat_of(await centre.queue_up())).id
    david = await centre.hire("David")
    for chat_id in (offered, uuid4()):
        with pytest.raises(Conflict, match="not on offer"):
            await centre.desk.accept(david, chat_id)
        await centre.desk.decline(david, chat_id)
    assert (await centre.chats())[0].state is ChatState.OFFERED


async def test_a_transfer_to_a_skill_waits_for_who_has_it(centre: Centre, clock: Clock) -> None:
    claire = await centre.hire("Claire")
    conversation_id, chat_id = await centre.serve(claire)
    clock.forward(minutes=20)  # long after the user came
    await centre.stay()
    await centre.hire("David")
    await centre.transfer(claire, chat_id, skill="api")
    assert (await centre.chat_of(conversation_id)).state is ChatState.WAITING
    elsa = await centre.hire("Elsa", skills=("api",))
    assert (await centre.chat_of(conversation_id)).advisor_id == elsa.id


async def test_the_end_thanks_and_takes_a_rating(centre: Centre) -> None:
    claire = await centre.hire("Claire")
    conversation_id, chat_id = await centre.serve(claire)
    await centre.finish(claire, chat_id)
    last = (await centre.messages(conversation_id))[-1]
    rates = [f"act:rate_{n}" for n in range(1, 6)]
    assert [choice.id for choice in last.choices] == [*rates, "act:transcript"]
    await centre.click(conversation_id, "act:rate_4")
    assert (await centre.chat_of(conversation_id)).rating == 4
    assert await centre.mode(conversation_id) is Mode.ASSISTANT


# Reading along ---------------------------------------------------------------------------


async def test_who_oversees_and_reads_along_is_written_down_once_a_chat_for_staff_only(
    centre: Centre,
) -> None:
    claire = await centre.hire("Claire")
    chief = await centre.hire("Anne", role=Role.SUPERVISOR, ready=False)
    david = await centre.hire("David", ready=False)
    conversation_id, chat_id = await centre.serve(claire)
    before = await centre.events(conversation_id)

    async def joined() -> list[str | None]:
        logged = await centre.staff_events(conversation_id)
        return [event.member for event in logged if event.kind == "joined"]

    for member in (claire, david, chief, chief):
        await silent_joins.write_down(centre.database, centre.hub, member, conversation_id)
    assert await joined() == ["Anne"]
    assert await centre.events(conversation_id) == before
    await centre.finish(claire, chat_id)
    await silent_joins.write_down(centre.database, centre.hub, chief, conversation_id)
    assert await joined() == ["Anne"]  # nobody talks there any more


# Ended without the advisor ---------------------------------------------------------------


async def to_wrap_up(centre: Centre, member: StaffMember) -> list[UUID]:
    seen = (await centre.board(member)).chats
    return [chat.id for chat in seen if chat.state is ChatState.ENDED]


@pytest.mark.parametrize("end", [ChatEnd.LEFT, ChatEnd.USER_GONE])
async def test_a_chat_that_the_user_ended_stays_on_the_board_until_its_reason_is_given(
    centre: Centre, clock: Clock, end: ChatEnd
) -> None:
    claire = await centre.hire("Claire")
    chief = await centre.hire("Anne", role=Role.SUPERVISOR, ready=False)
    conversation_id, chat_id = await centre.serve(claire)
    if end is ChatEnd.LEFT:
        await centre.click(conversation_id, Act.LEAVE)
    else:
        await centre.presences.user_came(conversation_id)
        await centre.presences.user_left(conversation_id)
        clock.forward(seconds=(USER_GONE_AFTER + SECOND).total_seconds())
        await centre.stay()
        await centre.rounds.go()
    assert (await centre.chat_of(conversation_id)).end is end
    seen = await centre.board(claire)
    assert [(chat.id, chat.state) for chat in seen.chats] == [(chat_id, ChatState.ENDED)]
    assert seen.me.load == 0
    assert await to_wrap_up(centre, chief) == []
    await centre.finish(claire, chat_id)
    assert await to_wrap_up(centre, claire) == []
    assert (await centre.chat_of(conversation_id)).wrap_up is WrapUp.SOLVED


async def test_a_reason_is_still_owed_while_the_user_talks_to_somebody_again(
    centre: Centre,
) -> None:
    claire = await centre.hire("Claire", capacity=1)
    conversation_id, chat_id = await centre.serve(claire)
    await centre.click(conversation_id, Act.LEAVE)
    await centre.click(conversation_id, Act.ADVISOR)
    again = (await centre.chat_of(conversation_id)).id
    await centre.desk.accept(claire, again)
    states = {chat.id: chat.state for chat in (await centre.board(claire)).chats}
    assert states == {chat_id: ChatState.ENDED, again: ChatState.ACTIVE}
    await centre.finish(claire, chat_id)
    assert await centre.mode(conversation_id) is Mode.ADVISOR


async def test_who_left_while_on_offer_leaves_nobody_anything_to_conclude_or_read(
    centre: Centre,
) -> None:
    claire = await centre.hire("Claire")
    conversation_id = await centre.queue_up()
    chat_id = (await centre.chat_of(conversation_id)).id
    await centre.click(conversation_id, Act.LEAVE)
    assert (await centre.board(claire)).chats == []
    with pytest.raises(NotFound):
        await centre.finish(claire, chat_id)
    async with centre.database.reading() as session:
        with pytest.raises(NotFound):
            await reading.permit(session, claire, conversation_id)


# What advisors see -----------------------------------------------------------------------


async def test_an_advisor_sees_their_chats_and_a_supervisor_all(centre: Centre) -> None:
    claire = await centre.hire("Claire")
    conversation_id, _ = await centre.serve(claire)
    david = await centre.hire("David", ready=False)
    chief = await centre.hire("Anne", role=Role.SUPERVISOR, ready=False)
    seen = {
        member.name: [chat.conversation_id for chat in (await centre.board(member)).chats]
        for member in (claire, david, chief)
    }
    assert seen == {"Claire": [conversation_id], "David": [], "Anne": [conversation_id]}


async def test_the_board_counts_what_the_advisor_has_not_read(centre: Centre) -> None:
    claire = await centre.hire("Claire")
    conversation_id, chat_id = await centre.serve(claire)
    await centre.desk.read(claire, chat_id, (await centre.events(conversation_id))[-1].seq)
    await centre.say(conversation_id, "vous êtes là ?")
    (chat,) = (await centre.board(claire)).chats
    assert (chat.unread, chat.last) == (1, "vous êtes là ?")


async def test_a_foreign_conversation_is_as_good_as_none(centre: Centre) -> None:
    claire = await centre.hire("Claire")
    conversation_id, _ = await centre.serve(claire)
    david = await centre.hire("David")
    async with centre.database.reading() as session:
        for absent in (conversation_id, uuid4()):
            with pytest.raises(NotFound):
                await reading.permit(session, david, absent)


async def test_earlier_talks_of_the_same_person_are_open_to_their_advisor(centre: Centre) -> None:
    claire = await centre.hire("Claire")
    earlier = (await centre.exchange.open(uuid4(), identity())).conversation_id
    conversation_id = (await centre.exchange.open(uuid4(), identity())).conversation_id
    await centre.click(conversation_id, Act.ADVISOR)

    async def may_read(which: UUID) -> bool:
        async with centre.database.reading() as session:
            try:
                await reading.permit(session, claire, which)
            except NotFound:
                return False
        return True

    assert await may_read(earlier)
    await centre.click(conversation_id, Act.LEAVE)
    assert not await may_read(earlier)


async def test_the_dossier_of_a_talk_that_is_over_tells_nothing_of_the_persons_other_talks(
    centre: Centre,
) -> None:
    claire = await centre.hire("Claire")
    earlier = (await centre.exchange.open(uuid4(), identity())).conversation_id
    await centre.say(earlier, "une question sans rapport")
    conversation_id = (await centre.exchange.open(uuid4(), identity())).conversation_id
    await centre.click(conversation_id, Act.ADVISOR)
    chat_id = (await centre.chat_of(conversation_id)).id
    await centre.desk.accept(claire, chat_id)

    async def past() -> list[UUID]:
        async with centre.database.reading() as session:
            known = await dossier(session, claire, conversation_id, library())
        return [each["conversation_id"] for each in known["past"]]

    assert await past() == [earlier]
    await centre.finish(claire, chat_id)
    assert await past() == []
    await centre.ended()
