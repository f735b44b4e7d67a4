"""A local PISTE: a real HTTP server that answers with the documented shapes, and fails on request.

It knows tokens, the technical account, invoices of several structures, and the people in their
histories. A test scripts faults for a path; each is used up by one request.
"""

import asyncio
import json
import socket
from base64 import b64encode
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import count
from threading import Thread
from time import sleep
from typing import Any
from urllib.parse import parse_qs

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, StreamingResponse

from kit.settings import Settings

CLIENT_ID, CLIENT_SECRET = "an application", "secret of the application"
LOGIN, PASSWORD = "TECH_1_5001@cpro.example", "mot de passe à accents é"

TOKEN = "/api/oauth/token"
SEARCH = "/cpro/factures/v1/rechercher/fournisseur"
CONSULT = "/cpro/factures/v1/consulter/fournisseur"
HISTORY = "/cpro/factures/v1/consulter/historique"

# Whoever acted on an invoice: they stand in every history, and are never to come out of it.
AUTHOR = {
    "histoStatutUtilisateurPrenom": "Apolline",
    "histoStatutUtilisateurNom": "Quatrefages",
    "histoStatutUtilisateurEmail": "apolline.quatrefages@mairie.example",
    "histoStatutUtilisateurTelephone": "0412345678",
}
PERSONAL = ("apolline", "quatrefages", "mairie.example", "0412345678", "04 12 34 56 78")

type Json = dict[str, Any]


class Fault(Enum):
    SLOW = auto()
    TRUNCATED = auto()  # half of the JSON, as if that were all
    CUT_OFF = auto()  # the connection ends in the middle
    HTML = auto()
    WRONG_TYPES = auto()
    REFUSED = auto()  # codeRetour 1
    TOKEN_REVOKED = auto()  # 401, and the token is void
    ALWAYS_401 = auto()


@dataclass(frozen=True)
class Status:
    """An HTTP status, with a body that tells of a person."""

    code: int
    retry_after: str | None = None


