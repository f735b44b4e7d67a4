"""What users read from the conversation itself, in French. The answers live in knowledge/."""

from datetime import datetime

from kit.organisation import organisation
from kit.words import quoted

DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet",
    "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip

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
}

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
        "Voulez-vous ouvrir un ticket ?"
    )


def request_kept(reference: str, email: str | None) -> str:
    us = organisation()
    reach = (
        f"Votre adresse {email} y est jointe."
        if email
        else "Elle ne contient pas votre adresse : je ne vous la demande pas ici."
    )
    return (
        f"C’est noté : votre demande est enregistrée sous la référence {reference}, "
        f"avec cette conversation. {reach}\n"
        "Le dialogue en direct et le suivi des tickets n’existent pas encore dans cette "
        f"version de l’assistant. Pour obtenir une réponse d’une personne, {us.contact_path}."
    )


def zone() -> str:
    return organisation().timezone_label


def hour(instant: datetime) -> str:
    """« 8 h 30 »; local to the organisation."""
    local = instant.astimezone(organisation().timezone)
    return f"{local.hour} h {local.minute:02}" if local.minute else f"{local.hour} h"


def moment(instant: datetime) -> str:
    """« mercredi 25 novembre à 8 h 30 »."""
    local = instant.astimezone(organisation().timezone)
    day = "1er" if local.day == 1 else str(local.day)
    return f"{DAYS[local.weekday()]} {day} {MONTHS[local.month - 1]} à {hour(instant)}"
