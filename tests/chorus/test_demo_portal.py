"""The demo host site: the same everywhere, made once by whoever comes first, its own people never
shown.
"""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chorus import demo, demo_content
from chorus.demo_portal import AccountState, DemoPortal
from chorus.portal import Kind
from knowledge.invoice_statuses import invoice_statuses
from tests.processes import at_once

CAMILLE, NADIA, JEANNE = "demo-camille", "demo-nadia", "demo-jeanne"
AT = datetime(2026, 11, 28, 10, tzinfo=UTC)


@pytest.fixture
def portal(tmp_path: Path) -> DemoPortal:
    return DemoPortal(tmp_path)


def all_made() -> list[demo_content.Made]:
    return list(demo_content.invoices(AT))


def test_there_are_about_a_hundred_invoices_over_all_statuses_that_are_explained() -> None:
    statuses = {made.row[5] for made in all_made()}
    assert 90 <= len(all_made()) <= 130
    explained = {
        code
        for code in invoice_statuses().codes
        if invoice_statuses().explain(code).understood == "explained"
    }
    assert statuses == explained


def test_every_demo_user_has_invoices_and_nobody_else() -> None:
    assert {made.row[4] for made in all_made()} == {f"demo-{user.key}" for user in demo.USERS}


def test_there_are_invoices_of_every_kind() -> None:
    assert {made.row[3] for made in all_made()} == set(Kind)


def test_every_history_ends_with_the_status_of_its_invoice_and_none_lies_ahead() -> None:
    for made in all_made():
        assert made.passages[-1][2] == made.row[5]
        instants = [passage[3] for passage in made.passages]
        assert instants == sorted(instants)
        assert datetime.fromisoformat(instants[-1]) < AT


def test_it_is_the_same_whenever_it_is_made_on_a_day() -> None:
    later = list(demo_content.invoices(AT.replace(hour=15)))
    assert [made.row for made in later] == [made.row for made in all_made()]


# Finding -----------------------------------------------------------------------------------------


async def test_a_user_finds_their_own_invoice_and_not_that_of_another_with_its_number(
    portal: DemoPortal,
) -> None:
    (hers,) = await portal.find_invoices([CAMILLE], "fa–1001")
    (nadias,) = await portal.find_invoices([NADIA], "FA-1001")
    assert (hers.structure_id, nadias.structure_id) == (CAMILLE, NADIA)
    assert hers.portal_id != nadias.portal_id
    assert await portal.find_invoices([JEANNE], "FA-1001") == ()
    assert await portal.find_invoices([], "FA-1001") == ()


async def test_a_foreign_invoice_is_answered_like_one_that_does_not_exist(
    portal: DemoPortal,
) -> None:
    (hers,) = await portal.find_invoices([CAMILLE], "FA-1001")
    for portal_id in (hers.portal_id, "1", "", "x' OR 1 --"):
        assert await portal.follow([NADIA], portal_id) is None
        assert await portal.detail([NADIA], portal_id) is None


async def test_the_same_number_in_two_years_is_found_twice_the_newest_first(
    portal: DemoPortal,
) -> None:
    new, old = await portal.find_invoices([CAMILLE], "F-0042")
    assert new.issued_on is not None and old.issued_on is not None
    assert new.issued_on.year > old.issued_on.year
    assert (new.status, old.status) == ("PRISE_EN_COMPTE_DESTINATAIRE", "MISE_EN_PAIEMENT")


@pytest.mark.parametrize(
    ("structure", "number", "kind"),
    [
        (CAMILLE, "SIT-201", Kind.WORKS_INVOICE),
        (NADIA, "TIC-301", Kind.TAX_REFUND),
        (JEANNE, "MFJ-401", Kind.JUSTICE_FEES),
        ("demo-louis", "VAL-501", Kind.INVOICE),
    ],
)
async def test_every_kind_can_be_followed(
    portal: DemoPortal, structure: str, number: str, kind: Kind
) -> None:
    (found,) = await portal.find_invoices([structure], number)
    following = await portal.follow([structure], found.portal_id)
    detail = await portal.detail([structure], found.portal_id)
    assert found.kind is kind
    assert following is not None and following.status == found.status
    assert following.at == found.changed_at
    assert detail is not None and detail.invoice == found


