"""The figures count what they say they count."""

import pytest

from assistant.evaluation import figures
from assistant.evaluation.figures import Pair
from assistant.evaluation.noise import NOISES
from assistant.evaluation.questions import Question
from assistant.evaluation.report import ALL, OURS, compare, markdown, measure, page
from assistant.evaluation.understood import Understood
from assistant.nlu.decision import Candidate, Kind


def pair(
    label: str,
    kind: str,
    *candidates: str,
    sure: float = 0.8,
    ours: float = 0.9,
    style: str = "plain",
) -> Pair:
    article, _, section = label.partition(".")
    far = "far" if article == "foreign" else None
    asked = Question("one", f"{label} ?", article, section or None, style, far)
    ranking = tuple(Candidate(intent, sure) for intent in candidates)
    return asked, Understood(Kind(kind), ranking, ours, 10.0)


PAIRS = [
    pair("adresses.difference", "answer", "adresses.difference"),
    pair("adresses.difference", "answer", "adresses.definition_contact"),
    pair("brouillon.envoyer", "choose", "suivi_facture.suivre", "brouillon.symptome", style="sms"),
    pair("humain", "escalate", "humain", ours=0.2),
    pair("foreign", "redirect", "redirection.tva", ours=0.3),
    pair("foreign", "answer", "adresses.difference", ours=0.95),
]


@pytest.mark.parametrize(
    ("figure", "value"),
    [
        (figures.right_article, 2 / 4),
        (figures.right_faq_article, 2 / 3),
        (figures.right_section, 1 / 3),
        (figures.right_or_offered, 3 / 4),
        (figures.foreign_refused, 1 / 2),
        (figures.near_refused, None),
        (figures.ours_kept, 3 / 4),
        (figures.answers_right, 2 / 3),
        (figures.answered_directly, 2 / 4),
        (figures.told_apart, 3 / 8),
        (figures.told_apart_near, None),
    ],
)
def test_a_figure_counts_what_it_says(figure: figures.Figure, value: float | None) -> None:
    assert figure(PAIRS) == (pytest.approx(value) if value is not None else None)


def test_honest_confidence_has_no_calibration_error() -> None:
    right = [pair("humain", "answer", "humain", sure=0.75)] * 3
    wrong = [pair("ticket", "answer", "humain", sure=0.75)]
    assert figures.calibration_error(right + wrong) == pytest.approx(0)
    assert figures.calibration_error(wrong) == pytest.approx(0.75)


def test_what_is_not_ours_is_one_label_with_the_rest_of_the_chance() -> None:
    foreign = [pair("foreign", "escalate", "redirection.tva", sure=0.3, ours=0.2)]
    assert figures.calibration_error(foreign) == pytest.approx(0.2)
    ours = [pair("humain", "escalate", "redirection.tva", "humain", sure=0.1, ours=0.1)]
    assert figures.calibration_error(ours) == pytest.approx(0.9)


def test_an_interval_holds_its_figure_and_is_the_same_every_time() -> None:
    low, high = figures.interval(figures.right_article, PAIRS) or (1.0, 0.0)
    assert low <= 0.5 <= high
    assert figures.interval(figures.right_article, PAIRS) == (low, high)


def test_an_answer_is_right_or_wrong_along_the_curve() -> None:
    curve = figures.coverage_and_precision(
        [
            pair("humain", "answer", "humain", sure=0.9),
            pair("foreign", "answer", "humain", sure=0.8),
            pair("humain", "answer", "humain", sure=0.7),
        ]
    )
    assert curve == [(0.5, 1.0), (0.5, 0.5), (1.0, pytest.approx(2 / 3))]
    wrong = figures.coverage_and_precision([pair("ticket", "answer", "humain")])
    assert wrong == [(1.0, 0.0)]  # answered, if wrongly


KEPT = {
    "at": "2026-11-28T07:00:00+00:00",
    "model": "model",
    "memory_mb": 600,
    "batches": measure(PAIRS),
    "noise": {name: 0.4 for name, _, _ in NOISES},
    "second_question": {"two questions, both met": 27},
    "bare_word": {"one meaning, met": 12},
    "approaches": compare({OURS: PAIRS, "another": PAIRS}),
}


def test_the_report_holds_every_figure_batch_and_style() -> None:
    assert list(measure(PAIRS)) == [ALL, "one"]
    table = markdown(KEPT)
    for name, _, _ in figures.FIGURES:
        assert f"| {name} |" in table
    for name, _, _ in NOISES:
        assert f"| {name} |" in table
    assert "| sms |" in table
    assert "| another |" in table
    assert "| two questions, both met | 27 |" in table
    assert "| one meaning, met | 12 |" in table
    assert "brouillon → suivi_facture: 1" in table


def test_the_page_holds_pictures_and_is_the_same_every_time() -> None:
    drawn = page(KEPT, PAIRS)
    assert drawn.count("<svg") == 2
    assert "another" in drawn
    assert drawn == page(KEPT, PAIRS)
