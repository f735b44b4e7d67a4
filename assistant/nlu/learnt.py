"""What both readers learn, each from how examples are spelt and, or not, what they mean."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rasa.shared.nlu.constants import INTENT, METADATA, METADATA_INTENT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.nlu.judgement import Judgement
from assistant.nlu.model import Examples, IntentModel
from assistant.nlu.normalisation import NORMALISED, is_readable
from assistant.nlu.reading import Reading
from assistant.nlu.spelt import Spelt

JUDGEMENT = "judgement.json"


@dataclass(frozen=True)
class Learnt:
    """A model and what its evidence is worth."""

    model: IntentModel
    judgement: Judgement

    def read(self, spelt: Spelt, embeddings: np.ndarray) -> list[Reading]:
        """Of each of n sentences; `embeddings` has shape (n, d)."""
        evidence = self.model.evidence(spelt, embeddings)
        ranked = self.judgement.candidates(self.model.intents, self.model.columns, evidence)
        return [Reading(candidates, self.judgement.thresholds) for candidates in ranked]

    def save(self, folder: Path) -> None:
        self.model.save(folder)
        stored = json.dumps(self.judgement.as_dict(), indent=2)
        (folder / JUDGEMENT).write_text(stored, encoding="utf-8")

    @classmethod
    def open(cls, folder: Path) -> Learnt:
        stored = json.loads((folder / JUDGEMENT).read_text(encoding="utf-8"))
        return cls(IntentModel.open(folder), Judgement.from_dict(stored))


def examples_of(
    training_data: TrainingData, embedding_of: Callable[[Message], np.ndarray | None]
) -> Examples:
    """The sentences that have an intent and can be read, the same for both readers."""
    read = [each for each in training_data.intent_examples if is_readable(each)]
    return Examples(
        [message.get(NORMALISED) for message in read],
        np.stack([embedding_of(message) for message in read]),
        np.array([message.get(INTENT) for message in read]),
        np.array([voice_of(message) for message in read]),
    )


def voice_of(message: Message) -> str:
    """Who wrote an example: `metadata: {voice: …}` beside its intent in data/nlu; else ""."""
    return ((message.get(METADATA) or {}).get(METADATA_INTENT) or {}).get("voice", "")
