"""What a team would build in an afternoon, on the same examples and the same questions.

Each gives the figures that need no thresholds: its best intent, and how much better the best of
ours is than the best of what is not ours. An intent that is out of scope is a refusal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.loading import load_data
from sklearn.feature_extraction.text import CountVectorizer

from assistant.evaluation.understood import Understood, kind_without_thresholds
from assistant.nlu.decision import Candidate
from assistant.nlu.embedder import Embedder
from assistant.nlu.intents import OUT_OF_SCOPE, is_ours
from assistant.nlu.model import Examples, centre, fit, no_meaning
from assistant.nlu.normalisation import NORMALISED, Normaliser, is_readable

NEIGHBOURS = 5
SATURATION, LENGTH = 1.5, 0.75  # Robertson and Zaragoza 2009: the usual k1 and b of BM25
BATCH = 64  # questions that are compared with all examples at a time


@dataclass(frozen=True)
class Asked:
    texts: list[str]  # normalised
    embeddings: np.ndarray  # float32, shape (n, d)


# Scores of every intent for every question, shape (n, k); higher is likelier.
Baseline = Callable[[Examples, Asked, "list[str]"], np.ndarray]


def ngrams_and_regression(examples: Examples, asked: Asked, intents: list[str]) -> np.ndarray:
    """Character n-grams and a logistic regression, without the embedding."""
    fitted, _ = fit(replace(examples, embeddings=no_meaning(len(examples.texts))))
    return fitted.evidence(asked.texts, no_meaning(len(asked.texts)))[:, 0]


def bm25(examples: Examples, asked: Asked, intents: list[str]) -> np.ndarray:
    """The likest example by BM25 over character 4-grams."""
    counts = CountVectorizer(analyzer="char_wb", ngram_range=(4, 4), dtype=np.float32)
    documents = counts.fit_transform(examples.texts).tocsr()
    lengths = np.asarray(documents.sum(axis=1)).ravel()
    found = np.asarray((documents > 0).sum(axis=0)).ravel()
    rarity = np.log1p((len(lengths) - found + 0.5) / (found + 0.5))
    row = np.repeat(np.arange(len(lengths)), np.diff(documents.indptr))
    norm = SATURATION * (1 - LENGTH + LENGTH * lengths / lengths.mean())
    weighed = documents.copy()
    weighed.data = (
        documents.data * (SATURATION + 1) / (documents.data + norm[row]) * rarity[documents.indices]
    )
    questions = (counts.transform(asked.texts) > 0).astype(np.float32)
    return _best_of_each(
        lambda rows: (questions[rows] @ weighed.T).toarray(), len(asked.texts), examples, intents
    )


def nearest_neighbours(examples: Examples, asked: Asked, intents: list[str]) -> np.ndarray:
    """The mean likeness of the five nearest examples of an intent, by their embeddings."""
    mean = examples.embeddings.mean(axis=0)
    known, new = centre(examples.embeddings, mean), centre(asked.embeddings, mean)
    return _best_of_each(
        lambda rows: new[rows] @ known.T, len(asked.texts), examples, intents, NEIGHBOURS
    )


def known_examples(folder: Path, embedder: Embedder) -> Examples:
    """The training data under `folder`, as the pipeline reads it."""
    read = Normaliser().process_training_data(load_data(str(folder)))
    sentences = [
        (each.get(NORMALISED), each.get(INTENT))
        for each in read.intent_examples
        if is_readable(each)
    ]
    texts = [text for text, _ in sentences]
    labels = np.array([intent for _, intent in sentences])
    return Examples(texts, embedder.embed(texts), labels, np.full(len(texts), ""))


BASELINES: dict[str, Baseline] = {
    "n-grams + logistic regression": ngrams_and_regression,
    "BM25": bm25,
    "nearest neighbours (e5)": nearest_neighbours,
}


def understood_by(baseline: Baseline, examples: Examples, asked: Asked) -> list[Understood]:
    """One for every question."""
    intents = sorted(set(examples.labels))
    return [_understood(intents, row) for row in baseline(examples, asked, intents)]


def _best_of_each(
    likeness: Callable[[slice], np.ndarray],
    questions: int,
    examples: Examples,
    intents: list[str],
    count: int = 1,
) -> np.ndarray:
    """The mean of the `count` highest likenesses of each question to examples of each intent."""
    members = [np.flatnonzero(examples.labels == intent) for intent in intents]
    best = [
        np.stack([_highest(likely[:, own], count) for own in members], axis=1)
        for likely in (likeness(slice(at, at + BATCH)) for at in range(0, questions, BATCH))
    ]
    return np.concatenate(best)


def _highest(likely: np.ndarray, count: int) -> np.ndarray:
    return np.asarray(np.sort(likely, axis=1)[:, -count:].mean(axis=1))


def _understood(intents: list[str], scores: np.ndarray) -> Understood:
    ours = np.array([is_ours(intent) for intent in intents])
    order = np.argsort(-scores, kind="stable")
    return Understood(
        kind=kind_without_thresholds(intents[order[0]]),
        ranking=tuple(
            Candidate(intents[at], float(scores[at])) for at in order if intents[at] != OUT_OF_SCOPE
        ),
        ours=float(scores[ours].max() - scores[~ours].max()),
    )
