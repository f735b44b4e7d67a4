"""The pipeline on published data, beside the figures that others published on it.

    PYTHONPATH=. .venv-rasa/bin/python -m bench.published [clinc150] [banking77] [faq]

Reads ../shared/benchmarks, whose README holds the figures of others; skips with a line where that
is absent.
"""

import json
import random
import sys
from collections.abc import Iterable
from pathlib import Path
from statistics import mean, stdev

from assistant.evaluation.on_data import evaluate, evaluate_expecting, read, told
from assistant.nlu.embedder import Embedder, open_embedder

FOLDER = Path(__file__).parents[2] / "shared" / "benchmarks"
SEEDS = 5
TRAINED = 5  # phrasings of each entry of the FAQ; the rest is asked
FEWER_FOREIGN = (0.1, 0.05)  # shares of CLINC150: who expects fewer refuses fewer
LEAST = 8  # phrasings that an entry must have


def clinc150(embedder: Embedder) -> None:
    data = json.loads((FOLDER / "clinc150_full.json").read_text(encoding="utf-8"))
    train = [(text, label) for text, label in data["train"] + data["oos_train"]]
    asked = [(text, label) for text, label in data["test"] + data["oos_test"]]
    print("CLINC150 (goals: in scope .94, out of scope found .60)")
    shares = (len(data["oos_test"]) / len(asked), *FEWER_FOREIGN)
    for share, found in zip(
        shares, evaluate_expecting(shares, train, asked, embedder), strict=True
    ):
        print(f"where {share:.2f} of the questions are expected to be out of scope")
        print(told(found))
    print("published, in scope / out of scope found, with a class of its own:")
    print("  Rasa .915 / .453, SVM .910 / .145, MLP .935 / .474, BERT .969 / .403\n")


def banking77(embedder: Embedder) -> None:
    train, asked = (read(FOLDER / f"banking77_{part}.csv") for part in ("train", "test"))
    print("BANKING77")
    print(told(evaluate(train, asked, embedder)))
    print("published: USE + ConveRT .934, fine-tuned BERT .937\n")


def faq(embedder: Embedder) -> None:
    entries = json.loads((FOLDER / "msss_faq_50.json").read_text(encoding="utf-8"))
    kept = [entry for entry in entries if len(entry["questions"]) >= LEAST]
    rights = [evaluate(*_split(kept, seed), embedder).accuracy for seed in range(SEEDS)]
    print(f"French FAQ, {len(kept)} entries, {SEEDS} seeds (goal: .90)")
    print(f"right                {mean(rights):.3f} ± {stdev(rights):.3f}")
    print("published: TF-IDF + logistic regression .808 ± .013, e5 .881 ± .023\n")


Pairs = list[tuple[str, str]]


def _split(entries: Iterable[dict[str, list[str]]], seed: int) -> tuple[Pairs, Pairs]:
    """Some phrasings of each entry to learn, the others to ask."""
    draw = random.Random(seed)
    train: Pairs = []
    asked: Pairs = []
    for number, entry in enumerate(entries):
        mixed = draw.sample(entry["questions"], len(entry["questions"]))
        train += [(text, f"entry {number}") for text in mixed[:TRAINED]]
        asked += [(text, f"entry {number}") for text in mixed[TRAINED:]]
    return train, asked


ALL = {"faq": faq, "banking77": banking77, "clinc150": clinc150}


def main(*names: str) -> int:
    if not FOLDER.is_dir():
        print(f"skipped: the published data are not there ({FOLDER.parent.name}/{FOLDER.name}).")
        return 0
    embedder = open_embedder()
    for name in names or ALL:
        ALL[name](embedder)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