@dataclass
class PisteServer:
    port: int
    invoices: list[Json] = field(default_factory=list)
    histories: dict[int, list[Json]] = field(default_factory=dict)
    faults: dict[str, deque[Fault | Status]] = field(default_factory=lambda: defaultdict(deque))
    asked: list[tuple[str, Json]] = field(default_factory=list)
    token_lasts_s: float = 3600
    slow_s: float = 5.0
    finds_beginnings: bool = False
    _tokens: set[str] = field(default_factory=set)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def settings(self, **changed: Any) -> Settings:
        given = {
            "piste_client_id": CLIENT_ID,
            "piste_client_secret": CLIENT_SECRET,
            "piste_technical_login": LOGIN,
            "piste_technical_password": PASSWORD,
            "piste_api_url": f"{self.url}/cpro",
            "piste_oauth_url": f"{self.url}{TOKEN}",
        }
        return Settings(**(given | changed))

    def holds(
        self,
        number: str,
        *,
        code: str | None = "12345678900011",
        issuer_id: int | None = 25_784_152,
        status: str = "SUSPENDUE",
        day: str = "2026-10-05",
        **changed: Any,
    ) -> int:
        """An invoice that a structure sent. Its id on the portal."""
        portal_id = 8_316_845 + len(self.invoices)
        invoice = {
            "identifiantFactureCPP": portal_id,
            "numeroFacture": number,
            "statut": status,
            "codeFournisseur": code,
            "typeIdentifiantFournisseur": "SIRET",
            "designationFournisseur": "Menuiserie Martin",
            "designationDestinataire": "Departement du Lot",
            "nomServiceExecutant": "Direction des infrastructures",
            "nomPrenomUtilisateurCreateur": "Quatrefages Apolline",
            "dateFacture": day,
            "dateDepot": day,
            "dateHeureEtatCourant": f"{day}T15:45:39.674+02:00",
            "montantTTC": 9822.5,
            "montantHT": 9500,
            "montantAPayer": 9822.5,
            "devise": "EUR",
            "typeDemandePaiement": "FACTURE",
            "typeFacture": "FACTURE",
            "_issuer_id": issuer_id,
        }
        self.invoices.append(invoice | changed)
        self.histories[portal_id] = [
            _passage("DEPOSEE", f"{day} 11:08"),
            _passage(
                "SUSPENDUE", f"{day} 15:45", "Pièce absente. Apolline QUATREFAGES, 0412345678"
            ),
        ]
        return portal_id

    def fail(self, path: str, *faults: Fault | Status) -> None:
        self.faults[path].extend(faults)

    def forget(self) -> None:
        """As it was in the beginning, for the next test."""
        for each in (self.invoices, self.histories, self.faults, self.asked, self._tokens):
            each.clear()
        self.token_lasts_s, self.finds_beginnings = 3600, False

    def count(self, path: str) -> int:
        return [asked for asked, _ in self.asked].count(path)

    # Answering ---------------------------------------------------------------------------

    async def answer(self, request: Request) -> Response:
        path, raw = request.url.path, await request.body()
        body = parse_qs(raw.decode()) if path == TOKEN else json.loads(raw)
        self.asked.append((path, body))
        return await self._answer(request, path, body)

    async def _answer(self, request: Request, path: str, body: Json) -> Response:
        fault = self.faults[path].popleft() if self.faults[path] else None
        if fault is Fault.SLOW:
            await asyncio.sleep(self.slow_s)
        if isinstance(fault, Status):
            return _status(fault)
        if fault is Fault.HTML:
            return HTMLResponse("<h1>Maintenance</h1> apolline.quatrefages@mairie.example")
        if path == TOKEN:
            return self._token(body, fault)
        if not self._lets_in(request, fault):
            return JSONResponse({"message": "Unauthorized", "who": AUTHOR}, 401)
        answer = {SEARCH: self._search, CONSULT: self._consult, HISTORY: self._history}[path](body)
        return _damaged(answer, fault)

    def _token(self, body: Json, fault: Fault | None) -> Response:
        asked = {name: values[0] for name, values in body.items()}
        good = {
            "grant_type": "client_credentials",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "scope": "openid",
        }
        if asked != good:
            return JSONResponse({"error": "invalid_client"}, 400)
        token = f"token {next(self._numbers)}"
        self._tokens.add(token)
        life = self.token_lasts_s
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": life}
        return _damaged(answer | {"scope": "openid"}, fault)

    def _lets_in(self, request: Request, fault: Fault | None) -> bool:
        if fault is Fault.TOKEN_REVOKED:
            self._tokens.clear()
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        account = b64encode(f"{LOGIN}:{PASSWORD}".encode()).decode()
        known = token in self._tokens and request.headers.get("cpro-account") == account
        return known and fault is not Fault.ALWAYS_401

    def _search(self, body: Json) -> Json:
        found = [
            {name: value for name, value in each.items() if not name.startswith("_")}
            for each in self.invoices
            if self._bears(each["numeroFacture"], body["numeroFacture"])
            and body.get("idFournisseur") in (None, each["_issuer_id"])
        ]
        page = {"pageCourante": 1, "pages": 1, "nbResultatsParPage": 50, "total": len(found)}
        return {
            "codeRetour": 0,
            "libelle": "TRA_MSG_00.000",
            "listeFactures": found or None,
            "parametresRetour": page,
        }

    def _bears(self, number: str, asked: str) -> bool:
        return number == asked or (self.finds_beginnings and number.startswith(asked))

    def _consult(self, body: Json) -> Json:
        asked = body["identifiantFactureCPP"]
        found = [each for each in self.invoices if each["identifiantFactureCPP"] == asked]
        if not found:
            return {"codeRetour": 20001, "libelle": "Facture introuvable"}
        (row,) = found
        return {"codeRetour": 0, "libelle": "CODE PAR DEFAUT", "facture": _document(row)}

    def _history(self, body: Json) -> Json:
        asked = body["idFacture"]
        if asked not in self.histories:
            return {"codeRetour": 20001, "libelle": "Facture introuvable"}
        passed = self.histories[asked]
        action = {name.replace("Statut", "Action"): value for name, value in AUTHOR.items()}
        return {
            "codeRetour": 0,
            "libelle": "GCU_MSG_01_000",
            "idFacture": asked,
            "statutCourantCode": passed[-1]["histoStatutCode"] if passed else None,
            "derniereAction": {"derniereActionCode": "SUSPENDRE", "derniereActionId": 7},
            "historiquesDesActionsUtilisateurs": {"histoAction": [action]},
            "historiquesDesStatuts": {"histoStatut": passed, "totalHistoStatut": len(passed)},
        }


