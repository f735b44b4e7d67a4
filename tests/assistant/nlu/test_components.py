"""In Rasa: what the components leave on a message, and what they leave alone."""

from typing import Any

import numpy as np
import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.nlu.classifier import embedding_of
from assistant.nlu.decider import DECISION, Decider, outcome
from assistant.nlu.decision import Candidate, Kind, Thresholds
from assistant.nlu.embedder import SentenceEmbedder, open_embedder
from assistant.nlu.entities import NumberFinder
from assistant.nlu.normalisation import NORMALISED, Normaliser
from assistant.nlu.reading import READING, Reading
from assistant.nlu.second_question import PARTS, Part
from assistant.nlu.spelt import Speller

THRESHOLDS = Thresholds(answer=0.7, talk=0.4, redirect=0.3, choose=0.25)


@pytest.fixture(scope="module")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> SentenceEmbedder:
    """As Rasa opens it: trained, then loaded from its storage."""
    storage = LocalModelStorage.create(tmp_path_factory.mktemp("model"))
    resource = SentenceEmbedder(storage, Resource("embedder")).train(TrainingData([]))
    loaded = SentenceEmbedder.load({}, storage, resource, None)  # type: ignore[arg-type]
    assert isinstance(loaded, SentenceEmbedder)
    return loaded


def understood(text: str, *candidates: tuple[str, float]) -> Message:
    message = Message(data={TEXT: text})
    Normaliser().process([message])
    NumberFinder().process([message])
    if candidates:
        message.set(READING, Reading([Candidate(*each) for each in candidates], THRESHOLDS))
    Decider(ranking_length=2).process([message])
    return message


def test_a_sure_answer_keeps_its_intent() -> None:
    message = understood("Où changer mon adresse ?", ("adresses.contact", 0.9), ("hors_sujet", 0.1))
    assert message.get(INTENT) == {"name": "adresses.contact", "confidence": 0.9}
    assert message.get(DECISION) == {
        "kind": "answer",
        "candidates": [{"intent": "adresses.contact", "confidence": 0.9}],
        "in_scope": 0.9,
        "language": "fr",
        "also": None,
    }


@pytest.mark.parametrize(
    ("candidates", "kind"),
    [
        ([("adresses.contact", 0.5), ("adresses.difference", 0.3)], "choose"),
        ([("hors_sujet", 0.9), ("adresses.contact", 0.1)], "escalate"),
    ],
)
def test_an_unsure_one_becomes_the_fallback(candidates: list[Any], kind: str) -> None:
    message = understood("et mon adresse", *candidates)
    assert message.get(INTENT)["name"] == "nlu_fallback"
    assert message.get(DECISION)["kind"] == kind
    named = [each["intent"] for each in message.get(DECISION)["candidates"]]
    assert "hors_sujet" not in named
    assert message.get(INTENT)["confidence"] == message.get(DECISION)["candidates"][0]["confidence"]


def test_what_is_written_goes_out_with_the_parse_and_the_rest_stays() -> None:
    message = understood("adresse", ("adresses.contact", 0.9), ("hors_sujet", 0.1))
    out = message.as_dict(only_output_properties=True)
    assert {INTENT, ENTITIES, DECISION, "intent_ranking"} <= set(out)
    assert not {READING, NORMALISED, "ours"} & set(out)


@pytest.mark.parametrize("text", ["12345", "😀", "مرحبا", "?!"])
def test_a_text_without_a_letter_is_handed_over(text: str, embedder: SentenceEmbedder) -> None:
    message = understood(text)
    embedder.process([message])
    assert not message.features
    assert message.get(DECISION)["kind"] == "escalate"
    assert message.get(DECISION)["candidates"] == []
    assert message.get(INTENT) == {"name": "nlu_fallback", "confidence": 0.0}


def test_a_command_is_left_alone(embedder: SentenceEmbedder) -> None:
    message = understood('/adresses.contact{"x": 1}')
    embedder.process([message])
    assert set(message.data) == {TEXT}
    assert not message.features


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("je veux un conseiller", "humain"),
        ("je ne veux pas de conseiller", "non"),
        ("je ne veux pas de robot, un conseiller", "humain"),
    ],
)
def test_who_refuses_a_person_is_not_taken_for_wanting_one(text: str, intent: str) -> None:
    message = understood(text, ("humain", 0.9), ("ticket", 0.1))
    assert message.get(INTENT)["name"] == intent
    assert message.get(DECISION)["candidates"][0] == {"intent": intent, "confidence": 0.9}


def test_a_second_question_is_told_beside_what_is_decided_and_not_beside_doubt() -> None:
    told = [Candidate("adresses.contact", 0.9)]
    spelt = Speller.fit(["autre", "autres"], np.array(["a", "b"]))[0].spelt(["autre"])
    parts = [Part("autre", spelt, Candidate("suivi_facture.suivre", 1.0))]
    assert outcome(Kind.ANSWER, told, "texte", parts)[DECISION]["also"] == "suivi_facture.suivre"
    assert outcome(Kind.CHOOSE, told, "texte", parts)[DECISION]["also"] is None
    message = Message(data={TEXT: "texte"})
    message.set(READING, Reading([Candidate("adresses.contact", 0.3)], THRESHOLDS))
    message.set(PARTS, [Part("autre", spelt, Candidate("adresses.difference", 1.0)), *parts])
    Decider(ranking_length=2).process([message])
    assert message.get(DECISION)["kind"] == "answer"
    assert message.get(DECISION)["candidates"][0]["intent"] == "adresses.difference"
    assert message.get(DECISION)["also"] == "suivi_facture.suivre"
    wish = [*parts, Part("autre", spelt, Candidate("humain", 1.0))][::-1]
    assert outcome(Kind.ESCALATE, told, "texte", wish)[DECISION]["also"] == "humain"


def test_at_most_five_candidates_are_named() -> None:
    many = [Candidate(f"a.{number}", 0.1) for number in range(9)]
    assert len(outcome(Kind.CHOOSE, many, "texte")[DECISION]["candidates"]) == 5


def test_what_is_read_already_gets_no_embedding_and_all_else_does(
    embedder: SentenceEmbedder,
) -> None:
    message = Message(data={TEXT: "Où changer mon adresse ?"})
    Normaliser().process([message])
    message.set(READING, Reading([Candidate("adresses.contact", 0.9)], THRESHOLDS))
    embedder.process([message])
    assert not message.features
    message.set(READING, None)
    embedder.process([message])
    assert embedding_of(message) == pytest.approx(
        open_embedder().embed(["où changer mon adresse ?"])[0]
    )
