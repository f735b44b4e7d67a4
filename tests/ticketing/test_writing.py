"""Earlier tickets of an address that anybody may type: whom the public form tells of them."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest

from kit.clock import now
from kit.database import Database
from kit.files import FileStore
from kit.proof_of_work import issue
from tests.clock import Clock
from tests.kit.test_proof_of_work import KEY, solve
from tests.ticketing.support import ADDRESS, PAIR, Support
from ticketing.opening import SIMILAR_WITHIN
from ticketing.writing import Form, Outcome, Writing

OTHER = "autre@exemple.fr"
TITLE = "Facture bloquée depuis lundi"
ALREADY = "Vous aviez déjà"


@pytest.fixture
def writing(database: Database, tmp_path: Path) -> Writing:
    return Writing(database, FileStore(tmp_path / "files"), KEY)


def form(title: str = "Ma facture est bloquée", email: str = ADDRESS) -> Form:
    category, subcategory = PAIR.values()
    return Form(uuid4(), title, "Elle reste en brouillon.", email, email, category, subcategory)


async def send(writing: Writing, written: Form, *sent_here: UUID, anyway: bool = False) -> Outcome:
    proof = solve(issue(KEY, now()))
    return await writing.send(written, proof, sent_here=sent_here, anyway=anyway)


async def test_only_the_browser_that_sent_it_is_told(support: Support, writing: Writing) -> None:
    mine = await support.open(title=TITLE)
    theirs = await support.open(title=TITLE, email=OTHER)
    told = await send(writing, form(email=ADDRESS.upper()), mine.id, theirs.id)
    assert told == Outcome(None, 1)
    for written, sent_here in (
        (form(), []),  # no browser of theirs
        (form("Facture bloquée"), [uuid4()]),
        (form("Facture bloquée encore"), [theirs.id]),  # sent from here, with another address
        (form("Facture de lundi", "tiers@exemple.fr"), [mine.id]),  # another one is typed
    ):
        assert (await send(writing, written, *sent_here)).ticket is not None


async def test_whoever_was_told_may_send_it_all_the_same(
    support: Support, writing: Writing
) -> None:
    mine, written = await support.open(title=TITLE), form()
    assert (await send(writing, written, mine.id)).ticket is None
    assert (await send(writing, written, mine.id, anyway=True)).ticket is not None


async def test_after_thirty_days_nobody_is_told(
    support: Support, writing: Writing, clock: Clock
) -> None:
    mine = await support.open(title=TITLE)
    clock.forward(seconds=SIMILAR_WITHIN.total_seconds() + 1)
    assert (await send(writing, form(), mine.id)).ticket is not None
    assert ALREADY not in (await support.mails())[-1].text


async def test_links_go_only_to_what_was_sent_from_here(support: Support, writing: Writing) -> None:
    mine, _ = [await support.open(title=TITLE) for _ in range(2)]
    await writing.mail_links(TITLE, ADDRESS, [])
    await writing.mail_links(TITLE, ADDRESS, [mine.id])
    mails = [mail for mail in await support.mails() if mail.kind == "ticket_link"]
    assert [(mail.about, mail.to) for mail in mails] == [(mine.id, ADDRESS)]


# What their owner reads ------------------------------------------------------------------


async def read(support: Support, writing: Writing, written: Form) -> tuple[str, str]:
    """The two bodies of the acknowledgement."""
    await send(writing, written)
    mail = (await support.mails())[-1]
    assert (mail.kind, mail.to) == ("ticket_acknowledged", written.email)
    return mail.text, mail.html or ""


async def test_the_acknowledgement_names_the_similar_one(
    support: Support, writing: Writing
) -> None:
    known = await support.open(title=TITLE)
    await support.open(title=TITLE, email=OTHER)
    said = (
        f"Vous aviez déjà une demande semblable en cours\u00a0: {known.reference}. Si c’est la "
        "même, répondez simplement à l’un de nos messages à son sujet."
    )
    text, html = await read(support, writing, form())
    assert f"\n\n{said}\n\n" in text and f"<p>{said}</p>" in html
    assert TITLE not in text + html  # anybody may have written it, and had it mailed


async def test_the_title_is_named_of_what_somebody_connected_wrote(
    support: Support, writing: Writing
) -> None:
    known = await support.open(title=f"{TITLE} <b>", subject="chorus camille")
    text, html = await read(support, writing, form())
    said = f"\u00a0: {known.reference}, «\u00a0{TITLE} "
    assert f"{said}<b>\u00a0». Si" in text and f"{said}&lt;b&gt;\u00a0». Si" in html


async def test_several_are_named_the_newest_first(support: Support, writing: Writing) -> None:
    one, other = [(await support.open(title=TITLE)).reference for _ in range(2)]
    for body in await read(support, writing, form()):
        assert f"des demandes semblables en cours\u00a0: {other}\u00a0; {one}. Si l’une" in body


async def test_who_has_none_reads_of_none(support: Support, writing: Writing) -> None:
    mine = await support.open(title="Tout autre chose")
    await support.following.close(await support.sender(mine.number))
    for title in (TITLE, "Tout autre chose"):  # that one is closed
        for body in await read(support, writing, form(title)):
            assert ALREADY not in body
