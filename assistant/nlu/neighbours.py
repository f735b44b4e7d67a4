"""How near a sentence is to the examples themselves, in meaning or in spelling.

A regression draws straight borders and is sure of whatever lies far behind them, a question about
something that nobody named as well. How near examples of ours and foreign ones are tells such a
question apart. Of each intent the three nearest count: the nearest alone may be chance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

Rows = np.ndarray | sparse.csr_matrix

NEAREST = 3  # examples of an intent that count: all, where it has fewer
PORTION = 256  # sentences that are compared with all examples at a time


@dataclass(frozen=True)
class Neighbours:
    """The examples, those of an intent side by side, intents in their sorted order."""

    columns: Rows  # an example each, float32, shape (d, number of examples)
    begins: np.ndarray  # the first example of each intent, shape (k,)

    @classmethod
    def of(cls, rows: Rows, labels: np.ndarray) -> Neighbours:
        order = np.argsort(labels, kind="stable")
        begins = np.unique(labels[order], return_index=True)[1]
        columns = rows[order].T
        return cls(columns.tocsr() if sparse.issparse(columns) else columns, begins)

    def likeness(self, rows: Rows) -> np.ndarray:
        """Of each row (n, d) to each intent, (n, k).

        A likeness is the product of two rows: the cosine of their angle, 1 for the same, if they
        are of length 1.
        """
        count = rows.shape[0]
        if count <= PORTION:
            return self._likeness(rows)
        portions = [slice(start, start + PORTION) for start in range(0, count, PORTION)]
        return np.concatenate([self._likeness(rows[own]) for own in portions])

    def _likeness(self, rows: Rows) -> np.ndarray:
        products = rows @ self.columns
        return self._nearest(products.toarray() if sparse.issparse(products) else products)

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