def _passage(status: str, at: str, comment: str | None = None) -> Json:
    return {
        "histoStatutCode": status,
        "histoStatutDatePassage": at,
        "histoStatutId": 8_548_204,
        "histoStatutCommentaire": comment,
    } | AUTHOR


def _document(row: Json) -> Json:
    return {
        "identifiantFactureCPP": row["identifiantFactureCPP"],
        "numeroFacture": row["numeroFacture"],
        "statutFacture": row["statut"],
        "cadreDeFacturation": {
            "codeCadreFacturation": row.get("_frame", "A1_FACTURE_FOURNISSEUR"),
            "nomValideur1": "Quatrefages",
        },
        "commentaire": "Vu avec Apolline",
        "destinataire": {
            "codeDestinataire": "22460001500511",
            "libelleDestinataire": "Departement du Lot",
            "libelleServiceExecutant": "Direction des infrastructures",
        },
        "fournisseur": {
            "idFournisseur": row["_issuer_id"],
            "codeFournisseur": row["codeFournisseur"],
            "coordBancairesFournisseurCompteBancaire": "FR7630006000011234567890189",
        },
        "montantTotal": {
            "montantHtTotal": row["montantHT"],
            "montantTtcTotal": row["montantTTC"],
            "montantAPayer": row["montantAPayer"],
        },
        "references": {
            "dateFacture": row["dateFacture"],
            "dateDepot": row["dateDepot"],
            "codeDeviseFacture": "EUR",
            "numeroBonCommande": "VABFC002",
            "numeroMarche": "VABFM001",
        },
    }


def _status(fault: Status) -> Response:
    headers = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
    return JSONResponse({"libelle": "Contactez Apolline Quatrefages"}, fault.code, headers)


def _damaged(answer: Json, fault: Fault | None) -> Response:
    text = json.dumps(answer)
    match fault:
        case Fault.TRUNCATED:
            return Response(text[: len(text) // 2], media_type="application/json")
        case Fault.CUT_OFF:
            half = iter([text[: len(text) // 2].encode()])
            headers = {"Content-Length": str(len(text))}
            return StreamingResponse(half, media_type="application/json", headers=headers)
        case Fault.WRONG_TYPES:
            wrong = {"codeRetour": 0, "listeFactures": "Apolline", "facture": [AUTHOR]}
            return JSONResponse(wrong | {"historiquesDesStatuts": "Quatrefages"})
        case Fault.REFUSED:
            return JSONResponse({"codeRetour": 1, "libelle": "Apolline Quatrefages refuse"})
    return Response(text, media_type="application/json")


@contextmanager
def serving() -> Iterator[PisteServer]:
    """A PISTE on a free port of this machine."""
    listener = socket.create_server(("127.0.0.1", 0))
    piste = PisteServer(listener.getsockname()[1])
    app = FastAPI()
    app.add_api_route("/{path:path}", piste.answer, methods=["POST"], response_model=None)
    config = uvicorn.Config(app, log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        sleep(0.005)
    try:
        yield piste
    finally:
        server.should_exit = server.force_exit = True
        thread.join()
        listener.close()
