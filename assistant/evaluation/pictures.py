"""The pictures of the report, as SVG: is it as sure as it is right; what a threshold costs."""

from __future__ import annotations

import io
from collections.abc import Sequence

import matplotlib as mpl
import numpy as np

mpl.use("svg")
mpl.rcParams["svg.hashsalt"] = "claudia"  # the same figures give the same file
from matplotlib import pyplot  # noqa: E402 (after the choice of what it draws with)

from assistant.evaluation.figures import (  # noqa: E402
    Pair,
    bins_of,
    coverage_and_precision,
    label_of,
    likeliest,
)

SIZE = (5.2, 4.2)  # inches


def reliability(pairs: Sequence[Pair]) -> str:
    """How often it was right, for each tenth of its confidence."""
    sure = np.array([likeliest(seen)[1] for _, seen in pairs])
    right = np.array([likeliest(seen)[0] == label_of(asked) for asked, seen in pairs])
    figure, axes = pyplot.subplots(figsize=SIZE)
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
    figure, axes = pyplot.subplots(figsize=SIZE)
    axes.plot([coverage for coverage, _ in curve], [precision for _, precision in curve])
    axes.axhline(0.95, color="0.6", linestyle="--")
    axes.axvline(0.75, color="0.6", linestyle="--")
    axes.set(
        xlabel="share of our questions answered rightly",
        ylabel="precision",
        xlim=(0, 1),
        ylim=(0.7, 1.01),
    )
    return _svg(figure)


def _svg(figure: pyplot.Figure) -> str:
    drawn = io.StringIO()
    figure.tight_layout()
    figure.savefig(drawn, format="svg", metadata={"Date": None})
    pyplot.close(figure)
    return drawn.getvalue()[drawn.getvalue().index("<svg") :]
