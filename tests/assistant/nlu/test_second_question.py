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
    first_of_several,
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
        ("mot de passe oublié, je veux un humain", 2),
        ("comment et où déposer ma facture", 0),
        ("bonjour. merci !", 0),
        ("la facture, le devis et le bon de commande", 0),
        ("", 0),
    ],
)
def test_the_parts_that_may_stand_by_themselves(text: str, parts: int) -> None:
    assert len(parts_of(text)) == parts


def test_of_a_long_story_the_end_is_read() -> None:
    parts = parts_of(
        "bonjour madame. je suis peintre. je suis seul. rien à faire. je veux un humain"
    )
    assert (len(parts), parts[-1]) == (MOST_PARTS, "je veux un humain")


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
    assert (found.asked and found.asked.intent) == asked


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("je voudrais parler à un conseiller", True),
        ("je n'arrive à rien, passez-moi quelqu'un", True),
        ("je n'arrive pas à joindre un conseiller", True),
        ("je veux parler à un humain pas à un robot", True),
        ("je ne veux pas d'un robot je veux un humain", True),
        ("je veux pas ouvrir un ticket je veux parler a quelqu'un", True),
        ("y a pas quelqu'un pour m'aider ?", True),
        ("il n'y a pas de conseiller ?", True),
        ("aucun conseiller ne répond", True),
        ("i don't want to talk to a robot, give me a human", True),
        ("je ne veux pas parler à un conseiller", False),
        ("ne me passez pas un conseiller", False),
        ("pas besoin d'un conseiller", False),
        ("inutile de me proposer un conseiller", False),
        ("j'ai parlé à un conseiller hier", False),
        ("pas de ticket s'il vous plaît", False),
        ("i don't want to talk to anyone", False),
    ],
)
def test_a_person_who_is_not_wanted_is_not_offered(text: str, wanted: bool) -> None:
    asked = Part(text, SPELT, Candidate("humain", 1.0)).asked
    assert asked == (Candidate("humain", 1.0) if wanted else None)


def test_of_several_questions_the_first_that_is_no_wish_stands_for_the_whole() -> None:
    wish, first, second = (
        part(Candidate(intent, 1.0))
        for intent in ("humain", "brouillon.envoyer", "adresses.difference")
    )
    same = part(Candidate("brouillon.symptome", 1.0))
    for parts in ([first, second], [wish, first], [first, wish], [first, same, second]):
        assert first_of_several(parts) == Candidate("brouillon.envoyer", 1.0)
    for parts in ([], [first], [first, same], [wish], [part(SPELLING), second]):
        assert first_of_several(parts) is None


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
