"""Turns scores into a decision and writes it on the message: the last step of understanding.

Learns at training what scores are worth (calibration) and how sure is sure enough (thresholds), on
sentences held out for it. The rules themselves are in decision.py.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.nlu import regression
from assistant.nlu.calibration import Calibration, calibrate
from assistant.nlu.classifier import SCORES, Examples, examples_of
from assistant.nlu.cross_validation import hold_out, slices
from assistant.nlu.decision import Candidate, Kind, Thresholds, decide
from assistant.nlu.embedder import SentenceEmbedder
from assistant.nlu.features import Features, centre
from assistant.nlu.intents import OUT_OF_SCOPE, is_ours
from assistant.nlu.language import language_of
from assistant.nlu.normalisation import is_command
from assistant.nlu.thresholds import choose_thresholds

DECISION = "decision"
RANKING = "intent_ranking"
OURS = "ours"  # chance that we can answer it at all; for the evaluation, not for the tracker
SHOWN = 5  # candidates that a decision names
FILE = "decider.json"


@dataclass(frozen=True)
class Judgement:
    """What was learnt from held-out sentences."""

    calibration: Calibration
    thresholds: Thresholds

    @classmethod
    def learn(cls, examples: Examples) -> Judgement:
        features = Features.fit(examples.texts, examples.embeddings)
        rows = regression.Directions.of(features.of(examples.texts, examples.embeddings)).rows
        sliced = slices(centre(examples.embeddings, features.mean), examples.labels)
        held = hold_out(rows, examples.labels, sliced)
        calibration = calibrate(held.scores, held.truth, held.intents.index(OUT_OF_SCOPE))
        return cls(calibration, choose_thresholds(held, calibration))

    def as_dict(self) -> dict[str, Any]:
        return {
            "calibration": self.calibration.as_dict(),
            "thresholds": self.thresholds.as_dict(),
        }

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Judgement:
        return cls(Calibration(**stored["calibration"]), Thresholds(**stored["thresholds"]))

    def confidences(self, intents: list[str], scores: np.ndarray) -> list[Candidate]:
        """All intents with their chance, best first; together they make 1."""
        outside = intents.index(OUT_OF_SCOPE)
        chances = self.calibration.confidences(scores[np.newaxis, :], outside)[0]
        order = np.argsort(-chances, kind="stable")
        return [Candidate(intents[at], round(float(chances[at]), 4)) for at in order]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class Decider(GraphComponent, IntentClassifier):
    """Writes `decision`, the intent and the ranking of a message.

    A decision is `{"kind", "candidates", "in_scope", "language"}`. When it is to choose or to
    hand over, the intent becomes Rasa's `nlu_fallback`, which one rule catches.
    """

    def __init__(
        self,
        config: dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        judgement: Judgement | None = None,
    ) -> None:
        self._ranking_length = int(config["ranking_length"])
        self._storage = storage
        self._resource = resource
        self._judgement = judgement

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"ranking_length": 10}

    @classmethod
    def required_components(cls) -> list[type]:
        return [SentenceEmbedder]  # at training; a classifier does not run before another then

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Decider:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Decider:
        with model_storage.read_from(resource) as folder:
            stored = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return cls(config, model_storage, resource, Judgement.from_dict(stored))

    def train(self, training_data: TrainingData) -> Resource:
        self._judgement = Judgement.learn(examples_of(training_data))
        with self._storage.write_to(self._resource) as folder:
            stored = json.dumps(self._judgement.as_dict(), indent=2)
            (folder / FILE).write_text(stored, encoding="utf-8")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if self._judgement is not None and not is_command(message.get(TEXT)):
                self._decide(message, self._judgement)
        return messages

    def _decide(self, message: Message, judgement: Judgement) -> None:
        scored = message.get(SCORES)
        everything = judgement.confidences(*scored) if scored else []
        inside = [each for each in everything if each.intent != OUT_OF_SCOPE]
        kind = decide(inside, judgement.thresholds)
        for key, value in outcome(kind, inside, message.get(TEXT) or "").items():
            message.set(key, value, add_to_output=True)
        shown = [_named(each, "name") for each in everything[: self._ranking_length]]
        message.set(RANKING, shown, add_to_output=True)
        message.set(OURS, sum(each.confidence for each in inside if is_ours(each.intent)))


def outcome(kind: Kind, inside: list[Candidate], text: str) -> dict[str, Any]:
    """The `intent` and the `decision` of a message; `inside` holds all candidates, best first."""
    best = inside[0] if inside else Candidate(DEFAULT_NLU_FALLBACK_INTENT_NAME, 0.0)
    unsure = kind in (Kind.CHOOSE, Kind.ESCALATE)
    name = DEFAULT_NLU_FALLBACK_INTENT_NAME if unsure else best.intent
    decision = {
        "kind": kind.value,
        "candidates": [_named(each, "intent") for each in inside[:SHOWN]],
        "in_scope": round(min(1.0, sum(each.confidence for each in inside)), 4),
        "language": language_of(text),
    }
    return {INTENT: {"name": name, "confidence": best.confidence}, DECISION: decision}


def _named(candidate: Candidate, key: str) -> dict[str, Any]:
    return {key: candidate.intent, "confidence": candidate.confidence}
