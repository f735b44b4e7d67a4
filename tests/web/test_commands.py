"""What an operator asks for on the command line, and the plain answer that they get."""

import asyncio
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from kit.database import Database, is_sqlite
from kit.errors import Invalid
from kit.settings import Settings
from livechat.protocol import Author
from staff.accounts import invited
from tests.clock import Clock, clock
from tests.livechat.fakes import Chat, identity
from web.commands import main, parser, perform

__all__ = ["clock"]


class Operator:
    """Somebody at the command line of this installation."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    async def asks(self, *words: str) -> str:
        return await perform(parser().parse_args(words), self.settings)


@pytest.fixture
def operator(database_url: str, tmp_path: Path) -> Operator:
    return Operator(Settings(var=tmp_path / "var", database_url=database_url))


# Backup ------------------------------------------------------------------------------------------


async def test_a_backup_that_is_made_while_users_write_is_whole(
    database: Database, database_url: str, operator: Operator, tmp_path: Path
) -> None:
    if not is_sqlite(database_url):
        assert "pg_dump" in await operator.asks("backup")
        return
    chat = Chat(database)
    conversation_id, _ = await chat.answer()
    stop = asyncio.Event()

    async def write() -> None:
        while not stop.is_set():
            await chat.say(conversation_id, "encore")

    writer = asyncio.create_task(write())
    target = tmp_path / "copies" / "claudia.db"
    said = await operator.asks("backup", "--file", str(target))
    stop.set()
    await writer
    await chat.ended()
    assert said == f"Backed up to {target}."
    assert [path.name for path in target.parent.iterdir()] == ["claudia.db"]
    with closing(sqlite3.connect(target)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert copy.execute("PRAGMA foreign_key_check").fetchall() == []
        kept = [row[0] for row in copy.execute("SELECT seq FROM conversation_log ORDER BY seq")]
        (last,) = copy.execute("SELECT last_seq FROM conversations").fetchone()
    assert kept == list(range(1, last + 1))


async def test_a_backup_without_a_name_is_dated(
    database: Database, database_url: str, operator: Operator
) -> None:
    said = await operator.asks("backup")
    if is_sqlite(database_url):
        found = re.fullmatch(r"Backed up to (.*/backups/claudia-\d{4}-\d\d-\d\d-\d{6}\.db)\.", said)
        assert found is not None
        assert Path(found[1]).is_file()


# Forgetting --------------------------------------------------------------------------------------


async def connected(database: Database) -> UUID:
    chat = Chat(database)
    opened = await chat.exchange.open(uuid4(), identity("camille", email="camille@example.org"))
    await chat.say(opened.conversation_id, "Bonjour")
    await chat.ended()
    await chat.click(opened.conversation_id, "act:callback")
    return opened.conversation_id


@pytest.mark.parametrize("way", ["--id", "--email", "--subject"])
async def test_one_person_is_erased_by_any_of_their_names(
    database: Database, operator: Operator, way: str
) -> None:
    theirs = await connected(database)
    other, _ = await Chat(database).answer()
    names = {"--id": str(theirs), "--email": "camille@example.org", "--subject": "host camille"}
    said = await operator.asks("erase", way, names[way])
    assert said.startswith("Erased 1 conversations, 1 requests, 0 mails and 0 registrations. ")
    assert await operator.asks("erase", way, names[way]) == "Nothing is kept about this person."
    assert await operator.asks("requests") == "No request is stored."
    assert len(await Chat(database).messages(other)) == 3


def at_the_shell(monkeypatch: pytest.MonkeyPatch, operator: Operator, *words: str) -> int:
    """The exit code of the whole program."""
    monkeypatch.setenv("CLAUDIA_VAR", str(operator.settings.var))
    monkeypatch.setenv("CLAUDIA_DATABASE_URL", operator.settings.database_url)
    return main(list(words))


@pytest.mark.parametrize("way", ["--email", "--subject"])
def test_an_empty_name_erases_nobody(
    operator: Operator,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    way: str,
) -> None:
    async def talk() -> UUID:
        database = Database(operator.settings.database)
        conversation_id, _ = await Chat(database).answer()
        await database.close()
        return conversation_id

    async def still_there() -> list[str]:
        database = Database(operator.settings.database)
        found = await Chat(database).said_by(conversation_id, Author.USER)
        await database.close()
        return found

    conversation_id = asyncio.run(talk())
    assert at_the_shell(monkeypatch, operator, "erase", way, "") == 1
    assert capsys.readouterr().err.startswith("Not done: ")
    assert asyncio.run(still_there()) == ["Bonjour"]


async def test_what_is_too_old_is_purged(
    database: Database, operator: Operator, clock: Clock
) -> None:
    await connected(database)
    assert (await operator.asks("purge")).startswith("Erased 0 conversations, 0 requests")
    clock.forward(days=91)
    assert (await operator.asks("purge")).startswith("Erased 1 conversations, 0 requests")


# Requests and hours ------------------------------------------------------------------------------


async def test_stored_requests_are_listed_with_what_an_advisor_needs(
    database: Database, operator: Operator
) -> None:
    assert await operator.asks("requests") == "No request is stored."
    theirs = await connected(database)
    (line,) = (await operator.asks("requests")).splitlines()
    reference, *_ = line.split()
    assert reference == "TK-000001"
    assert f"callback  camille@example.org  conversation {theirs}" in line


async def test_closures_and_openings_are_planned_listed_and_taken_back(
    database: Database, operator: Operator, clock: Clock
) -> None:
    assert await operator.asks("hours", "list") == "No exception is planned."
    await operator.asks("hours", "close", "2099-12-24", "--reason", "inventaire")
    day, reason = "2099-12-26", "permanence"
    span = ("--from", "09:00", "--to", "12:00")
    listed = await operator.asks("hours", "open", day, *span, "--reason", reason)
    closed, opened = listed.splitlines()
    assert closed.endswith("2099-12-24  closed  all day  inventaire")
    assert opened.endswith("2099-12-26  open  09:00-12:00  permanence")
    left = await operator.asks("hours", "remove", opened.split()[0])
    assert left == closed


@pytest.mark.parametrize(
    "words",
    [
        ("hours", "open", "2099-12-26", "--reason", "permanence"),
        ("hours", "close", "2099-12-26"),
        ("hours", "close", "26/12/2099", "--reason", "inventaire"),
        ("hours", "remove", "not-an-id"),
        ("hours", "remove", "00000000-0000-0000-0000-000000000001"),
        ("hours", "open", "2099-12-26", "--from", "12:00", "--to", "09:00", "--reason", "x"),
    ],
    ids=" ".join,
)
def test_what_makes_no_sense_is_refused_with_its_reason_and_an_exit_code(
    operator: Operator,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
) -> None:
    assert at_the_shell(monkeypatch, operator, *words) == 1
    assert capsys.readouterr().err.startswith("Not done: ")
    assert at_the_shell(monkeypatch, operator, "hours", "list") == 0
    assert capsys.readouterr().out == "No exception is planned.\n"


# The team ----------------------------------------------------------------------------------------


async def test_somebody_of_the_team_is_invited_by_a_link(
    database: Database, operator: Operator
) -> None:
    words = ("--email", "Claire@exemple.fr", "--role", "administrator", "--name", "Claire")
    said = await operator.asks("staff", *words, "--port", "8001")
    found = re.fullmatch(
        r"claire@exemple\.fr \(administrator\) chooses .*\n"
        r"http://127\.0\.0\.1:8001/equipe/invitation/([\w-]{43})",
        said,
    )
    assert found is not None
    async with database.reading() as session:
        assert (await invited(session, found[1])).name == "Claire"


@pytest.mark.parametrize(
    ("email", "role"), [("claire", "advisor"), ("", "advisor"), ("claire@exemple.fr", "chef")]
)
async def test_a_bad_address_or_role_is_one_clear_line(
    operator: Operator, email: str, role: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        await operator.asks("staff", "--email", email, "--role", role)
    assert "\n" not in str(refusal.value)
