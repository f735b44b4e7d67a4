"""Reads what its spelling alone makes clear, so that many messages never need the embedding.

The embedding takes most of a parse. The n-grams alone are as right as both together where
they are sure of what is meant (docs/understanding.md). What they are less sure of, or take for out
of scope, is read again by the next components, with its meaning.
"""

from __future__ import annotations

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.nlu.classifier import Learnt, ScopeAwareClassifier, voice_of
from assistant.nlu.intents import OUT_OF_SCOPE
from assistant.nlu.model import Examples, no_meaning
from assistant.nlu.normalisation import NORMALISED, Normaliser, has_latin_letter
from assistant.nlu.reading import READING, Reading
from assistant.nlu.second_question import SEPARATE, parts_of

SURE = 0.90  # chance of the best intent from which on its spelling is enough


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class QuickReader(ScopeAwareClassifier):
    """Leaves a Reading on a message that it is sure of, and nothing on the others."""

    @classmethod
    def required_components(cls) -> list[type]:
        return [Normaliser]

    def examples_of(self, training_data: TrainingData) -> Examples:
        read = [each for each in training_data.intent_examples if _is_readable(each)]
        return Examples(
            [message.get(NORMALISED) for message in read],
            no_meaning(len(read)),
            np.array([message.get(INTENT) for message in read]),
            np.array([voice_of(message) for message in read]),
        )

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if self._learnt is not None and _is_readable(message):
                self._read(self._learnt, message)
        return messages

    def _read(self, learnt: Learnt, message: Message) -> None:
        reading = learnt.read(message.get(NORMALISED), no_meaning(1)[0])
        if _is_clear(reading):
            message.set(READING, reading)
        parts = [learnt.read(part, no_meaning(1)[0]) for part in parts_of(message.get(NORMALISED))]
        clear = [part.candidates[0].intent for part in parts if _is_clear(part)]
        message.set(SEPARATE, clear)


def _is_clear(reading: Reading) -> bool:
    """Words that nobody used in training may still mean something that is ours."""
    best = reading.candidates[0]
    return best.confidence >= SURE and best.intent != OUT_OF_SCOPE


def _is_readable(message: Message) -> bool:
    return has_latin_letter(message.get(NORMALISED) or "")
