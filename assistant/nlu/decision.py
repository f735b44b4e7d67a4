"""What to do with a question: answer, offer choices, say where else to look, or hand over.

Pure rules: confidences in, a decision out. A wrong answer costs the user's trust, a choice costs
one click; so unless an answer is nearly sure, up to three are offered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from typing import NamedTuple

from assistant.nlu.intents import Family, family_of, is_ours

CHOICES = 3  # offered at most
NEAR = 0.5  # a rival with half the confidence of the best is near


class Kind(str, Enum):
    ANSWER = "answer"
    CHOOSE = "choose"
    REDIRECT = "redirect"
    ESCALATE = "escalate"


class Candidate(NamedTuple):
    intent: str
    confidence: float  # chance that this is what the user means


@dataclass(frozen=True)
class Thresholds:
    """Least confidences, chosen at training and stored with the model (thresholds.py)."""

    answer: float  # to answer from the base at once
    talk: float  # to reply to a greeting, thanks, a wish
    redirect: float  # to say that a subject is not in the base
    choose: float  # all that we can answer, together, to offer choices

    def as_dict(self) -> dict[str, float]:
        return asdict(self)


def decide(ranking: Sequence[Candidate], thresholds: Thresholds) -> Kind:
    """`ranking`: all candidates, best first, without what is out of scope."""
    if not ranking:
        return Kind.ESCALATE
    best = ranking[0]
    family = family_of(best.intent)
    if family is Family.REDIRECT:
        return _away(ranking, thresholds)
    if best.confidence >= (thresholds.answer if family is Family.ANSWER else thresholds.talk):
        return Kind.ANSWER
    return _unsure(ranking, thresholds)


def _away(ranking: Sequence[Candidate], thresholds: Thresholds) -> Kind:
    """The best is a subject that is not in the base: say so, unless an answer of ours is near."""
    best = ranking[0]
    ours = next((each for each in ranking if family_of(each.intent) is Family.ANSWER), None)
    if ours is not None and ours.confidence >= NEAR * best.confidence:
        return _unsure(ranking, thresholds)
    return Kind.REDIRECT if best.confidence >= thresholds.redirect else Kind.ESCALATE


def _unsure(ranking: Sequence[Candidate], thresholds: Thresholds) -> Kind:
    ours = sum(each.confidence for each in ranking if is_ours(each.intent))
    return Kind.CHOOSE if ours >= thresholds.choose else Kind.ESCALATE
