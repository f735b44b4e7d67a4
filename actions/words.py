"""What the assistant says around the answers, in French."""

from kit.organisation import organisation
from kit.words import quoted

REPHRASE = (
    "Je n’ai pas compris votre question, ou elle ne fait pas partie de ce que je connais. "
    "Pouvez-vous la reformuler en une phrase courte, avec le nom de l’écran ou du document ?"
)
TWICE_MISSED = (
    "Je n’ai pas la réponse à votre question, et je préfère ne pas vous faire tourner en rond."
)
WHICH_OF_IT = "De quoi parlez-vous exactement ?"
WHAT_ABOUT = "De quoi souhaitez-vous parler ? Posez votre question en une phrase courte."
LISTENING = "D’accord. Quelle est votre question ?"
CLICK = "Cliquez sur la proposition qui vous convient, ou reformulez votre question."
EXPLAINED = "Merci, c’est noté."
NO_ANSWER_YET = "Dites-moi ce qui ne fonctionne pas : sur quel écran, et avec quel message ?"
TICKET = (
    "Je peux enregistrer votre demande, avec cette conversation. Voulez-vous ouvrir un ticket ?"
)
ENGLISH = "I understand English, but my answers are in French only."


def in_french(text: str) -> str:
    return f"{ENGLISH}\n\n{text}"


def which(likeliest: str, *, alone: bool) -> str:
    """Names the likeliest, so that the sentence tells what was understood."""
    others = "" if alone else " ou d’un autre de ces sujets"
    return f"Je ne suis pas sûre d’avoir compris. Parlez-vous de {quoted(likeliest)}{others} ?"


def what_went_wrong(title: str | None) -> str:
    about = f" sur {quoted(title)}" if title else ""
    return (
        f"Je suis désolée que ma réponse{about} ne convienne pas. "
        "Que s’est-il passé, ou que manque-t-il ? Décrivez-le en une phrase."
    )


def named(text: str) -> str:
    """The organisation's names in a short reply of domain.yml.

    >>> named("Je suis {assistant}.").startswith("Je suis ")
    True
    """
    us = organisation()
    return text.format(assistant=us.assistant, name=us.name, portal=us.portal)
