"""Two tickets become one, one becomes two: what is told, what is kept, what is refused."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from kit import files
from kit.database import Database
from kit.errors import Conflict, Invalid, NotFound
from kit.files import FileStore
from staff.models import Role
from tests.ticketing.support import ADDRESS, Support
from ticketing.dossier import Dossiers, shown
from ticketing.lifecycle import Event, IllegalEvent, Status
from ticketing.merging import Merging
from ticketing.models import Ticket
from ticketing.opening import similar
from ticketing.triage import Moved

OTHER = "b.martin@exemple.fr"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[FileStore]:
    yield FileStore(tmp_path / "files")


@pytest.fixture
def merging(database: Database, store: FileStore) -> Merging:
    return Merging(database, store)


@pytest.fixture
def dossiers(database: Database, store: FileStore) -> Dossiers:
    return Dossiers(database, store)


async def with_file(support: Support, store: FileStore, ticket: Ticket) -> Moved:
    """The sender adds a file to what they wrote."""
    file_id, inspected = await store.take_in("capture.txt", b"erreur 12")
    async with support.database.writing.begin() as session:
        row = files.add(session, file_id, inspected, holder_id=ticket.id, sender="user")
        await session.flush()
    sender = await support.sender(ticket.number)
    await support.following.write(sender, "Voici la capture.", files=[shown(row)])
    return shown(row)


async def test_a_merged_ticket_is_closed_and_both_threads_name_the_other(
    support: Support, merging: Merging
) -> None:
    claire = await support.hire("Claire")
    source, target = await support.open(), await support.open(title="Encore le mot de passe")
    await support.triage.tag(claire, source.number, "urgent")
    await support.triage.tag(claire, source.number, "mdp")
    await support.triage.tag(claire, target.number, "mdp")
    await merging.merge(claire, source.number, target.number)
    merged = await support.find(source.number)
    assert (merged.status, merged.merged_into) == (Status.CLOSED, target.number)
    last = (await support.thread(source.number))[-1]
    assert last.event is Event.MERGED
    assert last.payload == {
        "into": target.number,
        "tags": ["urgent"],
        "before": {"status": "submitted", "assignee": None},
    }
    trace = (await support.thread(target.number))[-1]
    assert trace.payload == {"merged": {"from": source.number, "tags": ["urgent"]}}
    assert trace.internal


async def test_the_sender_is_told_of_both_numbers_and_their_answer_joins_the_one_that_goes_on(
    support: Support, merging: Merging
) -> None:
    claire = await support.hire("Claire")
    source, target = await support.open(), await support.open()
    await merging.merge(claire, source.number, target.number)
    mail = (await support.mails())[-1]
    assert mail.kind == "ticket_merged"
    assert source.reference in mail.text and target.reference in mail.text
    sender = await support.sender(source.number)
    await support.following.write(sender, "Merci.")
    assert (await support.thread(target.number))[-1].text == "Merci."


@pytest.mark.parametrize("merged_between", [False, True])
async def test_an_answer_to_a_merged_ticket_that_is_sent_twice_is_written_once(
    support: Support, merging: Merging, merged_between: bool
) -> None:
    claire = await support.hire("Claire")
    source, target = await support.open(), await support.open()
    sender, once = await support.sender(source.number), uuid4()
    if merged_between:
        await support.following.write(sender, "Merci.", client_id=once)
    await merging.merge(claire, source.number, target.number)
    for _ in range(2):
        await support.following.write(sender, "Merci.", client_id=once)
    both = [*await support.thread(source.number), *await support.thread(target.number)]
    assert [entry.text for entry in both].count("Merci.") == 1


async def test_files_stay_reachable_where_they_were_sent(
    support: Support, store: FileStore, merging: Merging, dossiers: Dossiers
) -> None:
    claire = await support.hire("Claire")
    source, target = await support.open(), await support.open()
    file = await with_file(support, store, source)
    await merging.merge(claire, source.number, target.number)
    found = await dossiers.open_file(claire, source.number, UUID(file["id"]))
    assert found.path.read_bytes() == b"erreur 12"
    with pytest.raises(NotFound):
        await dossiers.open_file(claire, target.number, UUID(file["id"]))


async def test_tickets_of_two_senders_stay_two(support: Support, merging: Merging) -> None:
    claire = await support.hire("Claire")
    source, target = await support.open(), await support.open(email=OTHER)
    with pytest.raises(Conflict, match="two senders"):
        await merging.merge(claire, source.number, target.number)
    nameless = [await support.open(email=None) for _ in range(2)]
    with pytest.raises(Conflict, match="two senders"):
        await merging.merge(claire, nameless[0].number, nameless[1].number)


async def test_the_same_account_is_the_same_sender_whatever_the_address(
    support: Support, merging: Merging
) -> None:
    claire = await support.hire("Claire")
    source = await support.open(subject="chorus nadia")
    target = await support.open(subject="chorus nadia", email=OTHER)
    await merging.merge(claire, source.number, target.number)
    assert (await support.find(source.number)).status is Status.CLOSED


async def test_an_address_in_other_letters_is_the_same_senders(
    support: Support, dossiers: Dossiers
) -> None:
    claire = await support.hire("Claire")
    ours, theirs = await support.open(), await support.open(email=OTHER)
    shouted = await support.open(email=ADDRESS.upper())
    seen = await dossiers.read(claire, ours.number)
    assert [each.number for each in seen.others] == [shouted.number]
    async with support.database.reading() as session:
        found = await similar(session, theirs.title, email=OTHER.title(), subject=None)
    assert [each.number for each in found] == [theirs.number]


async def test_what_cannot_be_merged_stays_as_it_was(support: Support, merging: Merging) -> None:
    claire, david = await support.hire("Claire"), await support.hire("David")
    source, target, closed = [await support.open() for _ in range(3)]
    await support.following.close(await support.sender(closed.number))
    await support.triage.take(david, source.number)
    refused: list[tuple[int, int, type[Exception]]] = [
        (target.number, target.number, Invalid),
        (target.number, closed.number, Conflict),
        (closed.number, target.number, IllegalEvent),
        (source.number, target.number, Conflict),  # a colleague's
        (target.number, 999, NotFound),
    ]
    for number, into, refusal in refused:
        with pytest.raises(refusal):
            await merging.merge(claire, number, into)
    assert (await support.find(source.number)).status is Status.ASSIGNED
    assert (await support.find(target.number)).status is Status.SUBMITTED


async def test_a_reply_about_to_go_holds_a_merge_up(support: Support, merging: Merging) -> None:
    claire = await support.hire("Claire")
    source, target = await support.open(), await support.open()
    await support.triage.take(claire, source.number)
    await support.triage.reply(claire, source.number, Event.ANSWERED, "Voici.")
    with pytest.raises(Conflict) as refused:
        await merging.merge(claire, source.number, target.number)
    assert refused.value.code == "reply_held"


async def test_of_two_who_merge_crosswise_one_is_told(support: Support, merging: Merging) -> None:
    claire = await support.hire("Claire")
    one, two = await support.open(), await support.open()
    results = await asyncio.gather(
        merging.merge(claire, one.number, two.number),
        merging.merge(claire, two.number, one.number),
        return_exceptions=True,
    )
    assert sum(each is None for each in results) == 1
    statuses = sorted([(await support.find(each.number)).status for each in (one, two)])
    assert statuses == [Status.CLOSED, Status.SUBMITTED]


async def test_advisors_neither_merge_nor_split(support: Support, merging: Merging) -> None:
    alice = await support.hire("Alice", Role.ADVISOR)
    source, target = await support.open(), await support.open()
    with pytest.raises(NotFound):
        await merging.merge(alice, source.number, target.number)
    with pytest.raises(NotFound):
        await merging.split(alice, source.number, {1}, title="Autre")


async def test_a_split_makes_a_ticket_of_the_same_sender_with_what_was_chosen(
    support: Support, store: FileStore, merging: Merging, dossiers: Dossiers
) -> None:
    claire = await support.hire("Claire")
    source = await support.open(structure="Mairie de Nulle-Part", service="Achats")
    await with_file(support, store, source)
    made = await merging.split(
        claire,
        source.number,
        {2},
        title="La capture",
        category="traitement_facture",
        subcategory="retard",
    )
    assert (made.email, made.structure, made.service) == (
        source.email,
        source.structure,
        source.service,
    )
    assert (made.status, made.route) == (Status.SUBMITTED, "metier")
    first, trace = await support.thread(made.number)
    assert first.text == "Voici la capture."
    assert trace.payload == {"split_from": {"number": source.number, "entries": [2]}}
    assert (await support.thread(source.number))[-1].payload == {
        "split": {"into": made.number, "entries": [2]}
    }
    assert (await support.mails())[-1].subject.count(made.reference) == 1
    (copy,) = first.payload["files"]
    there = await dossiers.open_file(claire, made.number, UUID(copy["id"]))
    assert there.path.read_bytes() == b"erreur 12"
    (known,) = (await support.thread(source.number))[1].payload["files"]
    assert (await dossiers.open_file(claire, source.number, UUID(known["id"]))).path.is_file()


async def test_a_split_that_is_sent_twice_makes_one_ticket(
    support: Support, store: FileStore, merging: Merging, tmp_path: Path
) -> None:
    claire = await support.hire("Claire")
    source = await support.open()
    await with_file(support, store, source)
    once = uuid4()
    first, again, other = [
        await merging.split(claire, source.number, {2}, title="La capture", form_id=form_id)
        for form_id in (once, once, uuid4())
    ]
    assert first.number == again.number != other.number
    on_disk = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert len(on_disk) == 3  # of the source and of two tickets: no copy is left of the second time


async def test_notes_and_words_of_the_staff_are_not_split_off(
    support: Support, merging: Merging
) -> None:
    claire = await support.hire("Claire")
    number = (await support.open()).number
    await support.triage.note(claire, number, "Un secret.")
    with pytest.raises(Invalid):
        await merging.split(claire, number, {2}, title="Autre")
    with pytest.raises(Invalid):
        await merging.split(claire, number, set(), title="Autre")
    made = await merging.split(claire, number, {1, 2}, title="Autre")
    assert "secret" not in (await support.thread(made.number))[0].text  # type: ignore[operator]
