"""French words of the team's pages: roles, and what may be wrong in a form."""

from collections.abc import Mapping

from staff.mailbox import MailState
from staff.mistakes import Mistake
from staff.models import Role

ROLES: Mapping[Role, str] = {
    Role.ADVISOR: "Conseiller",
    Role.SUPPORT: "Agent support",
    Role.SUPERVISOR: "Superviseur",
    Role.ADMINISTRATOR: "Administrateur",
}

# What a shared reply may hold between braces, by the names of web/static/agents/canned.js.
VARIABLES: Mapping[str, str] = {
    "conseiller": "le nom du conseiller qui répond ; toujours connu",
    "organisation": "le nom du service ; toujours connu",
    "adresse": "l’adresse électronique de l’usager, s’il est connecté",
    "role": "le rôle de l’usager, s’il est connecté, par exemple « gestionnaire principal »",
    "structure": "le nom de la structure de l’usager, s’il est connecté et n’en a qu’une",
}

MISTAKES: Mapping[Mistake, str] = {
    Mistake.EMAIL: "Saisissez une adresse électronique complète, par exemple nom@exemple.fr.",
    Mistake.ROLE: "Choisissez un rôle dans la liste.",
    Mistake.NAME: "Saisissez un nom de 60 caractères au plus.",
    Mistake.SHORT_PASSWORD: "Choisissez un mot de passe d'au moins 12 caractères.",
    Mistake.LONG_PASSWORD: "Choisissez un mot de passe de 200 caractères au plus.",
    Mistake.EMAIL_AS_PASSWORD: "Choisissez un mot de passe différent de votre adresse.",
    Mistake.OTHER_PASSWORD: "Les deux mots de passe sont différents : saisissez le même.",
    Mistake.WRONG_LOGIN: (
        "L'adresse ou le mot de passe ne correspond pas. Vérifiez-les et réessayez. "
        "Après plusieurs erreurs, attendez un quart d'heure ou demandez un nouveau lien "
        "à un administrateur."
    ),
    Mistake.WRONG_PASSWORD: (
        "Le mot de passe actuel ne correspond pas. Vérifiez-le et réessayez. "
        "Après plusieurs erreurs, attendez un quart d'heure."
    ),
    Mistake.CAPACITY: "Saisissez un nombre entier de 0 à 20.",
    Mistake.SKILLS: "Saisissez au plus 20 compétences, de 40 caractères au plus chacune.",
    Mistake.OWN_ROLE: (
        "Vous ne pouvez pas retirer vos propres droits : demandez-le à un autre administrateur."
    ),
    Mistake.DAY: "Choisissez un jour.",
    Mistake.SPAN: (
        "Saisissez les deux heures, la première avant la seconde. Une ouverture a toujours "
        "des heures ; pour une fermeture de toute la journée, laissez les deux vides."
    ),
    Mistake.REASON: "Saisissez un motif de 120 caractères au plus.",
    Mistake.SHORTCUT: "Saisissez de 1 à 40 lettres, chiffres ou tirets, sans espace.",
    Mistake.TAKEN_SHORTCUT: "Ce raccourci sert déjà à une autre réponse : choisissez-en un autre.",
    Mistake.TITLE: "Saisissez un titre de 120 caractères au plus.",
    Mistake.TEXT: "Saisissez un texte de 4 000 caractères au plus.",
    Mistake.VARIABLE: (
        "Ce qui est entre doubles accolades n'est pas une variable connue. Vous pouvez écrire : "
        f"{', '.join(VARIABLES)}."
    ),
}

# What a page says after something was done, by the last part of its address.
NOTICES: Mapping[str, str] = {
    "deconnexion": "Vous êtes déconnecté.",
    "mot-de-passe": "Votre mot de passe est changé. Vos autres connexions sont fermées.",
    "membre": "Les changements de ce compte sont enregistrés.",
    "desactivation": "Ce compte est désactivé : cette personne ne peut plus se connecter.",
    "reactivation": "Ce compte est réactivé.",
    "horaires": "Les horaires exceptionnels sont à jour.",
    "reponse": "La réponse est enregistrée.",
    "suppression": "La réponse est supprimée.",
    "categorie": "La règle de cette catégorie est enregistrée.",
    "categorie-origine": "La règle de cette catégorie est de nouveau celle du fichier.",
    "formation": "La séance est enregistrée.",
    "formation-annulee": "La séance est annulée. Un courriel part vers chaque inscrit.",
    "courriel-essai": "Un courriel d’essai part vers votre adresse.",
    "courriel-repris": "Le courriel est de nouveau à envoyer.",
}

MAIL_STATES: Mapping[MailState, str] = {
    MailState.WAITING: "En attente",
    MailState.SENT: "Envoyé",
    MailState.GIVEN_UP: "Abandonné",
}
