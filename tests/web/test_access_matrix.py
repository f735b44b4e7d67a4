"""Who may do what: one row for each route and each frame of the socket. None may be forgotten."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, TypeAliasType, get_args
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, APIWebSocketRoute, iter_route_contexts
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from livechat.console_protocol import ConsoleFrame
from livechat.protocol import ClientFrame, CloseCode
from tests.web import test_console
from tests.web.conftest import on_sqlite
from tests.web.talks import Json, Talk, joined, new_id, on_the_line, open_talk

CONVERSATION = "/api/conversations/{conversation_id}"
MESSAGE = {"client_id": new_id(), "text": "bonjour"}
BOOKING = {
    "client_id": new_id(),
    "proposal": new_id(),
    "start": "2026-11-25T09:00:00Z",
    "phone": "06 12 34 56 78",
}

WHO = ("nobody", "own", "foreign", "voided", "absent")  # whose token, on which conversation


def everybody(status: int) -> tuple[int, ...]:
    """It makes no difference who asks."""
    return (status,) * len(WHO)


def holder(status: int) -> tuple[int, ...]:
    """Only whoever holds the conversation's own, current token."""
    return (401, status, 404, 401, 404)


LOGIN_FIRST = everybody(303)  # tests/staff/test_pages.py says which roles pass then

