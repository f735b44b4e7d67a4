"""The list as a file: what is in it, for whom, and that no spreadsheet runs any of it."""

import csv
import io
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.database import Database
from kit.errors import NotFound
from staff.models import Role, StaffMember
from tests.clock import Clock
from tests.ticketing.support import ADDRESS, Support
from ticketing import export as module
from ticketing.export import Export, harmless, written
from ticketing.filters import Filters
from ticketing.saved_queues import SavedQueues

MORNING = datetime(2026, 11, 24, 9, tzinfo=UTC)
FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")
NASTY = st.text(alphabet="=+-@＝＋－＠\t\r\n;,'\" aé1(|", max_size=30)


async def file_of(database: Database, member: StaffMember, filters: Filters | None = None) -> bytes:
    pieces = await Export(database).start(member, filters or Filters())
    return b"".join([piece async for piece in pieces])


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


async def test_a_spreadsheet_in_french_opens_it(
    support: Support, database: Database, clock: Clock
) -> None:
    clock.put_at(MORNING)
    claire = await support.hire("Claire")
    number = (await support.open()).number
    await support.triage.take(claire, number)
    content = await file_of(database, claire)
    assert content.startswith(b"\xef\xbb\xbf")
    assert rows_of(content) == [
        [
            "Numéro", "Titre", "Échéance", "État", "Suivi par", "Catégorie", "Sous-catégorie",
            "Date d’envoi",
        ],
        [
            f"TK-{number:06d}", "Mot de passe perdu", "25/11/2026 10:00", "En cours", "Claire",
            "Connexion et compte", "Mot de passe", "24/11/2026 10:00",
        ],
    ]  # fmt: skip


async def test_only_who_oversees_sees_addresses(support: Support, database: Database) -> None:
    await support.open()
    for role in (Role.SUPPORT, Role.SUPERVISOR, Role.ADMINISTRATOR):
        content = await file_of(database, await support.hire(str(role), role))
        assert (ADDRESS in content.decode()) is (role is not Role.SUPPORT)


async def test_what_was_said_stays_in_the_tickets(support: Support, database: Database) -> None:
    claire = await support.hire("Claire", Role.ADMINISTRATOR)
    await SavedQueues(database).choose_columns(claire, ["title", "tags", "structure", "priority"])
    ticket = await support.open(description="Mon secret.", explanation="Un autre.")
    await support.triage.tag(claire, ticket.number, "paie")
    await support.triage.note(claire, ticket.number, "Encore un.")
    content = await file_of(database, claire)
    assert rows_of(content)[1][1:] == ["Mot de passe perdu", "Normale", "paie", "", ADDRESS]
    for words in ("secret", "Un autre", "Encore"):
        assert words not in content.decode()


async def test_it_holds_what_the_filter_finds(support: Support, database: Database) -> None:
    claire = await support.hire("Claire")
    await support.open()
    wanted = await support.open(title="Facture rejetée")
    rows = rows_of(await file_of(database, claire, Filters(text="factures")))
    assert [row[0] for row in rows[1:]] == [wanted.reference]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5])
async def test_it_comes_in_pieces_and_nothing_twice(
    support: Support, database: Database, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(module, "AT_A_TIME", 2)
    claire = await support.hire("Claire")
    made = [(await support.open()).reference for _ in range(count)]
    rows = rows_of(await file_of(database, claire))
    assert [row[0] for row in rows[1:]] == made[::-1]


async def test_what_comes_in_meanwhile_changes_no_row(
    support: Support, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AT_A_TIME", 2)
    claire = await support.hire("Claire")
    made = [await support.open() for _ in range(4)]
    pieces = await Export(database).start(claire, Filters())
    content = await anext(pieces) + await anext(pieces)
    await support.open()  # no transaction of ours is open
    await support.triage.take(claire, made[0].number)
    content += b"".join([piece async for piece in pieces])
    assert [row[0] for row in rows_of(content)[1:]] == [t.reference for t in made[::-1]]


async def test_advisors_get_nothing(support: Support, database: Database) -> None:
    with pytest.raises(NotFound):
        await file_of(database, await support.hire("David", Role.ADVISOR))


async def test_a_title_is_no_formula(support: Support, database: Database) -> None:
    claire = await support.hire("Claire")
    await support.open(title='=HYPERLINK("http://x";"y")', structure="@SUM(1)")
    await SavedQueues(database).choose_columns(claire, ["title", "structure"])
    assert rows_of(await file_of(database, claire))[1][1:] == [
        '\'=HYPERLINK("http://x";"y")',
        "'@SUM(1)",
    ]


@pytest.mark.parametrize("sign", "=+-@\t\r＝")
def test_each_sign_that_begins_a_formula_is_stopped(sign: str) -> None:
    assert harmless(f"{sign}1").startswith("'")
    assert harmless(f" {sign}1").startswith("'") or sign in "\t\r"
    assert harmless(f"a{sign}1") == f"a{sign}1" or sign in "\t\r"


@given(NASTY)
def test_no_cell_begins_a_formula_wherever_it_is_split(text: str) -> None:
    cells = re.split(r"[;,\t\r\n\"]", harmless(text))
    assert not [cell for cell in cells if FORMULA.match(cell)]


@given(st.lists(st.lists(NASTY, min_size=1, max_size=3), min_size=1, max_size=3))
def test_what_is_written_is_read_back(rows: list[list[str]]) -> None:
    assert rows_of(written(rows)) == [[harmless(cell) for cell in row] for row in rows]


@given(st.text(alphabet="abcdé 1.()«»’", max_size=40))
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text
