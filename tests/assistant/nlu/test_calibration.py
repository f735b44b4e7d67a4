"""Evidence becomes chances that can be believed."""

import numpy as np
import pytest

from assistant.nlu.calibration import Calibration, Columns, calibrate, signs, weigh
from assistant.nlu.intents import OUT_OF_SCOPE

COLUMNS = Columns.of(["a.b", "a.c", OUT_OF_SCOPE, "redirection.tva"])
OUTSIDE, REDIRECTED = 2, 3
CALIBRATION = Calibration((1.25, 2.0), slopes=(0.5, 0.5, 1.0, -1.0), offset=-0.5)


def drawn(rows: int, boast: float) -> tuple[np.ndarray, np.ndarray]:
    """Evidence (rows, 2, 4) and the truth.

    The first kind boasts: its chances are the true ones, its scores too large. The second is noise.
    """
    draw = np.random.default_rng(1)
    honest = draw.normal(0, 2, size=(rows, 4))
    chances = np.exp(honest) / np.exp(honest).sum(axis=1, keepdims=True)
    truth = np.array([draw.choice(4, p=row) for row in chances])
    return np.stack([honest * boast, draw.normal(0, 1, size=(rows, 4))], axis=1), truth


def chance_of_ours(calibration: Calibration, evidence: np.ndarray) -> np.ndarray:
    chances: np.ndarray = calibration.confidences(evidence, COLUMNS)[:, COLUMNS.ours]
    return chances.sum(axis=1)


def test_what_is_ours_and_what_is_outside_is_told_by_the_names() -> None:
    assert COLUMNS.ours.tolist() == [True, True, False, False]
    assert COLUMNS.outside == OUTSIDE


def test_a_boasting_kind_of_evidence_is_cooled_down_and_an_empty_one_left_out() -> None:
    weights = weigh(*drawn(4000, boast=2.0))
    assert weights == pytest.approx([0.5, 0.1], rel=0.15)  # 0.1 is the least of all


def test_an_intent_that_could_not_be_told_teaches_nothing() -> None:
    evidence, truth = drawn(400, boast=1.0)
    gone = np.append(evidence, evidence[:1], axis=0)
    gone[-1, :, 1] = -np.inf
    assert weigh(gone, np.append(truth, 1)) == pytest.approx(weigh(evidence, truth))
    assert np.isfinite(weigh(gone[-1:], np.array([1]))).all()


def test_chances_make_one_and_ours_have_the_chance_that_the_signs_give() -> None:
    evidence, _ = drawn(50, boast=1.0)
    chances = CALIBRATION.confidences(evidence, COLUMNS)
    assert chances.sum(axis=1) == pytest.approx(np.ones(50))
    scores = 1.25 * evidence[:, 0] + 2 * evidence[:, 1]
    told = signs(scores, evidence, COLUMNS) @ [0.5, 0.5, 1.0, -1.0] - 0.5
    assert chance_of_ours(CALIBRATION, evidence) == pytest.approx(1 / (1 + np.exp(-told)))


def test_an_intent_that_was_held_out_gets_no_chance() -> None:
    evidence, _ = drawn(3, boast=1.0)
    evidence[:, :, REDIRECTED] = -np.inf
    chances = CALIBRATION.confidences(evidence, COLUMNS)
    assert chances[:, REDIRECTED].tolist() == [0, 0, 0]
    assert np.isfinite(chances).all()


def test_signs_are_how_much_better_and_how_near_ours_are() -> None:
    low = np.array([[[0.0, 0.0, 1.0, 0.0], [0.2, 0.1, 0.5, 0.4]]])
    high = np.array([[[3.0, 0.0, 1.0, 0.0], [0.9, 0.1, 0.5, 0.4]]])
    before, after = (signs(each[:, 0], each, COLUMNS)[0] for each in (low, high))
    assert (after[:2] > before[:2]).all()
    assert after[2:].tolist() == [0.9, 0.5]  # nearest of ours, nearest of the others


def test_foreign_questions_are_told_by_their_scores() -> None:
    evidence, truth = drawn(2000, boast=1.0)
    sure = chance_of_ours(calibrate(evidence, truth, COLUMNS), evidence)
    ours = COLUMNS.ours[truth]
    assert sure[ours].mean() > sure[~ours].mean() + 0.2


def test_foreign_questions_are_told_by_what_they_are_like_where_scores_say_nothing() -> None:
    evidence, truth = drawn(2000, boast=0.0)
    ours = COLUMNS.ours[truth]
    evidence[ours, 1, 0] += 2
    evidence[~ours, 1, OUTSIDE] += 2
    calibration = calibrate(evidence, truth, COLUMNS)
    sure = chance_of_ours(calibration, evidence)
    assert calibration.slopes[2] > 0 > calibration.slopes[3]
    assert sure[ours].mean() > sure[~ours].mean() + 0.2


def test_nothing_foreign_to_compare_with_is_refused() -> None:
    evidence, truth = drawn(50, boast=1.0)
    ours = COLUMNS.ours[truth]
    with pytest.raises(ValueError, match="class"):
        calibrate(evidence[ours], truth[ours], COLUMNS)
