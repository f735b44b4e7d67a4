"""What is measured is held apart from what is learnt."""

from collections import Counter
from pathlib import Path

import pytest
import yaml

from assistant.evaluation.questions import FOREIGN, Question, essence, examples, leaked, load

ROOT = Path(__file__).parents[3]
LABELS = {
    "notifications", "adresses", "sous_traitant", "brouillon", "emises_vs_travaux", "aide_canaux",
    "frais_justice", "moe_travaux", "compte_technique", "mot_de_passe", "suivi_facture",
    "formation", "lien_activation", "humain", "ticket", "salutation", "remerciement", "au_revoir",
    "identite", "insulte_plainte", FOREIGN,
}  # fmt: skip


def question(text: str) -> Question:
    return Question("batch", text, "adresses", "difference", "plain", None)


def test_no_question_stands_in_the_training_data() -> None:
    found = leaked(load(), examples(ROOT / "data" / "nlu"))
    assert not found, [(leak.batch, leak.text) for leak in found]


def test_a_question_in_other_letters_is_the_same_question() -> None:
    same = [question("Où MODIFIER l’adresse,\u00a0svp ?")]
    assert leaked(same, ["ou modifier l'adresse s'il vous plait"]) == same


def test_what_everybody_says_is_no_leak() -> None:
    assert leaked([question("Merci beaucoup !")], ["merci beaucoup"]) == []


def test_the_essence_of_a_text_is_its_words() -> None:
    assert essence("Jai   PAS reçu… l’avis !") == "j ai pas recu l avis"


@pytest.mark.parametrize("label", sorted(LABELS))
def test_every_label_is_asked(label: str) -> None:
    assert any(each.article == label for each in load())


def test_questions_have_known_labels_and_sections() -> None:
    known = {
        tuple(topic["intent"].split("."))
        for path in (ROOT / "data" / "nlu").glob("*.yml")
        for topic in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
        if "intent" in topic
    }
    for each in load():
        assert each.article in LABELS, each.text
        assert each.section is None or (each.article, each.section) in known, each
        assert (each.distance in ("near", "far")) == each.foreign, each.text


def test_no_question_is_asked_twice() -> None:
    counts = Counter(essence(each.text) for each in load() if len(essence(each.text).split()) > 2)
    assert [text for text, times in counts.items() if times > 1] == []
