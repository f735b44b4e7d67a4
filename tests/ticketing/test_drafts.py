"""What whoever is connected writes: seen by them alone until they send it, and sent once."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from kit.errors import Conflict, NotFound
from kit.files import FileStore, StoredFile
from staff.models import Role
from tests.clock import Clock
from tests.ticketing.support import ADDRESS, PAIR, Support
from ticketing import search
from ticketing.dossier import Dossiers
from ticketing.drafts import AT_MOST, Drafts, Form, Owner, mistakes_in, similar_of
from ticketing.filters import Filters
from ticketing.following import Connected
from ticketing.forgetting import forget_stale
from ticketing.lifecycle import Event, Status
from ticketing.models import Ticket
from ticketing.own import ROWS, OwnTickets
from ticketing.queues import Queues

CAMILLE = Owner("https://host.example camille", ADDRESS)
NADIA = Owner("https://host.example nadia", "nadia@exemple.fr")
TITLE, TEXT = "Facture bloquée", "Elle reste en brouillon depuis lundi."


def form(**changed: object) -> Form:
    known: dict[str, object] = {
        "id": uuid4(),
        "title": TITLE,
        "description": TEXT,
        "structure": "Menuiserie",
        "service": "Comptabilité",
        **PAIR,
    }
    return Form(**known | changed)  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


@pytest.fixture
def drafts(support: Support, store: FileStore) -> Drafts:
    return Drafts(support.database, store)


@pytest.fixture
def own(support: Support) -> OwnTickets:
    return OwnTickets(support.database)


async def count(support: Support, table: type) -> int:
    async with support.database.reading() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def add_file(drafts: Drafts, owner: Owner, typed: Form, name: str) -> UUID:
    shown = await drafts.take_file(owner, typed.id, name, f"dans {name}".encode())
    return UUID(shown["id"])


async def test_a_draft_comes_back_as_it_was_typed(support: Support, drafts: Drafts) -> None:
    typed = form()
    typed = replace(typed, file_ids=(await add_file(drafts, CAMILLE, typed, "erreur.txt"),))
    saved = await drafts.save(CAMILLE, typed)
    found = await drafts.read(CAMILLE.subject, saved.number)
    assert found.form == typed
    assert [each["name"] for each in found.files] == ["erreur.txt"]
    assert saved.status is Status.DRAFT and await support.mails() == []
    assert await support.thread(saved.number) == []


async def test_a_draft_may_lack_anything_but_words(drafts: Drafts) -> None:
    bare = form(title="", category="", subcategory="", structure="", service="")
    assert mistakes_in(bare, draft=True) == {}
    assert list(mistakes_in(bare)) == ["pair", "title"]
    assert mistakes_in(replace(bare, description=" "), draft=True) == {"title": "draft_empty"}
    long = replace(bare, title="x" * 201, description="x" * 10_001, service="x" * 201)
    assert set(mistakes_in(long, draft=True)) == {"title", "description", "service"}
    saved = await drafts.save(CAMILLE, bare)
    assert (await drafts.read(CAMILLE.subject, saved.number)).form == bare


async def test_saved_again_it_is_the_same_draft(support: Support, drafts: Drafts) -> None:
    typed = form()
    first = await drafts.save(CAMILLE, typed)
    second = await drafts.save(CAMILLE, replace(typed, title="Autre titre"))
    assert first.number == second.number and await count(support, Ticket) == 1
    assert (await drafts.read(CAMILLE.subject, first.number)).form.title == "Autre titre"


async def test_a_draft_is_seen_by_its_owner_alone(
    support: Support, drafts: Drafts, own: OwnTickets
) -> None:
    saved = await drafts.save(CAMILLE, form())
    with pytest.raises(NotFound):
        await drafts.read(NADIA.subject, saved.number)
    with pytest.raises(NotFound):
        await drafts.discard(NADIA.subject, saved.number)
    assert sum((await own.look(NADIA.subject, "drafts")).counts.values()) == 0
    # The same form id in other hands is another draft.
    same = (await drafts.read(CAMILLE.subject, saved.number)).form
    theirs = await drafts.save(NADIA, replace(same, title="Autre titre"))
    assert theirs.number != saved.number
    assert (await drafts.read(CAMILLE.subject, saved.number)).form.title == TITLE


async def test_the_staff_see_no_draft(support: Support, drafts: Drafts, store: FileStore) -> None:
    saved = await drafts.save(CAMILLE, form())
    boss = await support.hire("Claire", Role.ADMINISTRATOR)
    listed = await Queues(support.database).look(boss, Filters())
    assert listed.tickets == [] and listed.found == 0
    assert (await Queues(support.database).look(boss, Filters(text=TITLE))).tickets == []
    assert (await Queues(support.database).look(boss, Filters(text=saved.reference))).tickets == []
    with pytest.raises(NotFound):
        await support.triage.take(boss, saved.number)
    with pytest.raises(NotFound):
        await Dossiers(support.database, store).read(boss, saved.number)


@pytest.mark.parametrize("act", ["read", "write", "close", "rate"])
async def test_nothing_is_done_to_a_draft_as_to_a_ticket(
    support: Support, drafts: Drafts, act: str
) -> None:
    saved = await drafts.save(CAMILLE, form())
    given: dict[str, list[Any]] = {"write": ["Un mot."], "rate": [5]}
    more = given.get(act, [])
    with pytest.raises(NotFound):
        await getattr(support.following, act)(Connected(CAMILLE.subject, saved.number), *more)


async def test_what_a_draft_masks_is_masked_from_the_start(
    support: Support, drafts: Drafts
) -> None:
    card = "4970 1012 3456 7893"
    saved = await drafts.save(CAMILLE, form(title=card, description=card, service=card))
    ticket = await support.find(saved.number)
    assert card not in f"{ticket.title} {ticket.draft} {ticket.service}"


# Files -----------------------------------------------------------------------------------


async def test_files_of_a_draft_outlive_the_day_that_others_wait(
    support: Support, drafts: Drafts, clock: Clock
) -> None:
    kept, left = form(), form()
    kept = replace(kept, file_ids=[await add_file(drafts, CAMILLE, kept, "a.txt")])
    await add_file(drafts, CAMILLE, left, "b.txt")
    saved = await drafts.save(CAMILLE, kept)
    clock.forward(days=2)
    async with support.database.writing.begin() as session:
        await forget_stale(session)
    assert await count(support, StoredFile) == 1
    outcome = await drafts.send(CAMILLE, kept)
    assert outcome.ticket is not None and outcome.ticket.number == saved.number
    (first, *_) = await support.thread(saved.number)
    assert [each["name"] for each in first.payload["files"]] == ["a.txt"]
    sender = Connected(CAMILLE.subject, saved.number)
    assert (await support.following.open_file(sender, kept.file_ids[0])).path.is_file()


async def test_a_file_that_is_taken_away_is_erased(
    support: Support, drafts: Drafts, store: FileStore
) -> None:
    typed = form()
    ids = [await add_file(drafts, CAMILLE, typed, name) for name in ("a.txt", "b.txt", "c.txt")]
    await drafts.save(CAMILLE, replace(typed, file_ids=ids))
    await drafts.save(CAMILLE, replace(typed, file_ids=ids[:2]))
    assert [store.path_of(each).is_file() for each in ids] == [True, True, False]
    await drafts.send(CAMILLE, replace(typed, file_ids=ids[:1]))
    assert [store.path_of(each).is_file() for each in ids] == [True, False, False]
    assert await count(support, StoredFile) == 1


async def test_nobody_takes_another_s_file(drafts: Drafts, support: Support) -> None:
    typed = form()
    mine = await add_file(drafts, CAMILLE, typed, "a.txt")
    assert await drafts.files(NADIA, typed.id, [mine]) == []
    outcome = await drafts.send(NADIA, replace(typed, file_ids=[mine]))
    assert outcome.ticket is not None
    (first, *_) = await support.thread(outcome.ticket.number)
    assert "files" not in first.payload


async def test_a_discarded_draft_is_gone_with_its_files(
    support: Support, drafts: Drafts, store: FileStore
) -> None:
    typed = form()
    typed = replace(typed, file_ids=[await add_file(drafts, CAMILLE, typed, "a.txt")])
    saved = await drafts.save(CAMILLE, typed)
    await drafts.discard(CAMILLE.subject, saved.number)
    assert await count(support, Ticket) == await count(support, StoredFile) == 0
    assert not store.path_of(typed.file_ids[0]).is_file()


# Sending ---------------------------------------------------------------------------------


async def test_a_draft_that_is_sent_is_a_ticket_with_its_number(
    support: Support, drafts: Drafts
) -> None:
    saved = await drafts.save(CAMILLE, form())
    typed = (await drafts.read(CAMILLE.subject, saved.number)).form
    outcome = await drafts.send(CAMILLE, replace(typed, title="Facture bloquée hier"))
    assert outcome.ticket is not None
    ticket = await support.find(saved.number)
    assert (ticket.number, ticket.status, ticket.draft) == (saved.number, Status.SUBMITTED, None)
    assert (ticket.title, ticket.email) == ("Facture bloquée hier", ADDRESS)
    assert (ticket.structure, ticket.service) == ("Menuiserie", "Comptabilité")
    (first,) = await support.thread(saved.number)
    assert (first.event, first.text) == (Event.SUBMITTED, TEXT)
    (mail,) = await support.mails()
    assert (mail.kind, mail.to) == ("ticket_acknowledged", ADDRESS)
    with pytest.raises(NotFound):
        await drafts.read(CAMILLE.subject, saved.number)
    with pytest.raises(NotFound):
        await drafts.discard(CAMILLE.subject, saved.number)


async def test_sent_twice_it_is_one_ticket(support: Support, drafts: Drafts) -> None:
    typed = form()
    both = await asyncio.gather(*[drafts.send(CAMILLE, typed) for _ in range(2)])
    again = await drafts.send(CAMILLE, typed)
    numbers = {each.ticket.number for each in (*both, again) if each.ticket}
    assert len(numbers) == 1 and await count(support, Ticket) == 1
    assert len(await support.mails()) == 1


async def test_what_was_sent_is_not_written_over(support: Support, drafts: Drafts) -> None:
    typed = form()
    await drafts.send(CAMILLE, typed)
    for act in (drafts.send, drafts.save):
        with pytest.raises(Conflict) as refusal:
            await act(CAMILLE, replace(typed, description="Autre chose."))
        assert refusal.value.code == "sent_already"


async def test_their_own_open_tickets_about_the_same_are_shown_first(
    support: Support, drafts: Drafts
) -> None:
    first = (await drafts.send(CAMILLE, form())).ticket
    assert first is not None
    await drafts.send(NADIA, form())
    typed = form(title="Encore une facture bloquée")
    outcome = await drafts.send(CAMILLE, typed)
    assert outcome.ticket is None and [each.number for each in outcome.similar] == [first.number]
    assert (await drafts.send(CAMILLE, typed, anyway=True)).ticket is not None
    assert (await drafts.send(CAMILLE, form(title="Mot de passe"))).ticket is not None


async def test_what_was_a_draft_for_long_is_as_new_as_the_day_it_was_sent(
    drafts: Drafts, clock: Clock
) -> None:
    typed = form()
    await drafts.save(CAMILLE, typed)
    clock.forward(days=31)
    sent = (await drafts.send(CAMILLE, typed)).ticket
    assert sent is not None
    outcome = await drafts.send(CAMILLE, form())
    assert [each.number for each in outcome.similar] == [sent.number]


async def test_a_note_of_the_staff_makes_nothing_similar(support: Support, drafts: Drafts) -> None:
    sent = (await drafts.send(CAMILLE, form())).ticket
    assert sent is not None
    await support.triage.note(await support.hire("Claire"), sent.number, "Soupçon de fraude.")
    async with support.database.reading() as session:
        assert await similar_of(session, CAMILLE.subject, "Soupçon") == []
        assert len(await similar_of(session, CAMILLE.subject, "bloquée")) == 1


async def test_an_address_that_no_mail_reaches_stops_nobody(
    support: Support, drafts: Drafts
) -> None:
    outcome = await drafts.send(Owner(CAMILLE.subject, "x@y"), form())
    assert outcome.ticket is not None
    assert outcome.ticket.email is None and await support.mails() == []


async def test_drafts_are_not_without_end(support: Support, drafts: Drafts) -> None:
    for _ in range(AT_MOST):
        await drafts.save(CAMILLE, form())
    with pytest.raises(Conflict) as refusal:
        await drafts.save(CAMILLE, form())
    assert refusal.value.code == "too_many_drafts"
    assert (await drafts.save(NADIA, form())).status is Status.DRAFT


# The list --------------------------------------------------------------------------------


async def test_tickets_stand_in_the_tab_of_what_is_to_be_done(
    support: Support, drafts: Drafts, own: OwnTickets
) -> None:
    claire = await support.hire("Claire")
    numbers = [(await support.open(subject=CAMILLE.subject)).number for _ in range(3)]
    await support.open(subject=NADIA.subject)
    await support.triage.take(claire, numbers[0])
    await support.triage.reply(claire, numbers[0], Event.DETAILS_ASKED, "Lequel ?", at_once=True)
    await support.following.close(Connected(CAMILLE.subject, numbers[1]))
    saved = await drafts.save(CAMILLE, form())
    listing = await own.look(CAMILLE.subject, "")
    assert listing.counts == {"to_do": 1, "under_way": 1, "closed": 1, "drafts": 1}
    found = {
        tab: [each.number for each in (await own.look(CAMILLE.subject, tab)).tickets]
        for tab in listing.counts
    }
    assert listing.tab == "to_do"
    assert found == {
        "to_do": [numbers[0]],
        "under_way": [numbers[2]],
        "closed": [numbers[1]],
        "drafts": [saved.number],
    }


async def test_newest_change_comes_first_a_page_at_a_time(
    support: Support, own: OwnTickets, clock: Clock
) -> None:
    numbers = []
    for _ in range(ROWS + 2):
        numbers.append((await support.open(subject=CAMILLE.subject)).number)
        clock.forward(minutes=1)
    await support.following.write(Connected(CAMILLE.subject, numbers[0]), "Un mot.")
    pages = [await own.look(CAMILLE.subject, "under_way", page=page) for page in (1, 2)]
    found = [each.number for page in pages for each in page.tickets]
    assert found == [numbers[0], *reversed(numbers[1:])]
    assert [page.pages for page in pages] == [2, 2]
    beyond = await own.look(CAMILLE.subject, "under_way", page=99)
    assert (beyond.page, len(beyond.tickets)) == (2, 2)
    asked = await own.look(CAMILLE.subject, "under_way", "réinitialisation", 2)
    assert (asked.counts["under_way"], len(asked.tickets)) == (ROWS + 2, 2)


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("mots de passe", True),  # plurals
        ("REINITIALISATION", True),  # accents and capitals
        ("courri", True),  # the beginning of a word
        ("mot facture", False),  # every word
        ("TK-000001", True),
        ("nadia", False),
        ("fraude", False),  # said in a note
        ("urgence", False),  # a tag
        ("'\" OR * )", False),
    ],
)
async def test_search_finds_what_its_sender_may_read_among_theirs(
    support: Support, own: OwnTickets, question: str, found: bool
) -> None:
    mine = await support.open(subject=CAMILLE.subject)
    await support.open(subject=NADIA.subject, email=NADIA.address, title="Nadia, mot de passe")
    claire = await support.hire("Claire")
    await support.triage.note(claire, mine.number, "Soupçon de fraude.")
    await support.triage.tag(claire, mine.number, "urgence")
    async with support.database.reading() as session:
        condition = search.matches(session, "fraude")
        assert condition is not None
        assert await session.scalar(select(Ticket.number).where(condition)) == mine.number
    listing = await own.look(CAMILLE.subject, "under_way", question)
    assert [each.number for each in listing.tickets] == ([mine.number] if found else [])
    assert listing.counts["under_way"] == int(found)


async def test_search_reads_drafts_too(drafts: Drafts, own: OwnTickets) -> None:
    saved = await drafts.save(CAMILLE, form())
    for question in ("bloquées", "lundi", saved.reference):
        listing = await own.look(CAMILLE.subject, "drafts", question)
        assert [each.number for each in listing.tickets] == [saved.number]
    assert (await own.look(CAMILLE.subject, "drafts", "virement")).tickets == []


async def test_a_question_of_marks_alone_asks_nothing(support: Support, own: OwnTickets) -> None:
    await support.open(subject=CAMILLE.subject)
    assert (await own.look(CAMILLE.subject, "under_way", " ?! ")).counts["under_way"] == 1
