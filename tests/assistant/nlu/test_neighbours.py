"""The nearest examples of each intent count, and only they."""

import numpy as np
import pytest
from scipy import sparse

from assistant.nlu import neighbours
from assistant.nlu.neighbours import Neighbours

LABELS = np.array(["b", "a", "b", "b", "a", "b", "b"])
ANGLES = np.deg2rad([0, 90, 10, 20, 45, 80, 10])  # of the examples, as pairs of numbers


def pairs(angles: np.ndarray) -> np.ndarray:
    return np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32)


@pytest.fixture
def known() -> Neighbours:
    return Neighbours.of(pairs(ANGLES), LABELS)


def test_the_mean_of_the_three_nearest_or_of_all_where_there_are_fewer(known: Neighbours) -> None:
    ((a, b),) = known.likeness(pairs(np.array([0.0])))
    assert a == pytest.approx(np.cos(np.deg2rad([90, 45])).mean(), abs=1e-6)
    assert b == pytest.approx(np.cos(np.deg2rad([0, 10, 10])).mean(), abs=1e-6)


@pytest.mark.parametrize(
    ("products", "mean"),
    [([0.5, 0, 0, 0], 0.5 / 3), ([0.5, 0, 0, 0.1, 0], 0.6 / 3), ([0.5, 0.5, 0.5, 0.5], 0.5)],
)
def test_equally_near_ones_count_each(products: list[float], mean: float) -> None:
    rows = sparse.csr_matrix(np.array(products)[:, np.newaxis])
    known = Neighbours.of(rows, np.full(len(products), "a"))
    found = known.likeness(sparse.csr_matrix([[1.0]]))
    assert found.item() == pytest.approx(mean)


def test_n_grams_have_their_likeness_as_embeddings_have() -> None:
    spelling = sparse.csr_matrix(np.eye(3, dtype=np.float32)[[0, 1, 2, 1, 0, 1, 2]])
    found = Neighbours.of(spelling, LABELS).likeness(sparse.csr_matrix([[0.6, 0.8, 0.0]]))
    assert found.tolist() == [pytest.approx([(0.8 + 0.6) / 2, (0.8 + 0.8 + 0.6) / 3])]
    both = [
        Neighbours.of(examples, LABELS).likeness(examples)
        for examples in (pairs(ANGLES), sparse.csr_matrix(pairs(ANGLES)))
    ]
    assert both[0] == pytest.approx(both[1], abs=1e-6)


def test_many_are_compared_in_portions(known: Neighbours, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = pairs(np.linspace(0, 1, 7))
    whole = known.likeness(asked)
    monkeypatch.setattr(neighbours, "PORTION", 2)
    assert known.likeness(asked) == pytest.approx(whole, abs=1e-6)
