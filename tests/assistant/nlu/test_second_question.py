"""A message with two questions is taken apart, and one with a single question is not."""

import pytest

from assistant.nlu.second_question import MOST_PARTS, parts_of, second_question


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("mot de passe perdu ? et sinon, où suivre ma facture ?", 2),
        ("comment activer les notifications et comment changer mon adresse", 2),
        ("1) délai du maître d'oeuvre 2) suivi de ma facture", 2),
        ("mot de passe oublié, comment suivre une facture, où saisir un mémoire", 3),
        ("pendant que j'y suis : un agent est là ce soir ? mon compte est bloqué", 2),
        ("i lost my password and where can i follow an invoice", 2),
        ("a b. " * 100, MOST_PARTS),
        ("comment et où déposer ma facture", 0),
        ("bonjour. merci !", 0),
        ("la facture, le devis et le bon de commande", 0),
        ("", 0),
    ],
)
def test_the_parts_that_may_stand_by_themselves(text: str, parts: int) -> None:
    assert len(parts_of(text)) == parts


def test_the_second_question_is_about_another_article_of_the_base() -> None:
    separate = ["adresses.difference", "redirection.tva", "humain", "brouillon.envoyer"]
    assert second_question("adresses.modifier_contact", separate) == "brouillon.envoyer"
    assert second_question("brouillon.symptome", separate) == "adresses.difference"
    assert second_question("adresses.modifier_contact", separate[:3]) is None
