"""What PISTE answers, as far as we read it, and the facts that we make of it.

Read strictly where an answer would be wrong without it, leniently elsewhere: a date or an amount
that cannot be read is left out. Whatever is not named here is dropped while it is read, above all
the names, addresses and phone numbers of the people in a history.

Where the fields come from: the shapes in the documentation of the API; those that it leaves open,
and what we had to infer, stand in docs/decisions/009-portal.md.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from chorus.comments import without_people
from chorus.piste_values import OR_EMPTY, SOME, Amount, Day, Instant, Needed, Said
from chorus.portal import Detail, Following, Invoice, Kind, Passage

# How the fields end that name a person in a history.
NAMES_OF_PEOPLE = ("UtilisateurNom", "UtilisateurPrenom", "evenementQui")


class Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Answer(Part):
    """0: done. Another code: refused, in words that may tell of a person and are not kept."""

    code: int = Field(alias="codeRetour")


class Token(Part):
    value: str = Field(alias="access_token", min_length=1, repr=False)
    lasts_s: float = Field(3_600, alias="expires_in", gt=0)


# Searching ---------------------------------------------------------------------------------------


class Listed(Part):
    """An invoice in the answer to `rechercher/fournisseur`."""

    number: Needed = Field(alias="numeroFacture")
    portal_id: Needed = Field(alias="identifiantFactureCPP")
    status: Needed = Field(alias="statut")
    issuer_code: Said = Field(None, alias="codeFournisseur")  # its SIRET, as a rule
    changed_at: Instant = Field(None, alias="dateHeureEtatCourant")
    recipient: Said = Field(None, alias="designationDestinataire")
    service: Said = Field(None, alias="nomServiceExecutant")
    issued_on: Day = Field(None, alias="dateFacture")
    amount: Amount = Field(None, alias="montantTTC")
    currency: Said = Field(None, alias="devise")
    request: Said = Field(None, alias="typeDemandePaiement")

    def invoice(self, structure_id: str) -> Invoice:
        return Invoice(
            number=self.number,
            portal_id=self.portal_id,
            kind=kind_of(self.request),
            structure_id=structure_id,
            status=self.status,
            changed_at=self.changed_at,
            recipient=self.recipient,
            service=self.service,
            issued_on=self.issued_on,
            amount=self.amount,
            currency=self.currency or "EUR",
        )


class Search(Answer):
    invoices: Annotated[tuple[Listed, ...], SOME] = Field((), alias="listeFactures")


# One invoice -------------------------------------------------------------------------------------


class Issuer(Part):
    id: Said = Field(None, alias="idFournisseur")
    code: Said = Field(None, alias="codeFournisseur")


class Recipient(Part):
    name: Said = Field(None, alias="libelleDestinataire")
    service: Said = Field(None, alias="libelleServiceExecutant")


class Total(Part):
    with_tax: Amount = Field(None, alias="montantTtcTotal")
    without_tax: Amount = Field(None, alias="montantHtTotal")
    to_pay: Amount = Field(None, alias="montantAPayer")


class References(Part):
    issued_on: Day = Field(None, alias="dateFacture")
    deposited_on: Day = Field(None, alias="dateDepot")
    currency: Said = Field(None, alias="codeDeviseFacture")
    commitment: Said = Field(None, alias="numeroBonCommande")
    contract: Said = Field(None, alias="numeroMarche")
    works: Said = Field(None, alias="typeFactureTravaux")


class Frame(Part):
    code: Said = Field(None, alias="codeCadreFacturation")


class Document(Part):
    number: Needed = Field(alias="numeroFacture")
    portal_id: Needed = Field(alias="identifiantFactureCPP")
    status: Said = Field(None, alias="statutFacture")
    issuer: Annotated[Issuer, OR_EMPTY] = Field(Issuer(), alias="fournisseur")
    recipient: Annotated[Recipient, OR_EMPTY] = Field(Recipient(), alias="destinataire")
    total: Annotated[Total, OR_EMPTY] = Field(Total(), alias="montantTotal")
    references: Annotated[References, OR_EMPTY] = Field(References(), alias="references")
    frame: Annotated[Frame, OR_EMPTY] = Field(Frame(), alias="cadreDeFacturation")

    def invoice(self, structure_id: str) -> Invoice:
        works = "TRAVAUX" if self.references.works else ""
        return Invoice(
            number=self.number,
            portal_id=self.portal_id,
            kind=kind_of(f"{self.frame.code or ''} {works}"),
            structure_id=structure_id,
            status=self.status or "",
            recipient=self.recipient.name,
            service=self.recipient.service,
            issued_on=self.references.issued_on,
            amount=self.total.with_tax,
            currency=self.references.currency or "EUR",
        )


class Consultation(Answer):
    """The answer to `consulter/fournisseur`."""

    document: Document | None = Field(None, alias="facture")

    def detail(self, structures: frozenset[str]) -> Detail | None:
        """None when its issuer is not among these, or is not told."""
        found = self.document
        structure_id = issuer_among(structures, found) if found else None
        if found is None or structure_id is None:
            return None
        return Detail(
            invoice=found.invoice(structure_id),
            deposited_on=found.references.deposited_on,
            amount_without_tax=found.total.without_tax,
            amount_to_pay=found.total.to_pay,
            commitment=found.references.commitment,
            contract=found.references.contract,
        )


def issuer_among(structures: frozenset[str], document: Document) -> str | None:
    """Which of these structures sent it: by the portal's own id, else by its code."""
    told = (document.issuer.id, document.issuer.code)
    return next((each for each in told if each in structures), None)


