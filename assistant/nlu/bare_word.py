"""« compte », « mon mémoire »: one word, as typed into a search box, that may mean several things.

The examples decide what: of each intent, the share of those that hold the word. A classifier is
sure of the one in which the word stands alone most often; here as much weight has what people ask
with it in whole sentences. Unless one meaning is far ahead, the likeliest three are offered.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.nlu.decision import Candidate, Kind, decide
from assistant.nlu.intents import OUT_OF_SCOPE, Family, family_of, may_be_chosen
from assistant.nlu.normalisation import NORMALISED, Normaliser, fold
from assistant.nlu.reading import READING, Reading
from assistant.nlu.trained import Trained
from assistant.nlu.words import AROUND_A_WORD

SEEN = 5  # examples that a word must stand in before it tells anything
# A meaning is far ahead from this chance on: half of it the classifier's, half the word's own.
FAR_AHEAD = 0.75
PLAUSIBLE = 0.05  # below, a meaning is not worth a choice
STORED = "meanings.json"

WORD = re.compile(r"[^\W\d_]+")
BESIDE = frozenset("@0123456789")


@dataclass(frozen=True)
class Meanings:
    """What each word is used for: by its stem, the chance of each intent."""

    of_word: dict[str, dict[str, float]]

    @classmethod
    def learn(cls, examples: Iterable[tuple[str, str]]) -> Meanings:
        """From normalised texts, each with its intent; what is out of scope means nothing here."""
        said = [(text, intent) for text, intent in examples if intent != OUT_OF_SCOPE]
        sizes = Counter(intent for _, intent in said)
        counted: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for text, intent in said:
            for stem in {stem_of(word) for word in WORD.findall(text)}:
                counted[stem][intent] += 1
        return cls(
            {
                stem: _chances(counts, sizes)
                for stem, counts in counted.items()
                if counts.total() >= SEEN
            }
        )

    def save(self, folder: Path) -> None:
        text = json.dumps(self.of_word, ensure_ascii=False)
        (folder / STORED).write_text(text, encoding="utf-8")

    @classmethod
    def open(cls, folder: Path) -> Meanings:
        return cls(json.loads((folder / STORED).read_text(encoding="utf-8")))


def _chances(counts: Counter[str], sizes: Counter[str]) -> dict[str, float]:
    """Shares of the examples of each intent, brought to a sum of 1: no intent counts as frequent
    for having many examples."""
    shares = {intent: count / sizes[intent] for intent, count in counts.items()}
    total = sum(shares.values())
    return {intent: round(share / total, 4) for intent, share in shares.items()}


def stem_of(word: str) -> str:
    """Singular and plural, with and without accents, are the same."""
    return fold(word).rstrip("sx")


def bare_word(text: str) -> str | None:
    """The only word of a normalised text that carries a meaning, else None.

    >>> bare_word("mes factures s'il vous plaît ?")
    'factures'
    """
    words = [word for word in WORD.findall(text) if len(word) > 1]
    left = [word for word in words if fold(word) not in AROUND_A_WORD]
    return left[0] if len(left) == 1 else None


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class BareWordReader(Trained[Meanings], IntentClassifier):
    """Marks the Reading of a bare word as ambiguous, unless one of its meanings is far ahead.

    It stands behind the classifier in config.yml, and before the Decider.
    """

    kind = Meanings

    @classmethod
    def required_components(cls) -> list[type]:
        return [Normaliser]

    def train(self, training_data: TrainingData) -> Resource:
        read = [each for each in training_data.intent_examples if each.get(NORMALISED)]
        return self.keep(Meanings.learn((each.get(NORMALISED), each.get(INTENT)) for each in read))

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            reading, word = message.get(READING), _word_of(message)
            if self._learnt is not None and reading is not None and word is not None:
                meanings = self._learnt.of_word.get(stem_of(word), {})
                message.set(READING, weighed(reading, meanings))
        return messages


def _word_of(message: Message) -> str | None:
    """Its bare word; a number or an address beside the word tells what is wanted with it."""
    if set(message.get(TEXT) or "") & BESIDE:
        return None
    return bare_word(message.get(NORMALISED) or "")


def weighed(reading: Reading, meanings: dict[str, float]) -> Reading:
    """The reading with what else the word may mean.

    Talk stays as it is, and so does what is handed over.
    """
    inside = [each for each in reading.candidates if each.intent != OUT_OF_SCOPE]
    if not meanings or decide(inside, reading.thresholds) is Kind.ESCALATE:
        return reading
    if family_of(inside[0].intent) is Family.TALK:
        return reading
    candidates = [
        Candidate(each.intent, (each.confidence + meanings.get(each.intent, 0.0)) / 2)
        for each in reading.candidates
    ]
    candidates.sort(key=lambda each: -each.confidence)
    plausible = [each for each in candidates if each.confidence >= PLAUSIBLE]
    several = sum(may_be_chosen(each.intent) for each in plausible) > 1
    if not several or plausible[0].confidence >= FAR_AHEAD:
        return reading
    return replace(reading, candidates=plausible, ambiguous=True)
