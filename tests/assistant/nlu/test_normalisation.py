"""Spelling, length and capitals decide nothing."""

import pytest

from assistant.nlu.normalisation import (
    HEAD,
    TAIL,
    excerpt,
    fold,
    has_latin_letter,
    is_command,
    normalise,
    prepared,
)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("JE NE REÇOIS PAS l’avis", "je ne reçois pas l'avis"),
        ("jrecois pa les notifs", "je recois pas les notifications"),
        ("pk jai pas de rep svp", "pourquoi j'ai pas de rep s'il vous plaît"),
        ("mdp oublié", "mot de passe oublié"),
        ("mercii beaucouppp", "mercii beaucoup"),
        ("un jpg joint", "un jpg joint"),
        ("émises vs travaux", "émises vs travaux"),
        ("facture n°45", "facture numéro 45"),
        ("  deux\u00a0mots \u200b\n ", "deux mots"),
        ("mdp oublié\nma facture ?\nsvp", "mot de passe oublié. ma facture ? s'il vous plaît"),
        ("perdu : a@exemple.fr. un humain", "perdu : . un humain"),
    ],
)
def test_what_is_typed_for_short_is_spelt_out(typed: str, read: str) -> None:
    assert normalise(typed) == read


@pytest.mark.parametrize("reference", ["F2024-00123", "TK-000123", "20240012345", "FA/2024/17"])
def test_a_reference_says_nothing_about_the_subject(reference: str) -> None:
    assert normalise(f"où en est {reference}, svp") == "où en est 0, s'il vous plaît"


@pytest.mark.parametrize("text", ["réforme 2026", "dc4", "factur-x", "bonjour, 12 factures"])
def test_a_year_or_the_name_of_a_form_stays(text: str) -> None:
    assert normalise(text) == text


def test_normalising_twice_changes_nothing_more() -> None:
    once = normalise("JVEUX parler a kelkun, c possible ds 5 min ???")
    assert normalise(once) == once


def test_folding_takes_accents_and_ligatures_away() -> None:
    assert fold("Où est le Maître d'Œuvre ? Ça dépend") == "ou est le maitre d'oeuvre ? ca depend"


def test_a_short_text_is_read_whole() -> None:
    assert excerpt("a" * 500) == "a" * 500


def test_of_a_long_text_the_first_and_the_last_sentences_are_read() -> None:
    story = "On a refait la toiture de la mairie cet été. " * 20
    text = f"Bonjour, je suis couvreur. {story}Comment valider la facture ?"
    read = excerpt(text)
    assert read.startswith("Bonjour, je suis couvreur. On a refait")
    assert read.endswith("cet été. Comment valider la facture ?")
    assert len(read) <= HEAD + TAIL + 1
    assert all(part.strip() in text for part in read.split("."))


def test_a_long_text_without_sentences_is_cut_between_words() -> None:
    read = excerpt("facture " * 300)
    assert set(read.split()) == {"facture"}
    assert len(read) <= HEAD + TAIL + 1


def test_a_text_without_a_blank_is_cut_all_the_same() -> None:
    assert len(excerpt("x" * 40_000)) == HEAD + TAIL + 1


@pytest.mark.parametrize("text", ["12345", "😀👍", "?!…", "مرحبا", "привет", "", "₂ 14/07"])
def test_a_text_without_a_latin_letter_is_recognised(text: str) -> None:
    assert not has_latin_letter(text)


@pytest.mark.parametrize("text", ["a", "É", "ça 😀", "œ"])
def test_a_text_with_a_latin_letter_is_recognised(text: str) -> None:
    assert has_latin_letter(text)


def test_a_button_is_told_from_a_text() -> None:
    assert is_command(' /ticket{"x": 1}')
    assert not is_command("et/ou ?")
    assert not is_command(None)


def test_letters_that_stand_for_many_do_not_make_a_text_long_again() -> None:
    assert len(normalise("\ufdfa")) == 18
    assert len(prepared("a" + "\ufdfa" * 499)) <= 502


def test_what_the_classifier_reads_is_the_excerpt_normalised() -> None:
    assert prepared("BJR " + "bla " * 400).startswith("bonjour bla")
