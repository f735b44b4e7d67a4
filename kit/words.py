"""French words of the bottom shelf: opening hours, masked data, words that search looks through."""

import re
from collections.abc import Mapping
from datetime import date, datetime

from kit.calendar import Cause
from kit.organisation import organisation
from kit.secrecy import Kind

WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet",
    "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip

# As users type them: small letters without accents.
SHORT_MONTHS = (
    "janv", "fev", "mars", "avr", "mai", "juin", "juil", "aout", "sept", "oct", "nov", "dec",
)  # fmt: skip
FROM_TODAY = {
    "this_month": ("ce mois-ci", "ce mois"),
    "next_month": ("mois prochain", "mois qui vient"),
    "this_week": ("cette semaine",),
    "next_week": ("semaine prochaine", "semaine qui vient"),
    "in_two_days": ("apres-demain", "apres demain"),
    "tomorrow": ("demain",),
    "today": ("aujourd'hui",),
}
# « la première », « le 2e », « la dernière »: which one of a list (regular expressions).
ORDINALS = (
    "premiere?|1ere?|1re|prochaine?",
    "deuxieme|seconde?|2e(?:me)?|2nde?",
    "troisieme|3e(?:me)?",
    "quatrieme|4e(?:me)?",
    "cinquieme|5e(?:me)?",
    "sixieme|6e(?:me)?",
)
LAST_BUT_ONE, LAST = "avant[ -]derni(?:er|ere)", "derni(?:er|ere)"
# What stands before one, and what after it makes it another thing: « la première fois ».
BEFORE_AN_ORDINAL, NO_ORDINAL = "l[ae] |l'|numero |option ", "fois"
BEFORE_A_PLACE = "la|numero|n°|no|option|choix"

_CAUSES: Mapping[Cause, str] = {
    Cause.ORDINARY: "ouvert",
    Cause.EXCEPTIONAL_OPENING: "ouvert : {detail}",
    Cause.EXCEPTIONAL_CLOSURE: "fermé : {detail}",
    Cause.HOLIDAY: "fermé : {detail}",
    Cause.CLOSED_DAY: "fermé : {weekday}",
    Cause.OUTSIDE_HOURS: "fermé : en dehors des horaires",
}
_WITHOUT_DETAIL = {
    Cause.EXCEPTIONAL_OPENING: "ouverture exceptionnelle",
    Cause.EXCEPTIONAL_CLOSURE: "fermeture exceptionnelle",
}
# First words of a holiday's name that lose their capital inside a sentence.
_COMMON_NOUNS = {"Armistice", "Fête", "Jour", "Lundi", "Vendredi"}


def quoted(title: str) -> str:
    """A title in a sentence, in guillemets; those that it has itself become inner ones."""
    inner = re.sub(r"«\s*", "“", re.sub(r"\s*»", "”", title))
    return f"«\u00a0{inner}\u00a0»"


def hour(instant: datetime) -> str:
    """« 8 h 30 »; local to the organisation."""
    local = instant.astimezone(organisation().timezone)
    return f"{local.hour} h {local.minute:02}" if local.minute else f"{local.hour} h"


def moment(instant: datetime) -> str:
    """« mercredi 25 novembre à 8 h 30 »."""
    local = instant.astimezone(organisation().timezone)
    day = "1er" if local.day == 1 else str(local.day)
    return f"{WEEKDAYS[local.weekday()]} {day} {MONTHS[local.month - 1]} à {hour(instant)}"


def day(instant: datetime) -> str:
    """« mercredi 25 novembre »."""
    return moment(instant).rpartition(" à ")[0]


def explain_hours(cause: Cause, day: date, detail: str) -> str:
    """« fermé : lundi de Pentecôte »: the cause in words, with its name or reason."""
    detail = detail.strip() or _WITHOUT_DETAIL.get(cause, "")
    if cause is Cause.HOLIDAY and detail.split(" ")[0] in _COMMON_NOUNS:
        detail = detail[0].lower() + detail[1:]
    return _CAUSES[cause].format(detail=detail, weekday=WEEKDAYS[day.weekday()])


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


MASKS: Mapping[Kind, str] = {
    Kind.PASSWORD: "mot de passe masqué",
    Kind.CARD: "numéro de carte masqué",
    Kind.SOCIAL_SECURITY: "numéro de sécurité sociale masqué",
    Kind.IBAN: "IBAN masqué",
}
# Between a social security number and its two last digits.
KEY_OF_A_NUMBER = "cl[eé]|key"

