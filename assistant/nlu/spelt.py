"""How a sentence is spelt: its n-grams, and how near they are to those of the examples.

It is found once a message, for whoever reads it by its spelling alone and with its meaning.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from assistant.nlu.neighbours import Neighbours
from assistant.nlu.normalisation import fold

LENGTHS = (2, 5)  # letters of an n-gram
SEEN_IN = 2  # training sentences that an n-gram must stand in
STORED = "spelt.npz"
SPELT = "spelt"  # the key of the message under which its Spelt stands


@dataclass(frozen=True)
class Spelt:
    rows: sparse.csr_matrix  # what each n-gram weighs, float32, shape (n, number of n-grams)
    likeness: np.ndarray  # to the nearest examples of each intent, float32, shape (n, k)

    def __getitem__(self, own: slice) -> Spelt:
        return Spelt(self.rows[own], self.likeness[own])


@dataclass(frozen=True)
class Speller:
    """Fitted on the training sentences; then the same for every later one."""

    vectoriser: TfidfVectorizer
    neighbours: Neighbours

    @classmethod
    def fit(cls, texts: list[str], labels: np.ndarray) -> tuple[Speller, sparse.csr_matrix]:
        """And the rows of these texts."""
        vectoriser = _vectoriser(min_df=SEEN_IN).fit(texts)
        rows = vectoriser.transform(texts).astype(np.float32)
        return cls(vectoriser, Neighbours.of(rows, labels)), rows

    def spelt(self, texts: list[str]) -> Spelt:
        rows = self.rows(texts)
        return Spelt(rows, self.neighbours.likeness(rows))

    def rows(self, texts: list[str]) -> sparse.csr_matrix:
        """The same as the vectoriser's `transform`, which for a single text takes four times."""
        found = [self._row(text) for text in texts]
        ends = np.cumsum([0, *(len(places) for places, _ in found)])
        places, values = (np.concatenate(column) for column in zip(*found, strict=True))
        return sparse.csr_matrix((values, places, ends), shape=(len(texts), len(self._idf)))

    def _row(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """Which n-grams a text has, in order, and what each weighs, its row being of length 1."""
        counts = Counter(map(self.vectoriser.vocabulary_.get, self._ngrams_of(text)))
        counts.pop(None, None)
        places = np.array(sorted(counts), dtype=np.int32)
        weights = (1 + np.log([counts[at] for at in places.tolist()])) * self._idf[places]
        length = max(float(np.linalg.norm(weights)), 1e-9)
        return places, (weights / length).astype(np.float32)

    @cached_property
    def _idf(self) -> np.ndarray:
        idf: np.ndarray = self.vectoriser.idf_
        return idf

    @cached_property
    def _ngrams_of(self) -> Callable[[str], list[str]]:
        ngrams_of: Callable[[str], list[str]] = self.vectoriser.build_analyzer()
        return ngrams_of

    def save(self, folder: Path) -> None:
        """Plain arrays, so that a stored model holds no code."""
        columns = self.neighbours.columns
        np.savez(
            folder / STORED,
            ngrams=self.vectoriser.get_feature_names_out().astype(str),
            idf=self.vectoriser.idf_,
            values=columns.data,
            places=columns.indices,
            rows=columns.indptr,
            examples=columns.shape[1],
            begins=self.neighbours.begins,
        )

    @classmethod
    def open(cls, folder: Path) -> Speller:
        with np.load(folder / STORED, allow_pickle=False) as file:
            stored = dict(file)
        place = {str(ngram): at for at, ngram in enumerate(stored["ngrams"])}
        vectoriser = _vectoriser(vocabulary=place)
        vectoriser.idf_ = stored["idf"]
        shape = (len(place), int(stored["examples"]))
        thin = (stored["values"], stored["places"], stored["rows"])
        columns = sparse.csr_matrix(thin, shape=shape)
        return cls(vectoriser, Neighbours(columns, stored["begins"]))


def _vectoriser(**options: object) -> TfidfVectorizer:
    return TfidfVectorizer(
        analyzer="char_wb", ngram_range=LENGTHS, sublinear_tf=True, preprocessor=fold, **options
    )
