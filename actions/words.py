"""What the assistant says around the answers, in French."""

from collections.abc import Sequence

from chorus import words as chorus_words
from chorus.training import Offer, Registered
from kit.organisation import organisation
from kit.words import moment, quoted

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
OVER_ALREADY = "Cette étape est déjà terminée : je n’ai rien changé."
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
AS_DESCRIPTION, AS_QUESTION = "C’est ma description", "C’est une question"
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
WHAT_TO_CHANGE, SEND_ANYWAY = "Que souhaitez-vous modifier ?", "Envoyer quand même"
SEND, CHANGE, CANCEL, STOP = "Envoyer la demande", "Modifier", "Annuler", "M’arrêter là"
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
    "envoyer la demande",
    *["envoyer", "envoie", "envoyez", "envoi", "valider", "confirmer", "send"],
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
    title: str,
    context: str | None,
    description: str | None,
    category: str | None,
    email: str,
    alike: str | None,
    *,
    to_recipient: bool = False,
) -> str:
    lines = [f"Sujet : {category}"] if category else []
    lines += [f"Titre : {title}"]
    lines += [f"À propos de : {context}"] if context else []
    lines += [f"Description : {description}"] if description else []
    lines += [f"Réponse à l’adresse : {email}"]
    listed = "\n".join(f"- {' '.join(line.split())}" for line in lines)
    known = f"\n\n{alike}" if alike else ""
    whom = "au service destinataire du document" if to_recipient else "au support"
    return (
        f"Voici votre demande :\n{listed}{known}\n\nJe l’envoie {whom}, avec cette conversation ?"
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


# An invoice, as the portal tells of it ------------------------------------------------------

WHICH_INVOICE = (
    "Quel est le numéro du document à suivre : facture, mémoire de frais de justice ou demande de "
    "remboursement ? Tapez seulement son numéro."
)
HOW_TO_LOOK, TRY_AGAIN = "Comment le trouver moi-même ?", "Réessayer"
NONE_OF_THESE, WRITE_TO_RECIPIENT = "Aucun de ces documents", "Écrire au destinataire"
INVOICE_GONE = "Je ne trouve plus ce document parmi ceux de vos structures."
SEE_DETAIL, SEE_COMMENT = "Voir le détail", "Lire le commentaire du destinataire"
DEMO_DATA = "Ces données sont inventées, pour la démonstration."
INVOICE_LEFT = "D’accord, j’arrête la recherche. Avez-vous une autre question ?"
PORTAL_DOWN = (
    "Je n’arrive pas à consulter le portail en ce moment. Vous pouvez réessayer dans un instant, "
    "chercher vous-même, ou écrire au support."
)


def invoice_unknown(number: str) -> str:
    return (
        f"Je ne trouve pas le numéro {quoted(number)} parmi les documents de vos structures. "
        "Vérifiez-le et tapez-le de nouveau, sans rien d’autre."
    )


def which_of_them(number: str) -> str:
    return f"Plusieurs documents portent le numéro {quoted(number)}. Lequel vous intéresse ?"


# A mail about an account --------------------------------------------------------------------

RESEND_ACTIVATION, SEND_RESET = "Faire renvoyer ce courriel", "Faire envoyer ce courriel"
HOW_TO_DO = "Comment faire moi-même ?"
WHICH_SIGN_UP_ADDRESS = (
    "À quelle adresse électronique vous êtes-vous inscrit ? Je fais renvoyer le courriel "
    "d’activation à cette adresse, et à aucune autre."
)
WHICH_CONNECTION_ADDRESS = (
    "Quelle est votre adresse de connexion ? Je fais envoyer à cette adresse, et à aucune autre, "
    "le courriel pour choisir un nouveau mot de passe. N’écrivez jamais de mot de passe ici."
)
BAD_ADDRESS_AGAIN = (
    "Je ne reconnais toujours pas d’adresse complète. Vous pouvez réessayer, ou vous arrêter là."
)
DEAD_CONNECTION_MAILBOX = "Je n’ai plus accès à la boîte de cette adresse"
ACCOUNT_LEFT = "D’accord, je n’envoie rien. Avez-vous une autre question ?"


def describe_about(context: str) -> str:
    """What a ticket still needs, when what it is about is known."""
    return (
        f"Votre demande commencera ainsi : {quoted(context)}. Que faut-il y ajouter ? Dites ce que "
        "vous attendez, et depuis quand."
    )


def dead_mailbox(address: str | None) -> str:
    """What the support needs of who cannot open the mailbox of their connection address."""
    which = f" : {address}" if address else ""
    return f"Boîte de mon adresse de connexion inaccessible{which} (adresse à remplacer)"


# Trainings ----------------------------------------------------------------------------------

WHICH_TRAINING_EMAIL = "À quelle adresse électronique envoyer la confirmation de l’inscription ?"
NONE_OF_THEM, SEE_TRAININGS = "Aucune de ces formations", "Voir les prochaines formations"
TRAINING_LEFT = "D’accord, je ne vous inscris pas. Avez-vous une autre question ?"


def which_training(offers: list[Offer], url: str, *, missed: bool = False) -> str:
    """`missed`: the one that was meant is not to be had."""
    first = "Je ne trouve pas de place à cette date. " if missed else ""
    return f"{first}{next_trainings(offers, url)}\n\nLaquelle vous intéresse ?"


def which_of_these(offers: list[Offer]) -> str:
    return f"Plusieurs sessions conviennent :\n{_listed(offers)}\n\nLaquelle choisissez-vous ?"


def next_trainings(offers: list[Offer], url: str) -> str:
    return f"Prochaines sessions (heure de Paris), décrites sur {url} :\n{_listed(offers)}"


def _listed(offers: list[Offer]) -> str:
    return "\n".join(
        f"- {chorus_words.training_label(each.training)}{chorus_words.places(each.left)}"
        for each in offers
    )


def my_trainings(theirs: Sequence[Registered]) -> str:
    if not theirs:
        return (
            "Je ne vois pas d’inscription liée à cette conversation. Si vous vous êtes inscrit "
            "autrement, le courriel de confirmation contient un lien pour annuler."
        )
    listed = "\n".join(f"- {each.training.title}, {moment(each.training.start)}" for each in theirs)
    return f"Vous êtes inscrit à (heure de Paris) :\n{listed}"


ENGLISH = "I understand English, but my answers are in French only."


def in_french(text: str) -> str:
    return f"{ENGLISH}\n\n{text}"


def second_question(title: str) -> str:
    return f"Vous parlez peut-être aussi d’autre chose : choisissez {quoted(title)} ci-dessous."


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
