"""Spelling alone: sure of what is plain, silent on the rest."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import read_yaml_file

from assistant.nlu import quick_reader, second_question
from assistant.nlu.classifier import ScopeAwareClassifier
from assistant.nlu.embedder import SentenceEmbedder
from assistant.nlu.intents import OUT_OF_SCOPE
from assistant.nlu.normalisation import Normaliser
from assistant.nlu.quick_reader import QuickReader
from assistant.nlu.reading import READING, Reading
from assistant.nlu.second_question import PARTS, Part
from assistant.nlu.spelt import SPELT, Speller

SAID = {
    "notifications.activer": "activer les notifications de facturation",
    "adresses.modifier": "modifier mon adresse de contact",
    "redirection.tva": "le taux de la tva",
    "redirection.siret": "trouver un siret",
    OUT_OF_SCOPE: "une recette de crêpes au sucre",
}
WAYS = ("{}", "{} svp", "comment {}", "je voudrais {}", "{} ?", "dites-moi, {}", "bonjour, {}")


def messages() -> list[Message]:
    return [
        Message(data={TEXT: way.format(said), INTENT: intent})
        for intent, said in SAID.items()
        for way in WAYS
    ]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[QuickReader, Any]:
    data = Normaliser().process_training_data(TrainingData(messages()))
    folder: Path = tmp_path_factory.mktemp("model")
    storage = LocalModelStorage.create(folder)
    reader = QuickReader(storage, Resource("quick"))
    reader.train(data)
    return reader, storage


def reading(reader: QuickReader, text: str) -> Reading | None:
    message = Message(data={TEXT: text})
    Normaliser().process([message])
    reader.process([message])
    found: Reading | None = message.get(READING)
    return found


def parts_of_message(reader: QuickReader, text: str) -> list[Part]:
    message = Message(data={TEXT: text})
    Normaliser().process([message])
    reader.process([message])
    parts: list[Part] = message.get(PARTS)
    return parts


def test_what_is_plain_is_read(trained: tuple[QuickReader, Any]) -> None:
    found = reading(trained[0], "svp, comment activer les notifications de facturation")
    assert found is not None
    assert found.candidates[0].intent == "notifications.activer"


@pytest.mark.parametrize("text", ["12345", "/adresses.modifier", "😀", ""])
def test_what_cannot_be_read_is_left_to_the_others(
    text: str, trained: tuple[QuickReader, Any]
) -> None:
    assert reading(trained[0], text) is None


def test_what_it_is_less_sure_of_is_left_to_the_others(
    trained: tuple[QuickReader, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "activer les notifications de facturation"
    found = reading(trained[0], text)
    assert found is not None
    monkeypatch.setattr(quick_reader, "SURE", found.candidates[0].confidence + 0.0001)
    assert reading(trained[0], text) is None


def test_what_it_takes_for_out_of_scope_is_left_to_the_others(
    trained: tuple[QuickReader, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quick_reader, "SURE", 0.0)
    assert reading(trained[0], "je voudrais une recette de crêpes au sucre") is None
    assert reading(trained[0], "je voudrais trouver un siret") is not None


@pytest.mark.parametrize(
    ("text", "asking"),
    [
        (
            "modifier mon adresse de contact ? et sinon, activer les notifications de facturation",
            ["adresses.modifier", "notifications.activer"],
        ),
        (
            "modifier mon adresse de contact ? et une recette de crêpes au sucre",
            ["adresses.modifier"],
        ),
        ("modifier mon adresse de contact", []),
    ],
)
def test_the_parts_that_seem_to_ask_something_are_told(
    text: str,
    asking: list[str],
    trained: tuple[QuickReader, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(quick_reader, "SURE", 1.1)
    parts = parts_of_message(trained[0], text)
    assert [part.by_spelling.intent for part in parts] == asking
    for part in parts:
        assert (part.spelt.rows != trained[0]._learnt.speller.rows([part.text])).nnz == 0


def test_a_part_about_what_the_whole_surely_asks_is_no_second_question(
    trained: tuple[QuickReader, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "activer les notifications de facturation ? comment activer les notifications svp ?"
    assert parts_of_message(trained[0], text) == []
    monkeypatch.setattr(quick_reader, "SURE", 1.1)
    assert len(parts_of_message(trained[0], text)) == 2


def test_it_reads_the_same_once_stored(trained: tuple[QuickReader, Any]) -> None:
    reader, storage = trained
    stored = QuickReader.load({}, storage, Resource("quick"), None)  # type: ignore[arg-type]
    text = "modifier mon adresse de contact svp"
    assert reading(stored, text) == reading(reader, text)


def test_what_it_leaves_unread_is_read_with_its_meaning_by_the_same_n_grams(
    trained: tuple[QuickReader, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = trained[1]
    data = Normaliser().process_training_data(TrainingData(messages()))
    embedder = SentenceEmbedder.load(
        {},
        storage,
        SentenceEmbedder(storage, Resource("embedder")).train(data),
        None,  # type: ignore[arg-type]
    )
    classifier = ScopeAwareClassifier(storage, Resource("classifier"))
    classifier.train(embedder.process_training_data(data))
    monkeypatch.setattr(quick_reader, "SURE", 1.1)
    message = Message(data={TEXT: "svp, comment activer les notifications de facturation"})
    for component in (Normaliser(), trained[0], embedder, classifier):
        assert message.get(READING) is None
        component.process([message])
    assert message.get(READING).candidates[0].intent == "notifications.activer"

    monkeypatch.setattr(second_question, "SURE_ALONE", 1.1)
    both = Message(data={TEXT: "modifier mon adresse de contact ? et une recette de crêpes"})
    for component in (Normaliser(), trained[0], embedder, classifier):
        component.process([both])
    [part] = both.get(PARTS)
    assert part.by_meaning.intent == "adresses.modifier"

    message.set(SPELT, Speller.fit(["autre", "autres"], np.array(["a", "b"]))[0].spelt(["autre"]))
    with pytest.raises(ValueError, match="train again"):
        classifier.process([message])


def test_it_stands_before_the_classifier_that_reads_on() -> None:
    config = read_yaml_file(Path(__file__).parents[3] / "config.yml")
    names = [each["name"].rpartition(".")[2] for each in config["pipeline"]]
    assert names.index(QuickReader.__name__) < names.index(ScopeAwareClassifier.__name__)
