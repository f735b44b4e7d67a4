"""What a recipient wrote is shown; who wrote it, and how to reach them, is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chorus.comments import LONGEST, without_people


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Voir claire.durand@ville.example", "Voir [adresse masquée]"),
        ("Appelez le 04 50 12 34 56.", "Appelez le [téléphone masqué]."),
        ("Tél. 0450123456", "Tél. [téléphone masqué]"),
        ("Tél. 04.50.12.34.56", "Tél. [téléphone masqué]"),
        ("Tél. 0262 12 34 56", "Tél. [téléphone masqué]"),
        ("Tél. +33 4 50 12 34 56", "Tél. [téléphone masqué]"),
        ("Tél. +33 (0)4 50 12 34 56", "Tél. [téléphone masqué]"),
        ("Tél. 0033450123456", "Tél. [téléphone masqué]"),
        ("Voir avec Mme Durand.", "Voir avec [nom masqué]."),
        ("Voir avec M. Jean-Luc de Durand.", "Voir avec [nom masqué] de Durand."),
        ("Contactez Monsieur N’Guyen", "Contactez [nom masqué]"),
        ("Mot de passe : Azerty12", "Mot de passe : [mot de passe masqué]"),
    ],
)
def test_what_tells_of_a_person_is_masked(written: str, shown: str) -> None:
    assert without_people(written) == shown


@pytest.mark.parametrize(
    "written",
    [
        "Le SIRET 123 456 789 00012 est faux.",
        "SIRET 12345678900012, engagement 1300123456, code DIRTECH",
        "Montant attendu : 1 250,00 € au lieu de 1 300,00 €",
        "Facture du 05/10/2026, mandat 2026-000123",
        "Il manque le procès-verbal de réception.",
    ],
)
def test_what_a_sender_needs_to_know_stays(written: str) -> None:
    assert without_people(written) == written


def test_people_of_the_history_are_masked_wherever_they_sign() -> None:
    people = ["Claire", "DURAND", "Li"]
    written = "Refus de Claire Durand (durand, Li) : le lit est cassé."
    assert without_people(written, people) == (
        "Refus de [nom masqué] ([nom masqué]) : le lit est cassé."
    )


def test_a_short_name_is_taken_only_with_its_capital() -> None:
    assert without_people("le devis de Le et LE", ["Le"]) == (
        "le devis de [nom masqué] et [nom masqué]"
    )


@pytest.mark.parametrize("nothing", [None, "", "  \n "])
def test_no_comment_is_none(nothing: str | None) -> None:
    assert without_people(nothing) is None


def test_a_long_comment_is_cut() -> None:
    shown = without_people("mot " * 5_000)
    assert shown is not None and len(shown) <= LONGEST


@given(st.text(max_size=300), st.lists(st.text(max_size=12), max_size=4))
def test_whatever_was_written_and_whoever_signed_it_can_be_shown(
    written: str, people: list[str]
) -> None:
    without_people(written, people)
