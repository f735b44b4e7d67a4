"""A message with two questions is taken apart, and one with a single question is not."""

import numpy as np
import pytest

from assistant.nlu.decision import Candidate
from assistant.nlu.second_question import (
    MOST_PARTS,
    SURE_ALONE,
    SURE_TOGETHER,
    WORTH_MEANING,
    Part,
    may_ask,
    parts_of,
    second_question,
)
from assistant.nlu.spelt import Speller

SPELT = Speller.fit(["autre", "autres"], np.array(["a", "b"]))[0].spelt(["autre"])


def part(spelling: Candidate, meaning: Candidate | None = None) -> Part:
    return Part("autre", SPELT, spelling, by_meaning=meaning)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("mot de passe perdu ? et sinon, où suivre ma facture ?", 2),
        ("comment activer les notifications et comment changer mon adresse", 2),
        ("1) délai du maître d'oeuvre 2) suivi de ma facture", 2),
        ("mot de passe oublié, comment suivre une facture, où saisir un mémoire", 3),
        ("pendant que j'y suis : un agent est là ce soir ? mon compte est bloqué", 2),
        ("i lost my password and where can i follow an invoice", 2),
        ("suivre ma facture et egalement changer mon adresse", 2),
        ("a b. " * 100, MOST_PARTS),
        ("comment et où déposer ma facture", 0),
        ("bonjour. merci !", 0),
        ("la facture, le devis et le bon de commande", 0),
        ("", 0),
    ],
)
def test_the_parts_that_may_stand_by_themselves(text: str, parts: int) -> None:
    assert len(parts_of(text)) == parts


def test_the_second_question_is_about_another_article() -> None:
    parts = [
        part(Candidate("adresses.difference", 1.0)),
        part(Candidate("brouillon.envoyer", 1.0)),
        part(Candidate("suivi_facture.suivre", 1.0)),
    ]
    assert second_question("adresses.modifier_contact", parts) == "brouillon.envoyer"
    assert second_question("brouillon.symptome", parts) == "adresses.difference"
    assert second_question("adresses.modifier_contact", parts[:1]) is None


def test_a_wish_counts_as_a_question_but_not_beside_another_wish() -> None:
    parts = [part(Candidate("humain", 1.0)), part(Candidate("brouillon.envoyer", 1.0))]
    assert second_question("adresses.difference", parts) == "humain"
    assert second_question("ticket", parts) == "brouillon.envoyer"


SPELLING = Candidate("brouillon.envoyer", SURE_ALONE - 0.01)


@pytest.mark.parametrize(
    ("found", "asked"),
    [
        (part(Candidate("brouillon.envoyer", SURE_ALONE)), "brouillon.envoyer"),
        (part(SPELLING), None),
        (part(SPELLING, Candidate("brouillon.symptome", SURE_TOGETHER)), "brouillon.symptome"),
        (part(SPELLING, Candidate("brouillon.envoyer", SURE_TOGETHER - 0.01)), None),
        (part(SPELLING, Candidate("notifications.activer", 1.0)), None),
    ],
)
def test_what_its_spelling_leaves_open_its_meaning_must_confirm(
    found: Part, asked: str | None
) -> None:
    assert found.asked == asked


@pytest.mark.parametrize(
    ("candidate", "best", "may"),
    [
        (Candidate("brouillon.envoyer", WORTH_MEANING), None, True),
        (Candidate("brouillon.envoyer", WORTH_MEANING), "adresses.difference", True),
        (Candidate("brouillon.envoyer", WORTH_MEANING), "brouillon.symptome", False),
        (Candidate("brouillon.envoyer", WORTH_MEANING - 0.01), None, False),
        (Candidate("redirection.tva", 1.0), None, False),
        (Candidate("humain", 1.0), None, True),
        (Candidate("ticket", 1.0), "brouillon.symptome", True),
        (Candidate("ticket", 1.0), "humain", False),
        (Candidate("remerciement", 1.0), None, False),
    ],
)
def test_only_what_the_base_answers_beside_the_whole_may_be_asked(
    candidate: Candidate, best: str | None, may: bool
) -> None:
    assert may_ask(candidate, best) is may
