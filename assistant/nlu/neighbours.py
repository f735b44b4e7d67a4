"""How near a sentence is to the examples themselves, in meaning and in spelling.

A regression draws straight borders and is sure of whatever lies far behind them, a question about
something that nobody named as well. How near examples of ours and foreign ones are tells such a
question apart. Of each intent the three nearest count: the nearest alone may be chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

NEAREST = 3  # examples of an intent that count: all, where it has fewer
PORTION = 256  # sentences that are compared with all examples at a time


@dataclass(frozen=True)
class Neighbours:
    """The examples, those of an intent side by side, intents in their sorted order."""

    meaning: np.ndarray  # float32, shape (n, d); d may be 0
    spelling: sparse.csr_matrix  # on its side, shape (number of n-grams, n)
    begins: np.ndarray  # the first example of each intent, shape (k,)

    @classmethod
    def of(cls, meaning: np.ndarray, spelling: sparse.csr_matrix, labels: np.ndarray) -> Neighbours:
        order = np.argsort(labels, kind="stable")
        begins = np.unique(labels[order], return_index=True)[1]
        return cls(meaning[order], spelling[order].T.tocsr(), begins)

    def likeness(self, meaning: np.ndarray, spelling: sparse.csr_matrix) -> np.ndarray:
        """Of each sentence to each intent: (n, 2, k), in meaning and in spelling.

        Without meaning (n, 1, k). A likeness is the product of two rows: the cosine of their angle,
        1 for the same, if they are of length 1.
        """
        starts = range(0, spelling.shape[0], PORTION)
        portions = [slice(start, start + PORTION) for start in starts]
        return np.concatenate([self._likeness(meaning[own], spelling[own]) for own in portions])

    def _likeness(self, meaning: np.ndarray, spelling: sparse.csr_matrix) -> np.ndarray:
        kinds = [meaning @ self.meaning.T] if self.meaning.shape[1] else []
        kinds.append((spelling @ self.spelling).toarray())
        return np.stack([self._nearest(products) for products in kinds], axis=1)

    def _nearest(self, products: np.ndarray) -> np.ndarray:
        """The mean of the nearest of each intent, (n, k), from all products, (n, examples)."""
        sizes = np.diff(self.begins, append=products.shape[1])
        taken = np.minimum(sizes, NEAREST)
        missing = np.tile(taken, (len(products), 1))
        total = np.zeros(missing.shape, dtype=np.float32)
        left = products.astype(np.float32)
        for _ in range(NEAREST):
            best = np.maximum.reduceat(left, self.begins, axis=1)
            equal = left == np.repeat(best, sizes, axis=1)
            count = np.minimum(np.add.reduceat(equal, self.begins, axis=1, dtype=int), missing)
            total += np.where(count, best, 0) * count
            missing -= count
            left[equal] = -np.inf
        return total / taken

    def as_arrays(self) -> dict[str, Any]:
        """Plain arrays, so that a stored model holds no code."""
        return {
            "neighbour_meaning": self.meaning,
            "neighbour_values": self.spelling.data,
            "neighbour_places": self.spelling.indices,
            "neighbour_rows": self.spelling.indptr,
            "neighbour_begins": self.begins,
        }

    @classmethod
    def from_arrays(cls, arrays: Any) -> Neighbours:
        meaning, rows = arrays["neighbour_meaning"], arrays["neighbour_rows"]
        thin = (arrays["neighbour_values"], arrays["neighbour_places"], rows)
        spelling = sparse.csr_matrix(thin, shape=(len(rows) - 1, len(meaning)))
        return cls(meaning, spelling, arrays["neighbour_begins"])
