"""The real host site, through the API of PISTE.

Its search finds whatever the technical account may see, which is more than a user may: an invoice
is shown only when the portal says that one of the user's structures sent it. Where it does not say,
the invoice does not exist for them.
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

from chorus import invoice_numbers
from chorus.piste_calls import Piste, Refused
from chorus.piste_shapes import Consultation, History, Listed, Search, following
from chorus.portal import Detail, Following, Invoice, newest_first

SEARCH = "/factures/v1/rechercher/fournisseur"
CONSULT = "/factures/v1/consulter/fournisseur"
HISTORY = "/factures/v1/consulter/historique"

AT_MOST = 50  # invoices that one search gives, and passages of one history
LOOKED_INTO = 10  # of those whose issuer the search does not tell
SIRET_DIGITS = 14
SEARCHES = 5  # structures whose invoices are searched apart


class PistePortal:
    connected = True
    is_demo = False

    def __init__(self, piste: Piste) -> None:
        self._piste = piste

    async def find_invoices(self, structures: Sequence[str], number: str) -> tuple[Invoice, ...]:
        ours, key = frozenset(structures), invoice_numbers.key(number)
        if not ours or not key:
            return ()
        listed = [each for each in await self._search(ours, number) if _bears(each, key)]
        return newest_first(await self._owned(ours, listed))

    async def follow(self, structures: Sequence[str], portal_id: str) -> Following | None:
        """Both are asked at once, but on trial; the history of a foreign invoice is dropped."""
        if self._piste.is_on_trial:
            found = await self.detail(structures, portal_id)
            history = await self._history(structures, portal_id)
        else:
            found, history = await asyncio.gather(
                self.detail(structures, portal_id), self._history(structures, portal_id)
            )
        if found is None:
            return None
        return history.following(found.invoice) if history else following(found.invoice, "", ())

    async def detail(self, structures: Sequence[str], portal_id: str) -> Detail | None:
        """What the portal refuses to show does not exist for us either."""
        asked = _id(portal_id)
        if not structures or asked is None:
            return None
        try:
            body = {"identifiantFactureCPP": asked}
            consulted = await self._piste.call(CONSULT, body, Consultation)
        except Refused:
            return None
        return consulted.detail(frozenset(structures))

    async def _history(self, structures: Sequence[str], portal_id: str) -> History | None:
        asked = _id(portal_id)
        if not structures or asked is None:
            return None
        try:
            body = {"idFacture": asked, "nbResultatsMaximum": AT_MOST}
            return await self._piste.call(HISTORY, body, History)
        except Refused:
            return None

    async def _search(self, ours: frozenset[str], number: str) -> list[Listed]:
        """As it was written; then, when nothing bears it, in capitals."""
        written = invoice_numbers.cleaned(number)
        for spelling in dict.fromkeys((written, written.upper())):
            if found := await self._search_for(ours, spelling):
                return found
        return []

    async def _search_for(self, ours: frozenset[str], number: str) -> list[Listed]:
        """Within the structures whose id the portal gave; others can only be told afterwards."""
        told = sorted(each for each in ours if _is_portal_id(each))
        apart = told if len(told) == len(ours) <= SEARCHES else [None]
        bodies = [_search_body(number, each) for each in apart]
        alone = 1 if self._piste.is_on_trial else 0
        answers = [await self._piste.call(SEARCH, body, Search) for body in bodies[:alone]]
        answers += await asyncio.gather(
            *(self._piste.call(SEARCH, body, Search) for body in bodies[alone:])
        )
        found = (invoice for answer in answers for invoice in answer.invoices)
        return list({each.portal_id: each for each in found}.values())

    async def _owned(self, ours: frozenset[str], listed: Iterable[Listed]) -> list[Invoice]:
        """Those that one of the user's structures sent, by their code or by a second look."""
        known = {each.portal_id: each for each in listed}
        owned = [
            each.invoice(each.issuer_code) for each in known.values() if each.issuer_code in ours
        ]
        silent = [each for each in known.values() if each.issuer_code not in ours][:LOOKED_INTO]
        looks = await asyncio.gather(*(self._issuer(ours, each) for each in silent))
        return owned + [
            each.invoice(issuer) for each, issuer in zip(silent, looks, strict=True) if issuer
        ]

    async def _issuer(self, ours: frozenset[str], listed: Listed) -> str | None:
        found = await self.detail(tuple(ours), listed.portal_id)
        return found.invoice.structure_id if found else None


def _search_body(number: str, structure_id: str | None) -> dict[str, Any]:
    page = {"pageResultatDemandee": 1, "nbResultatsParPage": AT_MOST}
    body: dict[str, Any] = {"numeroFacture": number, "rechercheFactureParFournisseur": page}
    return body if structure_id is None else body | {"idFournisseur": int(structure_id)}


def _bears(listed: Listed, key: str) -> bool:
    return invoice_numbers.key(listed.number) == key


def _is_portal_id(structure_id: str) -> bool:
    """The portal's own ids are numbers, shorter than a SIRET."""
    return structure_id.isascii() and structure_id.isdecimal() and len(structure_id) < SIRET_DIGITS


def _id(portal_id: str) -> int | None:
    plain = portal_id.isascii() and portal_id.isdecimal() and len(portal_id) <= 18
    return int(portal_id) if plain else None