# Method, path: the body, if any, and the status for each of WHO.
ROUTES: dict[tuple[str, str], tuple[Any, tuple[int, ...]]] = {
    ("GET", "/"): (None, everybody(200)),
    ("POST", "/demo/identity"): ({"user": "camille"}, everybody(200)),
    ("GET", "/demo/compte/{token}"): (None, everybody(404)),
    ("GET", "/chat"): (None, everybody(200)),
    ("GET", "/contact"): (None, everybody(200)),
    ("GET", "/widget.js"): (None, everybody(200)),
    ("GET", "/aide"): (None, everybody(200)),
    ("GET", "/aide/section/{article}/{section}"): (None, everybody(404)),
    ("GET", "/aide/{file}"): (None, everybody(404)),
    ("GET", "/agents"): (None, LOGIN_FIRST),
    ("GET", "/api/agents/canned"): (None, everybody(401)),
    ("GET", "/api/agents/help"): (None, everybody(401)),
    ("GET", "/api/agents/conversations/{conversation_id}"): (None, everybody(401)),
    ("GET", "/equipe/connexion"): (None, everybody(200)),
    ("POST", "/equipe/connexion"): (None, everybody(422)),
    ("GET", "/equipe/invitation/{token}"): (None, everybody(404)),
    ("POST", "/equipe/invitation/{token}"): (None, everybody(404)),
    ("POST", "/equipe/deconnexion"): (None, LOGIN_FIRST),
    ("GET", "/equipe/mot-de-passe"): (None, LOGIN_FIRST),
    ("POST", "/equipe/mot-de-passe"): (None, LOGIN_FIRST),
    ("GET", "/equipe"): (None, LOGIN_FIRST),
    ("GET", "/equipe/membres"): (None, LOGIN_FIRST),
    ("POST", "/equipe/membres"): (None, LOGIN_FIRST),
    ("GET", "/equipe/membres/{member_id}"): (None, LOGIN_FIRST),
    ("POST", "/equipe/membres/{member_id}"): (None, LOGIN_FIRST),
    ("POST", "/equipe/membres/{member_id}/desactivation"): (None, LOGIN_FIRST),
    ("POST", "/equipe/membres/{member_id}/reactivation"): (None, LOGIN_FIRST),
    ("GET", "/equipe/horaires"): (None, LOGIN_FIRST),
    ("POST", "/equipe/horaires"): (None, LOGIN_FIRST),
    ("POST", "/equipe/horaires/{exception_id}/suppression"): (None, LOGIN_FIRST),
    ("GET", "/equipe/reponses"): (None, LOGIN_FIRST),
    ("POST", "/equipe/reponses"): (None, LOGIN_FIRST),
    ("GET", "/equipe/reponses/{reply_id}"): (None, LOGIN_FIRST),
    ("POST", "/equipe/reponses/{reply_id}"): (None, LOGIN_FIRST),
    ("POST", "/equipe/reponses/{reply_id}/suppression"): (None, LOGIN_FIRST),
    ("GET", "/courriels"): (None, everybody(404)),  # tests/web/test_mailbox.py says who passes
    ("GET", "/courriels/{mail_id}"): (None, everybody(404)),
    ("GET", "/courriels/{mail_id}/pieces/{number}"): (None, everybody(404)),
    ("POST", "/courriels/essai"): (None, LOGIN_FIRST),
    ("POST", "/courriels/{mail_id}/essai"): (None, LOGIN_FIRST),
    ("GET", "/tickets"): (None, LOGIN_FIRST),
    ("GET", "/tickets/export.csv"): (None, LOGIN_FIRST),
    ("POST", "/tickets/colonnes"): (None, LOGIN_FIRST),
    ("POST", "/tickets/vues"): (None, LOGIN_FIRST),
    ("POST", "/tickets/vues/{queue_id}"): (None, LOGIN_FIRST),
    ("POST", "/tickets/vues/{queue_id}/suppression"): (None, LOGIN_FIRST),
    ("POST", "/tickets/bulk"): (None, LOGIN_FIRST),  # tests/web/test_staff_matrix.py
    ("GET", "/tickets/{number}"): (None, LOGIN_FIRST),
    ("GET", "/tickets/{number}/fichiers/{file_id}"): (None, LOGIN_FIRST),
    ("POST", "/tickets/{number}/look"): (None, LOGIN_FIRST),
    ("POST", "/tickets/{number}/prendre"): (None, LOGIN_FIRST),
    ("POST", "/tickets/{number}/relacher"): (None, LOGIN_FIRST),
    ("POST", "/tickets/{number}/affectation"): (None, LOGIN_FIRST),
    ("POST", "/tickets/{number}/transfert"): (None, LOGIN_FIRST),
    ("POST", "/tickets/{number}/categorie"): (None, LOGIN_FIRST),
    ("POST", "/tickets/{number}/priorite"): (None, LOGIN_FIRST),
    ("POST", "/tickets/{number}/etiquettes"): (None, LOGIN_FIRST),
    ("POST", "/tickets/{number}/note"): (None, LOGIN_FIRST),
    ("POST", "/tickets/{number}/liens/revocation"): (None, LOGIN_FIRST),
    ("POST", "/tickets/{number}/fusion"): (None, LOGIN_FIRST),
    ("POST", "/tickets/{number}/division"): (None, LOGIN_FIRST),
    ("POST", "/tickets/{number}/reponse"): (None, LOGIN_FIRST),
    ("POST", "/tickets/{number}/reponse/retrait"): (None, LOGIN_FIRST),
    ("GET", "/ticket"): (None, everybody(200)),
    ("POST", "/ticket"): (None, everybody(422)),  # empty
    ("GET", "/ticket/courriel"): (None, everybody(200)),
    ("GET", "/ticket/envoyee/{ticket_id}"): (None, everybody(404)),
    ("GET", "/ticket/confirmer/{token}"): (None, everybody(404)),
    ("POST", "/ticket/confirmer/{token}"): (None, everybody(404)),
    ("GET", "/suivi"): (None, everybody(200)),
    ("POST", "/suivi"): (None, everybody(422)),  # empty
    ("GET", "/suivi/{token}"): (None, everybody(404)),  # tests/web/test_tracking.py
    ("GET", "/suivi/{token}/fichiers/{file_id}"): (None, everybody(404)),
    ("POST", "/suivi/{token}/reponse"): (None, everybody(404)),
    ("GET", "/suivi/{token}/fermeture"): (None, everybody(404)),
    ("POST", "/suivi/{token}/fermeture"): (None, everybody(404)),
    ("POST", "/suivi/{token}/avis"): (None, everybody(404)),
    ("POST", "/suivi/{token}/code/envoi"): (None, everybody(404)),
    ("POST", "/suivi/{token}/code"): (None, everybody(404)),
    ("POST", "/suivi/{token}/nouveau-lien"): (None, everybody(404)),
    ("POST", "/suivi/{token}/adresse"): (None, everybody(404)),
    ("POST", "/suivi/{token}/adresse/code"): (None, everybody(404)),
    ("GET", "/equipe/categories"): (None, LOGIN_FIRST),
    ("GET", "/equipe/categories/{category}/{subcategory}"): (None, LOGIN_FIRST),
    ("POST", "/equipe/categories/{category}/{subcategory}"): (None, LOGIN_FIRST),
    ("POST", "/equipe/categories/{category}/{subcategory}/origine"): (None, LOGIN_FIRST),
    # Whoever the host site sent here, by a cookie: tests/web/test_own_tickets.py.
    ("POST", "/mes-tickets/session"): (None, everybody(401)),  # without an identity
    ("POST", "/mes-tickets/quitter"): (None, everybody(303)),
    ("GET", "/mes-tickets/fin"): (None, everybody(200)),
    ("GET", "/mes-tickets"): (None, everybody(401)),
    ("GET", "/mes-tickets/nouveau"): (None, everybody(401)),
    ("POST", "/mes-tickets/nouveau"): (None, everybody(401)),
    ("GET", "/mes-tickets/{reference}"): (None, everybody(401)),
    ("GET", "/mes-tickets/{reference}/suppression"): (None, everybody(401)),
    ("POST", "/mes-tickets/{reference}/suppression"): (None, everybody(401)),
    ("GET", "/mes-tickets/{reference}/fichiers/{file_id}"): (None, everybody(401)),
    ("POST", "/mes-tickets/{reference}/reponse"): (None, everybody(401)),
    ("GET", "/mes-tickets/{reference}/fermeture"): (None, everybody(401)),
    ("POST", "/mes-tickets/{reference}/fermeture"): (None, everybody(401)),
    ("POST", "/mes-tickets/{reference}/avis"): (None, everybody(401)),
    ("GET", "/equipe/formations"): (None, LOGIN_FIRST),
    ("GET", "/equipe/formations/nouvelle"): (None, LOGIN_FIRST),
    ("POST", "/equipe/formations/nouvelle"): (None, LOGIN_FIRST),
    ("GET", "/equipe/formations/{session_id}"): (None, LOGIN_FIRST),
    ("POST", "/equipe/formations/{session_id}"): (None, LOGIN_FIRST),
    ("GET", "/equipe/formations/{session_id}/annulation"): (None, LOGIN_FIRST),
    ("POST", "/equipe/formations/{session_id}/annulation"): (None, LOGIN_FIRST),
    ("GET", "/formations"): (None, everybody(200)),
    # Behind a mailed link: tests/web/test_training_pages.py.
    ("GET", "/formations/inscription/{token}"): (None, everybody(404)),
    ("GET", "/formations/inscription/{token}/annulation"): (None, everybody(404)),
    ("POST", "/formations/inscription/{token}/annulation"): (None, everybody(404)),
    ("GET", "/confidentialite"): (None, everybody(200)),
    ("GET", "/accessibilite"): (None, everybody(200)),
    ("GET", "/docs"): (None, everybody(200)),
    ("GET", "/openapi.json"): (None, everybody(200)),
    ("GET", "/static"): (None, everybody(307)),
    ("GET", "/healthz"): (None, everybody(503)),
    ("GET", "/api/hours"): (None, everybody(200)),
    ("GET", "/api/proof"): (None, everybody(200)),
    ("POST", "/actions/webhook"): ({}, everybody(403)),  # Rasa only, by its secret
    ("POST", "/api/conversations"): ({}, everybody(201)),
    ("POST", f"{CONVERSATION}/messages"): (MESSAGE, holder(201)),
    ("POST", f"{CONVERSATION}/votes"): ({"seq": 3, "value": "up"}, holder(201)),
    ("GET", f"{CONVERSATION}/events"): (None, holder(200)),
    ("POST", f"{CONVERSATION}/transcript"): ({"client_id": new_id(), "email": "x"}, holder(422)),
    ("POST", f"{CONVERSATION}/files"): (None, holder(422)),  # without a file
    ("GET", f"{CONVERSATION}/files/{{file_id}}"): (None, holder(422)),
    ("POST", "/api/agents/chats/{chat_id}/files"): (None, everybody(401)),
    ("GET", "/api/agents/conversations/{conversation_id}/files/{file_id}"): (None, everybody(401)),
    ("POST", f"{CONVERSATION}/identity"): ({"identity": "…"}, holder(200)),
    ("DELETE", f"{CONVERSATION}/identity"): (None, holder(204)),
    # A proposal that is not there: only its holder learns that (tests/web/test_appointments.py).
    ("POST", f"{CONVERSATION}/appointments"): (BOOKING, holder(404)),
    ("GET", f"{CONVERSATION}/appointments"): (None, holder(200)),
    ("GET", f"{CONVERSATION}/slots"): (None, holder(422)),
    ("GET", "/rendez-vous/{token}"): (None, everybody(404)),
    ("GET", "/rendez-vous/{token}/deplacement"): (None, everybody(404)),
    ("POST", "/rendez-vous/{token}/deplacement"): (None, everybody(404)),
    ("GET", "/rendez-vous/{token}/annulation"): (None, everybody(404)),
    ("POST", "/rendez-vous/{token}/annulation"): (None, everybody(404)),
    ("POST", "/rendez-vous/{token}/choix"): (None, everybody(404)),
    ("GET", "/rendez-vous/{token}/calendrier.ics"): (None, everybody(404)),
    ("GET", "/api/agents/appointments"): (None, everybody(401)),
    ("GET", "/api/agents/slots"): (None, everybody(401)),
    ("POST", "/api/agents/appointments/{appointment_id}/outcome"): (None, everybody(401)),
    ("POST", "/api/agents/appointments/{appointment_id}/take"): (None, everybody(401)),
    ("GET", "/api/agents/callbacks"): (None, everybody(401)),
    ("POST", "/api/agents/callbacks/{reference}/proposal"): (None, everybody(401)),
}
SOCKETS = {f"{CONVERSATION}/socket", "/api/agents/socket"}

