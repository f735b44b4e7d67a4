"""The report: one table for a reader, one JSON for a program, the same figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from assistant.evaluation.figures import (
    FIGURES,
    STYLE_GOALS,
    Figure,
    Pair,
    by_style,
    interval,
    latency,
)

ALL = "all batches"
CONFUSIONS = 12


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


def markdown(measured: dict[str, Any], model: str, day: date) -> str:
    batches = list(measured)
    counts = ", ".join(
        f"{name}: {measured[name]['questions']} of which {measured[name]['foreign']} foreign"
        for name in batches
    )
    return "\n".join(
        [
            f"Measured on {day.isoformat()}, model `{model}`. Questions: {counts}.",
            "In brackets: bootstrap 95 % intervals.",
            "",
            *_table(["figure", "goal", *batches], _figure_rows(measured)),
            "",
            "Right article by style of our questions (number of questions):",
            "",
            *_table(["style", "goal", *batches], _style_rows(measured)),
            "",
            "Most frequent confusions (asked → understood, `-`: none given):",
            "",
            *(
                f"- {pair['asked']} → {pair['understood']}: {pair['times']}"
                for pair in measured[ALL]["confusions"]
            ),
        ]
    )


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(cells) + " |" for cells in lines]


def _figure_rows(measured: dict[str, Any]) -> list[list[str]]:
    rows = [
        [name, goal or "", *(_cell(batch["figures"][name]) for batch in measured.values())]
        for name, _, goal in FIGURES
    ]
    speed = [f"{each['parse_ms']['p50']} / {each['parse_ms']['p95']}" for each in measured.values()]
    return [*rows, ["parse p50 / p95, ms, one thread", "≤ 10 / 35", *speed]]


def _cell(figure: dict[str, float] | None) -> str:
    if figure is None:
        return ""
    return f"{_short(figure['value'])} [{_short(figure['low'])}–{_short(figure['high'])}]"


def _style_rows(measured: dict[str, Any]) -> list[list[str]]:
    return [
        [style, STYLE_GOALS.get(style, ""), *(_style(each, style) for each in measured.values())]
        for style in measured[ALL]["styles"]
    ]


def _style(batch: dict[str, Any], style: str) -> str:
    found = batch["styles"].get(style)
    return f"{_short(found['accuracy'])} ({found['questions']})" if found else ""


def _short(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")
