"""A wrong answer costs trust, a choice costs a click."""

import pytest

from assistant.nlu.decision import Candidate, Kind, Thresholds, decide

THRESHOLDS = Thresholds(answer=0.7, talk=0.4, redirect=0.3, choose=0.25)
FAQ, OTHER, AWAY, TALK = "adresses.difference", "brouillon.envoyer", "redirection.tva", "humain"


@pytest.mark.parametrize(
    ("ranking", "kind"),
    [
        ([(FAQ, 0.7), (OTHER, 0.1)], Kind.ANSWER),
        ([(FAQ, 0.69), (OTHER, 0.1)], Kind.CHOOSE),
        ([(FAQ, 0.2), (OTHER, 0.06)], Kind.CHOOSE),
        ([(FAQ, 0.2), (AWAY, 0.19)], Kind.ESCALATE),
        ([(FAQ, 0.1), (OTHER, 0.1)], Kind.ESCALATE),
        ([(TALK, 0.4), (FAQ, 0.3)], Kind.ANSWER),
        ([(TALK, 0.3), (FAQ, 0.2)], Kind.CHOOSE),
        ([(AWAY, 0.9), (FAQ, 0.05)], Kind.REDIRECT),
        ([(AWAY, 0.4), (FAQ, 0.19)], Kind.REDIRECT),
        ([(AWAY, 0.5), (FAQ, 0.3)], Kind.CHOOSE),
        ([(AWAY, 0.4), (FAQ, 0.2)], Kind.ESCALATE),
        ([(AWAY, 0.2), (FAQ, 0.05)], Kind.ESCALATE),
        ([(AWAY, 0.9)], Kind.REDIRECT),
        ([], Kind.ESCALATE),
    ],
)
def test_the_decision_follows_from_the_confidences(
    ranking: list[tuple[str, float]], kind: Kind
) -> None:
    assert decide([Candidate(*each) for each in ranking], THRESHOLDS) is kind


def test_more_confidence_in_the_best_never_withdraws_its_answer() -> None:
    kinds = [
        decide([Candidate(FAQ, best / 100), Candidate(OTHER, 0.1)], THRESHOLDS)
        for best in range(10, 90)
    ]
    assert kinds == sorted(kinds, key=[Kind.ESCALATE, Kind.CHOOSE, Kind.ANSWER].index)
