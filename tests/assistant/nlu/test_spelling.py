"""Slips of the hand are put right, and nothing else is."""

from pathlib import Path

import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.nlu.normalisation import NORMALISED, Normaliser
from assistant.nlu.spelling import Spelling, SpellingCorrector

EXAMPLES = [
    "ma facture est bloquée",
    "la facture du titulaire",
    "où est ma facture, titulaire",
    "le titulaire a reçu la notification",
    "une notification reçue dans la boîte",
    "notification de la facturr",  # a slip that stands in the examples themselves
]


@pytest.fixture(scope="module")
def spelling() -> Spelling:
    return Spelling.learn(EXAMPLES)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ma factrue", "ma facture"),  # swapped
        ("le titulare", "le titulaire"),  # lost
        ("une notiffication", "une notification"),  # doubled
        ("les fadture", "les facture"),  # the next key
        ("l'factrue", "l'facture"),
        ("la facturr", "la facture"),
    ],
)
def test_one_slip_is_put_right(spelling: Spelling, typed: str, meant: str) -> None:
    assert spelling.correct(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "le facteur est passé",  # French, though one letter away
        "mes factures",
        "une facture",
        "de la fctr",  # further away
        "dna",  # too short to tell
        "kbis introuvable",
        "0 12/03/2026 !",
        "",
    ],
)
def test_everything_else_stays_as_it_is(spelling: Spelling, text: str) -> None:
    assert spelling.correct(text) == text


def test_accents_decide_nothing() -> None:
    spelling = Spelling.learn(["reçu hier"] * 3 + ["recu hier"] * 2 + ["où ça"] * 3)
    assert {spelling.correct(word) for word in ("recu", "reçu", "recû")} == {"reçu"}
    assert spelling.correct("ou ca") == "ou ca"  # of three letters or fewer nothing is changed


def test_the_word_that_is_used_most_wins_and_keeps_its_accents() -> None:
    spelling = Spelling.learn(["dépôt du dossier"] * 5 + ["depos du dossier"] * 3)
    assert spelling.correct("le depoz") == "le dépôt"


def test_a_correction_is_the_same_after_storing(spelling: Spelling, tmp_path: Path) -> None:
    spelling.save(tmp_path)
    opened = Spelling.open(tmp_path)
    for text in ("ma factrue", "le facteur", "une notifcation du titualire"):
        assert opened.correct(text) == spelling.correct(text)


def test_in_rasa_it_corrects_what_the_others_read_and_leaves_what_was_typed(
    tmp_path: Path,
) -> None:
    storage, resource = LocalModelStorage.create(tmp_path), Resource("spelling")
    examples = [Message(data={TEXT: text, INTENT: "any"}) for text in EXAMPLES]
    data = Normaliser().process_training_data(TrainingData(examples))
    component = SpellingCorrector(storage, resource)
    component.train(data)
    component.process_training_data(data)
    assert data.training_examples[-1].get(NORMALISED) == "notification de la facture"
    typed = ("Ma FACTRUE ?", "what is the notifcation of the invoice", "/factrue")
    said = [Message(data={TEXT: text}) for text in typed]
    loaded = SpellingCorrector.load({}, storage, resource, None)  # type: ignore[arg-type]
    loaded.process(Normaliser().process(said))
    assert [message.get(TEXT) for message in said] == list(typed)
    assert said[0].get(NORMALISED) == "ma facture ?"
    assert said[1].get(NORMALISED) == "what is the notifcation of the invoice"
    assert said[2].get(NORMALISED) is None
