"""Finds the weights of a logistic regression: downhill from nothing, with L-BFGS.

scikit-learn asks the same of the same data in numbers of 64 bits and in twice the steps. Here the
products, nearly all of the time, take 32; and each direction is measured in a unit of its own, in
which the valley is about as steep along it as along the others. tests/assistant/nlu holds both
against each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

STRENGTH = 10.0  # inverse regularisation; Rasa's own component fixes 1 and under-fits
STEPS = 30  # more changes nothing: the loss is 0.02 % above its least
DOUBT = 2e-4  # p (1 - p) of a usual row and intent at the end, from which the units follow


@dataclass(frozen=True)
class Slope:
    """The loss of weights, and where it falls: of n rows, k intents, r directions and an offset."""

    rows: np.ndarray  # float32, shape (n, r + 1), in units; the last column is the offset's
    column: np.ndarray  # the true intent of each row, shape (n,)
    weights: np.ndarray  # float32, shape (n,): how much each row counts
    unit: np.ndarray  # float32, shape (r + 1,): of each direction
    penalty: np.ndarray  # float32, shape (r + 1,), in units; the offset has none

    @classmethod
    def of(cls, rows: np.ndarray, column: np.ndarray, weights: np.ndarray) -> Slope:
        whole = np.hstack([rows, np.ones((len(rows), 1))]).astype(np.float32)
        penalty = np.append(np.full(rows.shape[1], 1 / STRENGTH), 0)
        unit = 1 / np.sqrt(penalty + DOUBT * (weights @ whole**2))
        exact = np.float32
        return cls(
            whole * unit.astype(exact),
            column,
            weights.astype(exact),
            unit.astype(exact),
            (penalty * unit**2).astype(exact),
        )

    def __call__(self, flat: np.ndarray) -> tuple[float, np.ndarray]:
        """Loss and gradient at weights of shape (k, r + 1), laid out in one line, in units."""
        weights = flat.reshape(-1, self.rows.shape[1]).astype(np.float32)
        error, surprise = self._surprise(self.rows @ weights.T)
        pulled = self.penalty * weights
        loss = surprise + 0.5 * np.sum(pulled * weights, dtype=np.float64)
        return float(loss), (error.T @ self.rows + pulled).ravel().astype(np.float64)

    def _surprise(self, scores: np.ndarray) -> tuple[np.ndarray, float]:
        """Chances less truth, weighted, shape (n, k), written over the scores; and the loss."""
        place = np.arange(len(scores))
        scores -= scores.max(axis=1, keepdims=True)
        true = scores[place, self.column]
        chances = np.exp(scores, out=scores)
        total = chances.sum(axis=1)
        loss = np.sum(self.weights * (np.log(total) - true), dtype=np.float64)
        chances *= (self.weights / total)[:, np.newaxis]
        chances[place, self.column] -= self.weights
        return chances, float(loss)


def descend(slope: Slope) -> np.ndarray:
    """The weights of least loss, float32, shape (k, r + 1)."""
    start = np.zeros((int(slope.column.max()) + 1) * slope.rows.shape[1])
    options = {"maxiter": STEPS, "gtol": 1e-3, "ftol": 0.0}
    found = minimize(slope, start, jac=True, method="L-BFGS-B", options=options).x
    return (found.reshape(-1, len(slope.unit)) * slope.unit).astype(np.float32)