# What announces a password (regular expressions, case does not matter).
PASSWORD_LABELS = (
    r"mots?\s{0,3}de\s{0,3}passe?s?|m\.?d\.?p|mpd|password|passwd|pass|pwd|passphrase"
    r"|code\s{1,3}(?:secret|confidentiel)"
)
IS = r"est|était|etait|sera|c['’]est|is|was"
# A plain word followed by one of these still stands alone: « azerty merci ».
AFTER_A_PASSWORD = _set(
    """
    bonjour cordialement et identifiant login mail mais merci pour svp thanks and
    """
)
# A number followed by one of these counts something: « 12 caractères ».
UNITS = _set(
    """
    caractere caracteres chiffre chiffres lettre lettres signe signes symbole symboles jour
    jours mois an ans annee annees heure heures minute minutes fois tentative tentatives
    essai essais erreur erreurs etape etapes
    """
)
# Folded words that follow « mot de passe » in questions and are no password.
NOT_A_PASSWORD = _set(
    """
    a ah ai aide ainsi alors ancien ancienne apres as au aucun aucune aujourd hui aussi
    autre aux avant avec avez avons avoir besoin bien bloque bloquee bon bonjour bonne
    bonsoir ca car ce cela ces cet cette changement changer chaque chez chorus claudia code
    combien comme comment compris compromis compte connexion connu conseil correct courrier
    court creation creer dans de debloquer defini definir definitif deja demande demander
    depuis des desactive devoir different difficile dire dit doit doivent donc dois du echec
    egare elle email en encore enregistre entrer envoi envoyer errone erronee erreur es est
    et etait ete etre eu exige expire expiree facile faible faire faites fait faut faux fois
    fonctionne fonctionnel fort generer hello help hier hors ici identifiant identique il
    ils impossible incompris inconnu incorrect incorrecte indisponible indique initial
    insuffisant introuvable invalid invalide inutilisable jamais je juste la le les leur
    lien livechat login lost lui ma mail mais majuscule mal marche mauvais me meme merci mes
    mettre minuscule mis mise modification modifier moi mon mot ne neant needed non nos
    notre nous nouveau nouvel nouvelle nul obligatoire obsolete obtenir oh ok on ou oubli
    oublie oubliee oui par pareil partage pas passe password perdre perdu perdue perime
    personne peut peux please plus portail possible pour pourquoi pouvez pouvoir premier
    prenom probleme procedure provisoire qu quand que quel quelle quelles quelqu quels
    question qui quoi rappel recevoir recu recuperation recuperer refus refuse
    reinitialisation reinitialiser rejete renouveler renouvellement repondre requis reset
    retrouver rien sa saisir saisie sais sans savoir secret securise ses si simple soit son
    sont souhaite sous suis sur svp ta te technique temporaire temps tes ticket ton toujours
    tous tout toute toutes trop trouver tu un une unique urgent utilisateur utiliser valable
    valide vais vers veut veux vide voici voila vos votre voudrais vous vu what where why
    how wrong expired forgotten y
    """
)
# Endings of words that describe: participles, nouns of action.
NOT_A_PASSWORD_ENDINGS = ("é", "ée", "és", "ées", "tion", "sion", "ement", "able", "ible")

# What mail programs write around an answer (regular expressions, case does not matter).
QUOTATION_BEGINS = r"le|on"  # « Le mar. 24 nov. 2026 à 10:12, A. Dupont <a@b.fr> a écrit : »
QUOTATION_ENDS = r"a écrit|écrivait|wrote"
QUOTED_MAIL = (  # « -----Message d’origine----- »
    r"(?:e-?mail|message) (?:d['’]origine|original|initial|transféré)|mail original"
    r"|message réexpédié|original (?:message|e-?mail)|forwarded message"
)
QUOTED_SENDER = _set("de from expéditeur")
QUOTED_SUBJECT = _set("objet sujet subject")
QUOTED_FIELDS = _set("envoyé sent date à a to")
QUOTED_BY_PROGRAMS = _set("envoyé sent à a to")
_DEVICES = (
    r"iphone|ipad|mac|mobile|smartphone|téléphone|tablette|portable|appareil|samsung|galaxy|android"
    r"|huawei|xiaomi|phone|tablet|device"
)
_MAIL_PROGRAMS = (
    r"yahoo|outlook|proton ?mail|courrier|mail|orange|sfr|free|gmail|blackberry|bluemail"
)
SENT_FROM = (  # « Envoyé de mon iPhone »
    r"(?:envoyé (?:de|depuis|à partir de|avec)|sent (?:from|with|via)) "
    rf"(?:(?:mon|ma|my) (?:{_DEVICES})"
    rf"|(?:l['’]appli(?:cation)? |la messagerie \w+ )?(?:{_MAIL_PROGRAMS}))"
    r"|(?:obtenir|obtenez|télécharger|téléchargez|get) outlook|provenance : courrier"
)

# Plurals that the stemmer does not bring back to their singular (folded).
IRREGULAR_PLURALS: Mapping[str, str] = {"travaux": "travail", "baux": "bail", "aieux": "aieul"}


UNNAMED_FILE = "fichier"


def sender_name(organisation: str) -> str:
    """Who writes our mails, as it stands beside the address."""
    return f"Assistance {organisation}"
