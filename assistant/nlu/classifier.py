"""Ranks what the user could mean, each with its chance.

Out of scope is an intent like the others, with examples of its own: that beats every threshold on
a classifier that has never seen a foreign question. How near examples of ours and foreign ones are
tells those apart that nobody thought of. A text without a Latin letter never gets here.
"""

from __future__ import annotations

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.nlu.embedder import SentenceEmbedder
from assistant.nlu.learnt import Learnt, examples_of
from assistant.nlu.model import learn
from assistant.nlu.reading import READING, Reading
from assistant.nlu.second_question import PARTS
from assistant.nlu.spelt import SPELT, Spelt
from assistant.nlu.trained import Trained


def embedding_of(message: Message) -> np.ndarray | None:
    """The sentence feature that SentenceEmbedder left, shape (d,), or None."""
    _, sentence = message.get_dense_features(TEXT)
    return None if sentence is None else sentence.features[0]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ScopeAwareClassifier(Trained[Learnt], IntentClassifier):
    """Leaves a Reading on every message that has an embedding, and its best on their Parts.

    How the message is spelt was found by the QuickReader, from the same examples: it stands before
    this one in config.yml. Rasa cannot be told, for at training neither needs the other.
    """

    kind = Learnt

    @classmethod
    def required_components(cls) -> list[type]:
        return [SentenceEmbedder]

    def train(self, training_data: TrainingData) -> Resource:
        fitted, judgement = learn(examples_of(training_data, embedding_of))
        return self.keep(Learnt(fitted.model, judgement))

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            embedding = embedding_of(message)
            if self._learnt is not None and embedding is not None:
                message.set(READING, _read(self._learnt, message.get(SPELT), embedding))
            for part in message.get(PARTS, []):
                if self._learnt is not None and part.embedding is not None:
                    read = _read(self._learnt, part.spelt, part.embedding)
                    part.by_meaning = read.candidates[0]
        return messages


def _read(learnt: Learnt, spelt: Spelt, embedding: np.ndarray) -> Reading:
    return learnt.read(spelt, embedding[np.newaxis])[0]
