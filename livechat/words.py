"""What users read from the conversation itself, in French. The answers live in knowledge/."""

from datetime import datetime

from kit.organisation import organisation
from kit.words import day as day  # said with the rest
from kit.words import hour as hour
from kit.words import moment as moment
from kit.words import quoted

ADVISOR = "Parler à un conseiller"
TICKET = "Ouvrir un ticket"
CONTINUE = "Non merci, continuer ici"
NONE = "Aucune de ces réponses"

ACTS = {
    "act:advisor": ADVISOR,
    "act:ticket": TICKET,
    "act:callback": "Être rappelé(e)",
    "act:leave": "Quitter la file",
    "act:continue": CONTINUE,
    "act:none": NONE,
    "act:transcript": "Recevoir une copie par courriel",
    "act:rate_1": "1 sur 5 : pas du tout satisfait(e)",
    "act:rate_2": "2 sur 5",
    "act:rate_3": "3 sur 5",
    "act:rate_4": "4 sur 5",
    "act:rate_5": "5 sur 5 : très satisfait(e)",
}

LEAVING_A_TALK = "Terminer la discussion"  # what leaving is called once an advisor is there

CONTINUING = "D’accord, nous continuons ici. Quelle est votre question ?"

MASKED = {
    "password": "un mot de passe",
    "card": "un numéro de carte bancaire",
    "social_security": "un numéro de sécurité sociale",
    "iban": "un IBAN",
}


def masked(kinds: list[str]) -> str:
    hidden = " et ".join(MASKED[kind] for kind in kinds)
    return f"Pour vous protéger, j’ai masqué {hidden} avant d’enregistrer votre message."


UNREACHABLE = "Je n’arrive "  # how each text of `unreachable` begins


def unreachable(time: int) -> str:
    """`time`: the how-manieth time in this conversation. Each text is another."""
    again = "toujours pas" if time > 1 else "pas"
    tries = f" (essai {time})" if time > 1 else ""
    return (
        f"{UNREACHABLE}{again} à vous répondre en ce moment{tries}. "
        "Votre message est bien enregistré. "
        "Vous pouvez réessayer dans un instant, ou consulter les pages d’aide."
    )


def said_already(title: str | None, time: int) -> str:
    """`time`: the how-manieth it would be. Each text is another."""
    about = f" sur {quoted(title)}" if title else ""
    again = f" (Vous me l’avez demandé {time} fois.)" if time > 3 else ""
    return (
        f"Je vous ai déjà donné deux fois cette réponse{about} : la répéter ne vous aiderait pas. "
        f"Elle reste affichée plus haut.{again}"
    )


def greeting() -> str:
    us = organisation()
    return (
        f"Bonjour, je suis {us.assistant}, l’assistante virtuelle de {us.name} : "
        "un programme, pas une personne.\n"
        "Posez-moi une question courte et précise, ou choisissez une des propositions. "
        "N’écrivez ni mot de passe, ni coordonnées bancaires, ni donnée sensible."
    )


CONNECTED = (
    "Vous êtes maintenant connecté(e) : mes réponses tiennent compte de votre profil. "
    "Posez-moi votre question, ou choisissez une des propositions."
)
# The form asked something before, and still waits for it.
CONNECTED_IN_A_FORM = (
    "Vous êtes maintenant connecté(e) : mes réponses tiennent compte de votre profil. "
    "Nous pouvons continuer : répondez à la question ci-dessus."
)


def offer_open(closes_at: datetime) -> str:
    return (
        "Voulez-vous parler à un conseiller ? "
        f"Les conseillers répondent aujourd’hui jusqu’à {hour(closes_at)} ({zone()}). "
        "Vous pouvez aussi ouvrir un ticket."
    )


def offer_closed(reason: str, opens_at: datetime | None) -> str:
    again = f" Ils reviennent {moment(opens_at)} ({zone()})." if opens_at else ""
    return (
        f"Les conseillers ne sont pas disponibles en ce moment ({reason}).{again} "
        "Voulez-vous ouvrir un ticket ? Vous pouvez aussi demander à être rappelé(e)."
    )


def request_kept(kind: str, reference: str, email: str | None) -> str:
    what = "demande de rappel" if kind == "callback" else "demande"
    reach = (
        f"Un courriel vous est envoyé à {email}, avec un lien pour la suivre."
        if email
        else "Je n’ai pas votre adresse : suivez-la par le bouton ci-dessous."
    )
    return (
        f"C’est noté : votre {what} est enregistrée sous la référence {reference}, "
        f"avec cette conversation. {reach}"
    )


def ticket_sent(reference: str, email: str | None) -> str:
    reach = (
        f"Un courriel part à l’adresse {email}, avec un lien pour la suivre et y répondre."
        if email
        else "Je n’ai pas votre adresse : suivez-la par le lien ci-dessous."
    )
    return f"Votre demande est envoyée. Sa référence, à conserver : {reference}. {reach}"


def ticket_completed(reference: str) -> str:
    return f"C’est fait : votre demande {reference} est complétée avec ce que vous venez d’écrire."


def zone() -> str:
    return organisation().timezone_label


# Around a talk with an advisor --------------------------------------------------------------

