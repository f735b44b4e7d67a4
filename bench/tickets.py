"""100,000 tickets with 1,000,000 entries: how long the staff wait for a list, a search, a ticket.

    .venv/bin/python -m bench.tickets [TICKETS]

Fills a new SQLite database in a temporary folder, and a private PostgreSQL server if one is
installed, a tenth first and then all; at both sizes it asks the real services the same, and prints
the median and the 95th percentile in milliseconds, and what ten times as many cost. Goal: p95 under
100 ms at the full size.
"""

import asyncio
import random
import sqlite3
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from kit.clock import now
from kit.database import Database, is_sqlite
from kit.files import FileStore
from kit.migration import migrate
from kit.search_text import normalise
from staff.models import Role, StaffMember
from tests.databases import PostgreSQLServer
from ticketing import routing
from ticketing.dossier import Dossiers
from ticketing.filters import QUEUES, Filters, Sort
from ticketing.models import NEVER, reference_of
from ticketing.queues import Queues, count_all

TICKETS = 100_000
ENTRIES = 10  # a ticket
TIMES = 40  # each question
GOAL_MS = 100
AGE = timedelta(days=700)  # of the oldest
OPEN_SHARE = {"submitted": 3, "assigned": 4, "details_asked": 2, "answered": 4, "sent_back": 1}
SENTENCES = 4_000
WORDS = (
    "facture factures compte connexion mot passe structure siret rattachement gestionnaire "
    "principal habilitation demande courriel adresse destinataire engagement service code rejet "
    "suspension paiement mairie mandat marché travaux situation décompte acompte mémoire frais "
    "justice tribunal expert interprète remboursement accises gazole raccordement technique "
    "certificat serveur erreur message page bouton écran navigateur dépôt brouillon doublon numéro "
    "annexe pièce jointe fichier format signature valideur circuit délai retard relance réponse "
    "précision dossier commune département région hôpital lycée université syndicat entreprise "
    "fournisseur avoir montant taxe euro ligne bordereau statut validation espace profil "
    "utilisateur notification activation lien expiré bloqué verrouillé impossible affiché "
    "enregistré transmis reçu envoyé refusé accepté urgent merci bonjour cordialement"
)
TITLES = (
    "Facture rejetée", "Mot de passe oublié", "Rattachement à la structure", "Compte bloqué",
    "Facture en brouillon", "Numéro d’engagement inconnu", "Mémoire de frais de justice",
    "Paiement en retard", "Certificat du compte technique", "Page qui ne répond pas",
)  # fmt: skip
TOWNS = ("Brest", "Angers", "Nîmes", "Pau", "Metz", "Dijon", "Laval", "Dole", "Albi", "Lens")
RARE = "hippocampe"  # in three tickets of the first tenth

type Row = tuple[Any, ...]
TICKET_COLUMNS = (
    "number", "id", "kind", "status", "category", "subcategory", "route", "title", "email",
    "structure", "created_at", "submitted_at", "changed_at", "closed_at", "last_seq",
    "assignee_id", "priority", "first_answer_minutes", "solution_minutes", "running_since",
    "used_s", "solution_due", "due_at",
)  # fmt: skip
ENTRY_COLUMNS = (
    "ticket_number", "seq", "at", "actor", "member_id", "event", "internal", "text", "payload",
)  # fmt: skip


