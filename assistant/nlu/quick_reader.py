"""Reads what its spelling alone makes clear, so that many messages never need the embedding.

The embedding takes most of a parse. The n-grams alone are as right as both together where
they are sure of what is meant (docs/understanding.md). What they are less sure of, or take for out
of scope, is read again by the next components, with its meaning.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.nlu.intents import OUT_OF_SCOPE
from assistant.nlu.learnt import Learnt, examples_of
from assistant.nlu.model import learn, no_meaning
from assistant.nlu.normalisation import NORMALISED, Normaliser, is_readable
from assistant.nlu.reading import READING, Reading
from assistant.nlu.second_question import PARTS, Part, may_ask, parts_of
from assistant.nlu.spelt import SPELT, Speller
from assistant.nlu.trained import Trained

SURE = 0.90  # chance of the best intent from which on its spelling is enough


@dataclass(frozen=True)
class QuickLearnt:
    speller: Speller
    reader: Learnt

    def save(self, folder: Path) -> None:
        self.speller.save(folder)
        self.reader.save(folder)

    @classmethod
    def open(cls, folder: Path) -> QuickLearnt:
        return cls(Speller.open(folder), Learnt.open(folder))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class QuickReader(Trained[QuickLearnt], IntentClassifier):
    """Leaves a Reading on a message that it is sure of; on each how it is spelt, and its Parts."""

    kind = QuickLearnt

    @classmethod
    def required_components(cls) -> list[type]:
        return [Normaliser]

    def train(self, training_data: TrainingData) -> Resource:
        fitted, judgement = learn(examples_of(training_data, lambda _: no_meaning(1)[0]))
        return self.keep(QuickLearnt(fitted.speller, Learnt(fitted.model, judgement)))

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if self._learnt is not None and is_readable(message):
                self._read(self._learnt, message)
        return messages

    def _read(self, quick: QuickLearnt, message: Message) -> None:
        whole = message.get(NORMALISED)
        texts = [whole, *parts_of(whole)]
        spelt = quick.speller.spelt(texts)
        reading, *of_parts = quick.reader.read(spelt, no_meaning(len(texts)))
        message.set(SPELT, spelt[:1])
        known = None
        if _is_clear(reading):
            message.set(READING, reading)
            known = reading.candidates[0].intent
        best = [each.candidates[0] for each in of_parts]
        parts = [
            Part(texts[place], spelt[place : place + 1], candidate)
            for place, candidate in enumerate(best, start=1)
            if may_ask(candidate, known)
        ]
        message.set(PARTS, parts)


def _is_clear(reading: Reading) -> bool:
    """Words that nobody used in training may still mean something that is ours."""
    best = reading.candidates[0]
    return best.confidence >= SURE and best.intent != OUT_OF_SCOPE
