"""Writes what users type the way it would stand in a letter, so that spelling decides nothing.

« jrecois pa les notifs », « JE NE REÇOIS PAS LES NOTIFICATIONS »: the same question. Every other
step reads this text; the words that the user really typed are kept beside it, untouched.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.nlu.words import ABBREVIATIONS, NOT_A_VERB

NORMALISED = "normalised_text"  # the key of the message under which the result stands

# Of a long message the first and the last sentences count: who, and what is asked. Parsing is
# quadratic in the length, and no question that was tried lost anything.
LONGEST = 500
HEAD = 150
TAIL = 350

SENTENCE_END = re.compile(r"(?<=[.!?…\n])\s+")
NEW_LINE = re.compile(r"(?<![.!?…,;:\s])\s*\n\s*")  # ends a sentence that has no mark of its own
APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "′": "'"})
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
SAME_LETTER = re.compile(r"([^\W\d])\1{2,}")
WORD = re.compile(r"[\w']+°?")
# An invoice number or a reference says nothing about the subject; « 2026 » or « DC4 » may.
REFERENCE = re.compile(
    r"\b(?:(?=(?:[\w./-]*?\d){5})|(?=[\w./-]*[^\W\d_])(?=(?:[\w./-]*?\d){3}))[\w./-]*\w"
)
ADDRESS = re.compile(r"\S+@\S*[^\s.,;:!?…]")  # whose it is says nothing about the subject either
RUN_TOGETHER = re.compile(r"j([b-df-hj-np-tv-xz]\w+)")


def excerpt(text: str) -> str:
    """At most about 500 characters of a text: its first sentences and its last ones."""
    if len(text) <= LONGEST:
        return text
    head = _whole_sentences(text, HEAD)
    tail = _whole_sentences(text[::-1], TAIL, backwards=True)[::-1]
    return f"{head.strip()} {tail.strip()}"


def _whole_sentences(text: str, length: int, backwards: bool = False) -> str:
    """The longest start of `text` within `length` that ends a sentence, else ends a word.

    Read backwards a sentence begins after the mark that ends the one before it.
    """
    ends = [match.start() for match in re.finditer(r"[.!?…\n]", text[: length + 1])]
    cuts = [end for end in ends if end >= length // 3]
    if cuts:
        return text[: cuts[-1] + (0 if backwards else 1)]
    space = text.rfind(" ", 0, length + 1)
    return text[: space if space > 0 else length]


def normalise(text: str) -> str:
    """Lower case, plain apostrophes, no invisible characters or references, no abbreviations.

    Accents stay: the embedding reads them. `fold` takes them away where n-grams are counted.
    """
    number = f"{ABBREVIATIONS['n°']} "  # NFKC would turn the sign into the word « no »
    plain = unicodedata.normalize("NFKC", text.replace("n°", number).replace("N°", number))
    plain = NEW_LINE.sub(". ", plain.strip())
    plain = INVISIBLE.sub("", plain).translate(APOSTROPHES).lower()
    plain = ADDRESS.sub(" ", plain)
    plain = REFERENCE.sub("0", SAME_LETTER.sub(r"\1", plain))
    return " ".join(WORD.sub(_spelt_out, plain).split())


def _spelt_out(match: re.Match[str]) -> str:
    word = match.group()
    if word in ABBREVIATIONS:
        return ABBREVIATIONS[word]
    together = RUN_TOGETHER.fullmatch(word)
    return f"je {together.group(1)}" if together and word not in NOT_A_VERB else word


def fold(text: str) -> str:
    """Lower case without accents: « Où ? » and « ou ? » become the same."""
    decomposed = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe").replace("æ", "ae"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def has_latin_letter(text: str) -> bool:
    """False for digits, emoji, punctuation and other scripts: nothing there can be classified."""
    return any(unicodedata.name(letter, "").startswith("LATIN ") for letter in text)


def is_command(text: str | None) -> bool:
    """A button's `/intent{…}`: Rasa reads it by itself, no component of ours touches it."""
    return text is not None and text.lstrip().startswith("/")


def prepared(text: str) -> str:
    """What the later steps read of a message; normalised, one letter may have become eighteen."""
    return excerpt(normalise(excerpt(text)))


def is_readable(message: Message) -> bool:
    return has_latin_letter(message.get(NORMALISED) or "")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class Normaliser(GraphComponent):
    """Puts the normalised excerpt of every message beside its text."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Normaliser:
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(TEXT)
            if text and not is_command(text):
                message.set(NORMALISED, prepared(text))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data
