"""What users read about the people of the host site, its invoices and its trainings, in French."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal

from chorus.account_models import AccountRequestKind
from chorus.portal import Detail, Following, Invoice, Kind
from chorus.training_models import TrainingSession
from kit.organisation import organisation
from kit.typography import NBSP
from kit.words import MONTHS, day, hour, moment, quoted
from knowledge.invoice_statuses import Status, invoice_statuses

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

DEMO_JOIN_URL = "https://webinaires.example/demonstration"  # where nobody is


def training_moment(start: datetime, end: datetime) -> str:
    """« mardi 12 janvier 2027, de 10 h à 11 h 30 »; local to the organisation. No hour breaks."""
    zone = organisation().timezone
    year = start.astimezone(zone).year
    begins, ends = (hour(each).replace(" ", NBSP) for each in (start, end))
    return f"{day(start)} {year}, de {begins} à {ends}"


def audience(kinds: Collection[str]) -> str:
    """For whom a training is: « Entreprises, particuliers »."""
    named = [label for kind, label in AUDIENCES.items() if kind in kinds]
    return ", ".join([*named[:1], *map(str.lower, named[1:])]) or EVERYBODY


def registered(number: int, places: int | None) -> str:
    """How many are registered, and of how many places when there is an end of them.

    >>> registered(12, 20), registered(1, None)
    ('12 personnes inscrites (places : 20)', '1 personne inscrite')
    """
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


def training_label(training: TrainingSession) -> str:
    """« Déposer une facture, mardi 1er décembre à 10 h »."""
    return f"{training.title}, {moment(training.start)}"


def places(left: int | None) -> str:
    """How many are left, when there is an end of them.

    >>> places(1), places(4), places(None)
    (' (1 place)', ' (4 places)', '')
    """
    return "" if left is None else f" ({left} place{'s' if left > 1 else ''})"


def leave_training(training: TrainingSession) -> str:
    return f"Annuler : {training.title}, {day(training.start)}"


# An invoice, as the portal tells of it -------------------------------------------------------

NO_COMMENT = "Le destinataire n’a pas laissé de commentaire."
_KINDS = {
    Kind.INVOICE: "Facture",
    Kind.WORKS_INVOICE: "Facture de travaux",
    Kind.JUSTICE_FEES: "Mémoire de frais de justice",
    Kind.TAX_REFUND: "Demande de remboursement",
}


def invoice_label(invoice: Invoice) -> str:
    """« Facture F-18, Mairie de Brest, 12 mars 2026 »."""
    when = dated(invoice.issued_on) if invoice.issued_on else None
    parts = [f"{_KINDS[invoice.kind]} {invoice.number}", invoice.recipient, when]
    return ", ".join(part for part in parts if part)


def _named_invoice(invoice: Invoice) -> str:
    """« Facture F-18, destinataire : Mairie de Brest (Service des achats) »."""
    service = f" ({invoice.service})" if invoice.service else ""
    to = f", destinataire : {invoice.recipient}{service}" if invoice.recipient else ""
    return f"{_KINDS[invoice.kind]} {invoice.number}{to}"


def invoice_state(found: Following, at: datetime) -> str:
    """Recipient, status, its date, what it means, what to do; and when the portal was asked."""
    status = invoice_statuses().explain(found.status)
    since = f", depuis le {dated(found.at)}" if found.at else ""
    lines = [f"Statut : {quoted(status.label)}{since}.", status.meaning]
    lines += [status.optional_note] if status.optional_note else []
    lines += [f"À faire : {status.next_step}"]
    listed = "\n".join(f"- {line}" for line in lines)
    asked = f"Consulté le {dated(at)} à {hour(at)} ({organisation().timezone_label})."
    parts = [f"{_named_invoice(found.invoice)}.", listed, asked, status.note]
    return "\n\n".join(part for part in parts if part)


def explained(status: Status) -> str:
    return f"{quoted(status.label)} : {status.meaning} {status.next_step}"


def invoice_comment(found: Following) -> str:
    """What the recipient wrote last, as their own words."""
    about = _named_invoice(found.invoice)
    if not found.comment:
        return f"{about}.\n\n{NO_COMMENT}"
    return f"{about}.\n\nCommentaire du destinataire : {quoted(found.comment)}"


def invoice_detail(detail: Detail) -> str:
    invoice = detail.invoice
    facts = {
        "Émise le": dated(invoice.issued_on),
        "Déposée le": dated(detail.deposited_on),
        "Montant toutes taxes comprises": money(invoice.amount, invoice.currency),
        "Montant hors taxes": money(detail.amount_without_tax, invoice.currency),
        "Montant à payer": money(detail.amount_to_pay, invoice.currency),
        "Numéro d’engagement": detail.commitment,
        "Numéro de marché": detail.contract,
    }
    listed = "\n".join(f"- {name} : {told}" for name, told in facts.items() if told)
    return f"{_named_invoice(invoice)}.\n\n{listed or 'Le portail n’en dit pas plus.'}"


def about_invoice(found: Following) -> str:
    """What a ticket about it says of it before its sender says anything."""
    status = invoice_statuses().explain(found.status)
    since = f" depuis le {dated(found.at)}" if found.at else ""
    return f"{_named_invoice(found.invoice)}, statut {quoted(status.label)}{since}"


def dated(day: date | datetime | None) -> str | None:
    """« 12 mars 2026 », on the organisation's clock.

    >>> dated(date(2026, 3, 1)), dated(None)
    ('1er mars 2026', None)
    """
    if day is None:
        return None
    local = day.astimezone(organisation().timezone) if isinstance(day, datetime) else day
    number = "1er" if local.day == 1 else str(local.day)
    return f"{number} {MONTHS[local.month - 1]} {local.year}"


def money(amount: Decimal | None, currency: str) -> str | None:
    """
    >>> money(Decimal("1234.5"), "EUR")
    '1\u202f234,50\u00a0€'
    """
    if amount is None:
        return None
    figure = f"{amount:,.2f}".replace(",", "\u202f").replace(".", ",")
    return f"{figure}\u00a0{'€' if currency == 'EUR' else currency}"


# What is done at the host site for the user --------------------------------------------------

TOO_MANY_MAILS = (
    "Plusieurs courriels ont déjà été demandés depuis une heure. Cherchez d’abord dans les "
    "courriers indésirables, puis réessayez plus tard, ou écrivez au support."
)
DEAD_MAILBOX = "Je n’ai plus accès à cette boîte"
OTHER_TRAININGS, MY_TRAININGS = "Voir les formations", "Mes inscriptions"


def account_mail_asked(kind: str, address: str) -> str:
    """The same whether there is such an account or not."""
    if kind == AccountRequestKind.ACTIVATION:
        return (
            f"C’est demandé. Si un compte attend son activation à l’adresse {address}, le courriel "
            "y arrive dans quelques minutes : son lien est valable 60 minutes. Regardez aussi dans "
            "les courriers indésirables."
        )
    return (
        f"C’est demandé. Si un compte a {address} comme adresse de connexion, le courriel pour "
        "choisir un nouveau mot de passe y arrive dans quelques minutes. Regardez aussi dans les "
        "courriers indésirables. Après 5 mots de passe erronés, un compte reste bloqué une heure, "
        "puis se débloque tout seul."
    )


def training_joined(joined: TrainingSession, email: str) -> str:
    return (
        f"Vous êtes inscrit à {quoted(joined.title)}, {moment(joined.start)} (heure de Paris). "
        f"La confirmation part à l’adresse {email}, avec le lien de connexion et l’entrée d’agenda."
    )


def training_left(left: TrainingSession) -> str:
    return (
        f"Votre inscription à {quoted(left.title)}, {day(left.start)}, est annulée. "
        "Un courriel le confirme."
    )


def training_refused(code: str | None) -> str:
    return _TRAINING_REFUSED.get(code or "", _TRAINING_REFUSED[""])


_TRAINING_REFUSED: Mapping[str, str] = {
    "training_full": "Cette formation est complète : la dernière place vient d’être prise.",
    "training_over": "Cette formation a déjà commencé.",
    "training_cancelled": "Cette formation est annulée.",
    "training_too_often": "Trop d’inscriptions ont été demandées : réessayez plus tard.",
    "email_invalid": "Cette adresse ne reçoit pas de courriels : inscrivez-vous avec une autre.",
    "": "Cette formation n’est plus au programme.",
}
