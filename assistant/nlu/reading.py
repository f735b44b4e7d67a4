"""What a message may mean: what the classifiers leave on it for the Decider."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.nlu.decision import Candidate, Thresholds

READING = "reading"  # the key of the message under which the Reading stands


@dataclass(frozen=True)
class Reading:
    """What a message may mean."""

    candidates: list[Candidate]  # all intents, best first
    thresholds: Thresholds  # learnt with them
    ambiguous: bool = False  # it may mean several of them: none is to be taken for granted
