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
from scipy import sparse

from assistant.nlu import regression
from assistant.nlu.cores import available_cores
from assistant.nlu.intents import Family, family_of
from assistant.nlu.neighbours import Neighbours

FOLDS = 5
UNKNOWN = -1  # the column of a sentence whose subject was held out as a whole
NEVER = -1  # the fold of a sentence that always stays in training


@dataclass(frozen=True)
class Seen:
    """What a classifier sees of n sentences."""

    meaning: np.ndarray  # float32, shape (n, d); d may be 0
    spelling: sparse.csr_matrix  # shape (n, number of n-grams)
    rows: np.ndarray  # both along their principal directions, float32, shape (n, r)


@dataclass(frozen=True)
class HeldOut:
    """Evidence found without having seen the sentence, or for UNKNOWN without its subject."""

    intents: list[str]  # the columns
    evidence: np.ndarray  # (n, kinds, k); -inf for an intent that was held out as a whole
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


def hold_out(seen: Seen, labels: np.ndarray, folded: np.ndarray) -> HeldOut:
    """Every sentence that has a fold once; those of a redirected subject again, as unknown."""
    intents = sorted(set(labels))
    whole = subjects(intents)
    gone_with = np.array([whole.get(label, UNKNOWN) for label in labels])
    asked = folded != NEVER

    def ask(number: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return _one_fold(seen, labels, intents, asked, folded == number, gone_with == number)

    # Few examples do not fill all folds, or leave nothing to learn from.
    out = [(folded == number) | (gone_with == number) for number in range(FOLDS)]
    numbers = [
        number for number in range(FOLDS) if (asked & out[number]).any() and not out[number].all()
    ]
    with ThreadPoolExecutor(available_cores()) as pool:
        parts = list(pool.map(ask, numbers)) or [_nothing(seen, intents)]
    evidence, truth, row = (np.concatenate(column) for column in zip(*parts, strict=True))
    return HeldOut(intents, evidence, truth, row)


def _nothing(seen: Seen, intents: list[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    kinds = 3 if seen.meaning.shape[1] else 2
    nobody = np.array([], dtype=int)
    return np.empty((0, kinds, len(intents)), dtype=np.float32), nobody, nobody


def _one_fold(
    seen: Seen,
    labels: np.ndarray,
    intents: list[str],
    asked: np.ndarray,
    held: np.ndarray,
    gone: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    kept, places = np.flatnonzero(~held & ~gone), np.flatnonzero(asked & (held | gone))
    fitted = regression.fit(seen.rows[kept], labels[kept])
    found = [fitted.scores(seen.rows[places])]
    for rows in (seen.meaning, seen.spelling) if seen.meaning.shape[1] else (seen.spelling,):
        found.append(Neighbours.of(rows[kept], labels[kept]).likeness(rows[places]))
    said = np.stack(found, axis=1)
    column = {intent: place for place, intent in enumerate(intents)}
    evidence = np.full((*said.shape[:2], len(intents)), -np.inf, dtype=np.float32)
    evidence[:, :, [column[intent] for intent in fitted.intents]] = said
    truth = np.array([UNKNOWN if gone[at] else column[labels[at]] for at in places])
    return evidence, truth, places
