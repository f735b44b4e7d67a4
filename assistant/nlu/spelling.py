"""Puts right what was mistyped: « ma factrue », « le titualire », « une notifcation ».

A word that is neither among the examples nor French, one slip away from a word of the examples, was
meant to be that word: a letter lost, doubled or wrong, two swapped. Other French stays as it is
(« facteur » is no « facture »), and so does a message in English. A word of the examples is always
written the one way, whatever accents it was typed with.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from spellchecker import SpellChecker

from assistant.nlu.language import language_of
from assistant.nlu.normalisation import NORMALISED, Normaliser, fold
from assistant.nlu.trained import Trained

SHORTEST = 4  # letters of a word that may be put right: shorter ones are all alike
SEEN = 3  # times that a word must stand in the examples, or it may itself be a slip
WORD = re.compile(r"[^\W\d_]+")
STORED = "spelling.json"


class Spelling:
    """The words of the examples, and those of French that are easily taken for one of them."""

    def __init__(self, counts: dict[str, int], forms: dict[str, str], french: set[str]) -> None:
        """All keys and `french` without accents; `forms` tells how each is best written."""
        self._counts = counts
        self._forms = forms
        self._french = french
        self._nearby = _checker(counts)

    @classmethod
    def learn(cls, texts: Iterable[str]) -> Spelling:
        """From normalised examples, and the French word list of pyspellchecker."""
        written = Counter(word for text in texts for word in WORD.findall(text))
        counts: Counter[str] = Counter()
        forms: dict[str, str] = {}
        for word, times in sorted(written.items(), key=lambda each: (-each[1], each[0])):
            counts[fold(word)] += times
            forms.setdefault(fold(word), word)
        known = {word: n for word, n in counts.items() if n >= SEEN and len(word) >= SHORTEST}
        french = _checker({fold(word): 1 for word in SpellChecker(language="fr")})
        alike = french.known(slip for word in known for slip in french.edit_distance_1(word))
        return cls(known, {word: forms[word] for word in known}, alike - set(known))

    def correct(self, text: str) -> str:
        return WORD.sub(self._put_right, text)

    def _put_right(self, match: re.Match[str]) -> str:
        word = match.group()
        typed = fold(word)
        if typed in self._forms:
            return self._forms[typed]
        if len(typed) < SHORTEST or typed in self._french:
            return word
        meant = self._nearby.known(self._nearby.edit_distance_1(typed))
        if not meant:
            return word
        return self._forms[max(meant, key=lambda each: (self._counts[each], each))]

    def save(self, folder: Path) -> None:
        stored = {"counts": self._counts, "forms": self._forms, "french": sorted(self._french)}
        text = json.dumps(stored, ensure_ascii=False)
        (folder / STORED).write_text(text, encoding="utf-8")

    @classmethod
    def open(cls, folder: Path) -> Spelling:
        stored = json.loads((folder / STORED).read_text(encoding="utf-8"))
        return cls(stored["counts"], stored["forms"], set(stored["french"]))


def _checker(counts: dict[str, int]) -> SpellChecker:
    checker = SpellChecker(language=None, distance=1)
    checker.word_frequency.load_json(counts)
    return checker


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SpellingCorrector(Trained[Spelling]):
    """Corrects the normalised text of every message, the training examples included."""

    kind = Spelling

    @classmethod
    def required_components(cls) -> list[type]:
        return [Normaliser]

    def train(self, training_data: TrainingData) -> Resource:
        written = (each.get(NORMALISED) for each in training_data.training_examples)
        return self.keep(Spelling.learn(text for text in written if text))

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(NORMALISED)
            if self._learnt is not None and text and language_of(message.get(TEXT)) == "fr":
                message.set(NORMALISED, self._learnt.correct(text))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data
