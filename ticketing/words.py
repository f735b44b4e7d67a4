"""What tickets say to users and staff, in French."""

from collections.abc import Mapping
from datetime import datetime

from kit.organisation import organisation
from ticketing.lifecycle import Status
from ticketing.models import Priority, RequestKind, Route

TRANSCRIPT = "Conversation qui a précédé cette demande :"

EMPTY_MAIL = "(courriel sans texte)"

# Titles of what was asked for in a conversation without being written down.
TITLES = {
    RequestKind.TICKET: "Demande formulée dans la conversation",
    RequestKind.ADVISOR: "Souhait de parler à un conseiller",
    RequestKind.CALLBACK: "Demande de rappel téléphonique",
}

# What the sender of a ticket is told of it.
STATUS_FOR_SENDER: Mapping[Status, str] = {
    Status.DRAFT: "Brouillon",
    Status.SUBMITTED: "Envoyée",
    Status.ASSIGNED: "Prise en charge",
    Status.DETAILS_ASKED: "Précision attendue",
    Status.ANSWERED: "Répondue",
    Status.SENT_BACK: "Renvoyée à l’assistance",
    Status.CLOSED: "Fermée",
}

# What is wrong with a rule of the list of categories.
ROUTING_MISTAKES: Mapping[str, str] = {
    "route_invalid": "Choisissez un destinataire dans la liste.",
    "hours_invalid": "Saisissez un nombre d’heures entre 0,02 et 1 000, par exemple 10 ou 1,5.",
    "targets_invalid": "La solution ne peut pas être attendue avant la première réponse.",
}

# What became of a bulk act: one, several.
BULK_DONE: Mapping[str, tuple[str, str]] = {
    "take": ("pris", "pris"),
    "release": ("relâché", "relâchés"),
    "assign": ("confié", "confiés"),
    "priority": ("reclassé", "reclassés"),
    "tag": ("étiqueté", "étiquetés"),
    "untag": ("modifié", "modifiés"),
    "transfer": ("transféré", "transférés"),
}
_BULK_REFUSED: Mapping[str, tuple[str, str]] = {
    "taken_already": ("déjà pris par un collègue", "déjà pris par un collègue"),
    "take_first": ("à prendre d’abord", "à prendre d’abord"),
    "illegal_event": ("dont l’état ne le permet pas", "dont l’état ne le permet pas"),
    "same_route": ("déjà au bon endroit", "déjà au bon endroit"),
    "not_found": ("introuvable", "introuvables"),
    "nobody": ("sans personne à qui le confier", "sans personne à qui les confier"),
    "assignee_invalid": ("sans collègue choisi", "sans collègue choisi"),
    "priority_invalid": ("sans priorité choisie", "sans priorité choisie"),
    "route_invalid": ("sans destinataire choisi", "sans destinataire choisi"),
    "tag_invalid": ("sans étiquette : de 1 à 40 caractères",) * 2,
    "too_many": ("choisi : 200 à la fois au plus", "choisis : 200 à la fois au plus"),
}
_BULK_OTHERWISE = ("refusé", "refusés")
NOTHING_CHOSEN = "Choisissez d’abord des tickets dans la liste."


def bulk_summary(act: str, done: int, refused: Mapping[str, int]) -> str:
    """What became of each ticket, in one sentence.

    >>> bulk_summary("take", 12, {"taken_already": 1})
    '12 tickets pris, 1 déjà pris par un collègue.'
    """
    if "nothing_chosen" in refused:
        return NOTHING_CHOSEN
    parts = [(done, BULK_DONE[act])] if done or not refused else []
    parts += [(n, _BULK_REFUSED.get(code, _BULK_OTHERWISE)) for code, n in refused.items()]
    (count, first), *others = parts
    named = f"{count} {_agreeing(count, ('ticket', 'tickets'))} {_agreeing(count, first)}"
    return ", ".join([named, *(f"{n} {_agreeing(n, words)}" for n, words in others)]) + "."


def _agreeing(count: int, words: tuple[str, str]) -> str:
    one, several = words
    return several if count > 1 else one


# The list of triage.
STATUS_FOR_STAFF: Mapping[Status, str] = {
    Status.DRAFT: "Brouillon",
    Status.SUBMITTED: "À prendre",
    Status.ASSIGNED: "En cours",
    Status.DETAILS_ASKED: "En attente du demandeur",
    Status.ANSWERED: "Répondu",
    Status.SENT_BACK: "Renvoyé",
    Status.CLOSED: "Fermé",
}
ROUTES: Mapping[Route, str] = {Route.SUPPORT: "Support", Route.METIER: "Service métier"}
PRIORITIES: Mapping[int, str] = {
    Priority.URGENT: "Urgente",
    Priority.HIGH: "Haute",
    Priority.NORMAL: "Normale",
    Priority.LOW: "Basse",
}
NUMBER = "Numéro"
EMAIL = "Adresse électronique"
COLUMNS: Mapping[str, str] = {
    "title": "Titre",
    "date": "Date d’envoi",
    "category": "Catégorie",
    "subcategory": "Sous-catégorie",
    "status": "État",
    "assignee": "Suivi par",
    "priority": "Priorité",
    "due": "Échéance",
    "changed": "Dernier changement",
    "tags": "Étiquettes",
    "structure": "Structure",
}
FORMER_MEMBER = "ancien membre"
EXPORT_NAME = "tickets"


def date_and_hour(at: datetime) -> str:
    """« 24/11/2026 10:05 », where the organisation is."""
    return f"{at.astimezone(organisation().timezone):%d/%m/%Y %H:%M}"


def time_left(due: datetime, at: datetime) -> str:
    """« dans 2 h », « en retard de 1 j »: in the largest unit, never rounded up.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    >>> time_left(noon.replace(hour=14), noon), time_left(noon.replace(day=22), noon)
    ('dans 2\u00a0h', 'en retard de 2\u00a0j')
    """
    late = due < at
    minutes = int(abs(due - at).total_seconds() // 60)
    if minutes >= 24 * 60:
        amount = f"{minutes // (24 * 60)}\u00a0j"
    elif minutes >= 60:
        amount = f"{minutes // 60}\u00a0h"
    else:
        amount = f"{max(minutes, 1)}\u00a0min"
    return f"en retard de {amount}" if late else f"dans {amount}"
