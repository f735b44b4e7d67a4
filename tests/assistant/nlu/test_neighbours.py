"""The nearest examples of each intent count, and only they."""

import numpy as np
import pytest
from scipy import sparse

from assistant.nlu import neighbours
from assistant.nlu.model import no_meaning
from assistant.nlu.neighbours import Neighbours

LABELS = np.array(["b", "a", "b", "b", "a", "b", "b"])
ANGLES = np.deg2rad([0, 90, 10, 20, 45, 80, 10])  # of the examples, as pairs of numbers


def pairs(angles: np.ndarray) -> np.ndarray:
    return np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32)


def no_spelling(rows: int) -> sparse.csr_matrix:
    return sparse.csr_matrix((rows, 3), dtype=np.float32)


@pytest.fixture
def known() -> Neighbours:
    return Neighbours.of(pairs(ANGLES), no_spelling(len(LABELS)), LABELS)


def test_the_mean_of_the_three_nearest_or_of_all_where_there_are_fewer(known: Neighbours) -> None:
    (found,) = known.likeness(pairs(np.array([0.0])), no_spelling(1))
    a, b = found[0]
    assert a == pytest.approx(np.cos(np.deg2rad([90, 45])).mean(), abs=1e-6)
    assert b == pytest.approx(np.cos(np.deg2rad([0, 10, 10])).mean(), abs=1e-6)


@pytest.mark.parametrize(
    ("products", "mean"),
    [([0.5, 0, 0, 0], 0.5 / 3), ([0.5, 0, 0, 0.1, 0], 0.6 / 3), ([0.5, 0.5, 0.5, 0.5], 0.5)],
)
def test_equally_near_ones_count_each(products: list[float], mean: float) -> None:
    rows = sparse.csr_matrix(np.array(products)[:, np.newaxis])
    known = Neighbours.of(no_meaning(len(products)), rows, np.full(len(products), "a"))
    found = known.likeness(no_meaning(1), sparse.csr_matrix([[1.0]]))
    assert found.item() == pytest.approx(mean)


def test_spelling_has_a_likeness_of_its_own() -> None:
    spelling = sparse.csr_matrix(np.eye(3, dtype=np.float32)[[0, 1, 2, 1, 0, 1, 2]])
    known = Neighbours.of(pairs(ANGLES), spelling, LABELS)
    found = known.likeness(pairs(np.array([0.0])), sparse.csr_matrix([[0.6, 0.8, 0.0]]))
    assert found.shape == (1, 2, 2)
    assert found[0, 1] == pytest.approx([(0.8 + 0.6) / 2, (0.8 + 0.8 + 0.6) / 3])


def test_without_meaning_there_is_spelling_alone() -> None:
    spelling = sparse.csr_matrix(pairs(ANGLES))
    known = Neighbours.of(no_meaning(len(LABELS)), spelling, LABELS)
    found = known.likeness(no_meaning(2), sparse.csr_matrix(pairs(ANGLES[:2])))
    assert found.shape == (2, 1, 2)
    assert found[0, 0, 1] == pytest.approx(np.cos(np.deg2rad([0, 10, 10])).mean(), abs=1e-6)


def test_many_are_compared_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    known = Neighbours.of(pairs(ANGLES), sparse.csr_matrix(pairs(ANGLES)[:, ::-1]), LABELS)
    asked = pairs(np.linspace(0, 1, 7)), sparse.csr_matrix(pairs(np.linspace(1, 0, 7)))
    whole = known.likeness(*asked)
    monkeypatch.setattr(neighbours, "PORTION", 2)
    assert known.likeness(*asked) == pytest.approx(whole, abs=1e-6)
