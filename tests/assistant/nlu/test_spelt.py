"""N-grams are weighed as the vectoriser weighs them, and found once for both readers."""

from pathlib import Path

import numpy as np
import pytest

from assistant.nlu.spelt import Speller

TEXTS = ["où est ma facture", "ou est ma facture ?", "la facture est où", "une recette de crêpes"]
LABELS = np.array(["facture", "facture", "facture", "autre"])
ASKED = ["facture facture facture", "crêpes", "xyz", "", "où est la recette de ma facture ?"]


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller.fit(TEXTS, LABELS)[0]


def test_a_row_is_what_the_vectoriser_makes_of_the_text(speller: Speller) -> None:
    expected = speller.vectoriser.transform(ASKED).toarray()
    assert expected.any()
    assert speller.rows(ASKED).toarray() == pytest.approx(expected, abs=1e-6)


def test_it_is_near_the_examples_that_share_its_n_grams(speller: Speller) -> None:
    found = speller.spelt(["où est ma facture", "xyz"])
    assert found.likeness[0, 1] > found.likeness[0, 0]  # columns: autre, facture
    assert found.likeness[1].tolist() == [0, 0]
    assert found[:1].likeness.tolist() == found.likeness[:1].tolist()
    assert found[:1].rows.shape[0] == 1


def test_it_spells_the_same_once_stored(speller: Speller, tmp_path: Path) -> None:
    speller.save(tmp_path)
    opened = Speller.open(tmp_path).spelt(ASKED)
    known = speller.spelt(ASKED)
    assert np.array_equal(opened.rows.toarray(), known.rows.toarray())
    assert np.array_equal(opened.likeness, known.likeness)
