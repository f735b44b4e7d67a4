"""Makes chances honest: of all answers given with 80 % confidence, 80 % must be right.

Fitted on sentences that the classifier had not learnt from; on those it had, every score is high.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from assistant.nlu.intents import OUT_OF_SCOPE, is_ours

FOREIGN_SHARE = 1 / 3  # of the questions that we expect to be about something else
# The weight of a kind of evidence: never 0, by which an intent that was held out would count again;
# and never what a few examples that are easily told apart would drive it to.
FIRST, LEAST, MOST = 1.0, 0.1, 50.0


@dataclass(frozen=True)
class Columns:
    """What each column of scores is about."""

    ours: np.ndarray  # bool, shape (k,): we have something to say about it
    outside: int  # what is out of scope; the others are subjects that are known not to be ours

    @classmethod
    def of(cls, intents: list[str]) -> Columns:
        """Raises ValueError where nothing is out of scope."""
        return cls(np.array([is_ours(each) for each in intents]), intents.index(OUT_OF_SCOPE))


@dataclass(frozen=True)
class Calibration:
    """What evidence is worth.

    Evidence has shape (n, kinds, k): the score of the regression and the likenesses of each row to
    each intent; -inf stands for an intent that was held out as a whole.
    """

    weights: tuple[float, ...]  # of each kind of evidence in the score of an intent
    slopes: tuple[float, ...]  # of each sign in the chance that a row is ours
    offset: float

    def confidences(self, evidence: np.ndarray, columns: Columns) -> np.ndarray:
        """Chance of each intent, shape (n, k); each row makes 1."""
        scores = blend(evidence, np.array(self.weights))
        found = signs(scores, evidence, columns) @ np.array(self.slopes)
        ours = expit(found + self.offset)[:, np.newaxis]
        chances = np.empty_like(scores)
        chances[:, columns.ours] = shares(scores[:, columns.ours]) * ours
        chances[:, ~columns.ours] = shares(scores[:, ~columns.ours]) * (1 - ours)
        return chances


def together(scores: np.ndarray) -> np.ndarray:
    """The logarithm of the sum of their exponentials, a number a row."""
    found: np.ndarray = np.logaddexp.reduce(scores, axis=1)
    return found


def shares(scores: np.ndarray) -> np.ndarray:
    """Their softmax: each row makes 1."""
    found: np.ndarray = np.exp(scores - together(scores)[:, np.newaxis])
    return found


def blend(evidence: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """One score of each intent, shape (n, k): the kinds of evidence, weighed and added."""
    blended: np.ndarray = np.einsum("nek,e->nk", evidence.astype(np.float64), weights)
    return blended


def signs(scores: np.ndarray, evidence: np.ndarray, columns: Columns) -> np.ndarray:
    """What tells whether a row is ours, shape (n, 2 * kinds).

    How much better our intents together explain it than all others do, and than `outside` does;
    then the likenesses to the nearest of ours, and those to the nearest of the others. What each is
    worth is learnt freely: nearness to something foreign tells more than nearness to ours. With
    their difference alone more foreign questions pass (docs/understanding.md).
    """
    ours, others = together(scores[:, columns.ours]), together(scores[:, ~columns.ours])
    likeness = evidence[:, 1:]
    nearest = [likeness[:, :, side].max(axis=2) for side in (columns.ours, ~columns.ours)]
    return np.column_stack([ours - others, ours - scores[:, columns.outside], *nearest])


def calibrate(evidence: np.ndarray, truth: np.ndarray, columns: Columns) -> Calibration:
    """From held-out evidence (n, kinds, k) and the true columns (n,); -1: an unknown subject.

    Raises ValueError when all that was held out is ours, or nothing.
    """
    ours = (truth >= 0) & columns.ours[truth]
    among = np.cumsum(columns.ours) - 1
    weights = weigh(evidence[ours][:, :, columns.ours], among[truth[ours]])
    slopes, offset = _fitted(signs(blend(evidence, weights), evidence, columns), ours)
    return Calibration(tuple(float(each) for each in weights), slopes, offset)


def weigh(evidence: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """What each kind of evidence is worth: the weights least surprised by the truth, (kinds,).

    An intent of which all examples were held out could not be told, and teaches nothing.
    """
    kinds = evidence.shape[1]
    told = evidence[np.arange(len(truth)), :, truth]
    known = np.isfinite(told).all(axis=1)
    if not known.any():
        return np.full(kinds, FIRST)
    wide, truth, told = evidence[known].astype(np.float64), truth[known], told[known]
    finite = np.where(np.isfinite(wide), wide, 0)

    def surprise(weights: np.ndarray) -> tuple[float, np.ndarray]:
        scores = blend(wide, weights)
        expected = np.einsum("nek,nk->ne", finite, shares(scores))
        lost = together(scores) - scores[np.arange(len(truth)), truth]
        return float(lost.mean()), (expected - told).mean(axis=0)

    found = minimize(
        surprise, np.full(kinds, FIRST), jac=True, method="L-BFGS-B", bounds=[(LEAST, MOST)] * kinds
    )
    return np.asarray(found.x)


def expected_share(ours: np.ndarray) -> np.ndarray:
    """How much each row counts, so that a third is foreign, as expected, whatever the data's share.

    All rows of ours together make 2/3, all others 1/3.
    """
    foreign = max(int((~ours).sum()), 1)
    return np.where(ours, (1 - FOREIGN_SHARE) / max(int(ours.sum()), 1), FOREIGN_SHARE / foreign)


def _fitted(found: np.ndarray, ours: np.ndarray) -> tuple[tuple[float, ...], float]:
    """Slopes and offset; where all that is foreign was held out, nothing could be compared."""
    known = np.isfinite(found).all(axis=1)
    found, ours = found[known], ours[known]
    unit = np.maximum(found.std(axis=0), 1e-9)
    fitted = LogisticRegression(C=1e3, max_iter=1000)
    fitted.fit(found / unit, ours, sample_weight=expected_share(ours) * len(ours))
    return tuple(float(slope) for slope in fitted.coef_[0] / unit), float(fitted.intercept_[0])
