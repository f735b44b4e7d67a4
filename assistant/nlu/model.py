"""The classifier itself, without Rasa: what it learns from, how it scores, how it is stored."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import sparse

from assistant.nlu import regression
from assistant.nlu.cross_validation import folds, hold_out
from assistant.nlu.features import Features
from assistant.nlu.judgement import Judgement


@dataclass(frozen=True)
class Examples:
    """What there is to learn from, one row a sentence."""

    texts: list[str]  # normalised
    embeddings: np.ndarray  # float32, shape (n, d); without a column there is spelling alone
    labels: np.ndarray  # intents, shape (n,)
    voices: np.ndarray  # who wrote it, shape (n,); "" when that is nobody in particular


def no_meaning(count: int) -> np.ndarray:
    """Embeddings without a column: the spelling is all there is."""
    return np.zeros((count, 0), dtype=np.float32)


@dataclass(frozen=True)
class IntentModel:
    features: Features
    intents: list[str]
    weights: np.ndarray  # float32, shape (d + number of n-grams, k)
    offsets: np.ndarray  # float32, shape (k,)

    def scores(self, texts: list[str], embeddings: np.ndarray) -> np.ndarray:
        """Shape (n, k), in the order of `intents`."""
        meaning, spelling = self.features.meaning(embeddings), self.features.spelling(texts)
        split = meaning.shape[1]
        return meaning @ self.weights[:split] + spelling @ self.weights[split:] + self.offsets

    def save(self, path: Path) -> None:
        own = {"intents": np.array(self.intents), "weights": self.weights, "offsets": self.offsets}
        np.savez(path, **own, **self.features.as_arrays())

    @classmethod
    def open(cls, path: Path) -> IntentModel:
        with np.load(path, allow_pickle=False) as file:
            arrays = dict(file)
        intents = [str(intent) for intent in arrays["intents"]]
        return cls(Features.from_arrays(arrays), intents, arrays["weights"], arrays["offsets"])


def learn(examples: Examples) -> tuple[IntentModel, Judgement]:
    """The model of all examples, and what its scores are worth on sentences held out for it."""
    model, rows = fit(examples)
    folded = folds(rows, examples.labels, examples.voices)
    return model, Judgement.learn(hold_out(rows, examples.labels, folded))


def fit(examples: Examples) -> tuple[IntentModel, np.ndarray]:
    """The model, and the examples along their principal directions, shape (n, r)."""
    features = Features.fit(examples.texts, examples.embeddings)
    meaning, spelling = features.meaning(examples.embeddings), features.spelling(examples.texts)
    directions = regression.Directions.of(meaning, spelling)
    fitted = regression.fit(directions.rows, examples.labels)
    columns = sparse.hstack([meaning, spelling]).tocsr()
    weights = directions.weights(columns, fitted.coefficients)
    intents = [str(intent) for intent in fitted.intents]
    model = IntentModel(features, intents, weights, fitted.offsets)
    return model, directions.rows
