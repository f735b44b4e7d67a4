"""Writes on a message what the assistant decided to do with it: the last step of understanding.

The rules are in decision.py; how sure is sure enough was learnt with the classifier. It takes the
place of Rasa's FallbackClassifier, which knows one threshold and nothing of choices.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from assistant.nlu.classifier import ScopeAwareClassifier
from assistant.nlu.decision import Candidate, Kind, decide
from assistant.nlu.intents import OUT_OF_SCOPE, REFUSAL, WISHES, is_ours
from assistant.nlu.language import language_of
from assistant.nlu.normalisation import NORMALISED, is_command
from assistant.nlu.reading import READING, Reading
from assistant.nlu.second_question import (
    PARTS,
    Part,
    first_of_several,
    first_question,
    refuses,
    second_question,
)

DECISION = "decision"
RANKING = "intent_ranking"
OURS = "ours"  # chance that we can answer it at all; for the evaluation, not for the tracker
UNSURE = (Kind.CHOOSE, Kind.ESCALATE)
SHOWN = 5  # candidates that a decision names


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class Decider(GraphComponent, IntentClassifier):
    """Writes `decision`, the intent and the ranking of a message; commands are left alone.

    A decision is `{"kind", "candidates", "in_scope", "language", "also"}`; `also` is the intent of
    a second question, or None. When it is to choose or to hand over, the intent becomes Rasa's
    `nlu_fallback`, which one rule catches.
    """

    def __init__(self, ranking_length: int) -> None:
        self._ranking_length = ranking_length

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"ranking_length": 10}

    @classmethod
    def required_components(cls) -> list[type]:
        return [ScopeAwareClassifier]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Decider:
        return cls(int(config["ranking_length"]))

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if not is_command(message.get(TEXT)):
                self._decide(message, message.get(READING))
        return messages

    def _decide(self, message: Message, reading: Reading | None) -> None:
        candidates = reading.candidates if reading else []
        inside = [each for each in candidates if each.intent != OUT_OF_SCOPE]
        kind, parts = _kind(inside, reading), message.get(PARTS, [])
        first = first_of_several(parts) if kind in UNSURE else None
        if inside and inside[0].intent in WISHES and refuses(message.get(NORMALISED)):
            first = first_question(parts) or Candidate(REFUSAL, inside[0].confidence)
        if first:
            kind = Kind.ANSWER
            inside = [
                first,
                *(each for each in inside if each.intent not in (first.intent, *WISHES)),
            ]
        for key, value in outcome(kind, inside, message.get(TEXT) or "", parts).items():
            message.set(key, value, add_to_output=True)
        ranking = [_named(each, "name") for each in candidates[: self._ranking_length]]
        message.set(RANKING, ranking, add_to_output=True)
        message.set(OURS, sum(each.confidence for each in inside if is_ours(each.intent)))


def _kind(inside: list[Candidate], reading: Reading | None) -> Kind:
    if reading is None:
        return Kind.ESCALATE
    return Kind.CHOOSE if reading.ambiguous else decide(inside, reading.thresholds)


def outcome(
    kind: Kind, inside: list[Candidate], text: str, parts: Sequence[Part] = ()
) -> dict[str, Any]:
    """The `intent` and the `decision` of a message; `inside` holds all candidates, best first.

    `parts`: those of its parts that may be questions of their own.
    """
    best = inside[0] if inside else Candidate(DEFAULT_NLU_FALLBACK_INTENT_NAME, 0.0)
    unsure = kind in UNSURE
    also = second_question(best.intent, parts)
    if unsure and also not in WISHES:  # a wish is one whatever the rest of the message means
        also = None
    name = DEFAULT_NLU_FALLBACK_INTENT_NAME if unsure else best.intent
    decision = {
        "kind": kind.value,
        "candidates": [_named(each, "intent") for each in inside[:SHOWN]],
        "in_scope": round(min(1.0, sum(each.confidence for each in inside)), 4),
        "language": language_of(text),
        "also": also,
    }
    return {INTENT: {"name": name, "confidence": best.confidence}, DECISION: decision}


def _named(candidate: Candidate, key: str) -> dict[str, Any]:
    return {key: candidate.intent, "confidence": candidate.confidence}
