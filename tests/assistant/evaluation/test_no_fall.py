"""The trained model understands as well as the report in docs/ says, within its noise.

Fails when a change of the data or the pipeline made it worse than the interval of the last report;
`make evaluate ARGS=--write` renews that, and its difference is then read in review.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.evaluation import bare_words, two_questions
from assistant.evaluation.figures import FIGURES, Figure, Pair
from assistant.evaluation.questions import load
from assistant.evaluation.report import ALL
from assistant.evaluation.understood import Parse, newest_model, open_model, understand

ROOT = Path(__file__).parents[3]
REPORTED: dict[str, Any] = json.loads(
    (ROOT / "docs" / "understanding.json").read_text(encoding="utf-8")
)
LOWER_IS_BETTER = {"expected calibration error"}


@pytest.fixture(scope="module")
def parse() -> Parse:
    return open_model(newest_model(ROOT / "models"))


@pytest.fixture(scope="module")
def pairs(parse: Parse) -> list[Pair]:
    asked = load()
    return list(zip(asked, understand(parse, (each.text for each in asked)), strict=True))


def test_the_report_is_about_the_questions_that_there_are() -> None:
    assert REPORTED["batches"][ALL]["questions"] == len(load())


@pytest.mark.parametrize(("name", "figure"), [(name, figure) for name, figure, _ in FIGURES])
def test_nothing_fell_beyond_the_noise(name: str, figure: Figure, pairs: list[Pair]) -> None:
    value = figure(pairs)
    reported = REPORTED["batches"][ALL]["figures"][name]
    assert value is not None
    if name in LOWER_IS_BETTER:
        assert value <= reported["high"]
    else:
        assert value >= reported["low"]


def test_second_questions_are_met_as_often_and_no_more_are_made_up(parse: Parse) -> None:
    """Of ninety and fifty messages: three of each are chance."""
    found, reported = two_questions.measure(parse), REPORTED["second_question"]
    assert found[two_questions.BOTH] >= reported[two_questions.BOTH] - 3
    assert found[two_questions.MADE_UP] <= reported[two_questions.MADE_UP] + 3


def test_bare_words_are_met_as_often_and_no_more_foreign_ones_are_taken(parse: Parse) -> None:
    """Of a hundred and of twenty words: three and two are chance."""
    found, reported = bare_words.measure(parse), REPORTED["bare_word"]
    assert found[bare_words.MISSED] <= reported[bare_words.MISSED] + 3
    assert found[bare_words.OTHER] <= reported[bare_words.OTHER] + 3
    assert found[bare_words.ONLY] >= reported[bare_words.ONLY] - 3
    assert found[bare_words.TAKEN] <= reported[bare_words.TAKEN] + 2
