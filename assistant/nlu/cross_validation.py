"""Asks the classifier sentences that it has not learnt from, the way strangers will.

Random rows flatter: a paraphrase of each stays in training. So whole voices are held out at a time,
all that one person wrote; and whole redirected subjects with them, for nobody can list all the
subjects that users will bring. Where too few voices are known (a new organisation has none), an
intent is cut into slices of similar sentences instead, and a whole slice is held out.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from assistant.nlu import regression
from assistant.nlu.cores import available_cores
from assistant.nlu.intents import Family, family_of

FOLDS = 5
UNKNOWN = -1  # the column of a sentence whose subject was held out as a whole
NEVER = -1  # the fold of a sentence that always stays in training


@dataclass(frozen=True)
class HeldOut:
    """Scores given without having seen the sentence, or for UNKNOWN without its subject."""

    intents: list[str]  # the columns
    scores: np.ndarray  # shape (n, k); -inf for an intent that was held out as a whole
    truth: np.ndarray  # shape (n,): the true column, or UNKNOWN
    row: np.ndarray  # shape (n,): which training sentence


def folds(rows: np.ndarray, labels: np.ndarray, voices: np.ndarray) -> np.ndarray:
    """With which fold each sentence is held out, or NEVER; `voices` is "" for nobody's."""
    known = sorted(set(voices) - {""})
    if len(known) < FOLDS:
        return slices(rows, labels)
    place = {voice: number % FOLDS for number, voice in enumerate(known)}
    return np.array([place.get(voice, NEVER) for voice in voices])


def slices(rows: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """A number from 0 to FOLDS - 1 for every sentence; similar ones of an intent share it."""
    numbers = np.zeros(len(labels), dtype=int)
    for intent in np.unique(labels):
        members = np.flatnonzero(labels == intent)
        centred = rows[members] - rows[members].mean(axis=0)
        axis = np.linalg.svd(centred, full_matrices=False)[2][0]
        ranked = members[np.argsort(centred @ axis, kind="stable")]
        numbers[ranked] = np.arange(len(members)) * FOLDS // len(members)
    return numbers


def subjects(intents: list[str]) -> dict[str, int]:
    """The fold with which each redirected subject is held out as a whole."""
    redirected = [intent for intent in intents if family_of(intent) is Family.REDIRECT]
    return {intent: place % FOLDS for place, intent in enumerate(sorted(redirected))}


def hold_out(rows: np.ndarray, labels: np.ndarray, folded: np.ndarray) -> HeldOut:
    """Every sentence that has a fold once; those of a redirected subject again, as unknown."""
    intents = sorted(set(labels))
    whole = subjects(intents)
    gone_with = np.array([whole.get(label, UNKNOWN) for label in labels])
    asked = folded != NEVER

    def ask(number: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return _one_fold(rows, labels, intents, asked, folded == number, gone_with == number)

    with ThreadPoolExecutor(available_cores()) as pool:
        parts = list(pool.map(ask, range(FOLDS)))
    scores, truth, row = (np.concatenate(column) for column in zip(*parts, strict=True))
    return HeldOut(intents, scores, truth, row)


def _one_fold(
    rows: np.ndarray,
    labels: np.ndarray,
    intents: list[str],
    asked: np.ndarray,
    held: np.ndarray,
    gone: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    fitted = regression.fit(rows[~held & ~gone], labels[~held & ~gone])
    places = np.flatnonzero(asked & (held | gone))
    column = {intent: place for place, intent in enumerate(intents)}
    scores = np.full((len(places), len(intents)), -np.inf)
    scores[:, [column[intent] for intent in fitted.intents]] = fitted.scores(rows[places])
    truth = np.array([UNKNOWN if gone[at] else column[labels[at]] for at in places])
    return scores, truth, places
