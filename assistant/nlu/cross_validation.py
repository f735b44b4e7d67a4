"""Asks the classifier sentences that it has not learnt from, the way strangers will.

Random rows flatter: a paraphrase of each stays in training. So an intent is cut into slices of
similar sentences and a whole slice is held out at a time; and whole redirected subjects are held
out, for nobody can list all the subjects that users will bring.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from assistant.nlu import regression
from assistant.nlu.cores import available_cores
from assistant.nlu.intents import Family, family_of

SLICES = 5
UNKNOWN = -1


@dataclass(frozen=True)
class HeldOut:
    """Scores given without having seen the sentence, or for UNKNOWN without its subject."""

    intents: list[str]  # the columns
    scores: np.ndarray  # shape (n, k); -inf for an intent that was held out as a whole
    truth: np.ndarray  # shape (n,): the true column, or UNKNOWN
    row: np.ndarray  # shape (n,): which training sentence


def slices(embeddings: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """A number from 0 to SLICES - 1 for every sentence; similar ones of an intent share it."""
    numbers = np.zeros(len(labels), dtype=int)
    for intent in np.unique(labels):
        members = np.flatnonzero(labels == intent)
        centred = embeddings[members] - embeddings[members].mean(axis=0)
        axis = np.linalg.svd(centred, full_matrices=False)[2][0]
        ranked = members[np.argsort(centred @ axis, kind="stable")]
        numbers[ranked] = np.arange(len(members)) * SLICES // len(members)
    return numbers


def subjects(intents: list[str]) -> dict[str, int]:
    """The slice with which each redirected subject is held out as a whole."""
    redirected = [intent for intent in intents if family_of(intent) is Family.REDIRECT]
    return {intent: place % SLICES for place, intent in enumerate(sorted(redirected))}


def hold_out(rows: np.ndarray, labels: np.ndarray, sliced: np.ndarray) -> HeldOut:
    """Every sentence once; every sentence of a redirected subject a second time, as unknown."""
    intents = sorted(set(labels))
    whole = subjects(intents)
    gone_with = np.array([whole.get(label, UNKNOWN) for label in labels])

    def ask(number: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return _one_slice(rows, labels, intents, sliced == number, gone_with == number)

    with ThreadPoolExecutor(available_cores()) as pool:
        parts = list(pool.map(ask, range(SLICES)))
    scores, truth, row = (np.concatenate(column) for column in zip(*parts, strict=True))
    return HeldOut(intents, scores, truth, row)


def _one_slice(
    rows: np.ndarray, labels: np.ndarray, intents: list[str], held: np.ndarray, gone: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    fitted = regression.fit(rows[~held & ~gone], labels[~held & ~gone])
    asked = np.flatnonzero(held | gone)
    column = {intent: place for place, intent in enumerate(intents)}
    scores = np.full((len(asked), len(intents)), -np.inf)
    scores[:, [column[intent] for intent in fitted.classes_]] = regression.scores(
        fitted, rows[asked]
    )
    truth = np.array([UNKNOWN if gone[at] else column[labels[at]] for at in asked])
    return scores, truth, asked