class Archive:
    """Tickets as a support of some size has them after two years; the same ones every time."""

    def __init__(self, members: Sequence[UUID]) -> None:
        self._random = random.Random(4)
        self._members = members
        self._pairs = list(routing.listed().values())
        self._now = now()
        words = WORDS.split()
        weights = [1 / (place + 1) for place in range(len(words))]  # some words are everywhere
        self._words = words
        self._sentences = []
        for _ in range(SENTENCES):
            text = " ".join(self._random.choices(words, weights, k=self._random.randint(8, 30)))
            self._sentences.append((text, normalise(text)))

    def ticket(self, number: int) -> tuple[Row, list[Row], str]:
        """Its row, its entries, its text for search."""
        pick = self._random
        status = pick.choices([*OPEN_SHARE, "closed"], [*OPEN_SHARE.values(), 86])[0]
        rule = pick.choice(self._pairs)
        age = AGE if status == "closed" else timedelta(days=12)
        created = self._now - age * pick.random()
        changed = min(created + timedelta(days=6 * pick.random()), self._now)
        runs = status in ("submitted", "assigned", "sent_back")
        due = created + timedelta(days=6 + 8 * pick.random()) if runs else None
        title = f"{pick.choice(TITLES)} {pick.choice(TOWNS)} F{number:07d}"
        email = f"{pick.choice('abcdefghij')}.{pick.choice(self._words)}{number % 7919}@exemple.fr"
        structure = f"Mairie de {pick.choice(TOWNS)}"
        row = (
            number, uuid4(), "callback" if number % 40 == 0 else "ticket", status,
            rule.category.id, rule.subcategory.id, str(rule.route), title, email, structure,
            created, created, changed, changed if status == "closed" else None, ENTRIES,
            None if status == "submitted" else pick.choice(self._members),
            pick.choices((0, -1, 1, 2), (80, 8, 9, 3))[0], rule.first_answer_minutes,
            rule.solution_minutes, created if runs else None, 0, due, due or NEVER,
        )  # fmt: skip
        said = [pick.choice(self._sentences) for _ in range(ENTRIES)]
        entries = [self._entry(number, seq, created, text) for seq, (text, _) in enumerate(said, 1)]
        known = " ".join((reference_of(number), title, email, structure))
        if number in (11, 222, 3333):
            known += f" {RARE}"
        return row, entries, " ".join((normalise(known), *(words for _, words in said)))

    def _entry(self, number: int, seq: int, created: datetime, text: str) -> Row:
        of_sender = seq % 2 == 1
        member = None if of_sender else self._members[number % len(self._members)]
        actor, event = "sender" if of_sender else "staff", "submitted" if seq == 1 else None
        at = created + timedelta(minutes=seq)
        return (number, seq, at, actor, member, event, False, text, "{}")


def batches(archive: Archive, numbers: range) -> Iterator[tuple[list[Row], list[Row], list[Row]]]:
    for start in range(numbers.start, numbers.stop, 2_000):
        tickets, entries, texts = list[Row](), list[Row](), list[Row]()
        for number in range(start, min(start + 2_000, numbers.stop)):
            row, thread, text = archive.ticket(number)
            tickets.append(row)
            entries += thread
            texts.append((number, text))
        yield tickets, entries, texts


