"""Scores every intent for a message: what could the user mean, and how much speaks for it.

Out of scope is an intent like the others, with examples of its own: that beats every threshold on
a classifier that has never seen a foreign question (findings.md). A text without a Latin letter
never gets here. What the scores are worth is the next component's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.nlu import regression
from assistant.nlu.embedder import SentenceEmbedder
from assistant.nlu.features import Features
from assistant.nlu.normalisation import NORMALISED

SCORES = "intent_scores"  # the key of the message: (intents, scores of shape (k,))
FILE = "classifier.npz"


@dataclass(frozen=True)
class Examples:
    """What there is to learn from, one row a sentence."""

    texts: list[str]  # normalised
    embeddings: np.ndarray  # float32, shape (n, d)
    labels: np.ndarray  # intents, shape (n,)


@dataclass(frozen=True)
class IntentModel:
    features: Features
    intents: list[str]
    weights: np.ndarray  # float32, shape (columns, k)
    offsets: np.ndarray  # float32, shape (k,)

    @classmethod
    def learn(cls, examples: Examples) -> IntentModel:
        features = Features.fit(examples.texts, examples.embeddings)
        columns = features.of(examples.texts, examples.embeddings)
        directions = regression.Directions.of(columns)
        fitted = regression.fit(directions.rows, examples.labels)
        weights = directions.weights(columns, fitted.coef_)
        offsets = fitted.intercept_.astype(np.float32)
        return cls(features, [str(intent) for intent in fitted.classes_], weights, offsets)

    def scores(self, texts: list[str], embeddings: np.ndarray) -> np.ndarray:
        """Shape (n, k), in the order of `intents`."""
        return np.asarray(self.features.of(texts, embeddings) @ self.weights + self.offsets)

    def save(self, path: Any) -> None:
        own = {"intents": np.array(self.intents), "weights": self.weights, "offsets": self.offsets}
        np.savez(path, **own, **self.features.as_arrays())

    @classmethod
    def open(cls, path: Any) -> IntentModel:
        with np.load(path, allow_pickle=False) as file:
            arrays = dict(file)
        intents = [str(intent) for intent in arrays["intents"]]
        return cls(Features.from_arrays(arrays), intents, arrays["weights"], arrays["offsets"])


def embedding_of(message: Message) -> np.ndarray | None:
    """The sentence feature that SentenceEmbedder left, shape (d,), or None."""
    _, sentence = message.get_dense_features(TEXT)
    return None if sentence is None else sentence.features[0]


def examples_of(training_data: TrainingData) -> Examples:
    """The sentences that have an intent and an embedding."""
    found = [
        (message.get(NORMALISED), embedding_of(message), message.get(INTENT))
        for message in training_data.intent_examples
        if message.get(NORMALISED)
    ]
    kept = [(text, row, intent) for text, row, intent in found if row is not None]
    texts, rows, labels = zip(*kept)
    return Examples(list(texts), np.stack(rows), np.array(labels))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ScopeAwareClassifier(GraphComponent, IntentClassifier):
    """Leaves the scores of all intents on the message, for the Decider."""

    def __init__(
        self, storage: ModelStorage, resource: Resource, model: IntentModel | None = None
    ) -> None:
        self._storage = storage
        self._resource = resource
        self._model = model

    @classmethod
    def required_components(cls) -> list[type]:
        return [SentenceEmbedder]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ScopeAwareClassifier:
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> ScopeAwareClassifier:
        with model_storage.read_from(resource) as folder:
            return cls(model_storage, resource, IntentModel.open(folder / FILE))

    def train(self, training_data: TrainingData) -> Resource:
        self._model = IntentModel.learn(examples_of(training_data))
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder / FILE)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            row = embedding_of(message)
            if self._model is not None and row is not None:
                scores = self._model.scores([message.get(NORMALISED)], row[np.newaxis, :])[0]
                message.set(SCORES, (self._model.intents, scores))
        return messages
