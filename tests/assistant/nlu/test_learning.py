"""The classifier learns the same from the same, keeps whole subjects apart, and is stored whole."""

from pathlib import Path

import numpy as np
import pytest

from assistant.nlu.cross_validation import (
    FOLDS,
    NEVER,
    UNKNOWN,
    HeldOut,
    folds,
    hold_out,
    slices,
    subjects,
)
from assistant.nlu.decision import Kind, decide
from assistant.nlu.embedder import open_embedder
from assistant.nlu.intents import OUT_OF_SCOPE, is_ours
from assistant.nlu.learnt import Learnt
from assistant.nlu.model import Examples, fit, learn
from assistant.nlu.quick_reader import QuickLearnt
from assistant.nlu.reading import Reading
from assistant.nlu.thresholds import least_confidence

ASKED = {
    "notifications.activer": ("activer les notifications", "recevoir un mail de suivi"),
    "notifications.desactiver": ("désactiver les notifications", "ne plus recevoir de mail"),
    "adresses.modifier": ("modifier mon adresse", "changer l'adresse du compte"),
    "redirection.tva": ("quel taux de tva", "la tva est fausse"),
    "redirection.siret": ("trouver un siret", "mon siret est inconnu"),
    "salutation": ("bonjour", "salut à tous"),
    OUT_OF_SCOPE: ("quel temps fait-il", "une recette de crêpes"),
}
WAYS = ("{}", "{} svp", "comment {}", "je voudrais {}", "{} ?", "dites-moi, {}")


@pytest.fixture(scope="module")
def examples() -> Examples:
    pairs = [
        (way.format(said), name) for name, two in ASKED.items() for said in two for way in WAYS
    ]
    texts = [text for text, _ in pairs]
    labels = np.array([name for _, name in pairs])
    nobody = np.full(len(texts), "")
    return Examples(texts, open_embedder().embed(texts), labels, nobody)


@pytest.fixture(scope="module")
def learnt(examples: Examples) -> QuickLearnt:
    """With meaning, unlike what the quick reader learns: all that there is to store."""
    fitted, judgement = learn(examples)
    return QuickLearnt(fitted.speller, Learnt(fitted.model, judgement))


def read(learnt: QuickLearnt, text: str) -> Reading:
    return learnt.reader.read(learnt.speller.spelt([text]), open_embedder().embed([text]))[0]


@pytest.fixture(scope="module")
def held(examples: Examples) -> HeldOut:
    folded = slices(examples.embeddings, examples.labels)
    return hold_out(fit(examples)[1], examples.labels, folded)


def test_what_was_learnt_is_recognised(learnt: QuickLearnt) -> None:
    for text, meant in (
        ("comment désactiver les notifications", "notifications.desactiver"),
        ("comment activer les notifications", "notifications.activer"),
        ("le siret est inconnu", "redirection.siret"),
    ):
        assert read(learnt, text).candidates[0].intent == meant


def test_learning_twice_gives_the_same_model(examples: Examples, learnt: QuickLearnt) -> None:
    fitted, judgement = learn(examples)
    assert np.array_equal(fitted.model.weights, learnt.reader.model.weights)
    assert judgement == learnt.reader.judgement


def test_a_stored_model_reads_like_the_one_that_was_trained(
    learnt: QuickLearnt, tmp_path: Path
) -> None:
    learnt.save(tmp_path)
    opened = QuickLearnt.open(tmp_path)
    assert read(opened, "la tva") == read(learnt, "la tva")


def test_a_stored_model_holds_no_code(learnt: QuickLearnt, tmp_path: Path) -> None:
    learnt.save(tmp_path)
    for name, part in (("classifier.npz", "weights"), ("spelt.npz", "idf")):
        with np.load(tmp_path / name, allow_pickle=False) as arrays:
            assert part in arrays


def test_every_sentence_is_asked_once_and_redirected_ones_again_as_unknown(
    examples: Examples, held: HeldOut
) -> None:
    labels = examples.labels
    known = held.row[held.truth != UNKNOWN]
    unknown = held.row[held.truth == UNKNOWN]
    redirected = [at for at, label in enumerate(labels) if label.startswith("redirection.")]
    assert sorted(unknown) == redirected
    assert set(known) >= {at for at in range(len(labels)) if at not in redirected}
    assert len(known) == len(set(known))


def test_nothing_speaks_for_a_subject_that_was_held_out_as_a_whole(
    examples: Examples, held: HeldOut
) -> None:
    assert UNKNOWN in held.truth
    for at, truth, evidence in zip(held.row, held.truth, held.evidence, strict=True):
        if truth == UNKNOWN:
            assert (evidence[:, held.intents.index(examples.labels[at])] == -np.inf).all()


def test_every_slice_holds_its_share_of_each_intent(examples: Examples) -> None:
    numbers = slices(examples.embeddings, examples.labels)
    for name in ASKED:
        counts = np.bincount(numbers[examples.labels == name], minlength=FOLDS)
        assert counts.max() - counts.min() <= 1


def test_all_that_one_voice_wrote_is_held_out_together_and_nothing_else(
    examples: Examples,
) -> None:
    labels = examples.labels
    voices = np.array(["", "a", "b", "c", "d", "e"])[np.arange(len(labels)) % 6]
    folded = folds(examples.embeddings, labels, voices)
    assert set(folded[voices == ""]) == {NEVER}
    assert sorted({*zip(voices[voices != ""], folded[voices != ""], strict=True)}) == [
        (voice, number) for number, voice in enumerate("abcde")
    ]
    held = hold_out(fit(examples)[1], labels, folded)
    assert "" not in voices[held.row]
    known = held.row[held.truth != UNKNOWN]
    assert len(known) == len(set(known))


def test_with_few_voices_slices_of_likenesses_are_held_out(examples: Examples) -> None:
    voices = np.array(["", "a"])[np.arange(len(examples.labels)) % 2]
    folded = folds(examples.embeddings, examples.labels, voices)
    assert (folded == slices(examples.embeddings, examples.labels)).all()


def test_each_redirected_subject_has_its_slice() -> None:
    assert subjects(["a.b", "redirection.x", "redirection.y", "humain"]) == {
        "redirection.x": 0,
        "redirection.y": 1,
    }


def test_the_threshold_is_the_lowest_that_keeps_the_precision() -> None:
    sure = np.array([0.9, 0.8, 0.5, 0.4])
    right = np.array([True, True, True, False])
    assert least_confidence(sure, right, np.ones(4), 0.99) == pytest.approx(0.41, abs=0.011)
    assert least_confidence(sure, ~right, np.ones(4), 0.99) == 0.95


def test_a_reading_ends_in_a_decision(learnt: QuickLearnt) -> None:
    text = "bonjour"
    reading = read(learnt, text)
    inside = [each for each in reading.candidates if each.intent != OUT_OF_SCOPE]
    assert is_ours(inside[0].intent)
    assert decide(inside, reading.thresholds) is Kind.ANSWER
    assert sum(each.confidence for each in reading.candidates) == pytest.approx(1, abs=0.01)
