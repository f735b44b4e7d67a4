"""The classifier itself, without Rasa: what it learns from, how it scores, how it is stored."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from scipy import sparse

from assistant.nlu import regression
from assistant.nlu.calibration import Columns
from assistant.nlu.cross_validation import HeldOut, Seen, folds, hold_out
from assistant.nlu.features import Features
from assistant.nlu.judgement import Judgement
from assistant.nlu.neighbours import Neighbours


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
    weights: np.ndarray  # float16: no score moves by .001; shape (d + number of n-grams, k)
    offsets: np.ndarray  # float32, shape (k,)
    neighbours: Neighbours

    @cached_property
    def columns(self) -> Columns:
        return Columns.of(self.intents)

    def evidence(self, texts: list[str], embeddings: np.ndarray) -> np.ndarray:
        """Of each text for each intent, in the order of `intents`: shape (n, kinds, k).

        The kinds: the score of the regression, then the likenesses to its nearest examples.
        """
        meaning, spelling = self.features.meaning(embeddings), self.features.spelling(texts)
        scores = self._scores(meaning, spelling)[:, np.newaxis]
        return np.concatenate([scores, self.neighbours.likeness(meaning, spelling)], axis=1)

    def _scores(self, meaning: np.ndarray, spelling: sparse.csr_matrix) -> np.ndarray:
        split = meaning.shape[1]
        thin = [_product(spelling, row, self.weights[split:]) for row in range(len(meaning))]
        return meaning @ self.weights[:split].astype(np.float32) + np.stack(thin) + self.offsets

    def save(self, path: Path) -> None:
        own = {"intents": np.array(self.intents), "weights": self.weights, "offsets": self.offsets}
        np.savez(path, **own, **self.features.as_arrays(), **self.neighbours.as_arrays())

    @classmethod
    def open(cls, path: Path) -> IntentModel:
        with np.load(path, allow_pickle=False) as file:
            arrays = dict(file)
        intents = [str(intent) for intent in arrays["intents"]]
        features, neighbours = Features.from_arrays(arrays), Neighbours.from_arrays(arrays)
        return cls(features, intents, arrays["weights"], arrays["offsets"], neighbours)


def _product(thin: sparse.csr_matrix, row: int, weights: np.ndarray) -> np.ndarray:
    """One sparse row times the weights, of which only those that it needs are widened."""
    own = slice(thin.indptr[row], thin.indptr[row + 1])
    product: np.ndarray = thin.data[own] @ weights[thin.indices[own]].astype(np.float32)
    return product


def learn(examples: Examples) -> tuple[IntentModel, Judgement]:
    """The model of all examples, and what its evidence is worth on sentences held out for it."""
    model, held = fit_and_hold_out(examples)
    return model, Judgement.learn(held)


def fit_and_hold_out(examples: Examples) -> tuple[IntentModel, HeldOut]:
    """The model, and what others like it say of sentences that were held out for them."""
    model, seen = fit(examples)
    folded = folds(seen.rows, examples.labels, examples.voices)
    return model, hold_out(seen, examples.labels, folded)


def fit(examples: Examples) -> tuple[IntentModel, Seen]:
    """The model, and what it has seen of the examples."""
    features = Features.fit(examples.texts, examples.embeddings)
    meaning, spelling = features.meaning(examples.embeddings), features.spelling(examples.texts)
    directions = regression.Directions.of(meaning, spelling)
    fitted = regression.fit(directions.rows, examples.labels)
    columns = sparse.hstack([meaning, spelling]).tocsr()
    weights = directions.weights(columns, fitted.coefficients).astype(np.float16)
    intents = [str(intent) for intent in fitted.intents]
    neighbours = Neighbours.of(meaning, spelling, examples.labels)
    model = IntentModel(features, intents, weights, fitted.offsets, neighbours)
    return model, Seen(meaning, spelling, directions.rows)
