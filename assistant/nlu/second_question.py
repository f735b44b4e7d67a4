"""Finds a second question in a message, behind a full stop or « et sinon ».

A message is answered as a whole, which gives one of its questions. Its parts are read again by
their spelling alone, some five milliseconds each: a part that is clear by itself and about
another article than the answer is taken for a question of its own. It is offered, not answered:
whoever told a story before their question loses nothing by one more choice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from assistant.nlu.intents import Family, article_of, family_of
from assistant.nlu.words import AND, ASKING, SOMETHING_ELSE

SEPARATE = "asked_separately"  # the key of the message under which the parts' intents stand
LEAST_WORDS = 2
MOST_PARTS = 4  # each takes some five milliseconds; more are no questions

_BETWEEN = re.compile(
    rf"(?<=[.!?…;]) "  # two sentences
    rf"| ?[,;:+]? (?:{SOMETHING_ELSE}) ?[,:]? "
    rf"|(?:,|,? (?:{AND})) (?=(?:{ASKING})\b)"
)


def parts_of(text: str) -> list[str]:
    """The first questions of a normalised text that may stand by themselves; [] for one only.

    >>> parts_of("mot de passe perdu ? et sinon, comment suivre une facture ?")
    ['mot de passe perdu ?', 'comment suivre une facture ?']
    """
    parts = [part.strip(" ,;:") for part in _BETWEEN.split(text)]
    kept = [part for part in parts if len(part.split()) >= LEAST_WORDS]
    return kept[:MOST_PARTS] if len(kept) > 1 else []


def second_question(best: str, separate: Iterable[str]) -> str | None:
    """The first of the parts' intents that the base answers, about another article than `best`."""
    for intent in separate:
        if family_of(intent) is Family.ANSWER and article_of(intent) != article_of(best):
            return intent
    return None
