"""Whether one of the meanings of a bare word is met, and no meaning taken for granted.

The words beside this module were written blind, as the batches were, each with all that a careful
person would take it for, likeliest first.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from assistant.evaluation.two_questions import shown_in, subject_of
from assistant.evaluation.understood import Parse
from assistant.nlu.decider import DECISION
from assistant.nlu.decision import Kind

WORDS = Path(__file__).with_suffix(".yml")
OFFERED = "several meanings, one of them among the choices"
LIKELIEST, OTHER = "several meanings, the likeliest answered", "several meanings, another answered"
ONLY, ONLY_OFFERED = "one meaning, answered", "one meaning, among the choices"
MISSED = "none of its meanings met"
REFUSED, TAKEN = "foreign, refused", "foreign, answered or choices offered"


def measure(parse: Parse) -> dict[str, int]:
    """How many words came to each of the outcomes above."""
    entries = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    counted = Counter(_outcome(entry, parse(entry["text"])[DECISION]) for entry in entries)
    return {
        each: counted[each]
        for each in (ONLY, ONLY_OFFERED, OFFERED, LIKELIEST, OTHER, MISSED, REFUSED, TAKEN)
    }


def _outcome(entry: dict[str, Any], decision: dict[str, Any]) -> str:
    meanings = [subject_of(each.replace("/", ".")) for each in entry["may_mean"]]
    kind, shown = Kind(decision["kind"]), shown_in(decision)
    if not meanings:
        return REFUSED if kind in (Kind.REDIRECT, Kind.ESCALATE) else TAKEN
    if not shown & set(meanings):
        return MISSED
    if kind is Kind.CHOOSE:
        return OFFERED if len(set(meanings)) > 1 else ONLY_OFFERED
    if len(set(meanings)) == 1:
        return ONLY
    return LIKELIEST if meanings[0] in shown else OTHER