async def test_a_draft_was_never_deposited(portal: DemoPortal) -> None:
    (draft,) = await portal.find_invoices([CAMILLE], "FA-1001")
    detail = await portal.detail([CAMILLE], draft.portal_id)
    assert draft.status == "BROUILLON"
    assert detail is not None and detail.deposited_on is None


async def test_a_rejection_says_why(portal: DemoPortal) -> None:
    (rejected,) = await portal.find_invoices([CAMILLE], "FA-1007")
    following = await portal.follow([CAMILLE], rejected.portal_id)
    assert following is not None and following.status == "REJETEE"
    assert following.comment


def test_it_says_that_it_is_a_demo(portal: DemoPortal) -> None:
    assert portal.is_demo and portal.connected


# People ------------------------------------------------------------------------------------------


async def test_people_stand_in_the_raw_histories_and_never_in_what_is_told(
    portal: DemoPortal, tmp_path: Path
) -> None:
    told = ""
    for made in all_made():
        number, structure = made.row[1], made.row[4]
        for found in await portal.find_invoices([structure], number):
            told += repr(await portal.follow([structure], found.portal_id))
            told += repr(await portal.detail([structure], found.portal_id))
    with closing(sqlite3.connect(tmp_path / demo_content.FILE)) as connection:
        raw = str(connection.execute("SELECT * FROM passages").fetchall())
    for person in demo_content.content()["people"]:
        for theirs in person.values():
            assert theirs in raw
            assert theirs not in told
    assert "[nom masqué]" in told and "[téléphone masqué]" in told and "[adresse masquée]" in told


# Accounts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "state"),
    [
        *((f"{user.key}@example.org", AccountState.ACTIVE) for user in demo.USERS),
        ("nouveau@example.org", AccountState.NOT_ACTIVATED),
        ("BLOQUE@example.org", AccountState.LOCKED),
        ("sans.boite@example.org", AccountState.NO_MAILBOX),
        ("personne@example.org", None),
    ],
)
async def test_accounts_of_every_state_are_known_by_their_address(
    portal: DemoPortal, address: str, state: AccountState | None
) -> None:
    assert await portal.account_state(address) is state


# Its file ----------------------------------------------------------------------------------------


def make_it(folder: Path) -> None:
    if not demo_content.is_current(folder / demo_content.FILE):
        demo_content.make(folder / demo_content.FILE, AT)
    with closing(sqlite3.connect(folder / demo_content.FILE)) as connection:
        (number,) = connection.execute("SELECT count(*) FROM invoices").fetchone()
    assert number == len(all_made())


def test_processes_that_begin_at_once_find_it_whole_and_leave_nothing_behind(
    tmp_path: Path,
) -> None:
    assert at_once(4, make_it, tmp_path) == [0] * 4
    assert [path.name for path in tmp_path.iterdir()] == [demo_content.FILE]


@pytest.mark.parametrize("content", [b"", b"not a database at all, but long enough" * 99])
async def test_a_file_that_is_damaged_or_of_another_version_is_made_anew(
    portal: DemoPortal, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / demo_content.FILE).write_bytes(content)
    assert len(await portal.find_invoices([CAMILLE], "FA-1001")) == 1


async def test_its_folder_may_be_named_from_where_we_are_and_strangely(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    portal = DemoPortal(Path("où? #1"))
    assert len(await portal.find_invoices([CAMILLE], "FA-1001")) == 1


async def test_its_dates_stay_what_they_were_when_it_was_made(
    portal: DemoPortal, tmp_path: Path
) -> None:
    demo_content.make(tmp_path / demo_content.FILE, datetime(2020, 5, 4, 12, tzinfo=UTC))
    (found,) = await portal.find_invoices([CAMILLE], "FA-1001")
    assert found.changed_at is not None and found.changed_at.year == 2020
