"""The classifier itself, without Rasa: what it learns from, how it scores, how it is stored.

The embedding knows that « prévenir » is near « notifier »; the n-grams know that « activer » is not
« désactiver », which an embedding puts side by side. Measured together they beat either alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from scipy import sparse

from assistant.nlu import regression
from assistant.nlu.calibration import Columns
from assistant.nlu.cross_validation import HeldOut, Seen, folds, hold_out
from assistant.nlu.judgement import Judgement
from assistant.nlu.neighbours import Neighbours
from assistant.nlu.spelt import Speller, Spelt

STORED = "classifier.npz"


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
    """What is made of how a sentence is spelt and of what it means."""

    intents: list[str]
    weights: np.ndarray  # float16: no score moves by .001; shape (d + number of n-grams, k)
    offsets: np.ndarray  # float32, shape (k,)
    mean: np.ndarray  # float32, shape (d,): embeddings crowd round it
    neighbours: Neighbours  # the examples in meaning

    @cached_property
    def columns(self) -> Columns:
        return Columns.of(self.intents)

    def evidence(self, spelt: Spelt, embeddings: np.ndarray) -> np.ndarray:
        """Of n sentences for each intent, in the order of `intents`: shape (n, kinds, k).

        The kinds: the score of the regression, then the likenesses to its nearest examples, in
        meaning (where there is one, d > 0) and in spelling. Raises ValueError for sentences that
        were spelt with other n-grams than these weights were learnt for.
        """
        if len(self.mean) + spelt.rows.shape[1] != len(self.weights):
            raise ValueError("Spelt with other n-grams than this model has learnt: train again.")
        meaning = centre(embeddings, self.mean)
        found = [self._scores(meaning, spelt.rows)]
        if len(self.mean):
            found.append(self.neighbours.likeness(meaning))
        return np.stack([*found, spelt.likeness], axis=1)

    def _scores(self, meaning: np.ndarray, spelling: sparse.csr_matrix) -> np.ndarray:
        split = len(self.mean)
        thin = [_product(spelling, row, self.weights[split:]) for row in range(len(meaning))]
        return meaning @ self.weights[:split].astype(np.float32) + np.stack(thin) + self.offsets

    def save(self, folder: Path) -> None:
        """Plain arrays, so that a stored model holds no code."""
        np.savez(
            folder / STORED,
            intents=np.array(self.intents),
            weights=self.weights,
            offsets=self.offsets,
            mean=self.mean,
            neighbours=self.neighbours.columns,
            begins=self.neighbours.begins,
        )

    @classmethod
    def open(cls, folder: Path) -> IntentModel:
        with np.load(folder / STORED, allow_pickle=False) as file:
            stored = dict(file)
        intents = [str(intent) for intent in stored["intents"]]
        neighbours = Neighbours(stored["neighbours"], stored["begins"])
        return cls(intents, stored["weights"], stored["offsets"], stored["mean"], neighbours)


def centre(embeddings: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Embeddings seen from their mean, each row of length 1."""
    shifted = embeddings - mean
    return shifted / np.maximum(np.linalg.norm(shifted, axis=1, keepdims=True), 1e-9)


def _product(thin: sparse.csr_matrix, row: int, weights: np.ndarray) -> np.ndarray:
    """One sparse row times the weights, of which only those that it needs are widened."""
    own = slice(thin.indptr[row], thin.indptr[row + 1])
    product: np.ndarray = thin.data[own] @ weights[thin.indices[own]].astype(np.float32)
    return product


@dataclass(frozen=True)
class Fitted:
    """Both halves of what was learnt: the first is the same with and without meaning."""

    speller: Speller
    model: IntentModel

    def evidence(self, texts: list[str], embeddings: np.ndarray) -> np.ndarray:
        return self.model.evidence(self.speller.spelt(texts), embeddings)


def learn(examples: Examples) -> tuple[Fitted, Judgement]:
    """The model of all examples, and what its evidence is worth on sentences held out for it."""
    fitted, held = fit_and_hold_out(examples)
    return fitted, Judgement.learn(held)


def fit_and_hold_out(examples: Examples) -> tuple[Fitted, HeldOut]:
    """The model, and what others like it say of sentences that were held out for them."""
    fitted, seen = fit(examples)
    folded = folds(seen.rows, examples.labels, examples.voices)
    return fitted, hold_out(seen, examples.labels, folded)


def fit(examples: Examples) -> tuple[Fitted, Seen]:
    """The model, and what it has seen of the examples."""
    speller, spelling = Speller.fit(examples.texts, examples.labels)
    mean = examples.embeddings.mean(axis=0)
    meaning = centre(examples.embeddings, mean)
    directions = regression.Directions.of(meaning, spelling)
    found = regression.fit(directions.rows, examples.labels)
    columns = sparse.hstack([meaning, spelling]).tocsr()
    weights = directions.weights(columns, found.coefficients).astype(np.float16)
    intents = [str(intent) for intent in found.intents]
    neighbours = Neighbours.of(meaning, examples.labels)
    model = IntentModel(intents, weights, found.offsets, mean, neighbours)
    return Fitted(speller, model), Seen(meaning, spelling, directions.rows)
