"""Scores become chances that can be believed."""

import numpy as np
import pytest

from assistant.nlu.calibration import Calibration, calibrate, margin

OUTSIDE = 2


def drawn(rows: int, boast: float) -> tuple[np.ndarray, np.ndarray]:
    """Scores of a classifier that boasts: its chances are the true ones, its scores too large."""
    draw = np.random.default_rng(1)
    honest = draw.normal(0, 2, size=(rows, 3))
    chances = np.exp(honest) / np.exp(honest).sum(axis=1, keepdims=True)
    truth = np.array([draw.choice(3, p=row) for row in chances])
    return honest * boast, truth


def test_a_boasting_classifier_is_cooled_down() -> None:
    scores, truth = drawn(4000, boast=2.0)
    assert calibrate(scores, truth, OUTSIDE).temperature == pytest.approx(2.0, rel=0.15)


def test_chances_make_one_and_the_outside_holds_the_rest() -> None:
    calibration = Calibration(temperature=0.8, slope=1.0, offset=-0.5)
    scores = np.array([[2.0, 1.0, 0.0], [-1.0, -2.0, 3.0]])
    chances = calibration.confidences(scores, OUTSIDE)
    assert chances.sum(axis=1) == pytest.approx([1, 1])
    assert chances[:, OUTSIDE] == pytest.approx(1 - calibration.in_scope(scores, OUTSIDE))


def test_an_intent_that_was_held_out_gets_no_chance() -> None:
    calibration = Calibration(temperature=0.8, slope=1.0, offset=-0.5)
    chances = calibration.confidences(np.array([[2.0, -np.inf, 0.0]]), OUTSIDE)
    assert chances[0, 1] == 0


def test_the_margin_grows_with_what_speaks_for_our_intents() -> None:
    low, high = margin(np.array([[0.0, 0.0, 1.0], [3.0, 0.0, 1.0]]), OUTSIDE)
    assert low < high


def test_foreign_questions_are_told_by_their_margin() -> None:
    scores, truth = drawn(2000, boast=1.0)
    calibration = calibrate(scores, truth, OUTSIDE)
    sure = calibration.in_scope(scores, OUTSIDE)
    assert sure[truth != OUTSIDE].mean() > sure[truth == OUTSIDE].mean() + 0.2
