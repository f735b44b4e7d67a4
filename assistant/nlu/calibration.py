"""Makes the scores honest: of all answers given with 80 % confidence, 80 % must be right.

Fitted on sentences that the classifier had not learnt from; on those it had, every score is high.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import expit, log_softmax, logsumexp, softmax
from sklearn.linear_model import LogisticRegression

FOREIGN_SHARE = 1 / 3  # of the questions that we expect to be about something else


@dataclass(frozen=True)
class Calibration:
    """`slope` and `offset` turn a margin into the chance to be in scope; `temperature` spreads."""

    temperature: float
    slope: float
    offset: float

    def in_scope(self, scores: np.ndarray, outside: int) -> np.ndarray:
        """Chance that each row is about something we know; shape (n,)."""
        return expit(self.slope * margin(scores, outside) + self.offset)

    def confidences(self, scores: np.ndarray, outside: int) -> np.ndarray:
        """Chance of each intent, shape (n, k); the column `outside` holds the rest of 1."""
        inside = np.delete(
            softmax(_without(scores, outside) / self.temperature, axis=1), outside, 1
        )
        known = self.in_scope(scores, outside)[:, np.newaxis]
        return np.insert(inside * known, outside, 1 - known[:, 0], axis=1)

    def as_dict(self) -> dict[str, float]:
        return asdict(self)


def margin(scores: np.ndarray, outside: int) -> np.ndarray:
    """How much better all intents together explain the rows than `outside` does; shape (n,)."""
    return logsumexp(_without(scores, outside), axis=1) - scores[:, outside]


def _without(scores: np.ndarray, column: int) -> np.ndarray:
    hidden = scores.astype(np.float64)
    hidden[:, column] = -np.inf
    return hidden


def calibrate(scores: np.ndarray, truth: np.ndarray, outside: int) -> Calibration:
    """From held-out scores (n, k) and the true columns (n,); -1 means an unknown subject."""
    foreign = (truth < 0) | (truth == outside)
    slope, offset = _scope(margin(scores, outside), ~foreign)
    return Calibration(_temperature(scores[~foreign], truth[~foreign], outside), slope, offset)


def _scope(margins: np.ndarray, inside: np.ndarray) -> tuple[float, float]:
    """Weighted so that the share of foreign questions is the one we expect, not the data's."""
    weights = np.where(
        inside, (1 - FOREIGN_SHARE) / max(inside.sum(), 1), FOREIGN_SHARE / max((~inside).sum(), 1)
    )
    fitted = LogisticRegression(C=1e6).fit(
        margins[:, np.newaxis], inside, sample_weight=weights * len(inside)
    )
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def _temperature(scores: np.ndarray, truth: np.ndarray, outside: int) -> float:
    def surprise(temperature: float) -> float:
        logs = log_softmax(_without(scores, outside) / temperature, axis=1)
        return float(-np.maximum(logs[np.arange(len(truth)), truth], -50).mean())

    return float(minimize_scalar(surprise, bounds=(0.1, 5.0), method="bounded").x)