# Frame: its fields, and what answers it from whoever has joined. Before that, all but a join are
# refused; a join is what the rows of test_who_may_join say.
FRAMES: dict[str, tuple[Json, str | None]] = {
    "join": ({"token": "…"}, "failed"),
    "say": ({"client_id": new_id(), "text": "bonjour"}, "stored"),
    "vote": ({"seq": 3, "value": "down"}, "vote"),
    "typing": ({}, None),
    "read": ({"seq": 1}, None),
    "heartbeat": ({}, "heartbeat"),
}


def routes_of(app: FastAPI) -> Iterator[tuple[str, str]]:
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        match route:
            case APIRoute() | Route():
                yield from ((method, context.path or "") for method in context.methods or ())
            case APIWebSocketRoute():
                yield ("WS", context.path or "")
            case Mount():
                yield ("GET", route.path)
            case _:
                raise AssertionError(f"A kind of route that the matrix does not know: {route!r}")


@on_sqlite
def test_every_route_has_its_row(app: FastAPI) -> None:
    served = {(method, path) for method, path in routes_of(app) if method != "HEAD"}
    assert served == ROUTES.keys() | {("WS", path) for path in SOCKETS}


@pytest.mark.parametrize(
    ("frames", "rows"), [(ClientFrame, FRAMES), (ConsoleFrame, test_console.FRAMES)]
)
def test_every_frame_has_its_row(frames: TypeAliasType, rows: dict[str, object]) -> None:
    known = get_args(get_args(frames.__value__)[0])
    types = {get_args(frame.model_fields["type"].annotation)[0] for frame in known}
    assert types == rows.keys()


