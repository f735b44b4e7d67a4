"""A word alone is as clear as what people ask with it."""

from pathlib import Path

import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import read_yaml_file

from assistant.nlu.bare_word import (
    FAR_AHEAD,
    PLAUSIBLE,
    SEEN,
    BareWordReader,
    Meanings,
    bare_word,
    weighed,
)
from assistant.nlu.classifier import ScopeAwareClassifier
from assistant.nlu.decider import DECISION, Decider
from assistant.nlu.decision import Candidate, Thresholds
from assistant.nlu.intents import OUT_OF_SCOPE
from assistant.nlu.normalisation import Normaliser, prepared
from assistant.nlu.reading import READING, Reading

THRESHOLDS = Thresholds(answer=0.6, talk=0.2, redirect=0.2, choose=0.4)
ACCOUNT = {"redirection.creation_compte": 0.3, "mot_de_passe.compte_bloque": 0.7}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("compte", "compte"),
        ("Mes factures SVP ?", "factures"),
        ("bjr, le mémoire stp", "mémoire"),
        ("pour une fac", "facture"),
        ("hello my invoice pls", "invoice"),
        ("changer adresse", None),
        ("pas reçue", None),
        ("comment activer", None),
        ("bonjour", None),
        ("l 0 ?", None),
        ("", None),
    ],
)
def test_a_bare_word_is_the_only_one_that_carries_a_meaning(text: str, word: str | None) -> None:
    assert bare_word(prepared(text)) == word


def test_a_word_means_what_the_examples_use_it_for_however_many_they_are() -> None:
    examples = [
        *[("comment activer les alertes", "notifications.activer")] * 4,
        *[("couper", "notifications.activer")] * 4,
        *[("alerte d'activation", "lien_activation.renvoyer")] * 40,
        *[("alerte météo", OUT_OF_SCOPE)] * 40,
        *[("rare", "notifications.activer")] * (SEEN - 1),
    ]
    learnt = Meanings.learn(examples).of_word
    assert learnt["alerte"] == {
        "lien_activation.renvoyer": pytest.approx(1 / (1 + 4 / (8 + SEEN - 1)), abs=1e-3),
        "notifications.activer": pytest.approx(0.25, abs=1e-3),
    }
    assert not {"rare", "meteo"} & set(learnt)


def reading(*candidates: tuple[str, float]) -> Reading:
    return Reading([Candidate(*each) for each in candidates], THRESHOLDS)


def test_what_else_it_may_mean_is_weighed_as_much_as_what_the_classifier_is_sure_of() -> None:
    found = weighed(reading(("redirection.creation_compte", 0.9), (OUT_OF_SCOPE, 0.1)), {})
    assert not found.ambiguous
    said = reading(
        ("redirection.creation_compte", 0.9),
        ("mot_de_passe.compte_bloque", 0.06),
        (OUT_OF_SCOPE, 0.04),
    )
    found = weighed(said, ACCOUNT)
    assert found.ambiguous
    assert [(each.intent, round(each.confidence, 2)) for each in found.candidates] == [
        ("redirection.creation_compte", 0.6),
        ("mot_de_passe.compte_bloque", 0.38),
    ]
    clear = weighed(said, {"redirection.creation_compte": 2 * FAR_AHEAD - 0.9})
    assert not clear.ambiguous


def test_a_meaning_that_is_hardly_one_is_no_choice_and_a_choice_of_one_is_none() -> None:
    said = reading(("redirection.avoir", 0.7), ("brouillon.symptome", 0.02), ("suite", 0.28))
    assert not weighed(said, {"redirection.avoir": 0.4, "brouillon.symptome": 0.06}).ambiguous
    assert not weighed(said, {"redirection.avoir": 0.4, "mes_formations": 0.4}).ambiguous
    found = weighed(said, {"redirection.avoir": 0.4, "brouillon.symptome": PLAUSIBLE * 2})
    assert found.ambiguous
    assert [each.intent for each in found.candidates] == [
        "redirection.avoir",
        "suite",
        "brouillon.symptome",
    ]


@pytest.mark.parametrize(
    "said",
    [
        reading(("humain", 0.6), ("mot_de_passe.compte_bloque", 0.4)),
        reading((OUT_OF_SCOPE, 0.9), ("mot_de_passe.compte_bloque", 0.1)),
        reading((OUT_OF_SCOPE, 1.0)),
    ],
)
def test_talk_and_what_is_out_of_scope_stay_as_they_are(said: Reading) -> None:
    assert weighed(said, ACCOUNT) is said


def test_it_is_learnt_kept_and_becomes_a_choice(tmp_path: Path) -> None:
    said = {"redirection.creation_compte": "créer un compte", "mot_de_passe.oublie": "mon compte"}
    ways = ("{}", "{} ?", "bonjour {}", "{} svp", "alors {}")  # Rasa reads equal ones once
    examples = [
        Message(data={TEXT: way.format(text), INTENT: intent})
        for intent, text in said.items()
        for way in ways
    ]
    data = Normaliser().process_training_data(TrainingData(examples))
    storage = LocalModelStorage.create(tmp_path)
    resource = BareWordReader(storage, Resource("words")).train(data)
    reader = BareWordReader.load({}, storage, resource, None)  # type: ignore[arg-type]
    decided = {}
    for text in ("Comptes ?", "mon compte FA-1007", "compte a@exemple.fr"):
        message = Message(data={TEXT: text})
        sure = reading(("mot_de_passe.oublie", 0.95), ("redirection.creation_compte", 0))
        message.set(READING, sure)
        for component in (Normaliser(), reader, Decider(ranking_length=2)):
            component.process([message])
        decided[text] = message.get(DECISION)
    assert [each["kind"] for each in decided.values()] == ["choose", "answer", "answer"]
    assert [each["intent"] for each in decided["Comptes ?"]["candidates"]] == [
        "mot_de_passe.oublie",
        "redirection.creation_compte",
    ]


def test_it_stands_between_the_classifier_and_the_decider() -> None:
    config = read_yaml_file(Path(__file__).parents[3] / "config.yml")
    names = [each["name"].rpartition(".")[2] for each in config["pipeline"]]
    places = [
        names.index(each.__name__) for each in (ScopeAwareClassifier, BareWordReader, Decider)
    ]
    assert places == sorted(places)
