"""Finds a second question in a message, behind a full stop or « et sinon ».

A message is answered as a whole, which gives one of its questions. Its parts are read again, each
by its spelling, and where that does not tell enough by its meaning too: a part that is clear by
itself and about another article than the answer, or the wish for a person or a ticket, is taken
for a question of its own. It is offered, not answered: whoever told a story before their question
loses nothing by one more choice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.nlu.decision import Candidate
from assistant.nlu.intents import WISHES, Family, article_of, family_of
from assistant.nlu.spelt import Spelt
from assistant.nlu.words import AND, ASKING, PAST, REFUSED, SOMETHING_ELSE, WANTED, WISHING

PARTS = "parts"  # the key of the message under which its Parts stand
LEAST_WORDS = 2
MOST_PARTS = 4  # each takes up to five milliseconds; more are no questions

# Chances of what a part may ask for, chosen on messages of one question and of two
# (docs/understanding.md).
WORTH_MEANING = 0.5  # by its spelling: below, it asks for nothing
SURE_ALONE = 0.95  # by its spelling: from here on its meaning need not be asked
SURE_TOGETHER = 0.8  # by its meaning, where both name the same article

_BETWEEN = re.compile(
    rf"(?<=[.!?…;]) "  # two sentences
    rf"| ?[,;:+]? (?:{SOMETHING_ELSE}) ?[,:]? "
    rf"|(?:,|,? (?:{AND})) (?=(?:{ASKING}|{WISHING})\b)"
)
_REFUSED, _PAST = re.compile(rf"\b(?:{REFUSED})\w*"), re.compile(rf"\b(?:{PAST})")
_WANTED = re.compile(rf"\b(?:{WANTED})")


@dataclass(eq=False)
class Part:
    """A part of a message that seems to ask for something."""

    text: str
    spelt: Spelt
    by_spelling: Candidate
    embedding: np.ndarray | None = None  # shape (d,), where the spelling is not enough
    by_meaning: Candidate | None = None

    @property
    def is_wish(self) -> bool:
        return self.by_spelling.intent in WISHES

    @property
    def needs_meaning(self) -> bool:
        return self.by_spelling.confidence < SURE_ALONE

    @property
    def asked(self) -> Candidate | None:
        """What it surely asks for."""
        if self.is_wish and (refuses(self.text) or _PAST.search(self.text)):
            return None
        if not self.needs_meaning:
            return self.by_spelling
        meant = self.by_meaning
        if meant is None or meant.confidence < SURE_TOGETHER:
            return None
        same = article_of(meant.intent) == article_of(self.by_spelling.intent)
        return meant if same else None


def may_ask(candidate: Candidate, best: str | None) -> bool:
    """A part of which this is the best candidate may be a second question.

    `best`: what the whole message asks, where that is known.
    """
    asks = family_of(candidate.intent) is Family.ANSWER or candidate.intent in WISHES
    if candidate.confidence < WORTH_MEANING or not asks:
        return False
    return best is None or _is_another(candidate.intent, best)


def parts_of(text: str) -> list[str]:
    """The questions of a normalised text that may stand by themselves; [] for one only.

    >>> parts_of("mot de passe perdu ? et sinon, comment suivre une facture ?")
    ['mot de passe perdu ?', 'comment suivre une facture ?']
    """
    parts = [part.strip(" ,;:") for part in _BETWEEN.split(text)]
    kept = [part for part in parts if len(part.split()) >= LEAST_WORDS]
    if len(kept) > MOST_PARTS:  # a greeting and a story come before what is asked
        kept = [kept[0], *kept[1 - MOST_PARTS :]]
    return kept if len(kept) > 1 else []


def second_question(best: str, parts: Iterable[Part]) -> str | None:
    """What the first of the parts asks that is about something else than `best`."""
    for part in parts:
        if part.asked and _is_another(part.asked.intent, best):
            return part.asked.intent
    return None


def first_question(parts: Iterable[Part]) -> Candidate | None:
    """What the first of the parts asks that is no wish."""
    return next((part.asked for part in parts if part.asked and not part.is_wish), None)


def first_of_several(parts: Sequence[Part]) -> Candidate | None:
    """The first question of a message that as a whole is unclear because it asks several."""
    first = first_question(parts)
    return first if first and second_question(first.intent, parts) else None


def refuses(text: str) -> bool:
    """Whether a text that seems to wish for a person or a ticket says that it wants none.

    Whoever wants one is never refused for the sake of who does not: « je ne veux pas de ticket, je
    veux parler à quelqu'un » is a wish.

    >>> refuses("je ne veux pas parler à un conseiller"), refuses("un humain, pas un robot")
    (True, False)
    """
    left, refusals = _REFUSED.subn(" ", text)
    return refusals > 0 and not _WANTED.search(left)


def _is_another(intent: str, best: str) -> bool:
    """Whoever wants a person is offered a ticket as well, and the other way round."""
    if intent in WISHES and best in WISHES:
        return False
    return article_of(intent) != article_of(best)
