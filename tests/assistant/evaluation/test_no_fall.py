"""The trained model understands as well as the report in docs/ says, within its noise.

Fails when a change of the data or the pipeline made it worse than the interval of the last report;
`make evaluate ARGS=--write` renews that, and its difference is then read in review.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.evaluation.figures import FIGURES, Figure, Pair
from assistant.evaluation.questions import load
from assistant.evaluation.report import ALL
from assistant.evaluation.two_questions import BOTH, MADE_UP, measure
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
    """Of fifty and thirty messages: three of each are chance."""
    found, reported = measure(parse), REPORTED["second_question"]
    assert found[BOTH] >= reported[BOTH] - 3
    assert found[MADE_UP] <= reported[MADE_UP] + 3
