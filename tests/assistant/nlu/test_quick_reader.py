"""Spelling alone: sure of what is plain, silent on the rest."""

from pathlib import Path
from typing import Any

import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.nlu import quick_reader
from assistant.nlu.intents import OUT_OF_SCOPE
from assistant.nlu.normalisation import Normaliser
from assistant.nlu.quick_reader import QuickReader
from assistant.nlu.reading import READING, Reading
from assistant.nlu.second_question import SEPARATE

SAID = {
    "notifications.activer": "activer les notifications de facturation",
    "adresses.modifier": "modifier mon adresse de contact",
    "redirection.tva": "le taux de la tva",
    "redirection.siret": "trouver un siret",
    OUT_OF_SCOPE: "une recette de crêpes au sucre",
}
WAYS = ("{}", "{} svp", "comment {}", "je voudrais {}", "{} ?", "dites-moi, {}", "bonjour, {}")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[QuickReader, Any]:
    messages = [
        Message(data={TEXT: way.format(said), INTENT: intent})
        for intent, said in SAID.items()
        for way in WAYS
    ]
    data = Normaliser().process_training_data(TrainingData(messages))
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
    ("text", "separate"),
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
def test_the_parts_that_are_plain_by_themselves_are_told(
    text: str, separate: list[str], trained: tuple[QuickReader, Any]
) -> None:
    message = Message(data={TEXT: text})
    Normaliser().process([message])
    trained[0].process([message])
    assert message.get(SEPARATE) == separate


def test_it_reads_the_same_once_stored(trained: tuple[QuickReader, Any]) -> None:
    reader, storage = trained
    stored = QuickReader.load({}, storage, Resource("quick"), None)  # type: ignore[arg-type]
    text = "modifier mon adresse de contact svp"
    assert reading(stored, text) == reading(reader, text)
