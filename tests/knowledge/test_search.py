"""Search finds the answer whatever the accents, capitals and plurals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.library import library
from knowledge.search import query_stems, search


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("modifier adresse de connexion", "adresses/modifier_connexion"),
        ("ADRESSES DE CONNEXIONS MODIFIÉES", "adresses/modifier_connexion"),
        ("mot de passe oublie", "mot_de_passe/oublie"),
        ("compte technique", "compte_technique/reinitialiser"),
        ("Pieces justificatives", "frais_justice/pieces_justificatives"),
        ("mémoires frais de justice", "frais_justice/acces"),
        ("factures sous-traitants", "sous_traitant/valider"),
        ("notif", "notifications/activer"),
        ("siret", "redirection/siret"),
        ("Comment suivre ma facture ?", "suivi_facture/suivre"),
    ],
)
def test_the_answer_is_among_the_first(query: str, expected: str) -> None:
    assert expected in search(query)[:3]


def test_accents_and_plurals_find_the_same() -> None:
    assert search("délai de paiement") == search("DELAIS DE PAIEMENTS")


def test_every_title_finds_its_own_answer() -> None:
    for section in library().sections.values():
        assert section.id in search(section.title)[:3], section.title


@pytest.mark.parametrize("query", ["", "   ", "xyzzy", "!!!", "« »"])
def test_nothing_is_found_for_nothing(query: str) -> None:
    assert search(query) == []


def test_words_that_tell_nothing_are_not_looked_for() -> None:
    assert query_stems("comment est la facture") == query_stems("facture")


@given(st.text(max_size=200))
def test_any_query_finds_known_answers_once(query: str) -> None:
    found = search(query)
    assert len(found) == len(set(found)) <= 20
    assert set(found) <= {*library().sections, *library().redirections}
