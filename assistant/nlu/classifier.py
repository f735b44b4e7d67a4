"""Ranks what the user could mean, each with its chance.

Out of scope is an intent like the others, with examples of its own: that beats every threshold on
a classifier that has never seen a foreign question. How near examples of ours and foreign ones are
tells those apart that nobody thought of. A text without a Latin letter never gets here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, METADATA, METADATA_INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.nlu.embedder import SentenceEmbedder
from assistant.nlu.judgement import Judgement
from assistant.nlu.model import Examples, IntentModel, learn
from assistant.nlu.normalisation import NORMALISED
from assistant.nlu.reading import READING, Reading
from assistant.nlu.trained import Trained

MODEL, JUDGEMENT = "classifier.npz", "judgement.json"


@dataclass(frozen=True)
class Learnt:
    """A model and what its evidence is worth."""

    model: IntentModel
    judgement: Judgement

    def read(self, text: str, embedding: np.ndarray) -> Reading:
        evidence = self.model.evidence([text], embedding[np.newaxis, :])[0]
        candidates = self.judgement.candidates(self.model.intents, self.model.columns, evidence)
        return Reading(candidates, self.judgement.thresholds)

    def save(self, folder: Path) -> None:
        self.model.save(folder / MODEL)
        stored = json.dumps(self.judgement.as_dict(), indent=2)
        (folder / JUDGEMENT).write_text(stored, encoding="utf-8")

    @classmethod
    def open(cls, folder: Path) -> Learnt:
        stored = json.loads((folder / JUDGEMENT).read_text(encoding="utf-8"))
        return cls(IntentModel.open(folder / MODEL), Judgement.from_dict(stored))


def embedding_of(message: Message) -> np.ndarray | None:
    """The sentence feature that SentenceEmbedder left, shape (d,), or None."""
    _, sentence = message.get_dense_features(TEXT)
    return None if sentence is None else sentence.features[0]


def voice_of(message: Message) -> str:
    """Who wrote an example: `metadata: {voice: …}` beside its intent in data/nlu; else ""."""
    return ((message.get(METADATA) or {}).get(METADATA_INTENT) or {}).get("voice", "")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ScopeAwareClassifier(Trained[Learnt], IntentClassifier):
    """Leaves a Reading on every message that has an embedding and none yet, for the Decider."""

    kind = Learnt

    @classmethod
    def required_components(cls) -> list[type]:
        return [SentenceEmbedder]

    def train(self, training_data: TrainingData) -> Resource:
        return self.keep(Learnt(*learn(self.examples_of(training_data))))

    def examples_of(self, training_data: TrainingData) -> Examples:
        """The sentences that have an intent and an embedding."""
        found = [
            (message.get(NORMALISED), embedding_of(message), message.get(INTENT), voice_of(message))
            for message in training_data.intent_examples
        ]
        kept = [each for each in found if each[1] is not None]
        texts, rows, labels, voices = zip(*kept, strict=True)
        return Examples(list(texts), np.stack(rows), np.array(labels), np.array(voices))

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            embedding = embedding_of(message)
            if self._learnt is not None and embedding is not None:
                message.set(READING, self._learnt.read(message.get(NORMALISED), embedding))
        return messages
