"""Whether a second question in a message is noticed, and none is where there is one only.

The messages beside this module were written blind, as the batches were.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from assistant.evaluation.understood import Parse
from assistant.nlu.decider import DECISION
from assistant.nlu.intents import article_of

MESSAGES = Path(__file__).with_suffix(".yml")
FOUND, WRONG, MISSED = "second question offered", "another one offered instead", "not noticed"
RIGHTLY_NONE, FALSE = "one question, nothing offered", "one question, a second one offered"


def measure(parse: Parse) -> dict[str, int]:
    """How many messages came to each of the outcomes above. Articles are compared."""
    entries = yaml.safe_load(MESSAGES.read_text(encoding="utf-8"))
    counted = Counter(_outcome(entry["second"], parse(entry["text"])) for entry in entries)
    return {each: counted[each] for each in (FOUND, WRONG, MISSED, RIGHTLY_NONE, FALSE)}


def _outcome(second: str | None, parsed: dict[str, Any]) -> str:
    also = parsed[DECISION]["also"]
    if second is None:
        return RIGHTLY_NONE if also is None else FALSE
    if also is None:
        return MISSED
    return FOUND if article_of(also) == second.partition("/")[0] else WRONG
