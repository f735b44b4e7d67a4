"""The content files: strictly read, and every answer renders for every reader."""

import re
import shutil
from itertools import product
from pathlib import Path

import pytest

from kit.errors import NotFound
from kit.organisation import organisation
from knowledge.library import (
    ANONYMOUS,
    FOLDER,
    Context,
    answer_text,
    library,
    load_library,
    redirection_text,
)
from knowledge.reading import KnowledgeError

ROLES = (None, "gestionnaire_principal", "gestionnaire_secondaire", "utilisateur")
KINDS = (None, "entreprise", "entite_publique", "particulier")
CONTEXTS = [ANONYMOUS, *(Context(True, role, kind) for role, kind in product(ROLES, KINDS))]
# French typography: what stands before these marks, and inside « », never breaks.
BREAKABLE = re.compile(r" [:;!?»]|«[^\u00a0]|[^\u00a0]»")


def texts_of(answer_id: str) -> list[str]:
    section = library().sections.get(answer_id)
    if section:
        return [section.title, section.question, *(answer_text(section, c) for c in CONTEXTS)]
    redirection = library().redirections[answer_id]
    return [redirection.title, *(redirection_text(redirection, c) for c in CONTEXTS)]


ANSWERS = [*library().sections, *library().redirections]


@pytest.mark.parametrize("answer_id", ANSWERS)
def test_an_answer_renders_for_every_reader_as_plain_text(answer_id: str) -> None:
    for text in texts_of(answer_id):
        assert text.strip() == text != ""
        assert not re.search(r"\n{3}|[ \t]\n|\{\{|\{%|\*\*|<\w|\]\(|^#", text), text


@pytest.mark.parametrize("answer_id", ANSWERS)
def test_an_answer_keeps_to_french_typography(answer_id: str) -> None:
    for text in texts_of(answer_id):
        assert not BREAKABLE.search(re.sub(r"https?://\S+", "", text)), text


def test_the_articles_of_the_contract_are_all_there() -> None:
    assert {section.article for section in library().sections.values()} == {
        *("notifications", "adresses", "sous_traitant", "brouillon", "emises_vs_travaux"),
        *("aide_canaux", "frais_justice", "moe_travaux", "compte_technique", "mot_de_passe"),
        *("suivi_facture", "formation", "lien_activation"),
    }


def test_at_least_thirty_subjects_are_redirected() -> None:
    assert len(library().redirections) >= 30
    assert all(redirection.where for redirection in library().redirections.values())


def test_a_primary_manager_is_told_otherwise() -> None:
    section = library().sections["notifications/desactiver"]
    manager = Context(connected=True, role="gestionnaire_principal")
    assert manager.primary_manager
    assert answer_text(section, manager) != answer_text(section, ANONYMOUS)


def test_the_greeting_fits_the_reader() -> None:
    def first(context: Context) -> list[str]:
        return [section.id for section in library().welcome(context)]

    greeting = library().greeting
    assert first(ANONYMOUS) == list(greeting.anonymous)
    assert first(Context(True, "utilisateur", "entreprise")) == list(greeting.entreprise)
    assert first(Context(True, "utilisateur", None)) == list(greeting.anonymous)
    assert first(Context(True, "gestionnaire_principal", "entreprise")) == list(
        greeting.gestionnaire_principal
    )


def test_titles_are_found_by_the_id_of_an_answer() -> None:
    section = library().sections["adresses/modifier_connexion"]
    assert library().title_of(section.id) == section.title
    assert (
        library().title_of("redirection/siret") == library().redirections["redirection/siret"].title
    )
    with pytest.raises(NotFound):
        library().title_of("adresses/inconnu")


def test_follow_ups_are_full_ids() -> None:
    follow_ups = library().sections["adresses/modifier_connexion"].follow_ups
    assert follow_ups[0] == "adresses/modifier_contact"


def test_an_answer_names_the_organisation_of_the_configuration() -> None:
    text = answer_text(library().sections["aide_canaux/agent_horaires"], ANONYMOUS)
    assert organisation().hours_text in text


# What an editor may get wrong -----------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "knowledge"
    shutil.copytree(FOLDER, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return copy


@pytest.mark.parametrize(
    ("file", "change", "named"),
    [
        ("articles/adresses.md", ("  difference:\n", "  autre:\n"), "adresses.md, section autre"),
        ("articles/adresses.md", ("together: []", "ensemble: []"), "difference, "),
        ("articles/adresses.md", ("follow_ups: [", "follow_ups: [inconnu, "), "adresses/inconnu"),
        ("articles/adresses.md", ("2022-09-22", "hier"), "updated_on"),
        ("articles/adresses.md", ("## difference", "## difference\n{% if %}"), "difference"),
        ("articles/adresses.md", ("## difference", "Bonjour\n## difference"), "before the first"),
        ("articles/adresses.md", ("---\narticle", "article"), "adresses.md"),
        ("articles/adresses.md", ("article: adresses", "article: brouillon"), "adresses/"),
        ("redirections.yml", ("  source:", "  origine:"), "creation_compte"),
        ("redirections.yml", ("url: null", "url: pas une adresse"), "url"),
        ("welcome.yml", ("anonymous:\n", "anonymous:\n  - adresses/inconnu\n"), "welcome.yml"),
        ("welcome.yml", ("particulier:", "particuliers:"), "particulier"),
        ("welcome.yml", ("anonymous:", "anonymous: ["), "welcome.yml"),
    ],
)
def test_a_mistake_stops_the_start_and_is_named(
    folder: Path, file: str, change: tuple[str, str], named: str
) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert change[0] in text
    path.write_text(text.replace(*change, 1), encoding="utf-8")
    with pytest.raises(KnowledgeError, match=named):
        load_library(folder)


def test_a_section_that_stands_twice_is_named(folder: Path) -> None:
    path = folder / "articles" / "adresses.md"
    path.write_text(path.read_text(encoding="utf-8") + "\n## difference\nBis.\n", encoding="utf-8")
    with pytest.raises(KnowledgeError, match="section difference"):
        load_library(folder)
