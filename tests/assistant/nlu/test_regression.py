"""The regression is scikit-learn's, only sooner; the directions are those of the whole likeness."""

import numpy as np
import pytest
from scipy import sparse
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression

from assistant.nlu.cross_validation import NEVER, Seen, hold_out
from assistant.nlu.descent import STRENGTH
from assistant.nlu.intents import OUT_OF_SCOPE
from assistant.nlu.regression import Directions, Likeness, fit

INTENTS = ("adresses.modifier", "notifications.activer", "redirection.tva", OUT_OF_SCOPE)


@pytest.fixture(scope="module")
def labelled() -> tuple[np.ndarray, np.ndarray]:
    """Rows that overlap, some intents rarer than others, directions of unlike length."""
    draw = np.random.default_rng(0)
    labels = draw.choice(INTENTS, size=200, p=(0.4, 0.3, 0.2, 0.1))
    middles = dict(zip(INTENTS, draw.standard_normal((len(INTENTS), 12)), strict=True))
    rows = np.stack([middles[label] for label in labels]) + draw.standard_normal((200, 12))
    return (rows * np.linspace(2, 0.1, 12)).astype(np.float32), labels


def test_it_learns_what_scikit_learn_learns(labelled: tuple[np.ndarray, np.ndarray]) -> None:
    rows, labels = labelled
    wanted = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=2000, tol=1e-8)
    wanted.fit(rows.astype(np.float64), labels)
    found = fit(rows, labels)
    assert found.intents.tolist() == wanted.classes_.tolist()
    assert found.coefficients == pytest.approx(wanted.coef_, abs=0.02 * abs(wanted.coef_).max())
    assert softmax(found.scores(rows), axis=1) == pytest.approx(
        wanted.predict_proba(rows), abs=0.01
    )


def test_two_intents_are_told_apart_like_more(labelled: tuple[np.ndarray, np.ndarray]) -> None:
    rows, labels = labelled
    two = np.isin(labels, INTENTS[:2])
    found = fit(rows[two], labels[two])
    assert found.coefficients.shape == (2, 12)
    assert (found.intents[found.scores(rows[two]).argmax(axis=1)] == labels[two]).mean() > 0.85


def test_the_same_data_give_the_same_weights(labelled: tuple[np.ndarray, np.ndarray]) -> None:
    assert np.array_equal(fit(*labelled).coefficients, fit(*labelled).coefficients)


@pytest.fixture(scope="module")
def halves() -> tuple[np.ndarray, sparse.csr_matrix]:
    draw = np.random.default_rng(1)
    common = sparse.random(60, 4, 0.6, random_state=1)  # frequent columns, kept with their zeros
    rare = sparse.random(60, 300, 0.02, random_state=2)
    thin = sparse.hstack([common, rare]).tocsr().astype(np.float32)
    return draw.standard_normal((60, 8)).astype(np.float32), thin


def test_likeness_is_never_written_out_and_yet_the_same(
    halves: tuple[np.ndarray, sparse.csr_matrix],
) -> None:
    dense, thin = halves
    likeness = Likeness.of(dense, thin)
    assert likeness.dense.shape[1] > dense.shape[1]
    assert likeness.thin.nnz
    written = dense @ dense.T + (thin @ thin.T).toarray()
    assert likeness @ np.eye(60, dtype=np.float32) == pytest.approx(written, abs=1e-4)


def test_few_rows_keep_their_likeness_along_the_directions(
    halves: tuple[np.ndarray, sparse.csr_matrix],
) -> None:
    dense, thin = halves
    rows = Directions.of(dense, thin).rows
    assert rows @ rows.T == pytest.approx(dense @ dense.T + (thin @ thin.T).toarray(), abs=1e-3)


def test_what_is_asked_of_a_fold_does_not_change_what_it_says_of_others(
    labelled: tuple[np.ndarray, np.ndarray],
) -> None:
    """It never saw them: give those that it is asked other labels, and it says the same of them."""
    rows, labels = labelled
    folded = np.where(np.arange(len(labels)) % 2, NEVER, np.arange(len(labels)) // 2 % 5)
    asked = np.flatnonzero((folded == 0) & (labels != "redirection.tva"))
    changed = labels.copy()
    changed[asked] = np.roll(labels[asked], 1)
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    seen = Seen(unit, sparse.csr_matrix(unit), rows)
    before, after = (hold_out(seen, each, folded) for each in (labels, changed))
    at = np.flatnonzero(np.isin(before.row, asked))
    assert len(at) == len(asked)
    assert np.array_equal(before.evidence[at], after.evidence[at])