def fill_sqlite(url: str, archive: Archive, numbers: range) -> None:
    with closing(sqlite3.connect(url.partition("///")[2], isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        for tickets, entries, texts in batches(archive, numbers):
            connection.execute("BEGIN")
            for table, columns, rows in (
                ("tickets", TICKET_COLUMNS, tickets),
                ("ticket_entries", ENTRY_COLUMNS, entries),
                ("ticket_search", ("rowid", "content"), texts),
            ):
                places = ", ".join("?" * len(columns))
                statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"
                connection.executemany(statement, ([_plain(value) for value in r] for r in rows))
            connection.execute("COMMIT")


def _plain(value: Any) -> Any:
    """As SQLAlchemy writes it on SQLite."""
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
    return value


async def fill_postgresql(url: str, archive: Archive, numbers: range) -> None:
    connection = await asyncpg.connect(url)
    for tickets, entries, texts in batches(archive, numbers):
        for table, columns, rows in (
            ("tickets", TICKET_COLUMNS, tickets),
            ("ticket_entries", ENTRY_COLUMNS, entries),
            ("ticket_search", ("rowid", "content"), texts),
        ):
            await connection.copy_records_to_table(table, records=rows, columns=columns)
    await connection.execute("ANALYZE")  # which the server does by itself after a while
    await connection.close()


@dataclass(frozen=True)
class Question:
    name: str
    ask: Callable[[], Awaitable[object]]


def questions(
    database: Database, member: StaffMember, store: FileStore, size: int
) -> Iterator[Question]:
    queues, dossiers = Queues(database), Dossiers(database, store)
    numbers = random.Random(5)

    def listed(name: str, filters: Filters, page: int = 1) -> Question:
        return Question(name, lambda: queues.look(member, filters, page=page))

    def find(name: str, text: str) -> Question:
        return listed(f"search: {name}", Filters(text=text))

    async def counts() -> object:
        async with database.reading.begin() as session:
            return await count_all(session, member, [], now())

    yield Question("all counts", counts)
    for name, filters in QUEUES.items():
        yield listed(f"list: {name}", filters)
    for sort in Sort:
        yield listed(f"all, by {sort}", Filters(sort=sort))
    yield listed("all, page 200", Filters(), 200)
    closed = replace(QUEUES["all"], statuses=frozenset({"closed"}))  # type: ignore[arg-type]
    yield listed("closed ones, by change", replace(closed, sort=Sort.CHANGED))
    yield listed("one category", Filters(category="raccordement/piste"))
    yield find("frequent word", "facture")
    yield find("three words", "factures mot de passe")
    yield find("beginning", "rattach")
    yield find("rare word", RARE)
    yield find("no such word", "zygomatique")
    yield find("reference", reference_of(size // 2))
    yield find("e-mail", "a.siret42@exemple.fr")
    in_queue = replace(QUEUES["to_take"], text="facture")
    yield listed("search in a queue", in_queue)
    yield Question("open one", lambda: dossiers.read(member, numbers.randint(1, size)))


async def measure(
    database: Database, member: StaffMember, store: FileStore, size: int
) -> dict[str, list[float]]:
    took: dict[str, list[float]] = {}
    for question in questions(database, member, store, size):
        await question.ask()  # the first one prepares
        for _ in range(TIMES):
            began = perf_counter()
            await question.ask()
            took.setdefault(question.name, []).append((perf_counter() - began) * 1000)
    return took


async def hire(database: Database) -> list[StaffMember]:
    members = [
        StaffMember(
            id=uuid4(),
            email=f"{number}@example.org",
            name=f"Agent {number}",
            role=Role.SUPPORT,
            capacity=3,
            skills=[],
            created_at=now(),
        )
        for number in range(20)
    ]
    async with database.writing.begin() as session:
        session.add_all(members)
    return members


async def bench(kind: str, url: str, folder: Path, size: int) -> None:
    database = Database(url)
    await migrate(database)
    members = await hire(database)
    archive, store = Archive([member.id for member in members]), FileStore(folder / "files")
    measured: list[dict[str, list[float]]] = []
    first = size // 10
    for numbers in (range(1, first + 1), range(first + 1, size + 1)):
        if is_sqlite(url):
            fill_sqlite(url, archive, numbers)
        else:
            await fill_postgresql(url, archive, numbers)
        measured.append(await measure(database, members[0], store, numbers.stop - 1))
    await database.close()
    report(kind, size, *measured)


def report(kind: str, size: int, few: dict[str, list[float]], many: dict[str, list[float]]) -> None:
    print(f"{kind}: {size} tickets, {size * ENTRIES} entries")
    print(f"{'':28}p50     p95 ms   times {size // 10} tickets")
    for name, took in many.items():
        p95 = quantiles(took, n=20)[18]
        ratio = median(took) / median(few[name])
        late = f"  over the goal of {GOAL_MS} ms" if p95 > GOAL_MS else ""
        print(f"{name:26}{median(took):6.1f}  {p95:6.1f}   {ratio:6.1f}{late}", flush=True)


@contextmanager
def databases(folder: Path) -> Iterator[Iterator[tuple[str, str]]]:
    def each() -> Iterator[tuple[str, str]]:
        yield "SQLite", f"sqlite:///{folder / 'bench.db'}"
        try:
            with PostgreSQLServer.started() as server:
                yield "PostgreSQL", server.create("bench")
        except RuntimeError as reason:
            print(f"PostgreSQL: left out, {reason}")

    yield each()


def main(size: int) -> None:
    with tempfile.TemporaryDirectory() as name, databases(Path(name)) as found:
        for kind, url in found:
            asyncio.run(bench(kind, url, Path(name), size))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else TICKETS)
