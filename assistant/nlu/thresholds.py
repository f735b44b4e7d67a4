"""Chooses how sure is sure enough, on questions that the classifier had not learnt from.

Among them are whole subjects that it has never heard of: thresholds that were chosen without such
strangers promised to refuse 93 % of them and refused 73 %.
"""

from __future__ import annotations

import numpy as np

from assistant.nlu.calibration import Calibration, Columns, expected_share
from assistant.nlu.cross_validation import HeldOut
from assistant.nlu.decision import Thresholds
from assistant.nlu.intents import OUT_OF_SCOPE, Family, article_of, family_of, is_ours

# What a direct reply must reach on voices that were held out. An answer is right when its article
# is; a redirection, when the subject is foreign indeed.
RIGHT_ANSWERS = 0.97
RIGHT_TALK = 0.90
RIGHT_REDIRECTIONS = 0.85
OURS_KEPT = 0.98  # of our own questions, those that are not handed over for want of a candidate

LEAST, MOST = 0.15, 0.95


def choose_thresholds(held: HeldOut, calibration: Calibration) -> Thresholds:
    confidences = calibration.confidences(held.evidence, Columns.of(held.intents))
    truth = [OUT_OF_SCOPE if at < 0 else held.intents[at] for at in held.truth]
    ours = np.array([is_ours(intent) for intent in truth])
    weights = expected_share(ours)
    best, sure = _best(held.intents, confidences)
    right = np.array([_right(said, meant) for said, meant in zip(best, truth, strict=True)])
    families = np.array([family_of(intent).value for intent in best])

    def least(family: Family, precision: float) -> float:
        rows = families == family.value
        return least_confidence(sure[rows], right[rows], weights[rows], precision)

    mass = confidences[:, [is_ours(intent) for intent in held.intents]].sum(axis=1)
    return Thresholds(
        answer=least(Family.ANSWER, RIGHT_ANSWERS),
        talk=least(Family.TALK, RIGHT_TALK),
        redirect=least(Family.REDIRECT, RIGHT_REDIRECTIONS),
        choose=round(min(MOST, float(np.quantile(mass[ours], 1 - OURS_KEPT))), 3),
    )


def least_confidence(
    sure: np.ndarray, right: np.ndarray, weights: np.ndarray, precision: float
) -> float:
    """The lowest confidence from which on the weighted share of right replies is `precision`."""
    for confidence in np.arange(LEAST, MOST, 0.01):
        above = sure >= confidence
        if above.any() and np.average(right[above], weights=weights[above]) >= precision:
            return round(float(confidence), 2)
    return MOST


def _best(intents: list[str], confidences: np.ndarray) -> tuple[list[str], np.ndarray]:
    """The likeliest intent of each row, out of scope left out, and its confidence."""
    inside = confidences.copy()
    inside[:, intents.index(OUT_OF_SCOPE)] = -1
    columns = inside.argmax(axis=1)
    return [intents[column] for column in columns], inside[np.arange(len(inside)), columns]


def _right(said: str, meant: str) -> bool:
    if family_of(said) is Family.REDIRECT:
        return not is_ours(meant)
    return is_ours(meant) and article_of(said) == article_of(meant)