@pytest.fixture
def mine(client: TestClient) -> Talk:
    """A conversation whose third event takes votes."""
    talk = open_talk(client)
    talk.say()
    return talk


def tokens(client: TestClient, mine: Talk) -> dict[str, tuple[str, str]]:
    """For each of WHO: the id that is asked for, and the token that is shown."""
    voided = open_talk(client)
    client.delete(f"{voided.path}/identity", headers=voided.headers)
    return {
        "nobody": (mine.id, ""),
        "own": (mine.id, mine.token),
        "foreign": (mine.id, open_talk(client).token),
        "voided": (voided.id, voided.token),
        "absent": (str(uuid4()), mine.token),
    }


@on_sqlite
@pytest.mark.parametrize(("method", "path"), ROUTES, ids=lambda value: value)
def test_who_may_call(client: TestClient, mine: Talk, method: str, path: str) -> None:
    body, expected = ROUTES[method, path]
    if path.endswith("/identity") and method == "POST" and path.startswith("/api"):
        body = {"identity": client.post("/demo/identity", json={"user": "nadia"}).json()["token"]}
    found = {}
    # The owner comes last: signing out voids what the others are compared with.
    for who, (conversation_id, token) in sorted(
        tokens(client, mine).items(), key=lambda each: each[0] == "own"
    ):
        url = path.format_map(defaultdict(lambda: "x", conversation_id=conversation_id))
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = client.request(method, url, json=body, headers=headers, follow_redirects=False)
        found[who] = answer.status_code
    assert tuple(found[who] for who in WHO) == expected


@on_sqlite
@pytest.mark.parametrize(
    ("who", "heard"),
    [
        ("nobody", CloseCode.LOG_IN_AGAIN),
        ("own", None),
        ("foreign", CloseCode.REFUSED),
        ("voided", CloseCode.LOG_IN_AGAIN),
        ("absent", CloseCode.REFUSED),
    ],
)
def test_who_may_join(client: TestClient, mine: Talk, who: str, heard: CloseCode | None) -> None:
    conversation_id, token = tokens(client, mine)[who]
    with on_the_line(mine, conversation_id) as line:
        line.send("join", token=token)
        expected = {"type": "closed", "code": heard} if heard else mine.events[0]
        assert line.hear() == expected


@on_sqlite
@pytest.mark.parametrize("type_", FRAMES)
def test_before_a_join_no_frame_is_obeyed(mine: Talk, type_: str) -> None:
    fields, _ = FRAMES[type_]
    before = mine.read()
    with on_the_line(mine) as line:
        line.send(type_, **fields)
        assert line.hear()["type"] == "closed"
    assert mine.read() == before


@on_sqlite
@pytest.mark.parametrize("type_", FRAMES)
def test_after_a_join_each_frame_is_answered_as_its_row_says(mine: Talk, type_: str) -> None:
    fields, answer = FRAMES[type_]
    with joined(mine) as line:
        line.send(type_, **fields)
        if answer is None:
            line.send("heartbeat")
            assert line.hear() == {"type": "heartbeat"}
        else:
            line.hear_until(answer)
