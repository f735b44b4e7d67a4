"""What a ticket is probably about, by what its sender was answered before.

A small table: an answer of the base stands for a category with its sub-category, or for a category
alone. It only proposes: the sender sees it before they send, and may choose another. A pair that
the organisation does not list is never proposed.
"""

from collections.abc import Iterable, Iterator, Mapping

from ticketing import routing

AT_MOST = 4  # proposed, beside « Autre »
OTHER = "autre/question_generale"

# By answer ("article/section") or by article; "category/sub-category" or "category".
TABLE: Mapping[str, str] = {
    "lien_activation": "connexion_compte/lien_activation",
    "mot_de_passe/oublie": "connexion_compte/mot_de_passe",
    "mot_de_passe/compte_bloque": "connexion_compte/compte_bloque",
    "redirection/double_authentification": "connexion_compte/double_authentification",
    "adresses/modifier_connexion": "connexion_compte/adresse_invalide",
    "redirection/creation_compte": "connexion_compte",
    "redirection/designer_gestionnaire_principal": "structure_rattachement/gestionnaire_principal",
    "redirection/gestionnaire_secondaire": "structure_rattachement/gestionnaire_principal",
    "redirection/siret": "structure_rattachement/siret",
    "redirection/habilitations": "structure_rattachement/habilitations",
    "redirection/rattachement_structure": "structure_rattachement",
    "brouillon": "depot_factures/brouillon",
    "redirection/doublon_numero": "depot_factures/doublon_numero",
    "redirection/annuaire_entites": "depot_factures/destinataire",
    "redirection/code_service": "depot_factures/destinataire",
    "redirection/numero_engagement": "depot_factures/destinataire",
    "redirection/depot_facture": "depot_factures",
    "suivi_facture": "traitement_facture",
    "redirection/delai_paiement": "traitement_facture/retard",
    "redirection/facture_suspendue": "traitement_facture/suspension",
    "redirection/facture_rejetee": "traitement_facture/rejet",
    "redirection/facture_a_recycler": "traitement_facture/a_recycler",
    "emises_vs_travaux": "factures_travaux/depot_document",
    "moe_travaux": "factures_travaux/circuit",
    "frais_justice/piece_jointe": "frais_justice/pieces_justificatives",
    "frais_justice/pieces_justificatives": "frais_justice/pieces_justificatives",
    "frais_justice": "frais_justice",
    "redirection/paiement_memoire": "frais_justice/traitement_memoire",
    "redirection/remboursement_tic": "remboursement_taxes",
    "compte_technique": "raccordement/compte_technique",
    "redirection/raccordement_api": "raccordement/piste",
    "redirection/raccordement_edi": "raccordement",
    "redirection/portail_indisponible": "anomalie_portail/page_inaccessible",
}
# Proposed when nothing else is known.
COMMON = (
    "connexion_compte/mot_de_passe",
    "depot_factures/destinataire",
    "traitement_facture/retard",
    "anomalie_portail/message_erreur",
)


def pairs() -> list[str]:
    """All that the organisation lists, as "category/sub-category", in its order."""
    return ["/".join(pair) for pair in routing.listed()]


def clear(answers: Iterable[str | None]) -> str | None:
    """The pair that the first of these answers which says anything stands for, if it is clear."""
    found = next(_meant(answers), None)
    return found if found in pairs() else None


def proposed(answers: Iterable[str | None]) -> list[str]:
    """Pairs to choose from, the likeliest first, and last the one for everything else."""
    known = pairs()
    likely = [pair for found in _meant(answers) for pair in known if _covers(found, pair)]
    common = [pair for pair in COMMON if pair in known]
    first = [pair for pair in dict.fromkeys([*likely, *common]) if pair != OTHER]
    return [*first[:AT_MOST], *(pair for pair in known if pair == OTHER)]


def _meant(answers: Iterable[str | None]) -> Iterator[str]:
    for answer in answers:
        if answer:
            article = answer.partition("/")[0]
            found = TABLE.get(answer) or TABLE.get(article)
            if found:
                yield found


def _covers(found: str, pair: str) -> bool:
    return pair == found or pair.startswith(f"{found}/")
