"""What the staff find by words: the same on both databases."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from kit.database import Database
from kit.search_text import normalise, words
from tests.clock import Clock
from tests.ticketing.support import Support
from ticketing import search
from ticketing.models import Ticket

MORNING = datetime(2026, 11, 24, 9, tzinfo=UTC)
TEXTS = (
    "La facture n’arrive pas à l’hôpital de Nîmes.",
    "Mes factures de travaux ont été rejetées.",
    "Réinitialisation du mot de passe impossible : l’écran reste bloqué.",
    "Le numéro d’engagement 4500012345 est inconnu.",
    "Déjà réglé, merci. Œuvre de l’été.",
    "a-b_c \"d\" (e) 'f' * OR AND NOT NEAR ^ : & | ! <->",
)


@pytest.fixture
async def tickets(support: Support, clock: Clock) -> list[int]:
    clock.put_at(MORNING)
    return [
        (
            await support.open(
                title=f"Ticket {place}", description=text, email=f"u{place}@exemple.fr"
            )
        ).number
        for place, text in enumerate(TEXTS)
    ]


async def found(database: Database, question: str) -> list[int]:
    """By both forms of the condition, which find the same."""
    async with database.reading() as session:
        query = select(Ticket.number).order_by(Ticket.number)
        plain, narrow = search.matches(session, question), await search.narrow(session, question)
        if plain is None or narrow is None:
            assert plain is narrow
            return []
        one = (await session.scalars(query.where(plain))).all()
        assert one == (await session.scalars(query.where(narrow))).all()
        return list(one)


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("facture", [0, 1]),
        ("FACTURES", [0, 1]),
        ("hopital", [0]),
        ("hôpitaux", [0]),
        ("travail", [1]),
        ("rejeté", [1]),
        ("réinit", [2]),
        ("bloque ecran", [2]),
        ("bloqué facture", []),
        ("4500012345", [3]),
        ("45000", [3]),
        ("ete", [1, 4]),  # « ont été », « l’été »
        ("oeuvre", [4]),
        ("u3@exemple.fr", [3]),
        ("u3@exemple", [3]),
        ("exemple.fr", [0, 1, 2, 3, 4, 5]),
        ("zygomatique", []),
        ("!", []),
        ("", []),
        ('"', []),
        ("NOT", [5]),
        ("facture OR bloqué", []),
        ("facture*", [0, 1]),
    ],
)
async def test_who_asks_finds(
    database: Database, tickets: list[int], question: str, places: list[int]
) -> None:
    assert await found(database, question) == [tickets[place] for place in places]


async def test_a_ticket_is_found_by_its_reference(database: Database, tickets: list[int]) -> None:
    assert await found(database, f"TK-{tickets[2]:06d}") == [tickets[2]]


async def test_what_is_said_later_is_found(
    support: Support, database: Database, tickets: list[int]
) -> None:
    claire = await support.hire("Claire")
    await support.triage.note(claire, tickets[0], "Voir avec la trésorerie.")
    await support.triage.tag(claire, tickets[1], "Épineux")
    assert await found(database, "tresorerie") == [tickets[0]]
    assert await found(database, "epineux") == [tickets[1]]


async def test_every_word_finds_its_ticket_and_all_of_them_together(
    database: Database, tickets: list[int]
) -> None:
    for number, text in zip(tickets, TEXTS, strict=True):
        for word in words(text):
            assert number in await found(database, word), word
        first = " ".join(text.split()[:6])
        assert number in await found(database, first)


async def test_a_short_last_word_is_a_whole_word(database: Database, tickets: list[int]) -> None:
    """Two letters begin too many words: looking through them would cost seconds."""
    assert await found(database, "en") == []
    assert await found(database, "eng") == [tickets[3]]


@pytest.mark.parametrize(
    "question",
    ["'; DROP TABLE tickets; --", "a:b", "NEAR(a b)", "^x", "content:facture", "a & !b", "\\", "%"],
)
async def test_no_question_breaks_anything(
    database: Database, tickets: list[int], question: str
) -> None:
    assert set(await found(database, question)) <= set(tickets)


async def test_many_are_found_as_few_are(
    database: Database, tickets: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = [await found(database, question) for question in ("exemple", "fact", "facture rej")]
    monkeypatch.setattr(search, "FEW", 0)
    after = [await found(database, question) for question in ("exemple", "fact", "facture rej")]
    assert before == after == [tickets, tickets[:2], [tickets[1]]]


async def test_what_is_forgotten_is_not_found(database: Database, tickets: list[int]) -> None:
    async with database.writing.begin() as session:
        await search.forget(session, [tickets[0]])
        await search.wipe(session)
    assert await found(database, "nimes") == []


def test_a_question_is_normalised_as_what_is_stored() -> None:
    assert normalise("Les Factures REJETÉES") == normalise("les facture rejetees")
