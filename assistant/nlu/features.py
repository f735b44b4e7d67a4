"""What the classifier sees of a sentence: its meaning (embedding) and its spelling (n-grams).

The embedding knows that « prévenir » is near « notifier »; the n-grams know that « activer » is not
« désactiver », which an embedding puts side by side. Measured together they beat either alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from assistant.nlu.normalisation import fold

DENSE_WEIGHT = 1.0  # of the embedding beside the n-grams: measured on voices held out
NGRAMS = (2, 5)
SEEN_IN = 2  # training sentences that an n-gram must stand in


@dataclass(frozen=True)
class Features:
    """Fitted on the training sentences; then the same for every later one."""

    mean: np.ndarray  # float32, shape (d,): embeddings crowd round it
    vectoriser: TfidfVectorizer

    @classmethod
    def fit(cls, texts: list[str], embeddings: np.ndarray) -> Features:
        return cls(embeddings.mean(axis=0), _vectoriser(min_df=SEEN_IN).fit(texts))

    def meaning(self, embeddings: np.ndarray) -> np.ndarray:
        """The first half, shape (n, d)."""
        return DENSE_WEIGHT * centre(embeddings, self.mean)

    def spelling(self, texts: list[str]) -> sparse.csr_matrix:
        """The second half, shape (n, number of n-grams)."""
        return self.vectoriser.transform(texts).astype(np.float32)

    def as_arrays(self) -> dict[str, Any]:
        """Plain arrays, so that a stored model holds no code."""
        ngrams = self.vectoriser.get_feature_names_out().astype(str)
        return {"mean": self.mean, "ngrams": ngrams, "idf": self.vectoriser.idf_}

    @classmethod
    def from_arrays(cls, arrays: Any) -> Features:
        places = {str(ngram): place for place, ngram in enumerate(arrays["ngrams"])}
        vectoriser = _vectoriser(vocabulary=places)
        vectoriser.idf_ = arrays["idf"]
        return cls(arrays["mean"], vectoriser)


def centre(embeddings: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Embeddings seen from their mean, each row of length 1."""
    shifted = embeddings - mean
    return shifted / np.maximum(np.linalg.norm(shifted, axis=1, keepdims=True), 1e-9)


def _vectoriser(**options: Any) -> TfidfVectorizer:
    return TfidfVectorizer(
        analyzer="char_wb", ngram_range=NGRAMS, sublinear_tf=True, preprocessor=fold, **options
    )
