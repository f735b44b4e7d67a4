"""The same pipeline on any data: trained on one CSV of `text,label`, asked another.

    make evaluate-on TRAIN=train.csv TEST=test.csv [OOS=oos.csv] [SHARE=0.18]

The first line names the columns; a second column may have any name. Sentences labelled `oos` are
out of scope; those of OOS (`text` is enough) are asked as well. SHARE of what is asked is expected
to be out of scope, a third if nothing is said. Nothing keeps what is asked out of what is learnt:
that is up to the files.
"""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.special import logit

from assistant.nlu.calibration import (
    FOREIGN_SHARE,
    Calibration,
    Columns,
    blend,
    calibrate,
    weigh,
)
from assistant.nlu.cross_validation import HeldOut
from assistant.nlu.embedder import Embedder, open_embedder
from assistant.nlu.intents import OUT_OF_SCOPE
from assistant.nlu.model import Examples, fit_and_hold_out
from assistant.nlu.normalisation import prepared

FOREIGN = "oos"
PORTION = 500  # texts between two signs of life


@dataclass(frozen=True)
class Rows:
    texts: list[str]
    labels: list[str]

    @classmethod
    def of(cls, pairs: Sequence[tuple[str, str]]) -> Rows:
        return cls([prepared(text) for text, _ in pairs], [_intent(label) for _, label in pairs])


@dataclass(frozen=True)
class Found:
    accuracy: float  # of what is in scope; withheld counts as wrong
    recall: float | None  # of what is out of scope; None: nothing was asked
    seconds: float  # of training, embeddings and five folds included
    questions: int
    classes: int


def _intent(label: str) -> str:
    """A name that stands for itself: dots and families of our own intents mean nothing here."""
    return OUT_OF_SCOPE if label == FOREIGN else f"label {label.replace('.', '_')}"


def read(path: Path, label: str | None = None) -> list[tuple[str, str]]:
    """Text and label of each row. Raises ValueError for a file without them."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = [line for line in csv.reader(file) if line]
    wide = 1 if label else 2
    if len(lines) < 2 or any(len(line) < wide for line in lines):
        raise ValueError(f"{path} is not a CSV of text,label with a first line of names.")
    return [(line[0], label or line[1]) for line in lines[1:]]


def evaluate(
    train: Sequence[tuple[str, str]],
    asked: Sequence[tuple[str, str]],
    embedder: Embedder,
    foreign_share: float = FOREIGN_SHARE,
) -> Found:
    """Trained on the first, asked the second. Out of scope only where training knows it.

    `foreign_share`, between 0 and 1, of what is asked is expected to be out of scope.
    """
    return evaluate_expecting([foreign_share], train, asked, embedder)[0]


def evaluate_expecting(
    foreign_shares: Sequence[float],
    train: Sequence[tuple[str, str]],
    asked: Sequence[tuple[str, str]],
    embedder: Embedder,
) -> list[Found]:
    """The same for each of these shares, trained once."""
    known, new = Rows.of(train), Rows.of(asked)
    began = time.perf_counter()
    nobody = np.full(len(known.texts), "")
    examples = Examples(known.texts, _embed(embedder, known.texts), np.array(known.labels), nobody)
    fitted, held = fit_and_hold_out(examples)
    worths = [_worth(held, share) for share in foreign_shares]
    seconds = time.perf_counter() - began
    evidence = fitted.evidence(new.texts, _embed(embedder, new.texts))
    intents, truth = np.array(fitted.model.intents), np.array(new.labels)
    foreign = truth == OUT_OF_SCOPE
    found = []
    for worth in worths:
        right = intents[worth(evidence).argmax(axis=1)] == truth
        found.append(
            Found(
                accuracy=float(right[~foreign].mean()),
                recall=float(right[foreign].mean()) if foreign.any() else None,
                seconds=seconds,
                questions=len(truth),
                classes=len(intents),
            )
        )
    return found


def _worth(held: HeldOut, foreign_share: float) -> Callable[[np.ndarray], np.ndarray]:
    """What makes one score an intent of evidence: chances, where something is out of scope."""
    if OUT_OF_SCOPE not in held.intents:
        weights = weigh(held.evidence, held.truth)
        return lambda evidence: blend(evidence, weights)
    columns = Columns.of(held.intents)
    calibration = expecting(calibrate(held.evidence, held.truth, columns), foreign_share)
    return lambda evidence: calibration.confidences(evidence, columns)


def expecting(calibration: Calibration, foreign_share: float) -> Calibration:
    """The same, where another share of the questions is foreign than ours: Bayes, in log odds."""
    moved = float(logit(FOREIGN_SHARE) - logit(foreign_share))
    return replace(calibration, offset=calibration.offset + moved)


def _embed(embedder: Embedder, texts: list[str]) -> np.ndarray:
    parts = []
    for start in range(0, len(texts), PORTION):
        parts.append(embedder.embed(texts[start : start + PORTION]))
        done = min(start + PORTION, len(texts))
        print(f"\r  … {done} of {len(texts)} texts embedded", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return np.concatenate(parts)


def told(found: Found) -> str:
    lines = [
        f"questions            {found.questions}, {found.classes} classes",
        f"right, in scope      {found.accuracy:.3f}",
    ]
    if found.recall is not None:
        lines.append(f"out of scope found   {found.recall:.3f}")
    return "\n".join([*lines, f"training             {found.seconds:.0f} s"])


def main(train: str, test: str, oos: str = "", share: str = "") -> int:
    try:
        foreign_share = _share(share) if share else FOREIGN_SHARE
        asked = read(Path(test)) + (read(Path(oos), FOREIGN) if oos else [])
        known = read(Path(train))
    except (OSError, ValueError) as reason:
        print(f"✗ {reason}", file=sys.stderr)
        return 2
    print(told(evaluate(known, asked, open_embedder(), foreign_share)))
    return 0


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = 0.0
    if not 0 < share < 1:
        raise ValueError(f"SHARE must be between 0 and 1, {text!r} is not.")
    return share


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
