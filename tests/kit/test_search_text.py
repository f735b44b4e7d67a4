"""Words are found however they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.search_text import normalise, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("notifications", "Notification"),
        ("mémoires", "memoire"),
        ("FACTURES ÉMISES", "facture emise"),
        ("travaux", "travail"),
        ("canaux", "canal"),
        ("bordereaux", "bordereau"),
        ("pièces jointes", "Piece jointe"),
        ("délais", "delai"),
        ("maîtrise d’œuvre", "maitrises d'oeuvre"),
        ("réinitialiser", "reinitialisé"),
    ],
)
def test_accents_capitals_and_plurals_do_not_matter(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


def test_different_words_stay_different() -> None:
    assert normalise("adresse de connexion") != normalise("adresse de contact")


def test_words_are_cut_at_apostrophes() -> None:
    assert words("L'adresse d’œuvre n°12") == ["l", "adresse", "d", "oeuvre", "n", "12"]


@given(st.text())
def test_the_form_for_search_is_plain(text: str) -> None:
    assert all(char.isascii() and (char.isalnum() or char == " ") for char in normalise(text))
