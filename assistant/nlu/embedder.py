"""Turns a sentence into numbers that lie close together when two sentences mean the same.

One small interface, so that another model can be put behind it: a class with E5's `write`, `open`
and `embed` takes its place in SentenceEmbedder and open_embedder.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.nlu.e5.model import E5
from assistant.nlu.normalisation import NORMALISED, Normaliser, is_readable
from assistant.nlu.reading import READING
from assistant.nlu.second_question import PARTS
from assistant.nlu.trained import Trained

REMEMBERED = 4096  # texts; 1.5 KB each


class Embedder(Protocol):
    def embed(self, texts: list[str]) -> np.ndarray:
        """One row a text, float32, shape (number of texts, dimension), each row of length 1."""
        ...


class Remembering:
    """An embedder that keeps the rows of the texts seen last: users repeat each other."""

    def __init__(self, embedder: Embedder, size: int = REMEMBERED) -> None:
        self._embedder = embedder
        self._size = size
        self._rows: OrderedDict[str, np.ndarray] = OrderedDict()

    def embed(self, texts: list[str]) -> np.ndarray:
        new = [text for text in dict.fromkeys(texts) if text not in self._rows]
        fresh = dict(zip(new, self._embedder.embed(new), strict=True)) if new else {}
        rows = np.stack([fresh[text] if text in fresh else self._rows[text] for text in texts])
        self._remember(texts, fresh)
        return rows

    def _remember(self, texts: list[str], fresh: dict[str, np.ndarray]) -> None:
        for text in texts:
            if text in fresh:
                self._rows[text] = fresh[text]
            self._rows.move_to_end(text)
        while len(self._rows) > self._size:
            self._rows.popitem(last=False)


@cache
def open_embedder() -> Embedder:
    """The one of the pipeline, without a trained model; some seconds, the first time."""
    with TemporaryDirectory() as folder:
        E5.write(Path(folder))
        return Remembering(E5.open(Path(folder)))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SentenceEmbedder(Trained[E5]):
    """Adds the embedding of the normalised text as the sentence feature of a message, and to Parts
    of it that their spelling does not make clear.

    Its model learns nothing from the examples; it is kept with what does, ready to be opened.
    """

    kind = E5

    def __init__(self, storage: ModelStorage, resource: Resource, learnt: E5 | None = None) -> None:
        super().__init__(storage, resource, learnt)
        self._embedder = Remembering(learnt) if learnt else None

    @classmethod
    def required_components(cls) -> list[type]:
        return [Normaliser]

    def train(self, training_data: TrainingData) -> Resource:
        with self._storage.write_to(self._resource) as folder:
            E5.write(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        whole = [each for each in messages if _needs_meaning(each)]
        parts = [part for each in messages for part in each.get(PARTS, []) if part.needs_meaning]
        texts = [*(each.get(NORMALISED) for each in whole), *(part.text for part in parts)]
        if texts and self._embedder is not None:
            rows = self._embedder.embed(texts)
            for message, row in zip(whole, rows[: len(whole)], strict=True):
                message.add_features(
                    Features(row[np.newaxis, :], FEATURE_TYPE_SENTENCE, TEXT, self._resource.name)
                )
            for part, row in zip(parts, rows[len(whole) :], strict=True):
                part.embedding = row
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data


def _needs_meaning(message: Message) -> bool:
    """There is something to read, and the QuickReader was not sure of it."""
    return message.get(READING) is None and is_readable(message)