# Its history -------------------------------------------------------------------------------------


class Passed(Part):
    status: Needed = Field(alias="histoStatutCode")
    at: Instant = Field(None, alias="histoStatutDatePassage")
    comment: str | None = Field(None, alias="histoStatutCommentaire")


class Statuses(Part):
    passed: Annotated[tuple[Passed, ...], SOME] = Field((), alias="histoStatut")


class History(Answer):
    """The answer to `consulter/historique`.

    The people whom it names are looked at once, before it is read, so that comments can be shown
    without them; nothing keeps them.
    """

    status: Said = Field(None, alias="statutCourantCode")
    statuses: Annotated[Statuses, OR_EMPTY] = Field(Statuses(), alias="historiquesDesStatuts")

    @model_validator(mode="before")
    @classmethod
    def _without_people(cls, raw: Any) -> Any:
        return _cleaned(raw, frozenset(_people(raw)))

    def following(self, invoice: Invoice) -> Following:
        passages = [Passage(each.status, each.at, each.comment) for each in self.statuses.passed]
        passages.sort(key=lambda each: each.at.timestamp() if each.at else 0.0, reverse=True)
        return following(invoice, self.status or "", tuple(passages))


def following(invoice: Invoice, status: str, history: tuple[Passage, ...]) -> Following:
    """Where it stands by its history, which begins with the newest."""
    status = status or invoice.status or (history[0].status if history else "")
    latest = next((each for each in history if each.status == status), None)
    at = latest.at if latest else invoice.changed_at
    comment = latest.comment if latest else None
    return Following(invoice, status, at, comment, history)


def _people(raw: Any) -> Iterator[str]:
    """Every name in an answer, wherever it stands."""
    if isinstance(raw, Mapping):
        for name, value in raw.items():
            if isinstance(value, str) and str(name).endswith(NAMES_OF_PEOPLE):
                yield value
            else:
                yield from _people(value)
    elif isinstance(raw, list):
        for each in raw:
            yield from _people(each)


def _cleaned(raw: Any, people: frozenset[str]) -> Any:
    """The same, with comments that may be shown and without anybody's data."""
    if isinstance(raw, list):
        return [_cleaned(each, people) for each in raw]
    if not isinstance(raw, Mapping):
        return raw
    kept = {name: value for name, value in raw.items() if "Utilisateur" not in str(name)}
    comment = kept.get("histoStatutCommentaire")
    if isinstance(comment, str):
        kept["histoStatutCommentaire"] = without_people(comment, people)
    return {
        name: value if isinstance(value, str) else _cleaned(value, people)
        for name, value in kept.items()
    }


# Kinds -------------------------------------------------------------------------------------------

WORDS_OF_KINDS = (
    (Kind.WORKS_INVOICE, {"TRAVAUX", "DECOMPTE", "ACOMPTE"}),
    (Kind.JUSTICE_FEES, {"MEMOIRE", "JUSTICE"}),
    (Kind.TAX_REFUND, {"REMBOURSEMENT", "TIC", "TICPE", "ACCISE", "ACCISES"}),
)


def kind_of(code: str | None) -> Kind:
    """By the words in the codes of the portal; what says nothing else is an invoice."""
    said = set(re.split(r"[^A-Z0-9]+", (code or "").upper()))
    return next((kind for kind, words in WORDS_OF_KINDS if said & words), Kind.INVOICE)
