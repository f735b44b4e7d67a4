"""Measures the newest model on all batches of questions, beside what others would have built."""

from __future__ import annotations

import argparse
import json
import resource
import sys
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from assistant.evaluation import bare_words, questions, rasa_default, report, two_questions
from assistant.evaluation.baselines import BASELINES, Asked, known_examples, understood_by
from assistant.evaluation.figures import Pair, right_article
from assistant.evaluation.noise import NOISES
from assistant.evaluation.understood import Parse, Understood, newest_model, open_model, understand
from assistant.nlu.embedder import open_embedder
from assistant.nlu.normalisation import prepared

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data" / "nlu"
KEPT = ROOT / "var" / "evaluation"
PAGE = ROOT / "docs" / "understanding.md"
FIGURES, PICTURES = PAGE.with_suffix(".json"), PAGE.with_suffix(".html")
BEGIN, END = "<!-- figures: written by make evaluate -->", "<!-- end of figures -->"


def main() -> int:
    options = _options()
    every = questions.load()
    leaks = questions.leaked(every, questions.examples(DATA))
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
    parse = open_model(model)
    pairs = _asked(parse, asked, "asked")
    now = datetime.now(timezone.utc)
    kept = {
        "at": now.isoformat(timespec="seconds"),
        "model": model.name,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "batches": report.measure(pairs),
        "noise": _noise(parse, pairs),
        "second_question": two_questions.measure(parse),
        "bare_word": bare_words.measure(parse),
        "approaches": report.compare({report.OURS: pairs, **_others(asked, options.rasa_default)}),
    }
    _deliver(kept, pairs, now, options.write)
    return 1 if leaks else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="assistant.evaluation", description=__doc__)
    parser.add_argument("--model", type=Path, help="a model file (default: the newest)")
    parser.add_argument("--write", action="store_true", help="update docs/understanding.*")
    parser.add_argument(
        "--rasa-default",
        type=int,
        metavar="EPOCHS",
        help="the pipeline of `rasa init` too, which has 100; trained where no such model is kept",
    )
    return parser.parse_args()


def _asked(parse: Parse, asked: Sequence[questions.Question], what: str) -> list[Pair]:
    """With a sign of life at every fiftieth question."""

    def shown(text: str) -> dict[str, Any]:
        nonlocal done
        done += 1
        if done % 50 == 0 or done == len(asked):
            print(f"\r  … {done} of {len(asked)} {what}", end="", file=sys.stderr, flush=True)
        return parse(text)

    done = 0
    seen = understand(shown, (question.text for question in asked))
    print(file=sys.stderr)
    return list(zip(asked, seen, strict=True))


def _noise(parse: Parse, pairs: Sequence[Pair]) -> dict[str, float]:
    """Points of article accuracy that each noise costs."""
    ours = [asked for asked, _ in pairs if not asked.foreign]
    clean = right_article(pairs) or 0.0
    lost = {}
    for name, change, _ in NOISES:
        changed = [question.saying(change(question.text)) for question in ours]
        noisy = right_article(_asked(parse, changed, name)) or 0.0
        lost[name] = round((clean - noisy) * 100, 1)
    return lost


def _others(asked: Sequence[questions.Question], epochs: int | None) -> dict[str, list[Pair]]:
    embedder = open_embedder()
    examples = known_examples(DATA, embedder)
    texts = [prepared(question.text) for question in asked]
    new = Asked(texts, embedder.embed(texts))
    found: dict[str, list[Understood]] = {}
    for name, baseline in BASELINES.items():
        print(f"  … {name}", file=sys.stderr)
        found[name] = understood_by(baseline, examples, new)
    if epochs is None:
        print("  … Rasa's default: left out (--rasa-default 100)", file=sys.stderr)
    else:
        found[f"Rasa's default, {epochs} epochs"] = rasa_default.understood_by(
            rasa_default.model_of(DATA, KEPT, epochs), [question.text for question in asked]
        )
    return {name: list(zip(asked, seen, strict=True)) for name, seen in found.items()}


def _deliver(kept: dict[str, Any], pairs: Sequence[Pair], now: datetime, write: bool) -> None:
    table = report.markdown(kept)
    print(table)
    figures = json.dumps(kept, ensure_ascii=False, indent=1) + "\n"
    page = report.page(kept, pairs)
    KEPT.mkdir(parents=True, exist_ok=True)
    (KEPT / f"{now:%Y-%m-%d-%H%M%S}.json").write_text(figures, encoding="utf-8")
    (KEPT / f"{now:%Y-%m-%d-%H%M%S}.html").write_text(page, encoding="utf-8")
    if write:
        FIGURES.write_text(figures, encoding="utf-8")
        PICTURES.write_text(page, encoding="utf-8")
        PAGE.write_text(_with_figures(PAGE.read_text(encoding="utf-8"), table), encoding="utf-8")


def _with_figures(page: str, table: str) -> str:
    """The page with the part between its two marks replaced."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table}\n{END}{after}"


if __name__ == "__main__":
    sys.exit(main())
