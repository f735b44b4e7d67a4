"""The report: figures for a program (JSON), a table for a document, a page with pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from assistant.evaluation import pictures
from assistant.evaluation.figures import (
    BASELINE_FIGURES,
    FIGURES,
    STYLE_GOALS,
    Figure,
    Pair,
    by_style,
    interval,
    latency,
)
from assistant.evaluation.noise import NOISES

ALL = "all batches"
OURS = "ours"  # beside the baselines
CONFUSIONS = 12
FOLDER = Path(__file__).parent


def measure(pairs: Sequence[Pair]) -> dict[str, Any]:
    """Every figure for all questions together and for each batch."""
    batches = {ALL: list(pairs)}
    for asked, seen in pairs:
        batches.setdefault(asked.batch, []).append((asked, seen))
    return {name: _batch(own) for name, own in batches.items()}


def _batch(pairs: Sequence[Pair]) -> dict[str, Any]:
    p50, p95 = latency(pairs)
    return {
        "questions": len(pairs),
        "foreign": sum(asked.foreign for asked, _ in pairs),
        "figures": {name: _figure(figure, pairs) for name, figure, _ in FIGURES},
        "styles": {
            style: {"accuracy": round(accuracy, 3), "questions": count}
            for style, (accuracy, count) in by_style(pairs).items()
        },
        "parse_ms": {"p50": round(p50, 1), "p95": round(p95, 1)},
        "confusions": _confusions(pairs),
    }


def compare(approaches: Mapping[str, Sequence[Pair]]) -> dict[str, Any]:
    """The figures that need no thresholds, of each approach to the same questions."""
    return {
        approach: {name: _figure(figure, pairs) for name, figure in BASELINE_FIGURES}
        for approach, pairs in approaches.items()
    }


def _figure(figure: Figure, pairs: Sequence[Pair]) -> dict[str, float] | None:
    value = figure(pairs)
    between = interval(figure, pairs)
    if value is None or between is None:
        return None
    return {"value": round(value, 3), "low": round(between[0], 3), "high": round(between[1], 3)}


def _confusions(pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    """What was taken for what, most frequent first; articles, `-` when none was given."""
    wrong = Counter(
        (asked.article, seen.article or "-")
        for asked, seen in pairs
        if (asked.foreign and seen.article) or (not asked.foreign and seen.article != asked.article)
    )
    return [
        {"asked": asked, "understood": said, "times": times}
        for (asked, said), times in wrong.most_common(CONFUSIONS)
    ]


def markdown(kept: Mapping[str, Any]) -> str:
    """The tables of docs/understanding.md, from what the JSON holds."""
    batches = kept["batches"]
    whole, single = batches[ALL], [own for name, own in batches.items() if name != ALL]
    parts = [
        f"Measured on {kept['at'][:10]}, model `{kept['model']}`: {whole['questions']} questions "
        f"in {len(single)} batches, {whole['foreign']} of them foreign.",
        "In brackets: bootstrap 95 % intervals; then the worst and the best batch.",
        "",
        *_table(["figure", "goal", ALL, "batches"], _figure_rows(whole, single)),
        "",
        "Right article by style of our questions:",
        "",
        *_table(["style", "goal", "right", "questions"], _style_rows(whole)),
        "",
        "Points of right article that noise costs, on the same questions:",
        "",
        *_table(["noise", "goal", "points lost"], _noise_rows(kept["noise"])),
        "",
        "Messages that hold two questions, and some that only seem to:",
        "",
        *_table(["outcome", "messages"], _counted(kept["second_question"])),
        "",
        "Messages of one word that carries a meaning, or of two:",
        "",
        *_table(["outcome", "messages"], _counted(kept["bare_word"])),
        "",
        "On the same examples and questions, without thresholds:",
        "",
        *_table(
            ["approach", *(name for name, _ in BASELINE_FIGURES)], _rows_of(kept["approaches"])
        ),
        "",
        "Most frequent confusions (asked → understood, `-`: none given):",
        "",
        *(
            f"- {pair['asked']} → {pair['understood']}: {pair['times']}"
            for pair in whole["confusions"]
        ),
    ]
    return "\n".join(parts)


def page(kept: Mapping[str, Any], pairs: Sequence[Pair]) -> str:
    """The same as one HTML file with its pictures, and every batch."""
    templates = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined
    )
    drawn = {
        "As sure as it is right": pictures.reliability(pairs),
        "What other thresholds would give": pictures.tradeoff(pairs),
    }
    return templates.get_template("report.html").render(
        kept=kept,
        all=ALL,
        day=date.fromisoformat(kept["at"][:10]),
        figures=[(name, goal) for name, _, goal in FIGURES],
        compared=[name for name, _ in BASELINE_FIGURES],
        style_goals=STYLE_GOALS,
        noise_rows=_noise_rows(kept["noise"]),
        second_rows=_counted(kept["second_question"]),
        bare_rows=_counted(kept["bare_word"]),
        cell=_cell,
        short=_short,
        pictures=drawn,
    )


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(cells) + " |" for cells in lines]


def _figure_rows(whole: Mapping[str, Any], single: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    rows = []
    for name, _, goal in FIGURES:
        each = [own["figures"][name]["value"] for own in single if own["figures"][name]]
        between = f"{_short(min(each))}–{_short(max(each))}" if each else ""
        rows.append([name, goal or "", _cell(whole["figures"][name]), between])
    speed = whole["parse_ms"]
    return [*rows, ["parse p50 / p95, ms", "≤ 10 / 35", f"{speed['p50']} / {speed['p95']}", ""]]


def _style_rows(whole: Mapping[str, Any]) -> list[list[str]]:
    return [
        [style, STYLE_GOALS.get(style, ""), _short(found["accuracy"]), str(found["questions"])]
        for style, found in whole["styles"].items()
    ]


def _noise_rows(lost: Mapping[str, float]) -> list[list[str]]:
    return [[name, f"≤ {most:g}", f"{lost[name]:.1f}"] for name, _, most in NOISES]


def _counted(outcomes: Mapping[str, int]) -> list[list[str]]:
    return [[outcome, str(times)] for outcome, times in outcomes.items()]


def _rows_of(approaches: Mapping[str, Any]) -> list[list[str]]:
    return [
        [approach, *(_cell(figure) for figure in figures.values())]
        for approach, figures in approaches.items()
    ]


def _cell(figure: Mapping[str, float] | None) -> str:
    if figure is None:
        return ""
    return f"{_short(figure['value'])} [{_short(figure['low'])}–{_short(figure['high'])}]"


def _short(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")
