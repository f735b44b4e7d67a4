"""French words of the answers and of the help pages."""

from collections.abc import Mapping
from datetime import date

from knowledge.context import PRIMARY_MANAGER, Context

NOT_DATED = "non daté"


def place_line(label: str, url: str | None) -> str:
    """« Guide officiel : https://… »: the address after its label, when there is one."""
    return f"{label.rstrip('.')} : {url}" if url else label


def date_words(day: date | None) -> str:
    """« 22/09/2022 », or « non daté »."""
    return f"{day:%d/%m/%Y}" if day else NOT_DATED


# Readers to whom a help page shows their own variant, where it differs from everybody's.
READERS: Mapping[str, Context] = {
    "Si vous êtes connecté": Context(connected=True, role="utilisateur"),
    "Si vous êtes gestionnaire principal": Context(connected=True, role=PRIMARY_MANAGER),
    "Si vous êtes une entreprise": Context(True, "utilisateur", "entreprise"),
    "Si vous êtes une entité publique": Context(True, "utilisateur", "entite_publique"),
    "Si vous êtes un particulier": Context(True, "utilisateur", "particulier"),
}


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Words that search does not look for (folded).
STOP_WORDS = _set(
    """
    a ai alors apres as au aucun aussi autre aux avec avez avoir c ca car ce cela ces cet cette ceux
    chez ci comme comment d dans de depuis des dois doit donc du elle en encore est et etait etre eu
    fait faire faut il ils j je l la le les leur lors lui m ma mais me mes moi mon n ne ni nos notre
    nous on ont ou par pas peut peux plus pour pourquoi puis qu quand que quel quelle quelles quels
    qui quoi s sa sans se ses si son sont suis sur t ta te tes toi ton tu un une veut veux vos votre
    vous y
    """
)

# What is kept, and the setting that says for how many days.
RETENTION: Mapping[str, str] = {
    "retention_conversations_days": "Conversations : vos messages, les réponses et vos votes",
    "retention_training_days": "Formations : qui s'y est inscrit, après leur fin",
    "retention_requests_days": "Demandes d'aide laissées pour un conseiller",
    "retention_mails_days": "Courriels envoyés : confirmations, rappels, copies de conversation",
    "retention_logs_days": "Journaux techniques, sans le texte des messages",
}