QUEUED = (
    "C’est noté : vous êtes dans la file d’attente. Un conseiller va vous répondre ici. "
    "En attendant, vous pouvez continuer à me poser vos questions."
)
NOBODY_THERE = (
    "Le service est ouvert, mais aucun conseiller n’est connecté en ce moment : je ne peux pas "
    "vous dire combien de temps vous attendrez. Vous êtes dans la file ; vous pouvez aussi ouvrir "
    "un ticket ou demander à être rappelé(e)."
)
ALREADY_QUEUED = "Votre demande est déjà en file d’attente : un conseiller va vous répondre ici."
LOST = (
    "La connexion de votre conseiller est coupée. Rien n’est perdu : vous revenez en tête de la "
    "file, et un conseiller reprend votre discussion dès que possible."
)
TRANSFERRED = (
    "Votre conseiller vous confie à un collègue. Vous passez en tête de la file ; "
    "il lira votre discussion, inutile de tout répéter."
)
LEFT_QUEUE = "Vous avez quitté la file d’attente. Je reste à votre disposition."
LEFT_CHAT = "Vous avez terminé la discussion. Merci ! Comment jugez-vous cet échange ?"
FINISHED = (
    "Votre conseiller a terminé la discussion. Merci de votre visite ! "
    "Si vous le souhaitez, donnez une note à cet échange. Je réponds de nouveau à vos questions."
)
USER_GONE = (
    "Sans nouvelles de vous, nous avons fermé la discussion avec le conseiller. "
    "Tout ce qui a été écrit est gardé ici : revenez quand vous voulez."
)
RATED = "Merci pour votre avis."
NOTHING_TO_RATE = "Vous n’avez pas encore parlé à un conseiller. Quelle est votre question ?"
NOTHING_TO_LEAVE = "Vous n’êtes pas dans une file d’attente. Quelle est votre question ?"


AUTHORS = {"user": "Vous", "advisor": "Conseiller", "system": "Information"}
RETRACTED = "(message retiré par son auteur)"
TRANSCRIPT_TO_WHOM = (
    "Je ne connais pas votre adresse électronique. Connectez-vous, ou indiquez-la dans la fenêtre "
    "qui s’ouvre quand vous demandez la copie."
)
TRANSCRIPT_ENOUGH = (
    "Une copie de cette conversation vous a déjà été envoyée plusieurs fois aujourd’hui. "
    "Regardez aussi dans vos courriers indésirables."
)


def transcript_sent(address: str) -> str:
    return f"C’est noté : une copie de cette conversation part à l’adresse {address}."


def file_sent(name: str) -> str:
    return f"Fichier : {name}"


def taken(name: str) -> str:
    return f"Vous parlez maintenant à une personne : {name}."


def closing(reference: str, opens_at: datetime | None) -> str:
    again = f" Les conseillers reviennent {moment(opens_at)} ({zone()})." if opens_at else ""
    return (
        "Le service de discussion vient de fermer et aucun conseiller n’a pu vous répondre : "
        f"nous en sommes désolés. Votre demande est enregistrée sous la référence {reference}, "
        f"avec cette conversation.{again}"
    )


# Phone appointments -------------------------------------------------------------------------


def slots_proposed(name: str, starts: list[datetime]) -> str:
    times = "\n".join(f"- {moment(start)}" for start in starts)
    return (
        f"{name} vous propose un rendez-vous téléphonique. Choisissez un horaire ({zone()}), "
        f"puis indiquez le numéro où vous joindre :\n{times}"
    )


def appointment_booked(start: datetime, name: str, phone: str, email: str | None) -> str:
    sent = f" Une confirmation est envoyée à {email}." if email else ""
    return (
        f"C’est noté : {name} vous appellera {moment(start)} ({zone()}), au {phone}.{sent} "
        "Un empêchement ? Vous pouvez déplacer ou annuler ce rendez-vous jusqu’à 15 minutes avant."
    )


def appointment_moved(start: datetime, phone: str) -> str:
    return (
        "Votre rendez-vous téléphonique est déplacé : un conseiller vous appellera "
        f"{moment(start)} ({zone()}), au {phone}."
    )


def appointment_cancelled(start: datetime, by_us: bool) -> str:
    sorry = (
        " Nous en sommes désolés : un conseiller peut vous proposer un autre horaire."
        if by_us
        else ""
    )
    return f"Le rendez-vous téléphonique prévu {moment(start)} ({zone()}) est annulé.{sorry}"


def nobody_answered(phone: str) -> str:
    return (
        f"Un conseiller vous a appelé(e) au {phone}, sans réponse. "
        "Vous pouvez nous écrire ici, ou demander à être rappelé(e)."
    )


def appointment_said(start: datetime, phone: str) -> str:
    return (
        f"Un conseiller vous appellera {moment(start)} ({zone()}), au {phone}. "
        "Pour déplacer ou annuler ce rendez-vous, ouvrez-le depuis cette discussion, ou suivez le "
        "lien du courriel de confirmation, au plus tard 15 minutes avant."
    )


def calendar_title() -> str:
    return f"Rendez-vous téléphonique – {organisation().name}"


def calendar_text(phone: str, url: str) -> str:
    return f"Un conseiller vous appellera au {phone}.\nPour déplacer ou annuler : {url}"
