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
# A ticket written in the conversation ------------------------------------------------------

DESCRIBE = (
    "Décrivez votre problème en quelques phrases : ce que vous vouliez faire, sur quel écran, "
    "et le message affiché."
)
QUESTION_OR_NOT = (
    "Votre message ressemble à une question. Est-ce la description de votre problème, "
    "ou une question à laquelle je dois d’abord répondre ?"
)
AS_DESCRIPTION = "C’est ma description"
AS_QUESTION = "C’est une question"
WHICH_CATEGORY = "Quel sujet correspond le mieux à votre demande ?"
WHICH_EMAIL = "À quelle adresse électronique le support peut-il vous répondre ?"
BAD_EMAIL = (
    "Cette adresse ne semble pas complète : il faut une adresse de la forme nom@exemple.fr. "
    "Pouvez-vous l’écrire de nouveau ?"
)
BAD_EMAIL_AGAIN = (
    "Je ne reconnais toujours pas d’adresse complète, et sans elle personne ne pourrait vous "
    "répondre. Vous pouvez réessayer, ou vous arrêter là : ce que vous avez écrit est gardé."
)
WHAT_TO_CHANGE = "Que souhaitez-vous modifier ?"
SEND, CHANGE, CANCEL, STOP = "Envoyer la demande", "Modifier", "Annuler", "M’arrêter là"
SEND_ANYWAY = "Envoyer quand même"
CHANGE_DESCRIPTION, CHANGE_CATEGORY = "La description", "Le sujet"
CHANGE_EMAIL, START_ANEW, BACK = "L’adresse électronique", "Tout recommencer", "Ne rien modifier"
TICKET_LEFT = (
    "D’accord, je n’envoie rien. Je garde ce que vous avez écrit : pour reprendre, "
    "dites « ticket ». Avez-vous une autre question ?"
)
TOO_LATE = "Ce bouton ne sert plus à rien ici. Pour écrire au support, dites « ticket »."
NOTED_DISLIKE = "C’est noté : je joins à votre demande que cette réponse ne convient pas."

# What says the same as a button, in small letters without accents.
SAYS_SEND = {
    "envoyer",
    "envoyer la demande",
    "envoie",
    "envoyez",
    "envoi",
    "valider",
    "confirmer",
    "send",
}
SAYS_CHANGE = {"modifier", "modifie", "corriger", "corrige", "changer", "change", "rectifier"}
SAYS_WHAT = {
    "description": {"description", "texte", "probleme", "message"},
    "category": {"sujet", "categorie", "theme"},
    "email": {"adresse", "mail", "email", "courriel", "e-mail", "adresse electronique"},
}
# How questions begin, and a word that stands for « @ »; small letters without accents.
QUESTIONS = (
    r"comment|ou|pourquoi|combien|quel(le)?s?|qui|que (faire|dois|faut|se passe)|quoi|qu['’ ]est"
    r"|est[- ]ce que?|peut[- ]on|puis[- ]je|dois[- ]je|faut[- ]il|y a[- ]t[- ]il"
    r"|how|where|why|what|which|who|can i|is there"
)
AT_SIGN = "arobase"


def once_more(text: str, time: int) -> str:
    """`time`: the how-manieth time it is said. Each text is another."""
    return f"{text} (Question posée {time} fois.)"


def back_to(text: str) -> str:
    return f"Revenons à votre demande. {text}"


def in_category(category: str, subcategory: str) -> str:
    """
    >>> in_category("Connexion et compte", "Mot de passe")
    'Connexion et compte – Mot de passe'
    """
    label = f"{category} – {subcategory}" if category != subcategory else category
    return label.replace("'", "’")


def asked_before(explanation: str | None, question: str | None) -> str | None:
    """A description made of what the user said already."""
    if explanation and question:
        return f"{explanation}\n\nMa question était : {question}"
    return explanation or question


def summary(
    title: str, description: str | None, category: str | None, email: str, alike: str | None
) -> str:
    lines = [f"Sujet : {category}"] if category else []
    lines += [f"Titre : {title}"]
    lines += [f"Description : {description}"] if description else []
    lines += [f"Réponse à l’adresse : {email}"]
    listed = "\n".join(f"- {' '.join(line.split())}" for line in lines)
    known = f"\n\n{alike}" if alike else ""
    return (
        f"Voici votre demande :\n{listed}{known}\n\n"
        "Je l’envoie au support, avec cette conversation ?"
    )


def alike(reference: str, title: str | None) -> str:
    """`title` only for who may know it."""
    what = f" ({quoted(title)})" if title else ""
    return (
        f"Une demande qui lui ressemble est déjà ouverte : {reference}{what}. "
        "Vous pouvez la compléter au lieu d’en ouvrir une autre."
    )


def complete(reference: str) -> str:
    return f"Compléter la demande {reference}"


# « Où en est mon ticket ? » -----------------------------------------------------------------


def ticket_state(reference: str, status: str, title: str | None) -> str:
    """`title` only for who may know it."""
    return f"{reference}{f', {quoted(title)}' if title else ''} : {status}"


def tickets_known(states: list[str], url: str) -> str:
    one = len(states) == 1
    listed = "\n".join(f"- {state}" for state in states)
    where = "Voici où en est votre demande" if one else "Voici où en sont vos demandes"
    mails = "du courriel que vous avez reçu" if one else "des courriels que vous avez reçus"
    return (
        f"{where} :\n{listed}\n\n"
        f"Pour lire les réponses et y répondre, suivez le lien {mails}, "
        f"ou passez par la page de suivi : {url}"
    )


def no_ticket_known(url: str) -> str:
    return (
        "Je ne vois pas de demande liée à cette conversation. Suivez le lien du courriel reçu "
        "quand vous l’avez envoyée, ou passez par la page de suivi avec votre référence "
        f"(de la forme TK-000042) : {url}"
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
