"""Finds invoice numbers, ticket references, dates and amounts in what users write.

Rules, not learning: a number is what it looks like. spaCy's blank French pipeline cuts the words;
its EntityRuler holds the patterns; no model is loaded.
"""

from __future__ import annotations

import re
from typing import Any

import spacy
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from spacy.language import Language
from spacy.tokens import Span

from assistant.nlu.normalisation import is_command
from assistant.nlu.words import CURRENCY, INVOICE_WORDS, MONTHS, NUMBER_WORDS

LONGEST = 4000  # characters that are looked at; the web accepts no more

# An invoice number mixes letters and at least three digits, or is six digits or more; Chorus Pro
# takes at most twenty characters. After « facture n° » any number will do.
MIXED_NUMBER = r"(?i)^(?!tk)(?=.*[a-z])(?=(?:[^\d]*\d){3})[a-z0-9][a-z0-9/_.\-]{2,19}$"
LONG_NUMBER = r"^\d{6,20}$"
ANY_NUMBER = r"(?i)^(?!tk)(?=.*\d)[a-z0-9][a-z0-9/_.\-]{0,19}$"
DAY = r"^(?:0?[1-9]|[12]\d|3[01])(?:er)?$"
YEAR = r"^(?:19|20)\d\d$"
FIGURE = r"^\d{1,9}(?:[.,]\d{1,2})?$"

PATTERNS: list[dict[str, Any]] = [
    {"label": "ticket_reference", "pattern": [{"TEXT": {"REGEX": r"(?i)^tk-?\d{6,}$"}}]},
    {"label": "ticket_reference", "pattern": [{"LOWER": "tk"}, {"TEXT": {"REGEX": r"^\d{6,}$"}}]},
    {
        "label": "date",
        "pattern": [{"TEXT": {"REGEX": r"^\d{1,2}[/.\-]\d{1,2}[/.\-](?:\d\d){1,2}$"}}],
    },
    {"label": "date", "pattern": [{"TEXT": {"REGEX": r"^(?:19|20)\d\d-\d\d-\d\d$"}}]},
    {
        "label": "date",
        "pattern": [
            {"LOWER": {"REGEX": DAY}},
            {"LOWER": {"IN": list(MONTHS)}},
            {"TEXT": {"REGEX": YEAR}, "OP": "?"},
        ],
    },
    {
        "label": "amount",
        "pattern": [
            {"TEXT": {"REGEX": r"^\d{1,3}$"}, "OP": "*"},
            {"TEXT": {"REGEX": FIGURE}},
            {"LOWER": {"IN": list(CURRENCY)}},
        ],
    },
    {
        "label": "amount",
        "pattern": [{"LOWER": {"REGEX": r"^\d+(?:[.,]\d{1,2})?(?:€|eur|euros?)$"}}],
    },
    {
        "label": "invoice_number",
        "pattern": [
            {"LOWER": {"IN": list(INVOICE_WORDS)}},
            {"LOWER": {"IN": list(NUMBER_WORDS)}, "OP": "?"},
            {"TEXT": {"REGEX": ANY_NUMBER}},
        ],
    },
    {
        "label": "invoice_number",
        "pattern": [{"LOWER": {"IN": list(NUMBER_WORDS)}}, {"TEXT": {"REGEX": ANY_NUMBER}}],
    },
    {"label": "invoice_number", "pattern": [{"TEXT": {"REGEX": MIXED_NUMBER}}]},
    {"label": "invoice_number", "pattern": [{"TEXT": {"REGEX": LONG_NUMBER}}]},
]


def open_ruler() -> Language:
    """The pipeline: words are cut at blanks and outer punctuation only, so numbers stay whole."""
    pipeline = spacy.blank("fr")
    edges = r"""[\s«»"'“”(),;:!?…\[\]]+"""
    pipeline.tokenizer.prefix_search = re.compile(f"^(?:{edges}|n[°º])", re.IGNORECASE).search
    pipeline.tokenizer.suffix_search = re.compile(f"(?:{edges}|\\.)$").search
    pipeline.tokenizer.infix_finditer = None
    pipeline.tokenizer.token_match = None
    pipeline.tokenizer.url_match = None
    pipeline.tokenizer.rules = {}
    pipeline.add_pipe("entity_ruler").add_patterns(PATTERNS)
    return pipeline


def find(pipeline: Language, text: str) -> list[dict[str, Any]]:
    """Entities in the order of the text; `start` and `end` count characters of `text`."""
    looked_at = text[:LONGEST]
    if not any(map(str.isdigit, looked_at)):
        return []  # every pattern holds a digit, and most messages none
    return [_entity(span) for span in pipeline(looked_at).ents]


def _entity(span: Span) -> dict[str, Any]:
    label = span.label_
    if label == "invoice_number":
        span = span[-1:]  # the words before it only led there
    reference = label == "ticket_reference"
    return {
        "entity": label,
        "value": "TK-" + re.sub(r"\D", "", span.text) if reference else span.text,
        "start": span.start_char,
        "end": span.end_char,
    }


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class NumberFinder(GraphComponent, EntityExtractorMixin):
    """Adds the entities `invoice_number`, `ticket_reference`, `date` and `amount`."""

    def __init__(self) -> None:
        self._pipeline = open_ruler()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> NumberFinder:
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(TEXT)
            if text and not is_command(text):
                found = self.add_extractor_name(find(self._pipeline, text))
                message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages
