"""What users read about the people of the host site, its invoices and its trainings, in French."""

from collections.abc import Collection, Mapping
from datetime import datetime

from kit.organisation import organisation
from kit.words import day, hour

ROLES = {
    "gestionnaire_principal": "gestionnaire principal",
    "gestionnaire_secondaire": "gestionnaire secondaire",
    "utilisateur": "utilisateur",
}

# Made-up people: name, role, structure.
CAMILLE = ("Camille Martin", "gestionnaire_principal", "Menuiserie Martin")
NADIA = ("Nadia Benali", "utilisateur", "Plomberie du Lac")
LOUIS = ("Louis Ferrand", "utilisateur", "Commune de Valfleury")
JEANNE = ("Jeanne Morel", "utilisateur", "Jeanne Morel, experte judiciaire")

# What stands in place of what is told of a person in a recipient's comment.
MASKED_ADDRESS = "adresse masquée"
MASKED_PHONE = "téléphone masqué"
MASKED_NAME = "nom masqué"
# What is written before a name (regular expressions; the name begins with a capital).
TITLES = r"M\.|Mr\.?|MM\.|Mme\.?|Mmes|Mlle\.?|Monsieur|Madame|Mademoiselle|Me|Maître|Dr\.?|Docteur"

# Trainings ----------------------------------------------------------------------------------

TRAINING_KINDS: Mapping[str, str] = {
    "webinar": "Webinaire",
    "virtual_class": "Classe virtuelle en petit groupe",
}
AUDIENCES: Mapping[str, str] = {
    "entreprise": "Entreprises",
    "entite_publique": "Entités publiques",
    "particulier": "Particuliers",
}
EVERYBODY = "Tout public"
TRAINING_STATES: Mapping[str, str] = {"published": "Publiée", "cancelled": "Annulée"}

# What may be wrong when a training is planned, by the codes of chorus/training_drafts.py.
TRAINING_MISTAKES: Mapping[str, str] = {
    "title_invalid": "Saisissez un titre de 120 caractères au plus.",
    "theme_invalid": "Choisissez un thème dans la liste.",
    "kind_invalid": "Choisissez un format dans la liste.",
    "audience_invalid": "Choisissez les publics dans la liste.",
    "day_invalid": "Choisissez un jour.",
    "hour_invalid": "Saisissez une heure, par exemple 10:00.",
    "hour_missing_that_day": (
        "Cette heure n’existe pas ce jour-là : l’heure change. Choisissez-en une autre."
    ),
    "end_invalid": "La fin vient après le début, huit heures après au plus.",
    "start_past": "Choisissez un début à venir : cette date est passée.",
    "start_far": "Choisissez une date dans les deux ans qui viennent.",
    "places_invalid": (
        "Saisissez un nombre de places de 1 à 10 000, ou rien si elles ne sont pas limitées."
    ),
    "places_taken": "Davantage de personnes sont inscrites : gardez au moins autant de places.",
    "url_invalid": (
        "Saisissez une adresse complète qui commence par https://, de 500 caractères au plus."
    ),
    "description_invalid": "Saisissez une présentation de 1 000 caractères au plus.",
    "training_over": "Cette séance a commencé ou elle est passée : elle ne peut plus être changée.",
    "training_cancelled": "Cette séance est annulée : elle ne peut plus être changée.",
}

DEMO_LINK_HOST = "https://webinaires.example"


def training_moment(start: datetime, end: datetime) -> str:
    """« mardi 12 janvier 2027, de 10 h à 11 h 30 »; local to the organisation."""
    zone = organisation().timezone
    year = start.astimezone(zone).year
    return f"{day(start)} {year}, de {hour(start)} à {hour(end)}"


def audience(kinds: Collection[str]) -> str:
    """For whom a training is: « Entreprises, particuliers »."""
    named = [label for kind, label in AUDIENCES.items() if kind in kinds]
    return ", ".join([*named[:1], *map(str.lower, named[1:])]) or EVERYBODY


def registered(number: int, places: int | None) -> str:
    """« 12 personnes inscrites sur 20 places »."""
    people = f"{number} personnes inscrites" if number > 1 else "1 personne inscrite"
    if not number:
        people = "Personne n’est inscrit"
    return people if places is None else f"{people} (places : {places})"


def theme_label(theme: str) -> str:
    """A theme that is no longer in the organisation's file is called by its id."""
    labels = {each.id: each.label for each in organisation().training.themes}
    return labels.get(theme, theme)


def training_entry_title(title: str) -> str:
    return f"{title} – {organisation().name}"


def training_entry_text(kind: str, join_url: str, url: str) -> str:
    join = f"Pour y assister : {join_url}\n" if join_url else ""
    return f"{TRAINING_KINDS[kind]}.\n{join}Pour vous désinscrire : {url}"


def demo_title(label: str) -> str:
    return f"{label} (démonstration)"


def demo_description(summary: str) -> str:
    return f"{summary} Séance de démonstration : elle n’aura pas lieu."
