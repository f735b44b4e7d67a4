"""The questions held apart: whole batches, each in one voice, written blind to the examples.

They must never become training examples, in whatever spelling: `leaked` finds those that did.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from assistant.nlu.normalisation import fold, normalise

FOREIGN = "foreign"
FOLDER = Path(__file__).parent / "questions"


@dataclass(frozen=True)
class Question:
    batch: str
    text: str
    article: str  # one of the contract's labels, or FOREIGN
    section: str | None
    style: str
    distance: str | None  # of a foreign one: near, far

    @property
    def foreign(self) -> bool:
        return self.article == FOREIGN

    def saying(self, text: str) -> Question:
        """The same question in other letters."""
        return replace(self, text=text)


def load(folder: Path = FOLDER) -> list[Question]:
    """All batches in the order of their names."""
    return [question for path in sorted(folder.glob("*.yml")) for question in _batch(path)]


def _batch(path: Path) -> list[Question]:
    entries: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    return [
        Question(
            batch=path.stem,
            text=entry["text"],
            article=entry["article"],
            section=entry.get("section"),
            style=entry["style"],
            distance=_distance(entry),
        )
        for entry in entries
    ]


def _distance(entry: dict[str, Any]) -> str | None:
    """Some batches give the distance of a foreign question as its style."""
    return entry.get("distance") or (entry["style"] if entry["style"] in ("near", "far") else None)


def examples(folder: Path) -> list[str]:
    """Every sentence of the training data under `folder`."""
    found: list[str] = []
    for path in sorted(folder.rglob("*.yml")):
        for topic in yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu") or []:
            lines = (topic.get("examples") or "").splitlines()
            found += [line[2:].strip() for line in lines if line.startswith("- ")]
    return found


def leaked(questions: Iterable[Question], trained: Iterable[str]) -> list[Question]:
    """The questions that are training examples but for case, accents, punctuation, abbreviations.

    What everybody says (« bonjour », « merci beaucoup ») is no leak: two words are left out.
    """
    known = {essence(text) for text in trained}
    return [
        each
        for each in questions
        if len(essence(each.text).split()) > 2 and essence(each.text) in known
    ]


def essence(text: str) -> str:
    letters = (letter if letter.isalnum() else " " for letter in fold(normalise(text)))
    return " ".join("".join(letters).split())
