"""What we are compared with works, or beating it would be worth nothing."""

import numpy as np
import pytest

from assistant.evaluation.baselines import BASELINES, Asked, understood_by
from assistant.nlu.decision import Kind
from assistant.nlu.embedder import open_embedder
from assistant.nlu.intents import OUT_OF_SCOPE
from assistant.nlu.model import Examples

SAID = {
    "notifications.desactiver": ("ne plus recevoir de notifications", "couper les notifications"),
    "adresses.modifier_contact": ("changer l'adresse de contact", "modifier mon adresse"),
    "redirection.tva": ("quel taux de tva appliquer", "la tva est fausse"),
    OUT_OF_SCOPE: ("une recette de crêpes", "quel temps fait-il demain"),
}
ASKED = {
    "comment couper mes notifications": (Kind.ANSWER, "notifications.desactiver"),
    "le taux de tva": (Kind.REDIRECT, "redirection.tva"),
    "une bonne recette de crêpes": (Kind.ESCALATE, None),
}


@pytest.fixture(scope="module")
def examples() -> Examples:
    pairs = [(text, intent) for intent, texts in SAID.items() for text in texts]
    texts = [text for text, _ in pairs]
    labels = np.array([intent for _, intent in pairs])
    embedded = open_embedder().embed(texts)
    return Examples(texts, embedded, labels, np.full(len(texts), ""))


@pytest.mark.parametrize("name", BASELINES)
def test_a_baseline_finds_what_is_plain(name: str, examples: Examples) -> None:
    texts = list(ASKED)
    asked = Asked(texts, open_embedder().embed(texts))
    seen = understood_by(BASELINES[name], examples, asked)
    for each, (kind, intent) in zip(seen, ASKED.values(), strict=True):
        assert each.kind is kind
        assert intent is None or each.candidates[0] == intent
        assert OUT_OF_SCOPE not in each.candidates
    assert seen[0].ours > seen[1].ours
