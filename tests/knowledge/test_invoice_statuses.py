"""Whatever status an invoice has, its sender is told what it means, or that nobody knows."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from kit.typography import NBSP
from knowledge.invoice_statuses import (
    FILE,
    InvoiceStatuses,
    Turn,
    invoice_statuses,
    load_statuses,
)
from knowledge.reading import KnowledgeError


def _listed(codes: str) -> list[str]:
    return codes.split()


LIFE_CYCLE = _listed(
    """
    BROUILLON DEPOSEE EN_COURS_ACHEMINEMENT MISE_A_DISPOSITION PRISE_EN_COMPTE_DESTINATAIRE
    A_RECYCLER SUSPENDUE COMPLETEE REJETEE SERVICE_FAIT MANDATEE MISE_A_DISPOSITION_COMPTABLE
    COMPTABILISEE MISE_EN_PAIEMENT
    """
)
OTHERS = _listed(
    """
    A_VALIDER_1 ERREUR_FOURNISSEUR_SUR_VALIDEUR REFUSEE_1 VALIDEE_1 ABSENCE_VALIDATION_1_HORS_DELAI
    A_VALIDER_2 ERREUR_COTRAITANT_SUR_VALIDEUR REFUSEE_2 VALIDEE_2 ABSENCE_VALIDATION_2_HORS_DELAI
    ERREUR_FOURNISSEUR_SUR_MOE ABANDONNEE SUPPRIMEE ASSOCIEE EN_COURS_TRAITEMENT_PIVOT_S
    A_VALIDER_MOE REFUSEE_MOE EN_ATTENTE_RECYCLAGE_FOURNISSEUR ERREUR_MOE_SUR_FOURNISSEUR
    ERREUR_MOA_SUR_FOURNISSEUR INTERPRETEE_OCR ERREUR_FOURNISSEUR_SUR_MOA ERREUR_MOE_SUR_MOA
    ERREUR_DESTINATAIRE_PD ERREUR_DESTINATAIRE_EA NON_CONFORME A_ASSOCIER_MOE ERREUR_DE_MOE
    MISE_A_DISPOSITION_MOE PRISE_EN_COMPTE_MOE A_ASSOCIER_MOA ERREUR_DE_MOA REFUSEE_MOA
    A_ASSOCIER_FOURNISSEUR REFUSEE_FOURNISSEUR A_COMPLETER TRANSMISE_MOA REMPLACEE_PAR_A22
    DUPLIQUE_APRES_REFUS MISE_A_DISPOSITION_MOA PRISE_EN_COMPTE_MOA
    ABSENCE_VALIDATION_MOE_DELAI_REGLEMENTAIRE TECHNIQUE_INCONNU
    """
)
OPTIONAL = {"SERVICE_FAIT", "MANDATEE", "MISE_A_DISPOSITION_COMPTABLE", "COMPTABILISEE"}
SENDERS_TURN = {"BROUILLON", "A_RECYCLER", "SUSPENDUE", "REJETEE"}


def content() -> Any:
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def written(tmp_path: Path, data: Any) -> InvoiceStatuses:
    path = tmp_path / "invoice_statuses.yml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return load_statuses(path)


def test_all_fifty_seven_codes_of_the_portal_are_known_and_no_other() -> None:
    assert len({*LIFE_CYCLE, *OTHERS}) == 57
    assert invoice_statuses().codes == {*LIFE_CYCLE, *OTHERS}


@pytest.mark.parametrize("code", [*LIFE_CYCLE, *OTHERS])
def test_every_code_has_a_label_a_meaning_and_a_next_step(code: str) -> None:
    status = invoice_statuses().explain(code)
    assert status.code == code
    assert "_" not in status.label and status.label[0].isupper()
    assert status.meaning.endswith(".") and status.next_step.endswith(".")
    assert status.understood == ("explained" if code in LIFE_CYCLE else "technical")


@pytest.mark.parametrize("code", LIFE_CYCLE)
def test_an_explained_status_names_its_sources(code: str) -> None:
    status = invoice_statuses().explain(code)
    assert status.sources and status.note


def test_optional_statuses_are_said_to_be_so_and_no_others() -> None:
    told = {code for code in LIFE_CYCLE if invoice_statuses().explain(code).optional_note}
    assert told == OPTIONAL


def test_the_sender_has_to_act_in_four_of_them() -> None:
    theirs = {code for code in LIFE_CYCLE if invoice_statuses().explain(code).turn is Turn.SENDER}
    assert theirs == SENDERS_TURN


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("BROUILLON", f"«{NBSP}Valider et envoyer{NBSP}»"),
        ("A_RECYCLER", "le même numéro"),
        ("SUSPENDUE", "Ajoutez les pièces"),
        ("REJETEE", f"«{NBSP}Traiter le rejet{NBSP}»"),
        ("REJETEE", "un nouveau numéro"),
    ],
)
def test_the_next_step_says_what_to_do(code: str, words: str) -> None:
    assert words in invoice_statuses().explain(code).next_step


@pytest.mark.parametrize("code", ["PAYEE_EN_OR", "", "<b>", "x" * 500])
def test_an_unknown_code_is_said_to_be_unknown(code: str) -> None:
    status = invoice_statuses().explain(code)
    assert status.understood == "unknown"
    assert status.turn is None
    assert "<" not in status.label and "{" not in status.label
    assert len(status.label) < 100


def test_a_code_stands_in_one_place_only(tmp_path: Path) -> None:
    data = content()
    data["technical"]["labels"]["BROUILLON"] = "Brouillon"
    with pytest.raises(KnowledgeError, match="BROUILLON is explained and technical"):
        written(tmp_path, data)


@pytest.mark.parametrize("missing", ["label", "meaning", "next_step", "turn", "sources"])
def test_an_entry_that_lacks_something_stops_the_start(tmp_path: Path, missing: str) -> None:
    data = content()
    del data["statuses"]["REJETEE"][missing]
    with pytest.raises(KnowledgeError, match=f"REJETEE, {missing}"):
        written(tmp_path, data)


def test_a_key_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    data = content()
    data["statuses"]["REJETEE"]["colour"] = "red"
    with pytest.raises(KnowledgeError, match="colour"):
        written(tmp_path, data)


def test_the_date_of_a_source_is_kept(tmp_path: Path) -> None:
    data = content()
    data["statuses"]["REJETEE"]["updated_on"] = date(2026, 1, 2)
    assert written(tmp_path, data).explain("REJETEE").updated_on == date(2026, 1, 2)
