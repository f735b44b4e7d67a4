"""What the staff do with a ticket, and what its sender does: the thread, the mails, the clock."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from kit.errors import Conflict, Invalid, NotFound
from staff.models import Role
from tests.clock import Clock
from tests.ticketing.support import ADDRESS, Support
from ticketing.lifecycle import Event, IllegalEvent, Status
from ticketing.looks import Looks
from ticketing.models import Route
from ticketing.triage import HELD_BACK


async def test_a_ticket_is_acknowledged_by_mail_with_its_number_and_its_link(
    support: Support,
) -> None:
    ticket = await support.open()
    (mail,) = await support.mails()
    assert mail.to == ADDRESS
    assert ticket.reference in mail.subject
    seen = await support.following.read(await support.sender(ticket.number))
    assert seen.ticket.number == ticket.number
    assert [entry.text for entry in seen.lines] == [
        "Je ne reçois pas le courriel de réinitialisation."
    ]


async def test_nobody_sends_their_words_to_an_address_by_typing_it(support: Support) -> None:
    await support.open(title="Gagnez un téléphone sur exemple.fr")
    await support.open(title="Ma facture", subject="camille")
    stranger, connected = await support.mails()
    assert "Gagnez" not in f"{stranger.subject} {stranger.text} {stranger.html}"
    assert "Ma facture" in connected.text and "Ma facture" in (connected.html or "")


async def test_who_opens_a_ticket_again_is_told_so(support: Support) -> None:
    number = (await support.open()).number
    sender = await support.sender(number)
    await support.following.close(sender)
    await support.following.write(sender, "Encore.")
    mail = (await support.mails())[-1]
    assert mail.kind == "ticket_reopened" and "est rouverte" in mail.subject
    assert "est rouverte" in mail.text and "Conservez" not in mail.text


async def test_from_taking_to_closing(support: Support) -> None:
    claire = await support.hire("Claire")
    number = (await support.open()).number
    await support.triage.take(claire, number)
    await support.triage.reply(claire, number, Event.DETAILS_ASKED, "Quel SIRET ?", at_once=True)
    sender = await support.sender(number)
    assert await support.following.write(sender, "123") is Event.DETAILS_GIVEN
    await support.triage.reply(claire, number, Event.ANSWERED, "Voici.", at_once=True)
    assert await support.following.write(sender, "Non.") is Event.SENT_BACK
    await support.triage.take(claire, number)
    await support.triage.reply(claire, number, Event.ANSWERED, "Et voilà.", at_once=True)
    await support.following.close(sender)
    await support.following.rate(sender, 5)
    ticket = await support.find(number)
    assert (ticket.status, ticket.rating) == (Status.CLOSED, 5)
    assert [entry.event for entry in await support.thread(number)] == [
        Event.SUBMITTED,
        Event.TAKEN,
        Event.DETAILS_ASKED,
        Event.DETAILS_GIVEN,
        Event.ANSWERED,
        Event.SENT_BACK,
        Event.TAKEN,
        Event.ANSWERED,
        Event.CLOSED,
    ]


async def test_nobody_answers_without_taking_it_first(support: Support) -> None:
    claire, david = await support.hire("Claire"), await support.hire("David")
    number = (await support.open()).number
    with pytest.raises(Conflict):
        await support.triage.reply(claire, number, Event.ANSWERED, "Voici.", at_once=True)
    await support.triage.take(david, number)
    with pytest.raises(Conflict):
        await support.triage.take(claire, number)
    with pytest.raises(Conflict):
        await support.triage.reply(claire, number, Event.ANSWERED, "Voici.", at_once=True)


async def test_what_an_absent_colleague_asked_is_followed_by_another(
    support: Support, clock: Clock
) -> None:
    claire, david = await support.hire("Claire"), await support.hire("David")
    number = (await support.open()).number
    await support.triage.take(claire, number)
    await support.triage.reply(claire, number, Event.DETAILS_ASKED, "Quel SIRET ?", at_once=True)
    closes = (await support.find(number)).expires_at
    with pytest.raises(Conflict):
        await support.triage.take(david, number)
    clock.forward(days=1)
    await support.triage.assign(david, number, david.id)
    ticket = await support.find(number)
    assert (ticket.status, ticket.assignee_id) == (Status.DETAILS_ASKED, david.id)
    assert ticket.expires_at == closes  # the sender was promised that day
    await support.following.write(await support.sender(number), "123")
    await support.triage.reply(david, number, Event.ANSWERED, "Voici.", at_once=True)
    assert (await support.find(number)).status is Status.ANSWERED


async def test_of_two_who_take_it_at_once_one_is_told(support: Support) -> None:
    claire, david = await support.hire("Claire"), await support.hire("David")
    number = (await support.open()).number
    results = await asyncio.gather(
        *(support.triage.take(each, number) for each in (claire, david)), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in results) == ["Conflict", "NoneType"]


async def test_a_reply_is_held_back_and_may_be_taken_back(support: Support, clock: Clock) -> None:
    claire = await support.hire("Claire")
    number = (await support.open()).number
    await support.triage.take(claire, number)
    await support.triage.reply(claire, number, Event.ANSWERED, "Trop vite.")
    assert await support.triage.take_back(claire, number) == "Trop vite."
    clock.forward(seconds=HELD_BACK.total_seconds())
    await support.rounds.go()
    assert (await support.find(number)).status is Status.ASSIGNED
    await support.triage.reply(claire, number, Event.ANSWERED, "Voici.")
    await support.rounds.go()
    assert (await support.find(number)).status is Status.ASSIGNED
    clock.forward(seconds=HELD_BACK.total_seconds())
    await support.rounds.go()
    assert (await support.find(number)).status is Status.ANSWERED
    with pytest.raises(Conflict):
        await support.triage.take_back(claire, number)


@pytest.mark.parametrize("how", ["transfer", "assign", "recategorise", "closed"])
async def test_a_reply_that_cannot_go_any_more_is_kept_as_a_note_of_its_author(
    support: Support, clock: Clock, how: str
) -> None:
    claire, david = await support.hire("Claire"), await support.hire("David")
    number = (await support.open()).number
    files = [{"id": str(uuid4()), "name": "guide.pdf", "size": 12}]
    await support.triage.take(claire, number)
    await support.triage.reply(claire, number, Event.ANSWERED, "Voici.", files=files)
    match how:
        case "transfer":
            await support.triage.transfer(david, number, Route.METIER)
        case "assign":
            await support.triage.assign(david, number, david.id)
        case "recategorise":
            await support.triage.recategorise(david, number, "traitement_facture", "retard")
        case "closed":
            await support.following.close(await support.sender(number))
    clock.forward(seconds=HELD_BACK.total_seconds())
    await support.rounds.go()
    (kept,) = [entry for entry in await support.thread(number) if entry.text == "Voici."]
    assert (kept.member_id, kept.internal, kept.event) == (claire.id, True, None)
    assert kept.payload == {"files": files}
    assert "ticket_answered" not in [mail.kind for mail in await support.mails()]


@pytest.mark.parametrize("withdrawn", [True, False])
async def test_the_page_is_told_whether_a_reply_was_sent(
    support: Support, clock: Clock, withdrawn: bool
) -> None:
    claire, david = await support.hire("Claire"), await support.hire("David")
    number = (await support.open()).number
    await support.triage.take(claire, number)
    await support.triage.reply(claire, number, Event.ANSWERED, "Voici.")
    looks = Looks(support.database)
    before = await looks.look(claire, number)
    assert (before.held, before.sent) == (True, False)
    if withdrawn:
        await support.triage.transfer(david, number, Route.METIER)
    clock.forward(seconds=HELD_BACK.total_seconds())
    await support.rounds.go()
    after = await looks.look(claire, number, before.last_seq)
    assert (after.held, after.sent) == (False, not withdrawn)


async def test_what_waits_for_its_sender_is_closed_after_a_warning(
    support: Support, clock: Clock
) -> None:
    claire = await support.hire("Claire")
    number = (await support.open()).number
    await support.triage.take(claire, number)
    await support.triage.reply(claire, number, Event.ANSWERED, "Voici.", at_once=True)
    clock.forward(days=7)
    await support.rounds.go()
    await support.rounds.go()
    warned = [mail.kind for mail in await support.mails()]
    assert warned.count("ticket_closing_soon") == 1
    assert (await support.find(number)).status is Status.ANSWERED
    clock.forward(days=7)
    await support.rounds.go()
    assert (await support.find(number)).status is Status.CLOSED
    await support.following.write(await support.sender(number), "Toujours pas.")
    assert (await support.find(number)).status is Status.SUBMITTED


async def test_after_an_outage_its_sender_is_warned_and_has_time_to_react(
    support: Support, clock: Clock
) -> None:
    claire = await support.hire("Claire")
    number = (await support.open()).number
    await support.triage.take(claire, number)
    await support.triage.reply(claire, number, Event.ANSWERED, "Voici.", at_once=True)
    clock.forward(days=20)
    await support.rounds.go()
    await support.rounds.go()
    assert "ticket_closing_soon" in [mail.kind for mail in await support.mails()]
    clock.forward(days=6)
    await support.rounds.go()
    assert (await support.find(number)).status is Status.ANSWERED
    clock.forward(days=1)
    await support.rounds.go()
    assert (await support.find(number)).status is Status.CLOSED


async def test_whoever_cannot_be_warned_keeps_their_ticket(support: Support, clock: Clock) -> None:
    claire = await support.hire("Claire")
    number = (await support.open(email=None)).number
    await support.triage.take(claire, number)
    await support.triage.reply(claire, number, Event.ANSWERED, "Voici.", at_once=True)
    for _ in range(3):
        clock.forward(days=14)
        await support.rounds.go()
    assert (await support.find(number)).status is Status.ANSWERED


async def test_the_pair_decides_who_receives_it(support: Support) -> None:
    ours = await support.open()
    theirs = await support.open(category="traitement_facture", subcategory="retard")
    assert (ours.route, theirs.route) == (Route.SUPPORT, Route.METIER)
    with pytest.raises(Invalid):
        await support.open(category="traitement_facture", subcategory="mot_de_passe")


async def test_a_transferred_ticket_is_nobodys_again(support: Support) -> None:
    claire = await support.hire("Claire")
    number = (await support.open()).number
    await support.triage.take(claire, number)
    await support.triage.transfer(claire, number, Route.METIER, "Pas pour nous.")
    ticket = await support.find(number)
    assert (ticket.status, ticket.route, ticket.assignee_id) == (
        Status.SUBMITTED,
        Route.METIER,
        None,
    )
    seen = await support.following.read(await support.sender(number))
    assert all(entry.text != "Pas pour nous." for entry in seen.lines)


async def test_due_times_stop_while_the_sender_has_to_act(support: Support, clock: Clock) -> None:
    clock.put_at(datetime(2026, 6, 2, 9, tzinfo=UTC))  # no holiday within two weeks
    claire = await support.hire("Claire")
    number = (await support.open()).number
    before = (await support.find(number)).solution_due
    await support.triage.take(claire, number)
    await support.triage.reply(claire, number, Event.DETAILS_ASKED, "Quel SIRET ?", at_once=True)
    assert (await support.find(number)).solution_due is None
    clock.forward(days=7)
    await support.following.write(await support.sender(number), "123")
    later = (await support.find(number)).solution_due
    assert before is not None and later is not None
    assert timedelta(days=7) <= later - before < timedelta(days=7, seconds=5)


async def test_advisors_learn_nothing_of_tickets(support: Support) -> None:
    alice = await support.hire("Alice", Role.ADVISOR)
    number = (await support.open()).number
    for asked in (number, number + 1):
        with pytest.raises(NotFound, match="no such ticket"):
            await support.triage.take(alice, asked)


async def test_whoever_of_the_support_has_least_to_do_is_chosen(support: Support) -> None:
    claire, david = await support.hire("Claire", capacity=1), await support.hire("David")
    first, second, third = [(await support.open()).number for _ in range(3)]
    assert await support.triage.assign_fairly(claire, first) == claire.id
    assert await support.triage.assign_fairly(claire, second) == david.id
    assert await support.triage.assign_fairly(claire, third) == david.id


async def test_whoever_has_no_capacity_is_given_nothing(support: Support) -> None:
    claire = await support.hire("Claire", capacity=0)
    number = (await support.open()).number
    with pytest.raises(Conflict):
        await support.triage.assign_fairly(claire, number)
    david = await support.hire("David")
    assert await support.triage.assign_fairly(claire, number) == david.id


async def test_events_that_the_table_refuses_change_nothing(support: Support) -> None:
    number = (await support.open()).number
    sender = await support.sender(number)
    await support.following.close(sender)
    with pytest.raises(IllegalEvent):
        await support.following.close(sender)
    assert len(await support.thread(number)) == 2
