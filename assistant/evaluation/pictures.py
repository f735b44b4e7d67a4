"""The pictures of the report, as SVG: is it as sure as it is right; what a threshold costs."""

from __future__ import annotations

import io
from collections.abc import Sequence

import matplotlib as mpl
from matplotlib.figure import Figure

from assistant.evaluation.figures import Pair, bins_of, coverage_and_precision, sure_and_right

# The same figures give the same file, and its words are text.
STYLE = {"svg.hashsalt": "claudia", "svg.fonttype": "none"}
SIZE = (5.2, 4.2)  # inches


def reliability(pairs: Sequence[Pair]) -> str:
    """How often it was right, for each tenth of its confidence."""
    sure, right = sure_and_right(pairs)
    figure = Figure(SIZE)
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="0.6", linestyle="--", label="as sure as right")
    bins = bins_of(sure)
    axes.plot(
        [sure[own].mean() for own in bins],
        [right[own].mean() for own in bins],
        marker="o",
        label="measured",
    )
    for own in bins:
        axes.annotate(
            f"{own.sum()}",
            (sure[own].mean(), right[own].mean()),
            xytext=(4, -11),
            textcoords="offset points",
            fontsize=8,
        )
    axes.set(xlabel="confidence", ylabel="share that was right", xlim=(0, 1.03), ylim=(0, 1.03))
    axes.legend(loc="upper left")
    return _svg(figure)


def tradeoff(pairs: Sequence[Pair]) -> str:
    """What other thresholds would answer, and how much of that would be right."""
    curve = coverage_and_precision(pairs)
    figure = Figure(SIZE)
    axes = figure.subplots()
    axes.plot([coverage for coverage, _ in curve], [precision for _, precision in curve])
    axes.axhline(0.95, color="0.6", linestyle="--")
    axes.axvline(0.75, color="0.6", linestyle="--")
    axes.set(
        xlabel="coverage: share of our questions that are answered",
        ylabel="precision",
        xlim=(0, 1),
        ylim=(0.7, 1.01),
    )
    return _svg(figure)


def _svg(figure: Figure) -> str:
    drawn = io.StringIO()
    with mpl.rc_context(STYLE):
        figure.tight_layout()
        figure.savefig(drawn, format="svg", metadata={"Date": None})
    return drawn.getvalue()[drawn.getvalue().index("<svg") :]
