"""Whether both questions of a message are met, and none is made up where there is one only.

The messages beside this module were written blind, as the batches were.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from assistant.evaluation.understood import Parse
from assistant.nlu.decider import DECISION
from assistant.nlu.decision import CHOICES, Kind
from assistant.nlu.intents import Family, article_of, family_of, may_be_chosen

MESSAGES = Path(__file__).with_suffix(".yml")
BOTH, ONE, NEITHER = "two questions, both met", "two questions, one met", "two questions, none met"
NONE_MORE, MADE_UP = "one question, no other offered", "a question offered that nobody asked"


def measure(parse: Parse) -> dict[str, int]:
    """How many messages came to each of the outcomes above.

    A question is met when its article (of a redirected one, its subject) is answered or among what
    may be chosen; whichever of the two is answered.
    """
    entries = yaml.safe_load(MESSAGES.read_text(encoding="utf-8"))
    counted = Counter(_outcome(entry, parse(entry["text"])[DECISION]) for entry in entries)
    return {each: counted[each] for each in (BOTH, ONE, NEITHER, NONE_MORE, MADE_UP)}


def _outcome(entry: dict[str, Any], decision: dict[str, Any]) -> str:
    asked = {
        subject_of(said.replace("/", ".")) for said in (entry["first"], entry["second"]) if said
    }
    also = decision["also"]
    if also is not None and subject_of(also) not in asked:
        return MADE_UP
    if entry["second"] is None:
        return NONE_MORE
    return (NEITHER, ONE, BOTH)[len(asked & shown_in(decision))]


def shown_in(decision: dict[str, Any]) -> set[str]:
    """What is answered, or among the choices."""
    kind, intents = Kind(decision["kind"]), [each["intent"] for each in decision["candidates"]]
    if kind is Kind.CHOOSE:
        intents = [each for each in intents if may_be_chosen(each)]
    most = {Kind.CHOOSE: CHOICES, Kind.ESCALATE: 0}.get(kind, 1)
    return {subject_of(each) for each in [*intents[:most], decision["also"]] if each}


def subject_of(intent: str) -> str:
    """The article, or of a redirected intent its subject."""
    return intent if family_of(intent) is Family.REDIRECT else article_of(intent)
