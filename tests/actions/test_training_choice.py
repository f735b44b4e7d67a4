"""Which training is meant: a month, a day, a place in the list, and what chooses nothing."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from actions.training_choice import Listed, meant

TODAY = date(2027, 1, 20)  # a Wednesday
PARIS = ZoneInfo("Europe/Paris")


def at(month: int, day: int, hour: int = 10, year: int = 2027) -> datetime:
    return datetime(year, month, day, hour, tzinfo=PARIS)


def listed(title: str, start: datetime) -> Listed:
    return Listed(title, f"{title}, {start:%d}", start)


# Two are shown beside the others; the last three are to come, and not on the screen.
ALL = [
    listed("Déposer une facture", at(1, 28)),
    listed("Factures de travaux", at(2, 12)),
    listed("Déposer une facture", at(2, 23, 14)),
    listed("Créer son compte", at(3, 2)),
    listed("Factures de travaux", at(3, 12, 14)),
    listed("Créer son compte", at(5, 4)),
    listed("Créer son compte", at(3, 1, year=2028)),
]
SHOWN = 4


def chosen(text: str) -> tuple[int, ...] | None:
    return meant(text, ALL, SHOWN, TODAY)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("la première", 0),
        ("plutôt la deuxième", 1),
        ("non, plutôt la 2e !", 1),
        ("La 3ème svp", 2),
        ("la seconde", 1),
        ("première", 0),
        ("le premier", 0),
        ("la dernière", 3),
        ("l’avant-dernière", 2),
        ("la prochaine", 0),
        ("la 2", 1),
        ("numéro 3", 2),
        ("3", 2),
        ("28", 0),
    ],
)
def test_by_its_place_in_what_is_shown(text: str, place: int) -> None:
    assert chosen(text) == (place,)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("celle de mai", 5),
        ("celle du 28", 0),
        ("le 12 mars", 4),
        ("le 12 février", 1),
        ("12/03", 4),
        ("celle du 12/02/2027", 1),
        ("vendredi 12 février", 1),
        ("jeudi", 0),
        ("celle du 23 à 14 h", 2),
        ("en mars 2028", 6),
        ("le 1er mars", 6),
        ("le premier mars 2028", 6),
        ("la deuxième de mars", 4),
        ("la dernière de février", 2),
        ("la semaine prochaine", 0),
        ("celle de ce mois-ci", 0),
        ("celle de janv.", 0),
        ("la dernière du mois prochain", 2),
        ("déposer une facture, en février", 2),
        ("Déposer une facture, 23", 2),
    ],
)
def test_by_when_it_is_among_all_that_are_to_come(text: str, place: int) -> None:
    assert chosen(text) == (place,)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("celle de mars", (3, 4, 6)),
        ("celle du 12", (1, 4)),
        ("le mois prochain", (1, 2)),
        ("factures de travaux", (1, 4)),
        ("2", (1, 3)),  # the second, or on the 2nd
    ],
)
def test_several_that_may_be_meant_are_all_told(text: str, places: tuple[int, ...]) -> None:
    assert chosen(text) == places


@pytest.mark.parametrize("text", ["celle de juin", "le 30", "demain", "cette semaine", "99"])
def test_one_that_is_not_there_is_meant_all_the_same(text: str) -> None:
    assert chosen(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "bonjour",
        "je ne sais pas",
        "c’est la première fois que je viens",
        "comment modifier mon adresse ?",
        "j’ai 12 factures en attente",
        "depuis le 12 mars je n’ai plus aucune nouvelle de ma facture, que faire ?",
        "la neuvième",
    ],
)
def test_what_chooses_nothing_is_left_alone(text: str) -> None:
    assert chosen(text) is None


def test_what_is_told_from_today_follows_the_day() -> None:
    december = date(2026, 12, 31)
    assert meant("le mois prochain", ALL, SHOWN, december) == (0,)
    assert meant("demain", ALL, SHOWN, date(2027, 1, 27)) == (0,)


def test_nothing_is_meant_of_an_empty_list() -> None:
    assert meant("la dernière", [], SHOWN, TODAY) is None
    assert meant("celle de mars", [], SHOWN, TODAY) == ()
