"""Measures the newest model on all batches of questions and says what it found."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from assistant.evaluation import questions, report
from assistant.evaluation.understood import newest_model, open_model, understand

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "understanding.md"
BEGIN, END = "<!-- figures: written by make evaluate -->", "<!-- end of figures -->"


def main() -> int:
    options = _options()
    every = questions.load()
    leaks = questions.leaked(every, questions.examples(ROOT / "data" / "nlu"))
    asked = [question for question in every if question not in leaks]
    for leak in leaks:
        print(
            f"✗ stands in the training data, left out: {leak.batch}: {leak.text}", file=sys.stderr
        )
    try:
        model = options.model or newest_model(ROOT / "models")
    except FileNotFoundError as reason:
        print(f"✗ {reason}", file=sys.stderr)
        return 2
    print(f"▸ {len(asked)} questions, model {model.name}", file=sys.stderr)
    seen = understand(open_model(model), (question.text for question in asked))
    measured = report.measure(list(zip(asked, seen, strict=True)))
    _deliver(measured, model.name, options.write)
    return 1 if leaks else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="assistant.evaluation", description=__doc__)
    parser.add_argument("--model", type=Path, help="a model file (default: the newest)")
    parser.add_argument("--write", action="store_true", help="update docs/understanding.md")
    return parser.parse_args()


def _deliver(measured: dict[str, Any], model: str, write: bool) -> None:
    now = datetime.now(timezone.utc)
    table = report.markdown(measured, model, now.date())
    print(table)
    folder = ROOT / "var" / "evaluation"
    folder.mkdir(parents=True, exist_ok=True)
    kept = {"at": now.isoformat(timespec="seconds"), "model": model, "batches": measured}
    path = folder / f"{now:%Y-%m-%d-%H%M%S}.json"
    path.write_text(json.dumps(kept, ensure_ascii=False, indent=2), encoding="utf-8")
    if write:
        PAGE.write_text(_with_figures(PAGE.read_text(encoding="utf-8"), table), encoding="utf-8")


def _with_figures(page: str, table: str) -> str:
    """The page with the part between its two marks replaced."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table}\n{END}{after}"


if __name__ == "__main__":
    sys.exit(main())
