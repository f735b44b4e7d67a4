"""« Mes tickets »: who gets in, what they see there, and that it is theirs alone."""

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import Response
from sqlalchemy import select
from starlette.testclient import TestClient

from chorus.models import PageSession
from chorus.page_sessions import LASTS, LASTS_AT_MOST
from kit.database import Database
from kit.limits import Limited
from kit.settings import Settings
from livechat.retention import Person, Retention
from tests.chorus.host_sites import AUDIENCE, ISSUER, HostSite, claims
from tests.clock import Clock, clock
from tests.ticketing.support import PAIR, Support
from tests.web.assistants import ScriptedAssistant
from tests.web.conftest import on_sqlite
from tests.web.senders import NASTY, Sender
from ticketing.lifecycle import Event, Status
from web.app import create_app
from web.own_session import COOKIE

__all__ = ["clock"]
pytestmark = on_sqlite

OURS = "http://testserver"
HOST = "https://host.example"  # of the setting embed_origins
CAMILLE = f"{ISSUER} u-1"
FIELDS = {
    "pair": "/".join(PAIR.values()),
    "structure": "s-1",
    "service": "Comptabilité",
    "title": "Facture bloquée",
    "description": "Elle reste en brouillon.",
    "act": "send",
}


@pytest.fixture
def host() -> HostSite:
    return HostSite()


@pytest.fixture
def settings(settings: Settings, host: HostSite, tmp_path: Path) -> Settings:
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps(host.jwks()))
    known = {
        "identity_keys": str(keys),
        "identity_issuer": ISSUER,
        "identity_audience": AUDIENCE,
        "demo": False,
    }
    return Settings(**settings.model_dump() | known)


class Owner:
    """Somebody in their browser, whom the host site knows."""

    def __init__(self, client: TestClient, host: HostSite, url: str, sub: str = "u-1") -> None:
        self.client, self._host, self.sub = client, host, sub
        self.behind = Sender(client, url)
        self.cookie = ""

    def token(self, **changed: Any) -> str:
        email = {"u-1": "camille@example.org"}.get(self.sub, f"{self.sub}@example.org")
        return self._host.token(claims(**{"sub": self.sub, "email": email} | changed))

    def open(self, token: str | None = None, origin: str | None = HOST) -> Response:
        """As the host site's button does: the form comes from there, without a cookie of ours."""
        self.client.cookies.clear()
        answer = self.client.post(
            "/mes-tickets/session",
            data={"identity": self.token() if token is None else token},
            headers={"Accept": "text/html"} | ({"Origin": origin} if origin else {}),
            follow_redirects=False,
        )
        self.cookie = answer.cookies.get(COOKIE) or self.cookie
        self.client.cookies.clear()
        return answer

    def ask(self, method: str, path: str, origin: str | None = OURS, **more: Any) -> Response:
        self.client.cookies.clear()
        headers = {"Accept": "text/html"}
        if self.cookie:
            headers["Cookie"] = f"{COOKIE}={self.cookie}"
        if origin and method != "GET":
            headers["Origin"] = origin
        return self.client.request(
            method, f"/mes-tickets{path}", headers=headers, follow_redirects=False, **more
        )

    def get(self, path: str = "") -> Response:
        return self.ask("GET", path)

    def post(self, path: str, *files: tuple[str, bytes], **data: Any) -> Response:
        sent = [("files", (name, content)) for name, content in files] or None
        return self.ask("POST", path, data=data, files=sent)

    def write(self, *files: tuple[str, bytes], **changed: str) -> Response:
        return self.post("/nouveau", *files, **{"form_id": str(uuid4())} | FIELDS | changed)

    def send(self, **changed: str) -> str:
        """The reference."""
        answer = self.write(**{"act": "anyway"} | changed)
        assert answer.status_code == 303, answer.text
        return str(re.findall(r"TK-\d+", answer.headers["location"])[0])

    def take(self, reference: str, event: Event, text: str) -> None:
        """What the staff do with it."""

        async def reply(support: Support) -> None:
            claire, number = await support.hire("Claire"), int(reference.removeprefix("TK-"))
            await support.triage.take(claire, number)
            await support.triage.reply(claire, number, event, text, at_once=True)

        self.behind.do(reply)


@pytest.fixture
def stranger(client: TestClient, host: HostSite, database_url: str) -> Owner:
    """Nobody has opened anything yet."""
    return Owner(client, host, database_url)


@pytest.fixture
def camille(stranger: Owner) -> Iterator[Owner]:
    assert stranger.open().status_code == 303
    yield stranger
    stranger.client.cookies.clear()


@pytest.fixture
def nadia(client: TestClient, host: HostSite, database_url: str) -> Owner:
    other = Owner(client, host, database_url, "u-2")
    assert other.open().status_code == 303
    return other


# The session -----------------------------------------------------------------------------


def test_a_token_of_the_host_site_opens_the_pages(stranger: Owner) -> None:
    assert stranger.get().status_code == 401
    answer = stranger.open()
    assert (answer.status_code, answer.headers["location"]) == (303, "/mes-tickets")
    cookie = answer.headers["set-cookie"].lower()
    for part in ("httponly", "samesite=lax", "path=/mes-tickets"):
        assert part in cookie
    shown = stranger.get()
    assert shown.status_code == 200 and "camille@example.org" in shown.text
    assert shown.headers["cache-control"] == "no-store"
    assert shown.headers["referrer-policy"] == "strict-origin"


def test_behind_https_the_cookie_travels_encrypted_only(
    settings: Settings, assistant: ScriptedAssistant, host: HostSite, database_url: str
) -> None:
    safe = Settings(**settings.model_dump() | {"public_url": "https://assistance.example"})
    with TestClient(create_app(safe, assistant)) as client:
        answer = Owner(client, host, database_url).open()
    assert "; secure" in answer.headers["set-cookie"].lower()


def test_only_a_hash_of_the_cookie_is_stored(camille: Owner) -> None:
    async def rows(support: Support) -> list[PageSession]:
        async with support.database.reading() as session:
            return list(await session.scalars(select(PageSession)))

    (row,) = camille.behind.do(rows)
    assert row.token_hash != camille.cookie and len(camille.cookie) >= 43
    assert row.subject == CAMILLE and set(row.claims) == {"email", "role", "structures"}


def bad_tokens(owner: Owner, host: HostSite, clock: Clock) -> Iterator[tuple[str, str]]:
    yield "none", ""
    yield "no token", "x.y.z"
    yield "wrong key", HostSite().token(claims())
    yield "other audience", owner.token(aud="other")
    yield "other issuer", owner.token(iss="https://evil.example")
    yield "unsigned", host.token(claims(), alg="none")
    yield "lives too long", owner.token(exp=claims()["iat"] + 3_600)
    yield "large", "x" * 9_000
    old = owner.token()
    clock.forward(minutes=6)
    yield "expired", old


def test_bad_tokens_are_refused_alike(
    stranger: Owner, host: HostSite, clock: Clock, subtests: pytest.Subtests
) -> None:
    told = set()
    for name, token in bad_tokens(stranger, host, clock):
        with subtests.test(name=name):
            answer = stranger.open(token)
            assert answer.status_code == 401 and "set-cookie" not in answer.headers
            told.add(answer.text)
    assert len(told) == 1 and stranger.get().status_code == 401


def test_a_token_opens_once(camille: Owner) -> None:
    token = camille.token()
    assert camille.open(token).status_code == 303
    assert camille.open(token).status_code == 401
    assert camille.get().status_code == 200  # who was let in stays in


def test_a_token_of_the_chat_does_not_open_the_pages_too(stranger: Owner) -> None:
    token = stranger.token()
    assert stranger.client.post("/api/conversations", json={"identity": token}).status_code == 201
    assert stranger.open(token).status_code == 401


@pytest.mark.parametrize("origin", [HOST, OURS, None, HOST.upper().replace("HTTPS", "https")])
def test_the_host_site_and_ours_may_open_them(stranger: Owner, origin: str | None) -> None:
    expected = 403 if origin and origin != origin.lower() else 303  # browsers write lower case
    assert stranger.open(origin=origin).status_code == expected


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://host.example",  # another scheme
        "https://host.example.evil.example",
        "https://host.example:8443",
        "null",
    ],
)
def test_no_other_site_opens_them(stranger: Owner, origin: str) -> None:
    answer = stranger.open(origin=origin)
    assert answer.status_code == 403 and "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "path", ["/nouveau", "/quitter", "/TK-000001/reponse", "/session/", "/session/x", "//session"]
)
def test_the_host_site_may_send_nothing_else(camille: Owner, path: str) -> None:
    assert camille.ask("POST", path, HOST, data=FIELDS).status_code == 403
    assert camille.get().status_code == 200


def test_the_host_site_opens_them_by_no_other_method(camille: Owner) -> None:
    for method in ("PUT", "PATCH", "DELETE", "OPTIONS"):
        assert camille.ask(method, "/session", HOST).status_code == 403


def test_a_change_says_where_it_comes_from(camille: Owner) -> None:
    for path in ("/nouveau", "/TK-000001/reponse", "/TK-000001/fermeture"):
        assert camille.ask("POST", path, None, data=FIELDS).status_code == 403
    assert camille.behind.tickets() == []


def test_who_leaves_is_out(camille: Owner) -> None:
    answer = camille.post("/quitter")
    assert answer.headers["location"] == "/mes-tickets/fin"
    assert f'{COOKIE}=""' in answer.headers["set-cookie"]
    assert camille.get().status_code == 401  # though the cookie came along
    assert camille.get("/fin").status_code == 200


def test_who_comes_as_somebody_else_no_longer_is_the_first(camille: Owner) -> None:
    former = camille.cookie
    token = camille.token(sub="u-2", email="nadia@example.org")
    answer = camille.ask("POST", "/session", data={"identity": token})
    assert answer.status_code == 303
    camille.cookie = former
    assert camille.get().status_code == 401


def test_a_session_ends_an_hour_after_its_last_use(camille: Owner, clock: Clock) -> None:
    for _ in range(3):
        clock.forward(minutes=50)
        assert camille.get().status_code == 200
    clock.forward(seconds=LASTS.total_seconds() + 1)
    assert camille.get().status_code == 401


def test_and_in_any_case_in_the_evening(camille: Owner, clock: Clock) -> None:
    used = 0
    while camille.get().status_code == 200:
        clock.forward(minutes=30)
        used += 30
        assert used < 60 * 24
    assert used <= LASTS_AT_MOST.total_seconds() / 60 + 30


def test_what_was_typed_meanwhile_is_not_lost(camille: Owner, clock: Clock) -> None:
    reference = camille.send()
    clock.forward(hours=2)
    answer = camille.write(("erreur.txt", b"42"), title=NASTY, description="Une longue histoire")
    assert answer.status_code == 401 and "Une longue histoire" in answer.text
    assert "<script>alert(1)" not in answer.text
    answer = camille.post(f"/{reference}/reponse", text="Ma réponse", event="details_given")
    assert answer.status_code == 401 and "Ma réponse" in answer.text
    assert len(camille.behind.tickets()) == 1


def test_sessions_are_counted(
    settings: Settings, assistant: ScriptedAssistant, host: HostSite, database_url: str
) -> None:
    limited = Settings(**settings.model_dump() | {"rate_limits": "on"})
    with TestClient(create_app(limited, assistant)) as client:
        owner = Owner(client, host, database_url)
        times = int(Limited.OPEN_PAGES.split()[0])
        found = [owner.open("x").status_code for _ in range(times + 1)]
    assert found == [401] * times + [429]


def test_ended_sessions_and_forgotten_people_leave_no_row(
    camille: Owner, nadia: Owner, settings: Settings, database_url: str, clock: Clock
) -> None:
    async def left(act: str) -> list[str]:
        database = Database(database_url)
        retention = Retention(database, settings)
        await (retention.purge() if act == "purge" else retention.erase(WHOM[act]))
        async with database.reading() as session:
            found = list(await session.scalars(select(PageSession.subject)))
        await database.close()
        return found

    WHOM = {
        "email": Person(email="Camille@example.org"),
        "subject": Person(subject=f"{ISSUER} u-2"),
    }
    assert asyncio.run(left("email")) == [f"{ISSUER} u-2"]
    assert asyncio.run(left("subject")) == []
    assert camille.open().status_code == 303
    assert asyncio.run(left("purge")) == [CAMILLE]
    clock.forward(hours=2)
    assert asyncio.run(left("purge")) == []


# Writing ---------------------------------------------------------------------------------


def test_a_ticket_is_written_with_what_the_host_site_knows(camille: Owner) -> None:
    form = camille.get("/nouveau").text
    assert "Menuiserie" in form and "camille@example.org" in form
    assert 'name="email"' not in form and "data-proof" not in form
    answer = camille.write(("erreur.txt", b"erreur 42"))
    assert answer.status_code == 303
    (ticket,) = camille.behind.tickets()
    assert answer.headers["location"] == f"/mes-tickets/{ticket.reference}?fait=envoyee"
    assert (ticket.subject, ticket.email) == (CAMILLE, "camille@example.org")
    assert (ticket.structure, ticket.service) == ("Menuiserie", "Comptabilité")
    shown = camille.get(f"/{ticket.reference}?fait=envoyee").text
    assert "est enregistrée" in shown and "erreur.txt" in shown and "Menuiserie" in shown
    (mail,) = camille.behind.mails()
    assert (mail.kind, mail.to) == ("ticket_acknowledged", "camille@example.org")


def test_a_foreign_structure_and_address_are_not_taken(camille: Owner) -> None:
    answer = camille.write(structure="s-2", email="autre@exemple.fr")
    assert answer.status_code == 422 and answer.text.count("Choisissez une structure") == 2
    assert "Elle reste en brouillon." in answer.text
    camille.write(email="autre@exemple.fr")
    assert camille.behind.tickets()[0].email == "camille@example.org"


def test_who_has_several_structures_chooses_and_who_has_none_does_not(stranger: Owner) -> None:
    several = [{"id": f"s-{n}", "name": f"Structure {n}", "kind": "entreprise"} for n in (1, 2)]
    stranger.open(stranger.token(structures=several))
    form = stranger.get("/nouveau").text
    assert "Structure 1" in form and "Structure 2" in form and "selected" not in form
    assert stranger.write(structure="").status_code == 422
    assert stranger.write(structure="s-2").status_code == 303
    assert stranger.behind.tickets()[0].structure == "Structure 2"
    stranger.open(stranger.token(structures=[]))
    assert 'name="structure"' not in stranger.get("/nouveau").text
    assert stranger.write(structure="", title="Tout autre").status_code == 303


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("pair", "", "Choisissez une catégorie"),
        ("title", " ", "Donnez un titre"),
        ("title", "x" * 201, "dépasse 200"),
        ("description", "", "Décrivez votre demande"),
        ("description", "x" * 10_001, "La description dépasse"),
        ("service", "x" * 201, "Le nom du service dépasse"),
    ],
)
def test_a_mistake_is_told_at_the_top_and_at_its_field_and_nothing_is_lost(
    camille: Owner, field: str, value: str, said: str
) -> None:
    form_id = str(uuid4())
    answer = camille.write(("erreur.txt", b"42"), **{"form_id": form_id, field: value})
    assert answer.status_code == 422 and answer.text.count(said) == 2
    assert camille.behind.tickets() == []
    kept = re.search(r'name="kept" value="([\w-]+)" checked', answer.text)
    assert kept is not None
    assert camille.write(form_id=form_id, kept=kept[1]).status_code == 303
    (first,) = camille.behind.do(lambda support: support.thread(1))
    assert [each["name"] for each in first.payload["files"]] == ["erreur.txt"]


def test_a_file_that_is_added_after_sending_joins_the_ticket(camille: Owner) -> None:
    form_id, first, second = str(uuid4()), ("erreur.txt", b"42"), ("copie.txt", b"43")
    for files in ([first], [first, second], [first, second]):
        assert camille.write(*files, form_id=form_id).status_code == 303
    entries = camille.behind.do(lambda support: support.thread(1))
    names = [[each["name"] for each in entry.payload.get("files", [])] for entry in entries]
    assert names == [["erreur.txt"], ["copie.txt"]]
    assert len(camille.behind.tickets()) == 1


def test_a_refused_file_says_why(camille: Owner) -> None:
    answer = camille.write(("jeu.exe", b"MZ\x90\x00\x03"))
    assert answer.status_code == 422
    assert "« jeu.exe »" in answer.text.replace("\xa0", " ")
    assert "Elle reste en brouillon." in answer.text


def test_nothing_that_is_typed_is_code(camille: Owner) -> None:
    reference = camille.send(title=NASTY, description=NASTY, service=NASTY)
    draft = camille.write(act="save", title=NASTY, description=NASTY, service=NASTY, structure="")
    similar = camille.write(title=NASTY + " alert script")
    pages = [
        camille.get(),
        camille.get("?onglet=brouillons"),
        camille.get(f"?q={NASTY}&onglet={NASTY}&page={NASTY}&fait={NASTY}"),
        camille.get(f"/{reference}?fait={NASTY}"),
        camille.get(draft.headers["location"].removeprefix("/mes-tickets")),
        similar,
        camille.write(title="", draft=NASTY, form_id=NASTY, service=NASTY),
    ]
    for page in pages:
        assert page.status_code in {200, 422} and "<script>alert(1)" not in page.text


def test_similar_tickets_of_theirs_are_shown_before_sending(camille: Owner, nadia: Owner) -> None:
    first, theirs = camille.send(), nadia.send(title="Facture bloquée de Nadia")
    answer = camille.write(title="Encore une facture bloquée")
    assert answer.status_code == 200 and f"/mes-tickets/{first}" in answer.text
    assert theirs not in answer.text and "Nadia" not in answer.text
    assert "Elle reste en brouillon." in answer.text and 'value="anyway"' in answer.text
    assert len(camille.behind.tickets()) == 2


def test_sent_twice_it_is_one_ticket_and_never_written_over(camille: Owner) -> None:
    fields = {"form_id": str(uuid4())}
    first, again = camille.write(**fields), camille.write(**fields)
    assert first.headers["location"] == again.headers["location"]
    other = camille.write(**fields, description="Tout autre chose.")
    assert other.status_code == 409 and "Tout autre chose." in other.text
    assert fields["form_id"] not in other.text  # sent once more, it is another ticket
    assert len(camille.behind.tickets()) == 1


# Drafts ----------------------------------------------------------------------------------


def test_a_draft_is_kept_opened_sent(camille: Owner) -> None:
    answer = camille.write(("erreur.txt", b"42"), act="save", pair="", title="")
    assert answer.status_code == 303
    path = answer.headers["location"].removeprefix("/mes-tickets")
    shown = camille.get(path).text
    assert "Vous seul le voyez" in shown and "Elle reste en brouillon." in shown
    assert "erreur.txt" in shown
    assert "Sans titre" in camille.get("?onglet=brouillons").text
    assert camille.behind.mails() == []
    form_id = re.findall(r'name="form_id" value="([\w-]+)"', shown)[0]
    kept = re.findall(r'name="kept" value="([\w-]+)"', shown)[0]
    sent = camille.write(form_id=form_id, kept=kept, draft="TK-000001")
    assert sent.headers["location"] == "/mes-tickets/TK-000001?fait=envoyee"
    assert camille.behind.tickets()[0].status is Status.SUBMITTED
    assert "erreur.txt" in camille.get("/TK-000001").text


def test_a_draft_is_discarded_after_a_question(camille: Owner) -> None:
    camille.write(act="save")
    assert "Supprimer votre brouillon\xa0?" in camille.get("/TK-000001/suppression").text
    assert len(camille.behind.tickets()) == 1
    answer = camille.post("/TK-000001/suppression")
    assert answer.headers["location"] == "/mes-tickets?onglet=brouillons&fait=supprime"
    assert camille.behind.tickets() == []
    assert camille.post("/TK-000001/suppression").status_code == 404


# One ticket ------------------------------------------------------------------------------


def test_what_is_asked_is_answered_closed_and_rated(camille: Owner) -> None:
    reference = camille.send()
    camille.take(reference, Event.DETAILS_ASKED, "Quel numéro ?")
    assert "Actions requises" in camille.get().text.partition("</title>")[0]
    assert "Quel numéro ?" in camille.get(f"/{reference}").text
    answer = camille.post(
        f"/{reference}/reponse", ("preuve.txt", b"F-42"), text="F-42", event="details_given"
    )
    assert answer.headers["location"] == f"/mes-tickets/{reference}?fait=details_given"
    shown = camille.get(f"/{reference}").text
    assert "F-42" in shown and "Prise en charge" in shown
    file = re.findall(rf"/{reference}/fichiers/[\w-]+", shown)[0]
    got = camille.get(file)
    assert got.content == b"F-42"
    assert got.headers["content-disposition"].startswith("attachment")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert camille.get(f"/{reference}/fermeture").status_code == 200
    assert camille.post(f"/{reference}/fermeture").status_code == 303
    assert camille.post(f"/{reference}/avis", rating="6").status_code == 422
    assert camille.post(f"/{reference}/avis", rating="5").status_code == 303
    (ticket,) = camille.behind.tickets()
    assert (ticket.status, ticket.rating) == (Status.CLOSED, 5)
    assert camille.get(f"/{reference}/fermeture").status_code == 303  # there is nothing to close


def test_an_answer_is_sent_back_and_a_closed_one_reopened(camille: Owner) -> None:
    reference = camille.send()
    camille.take(reference, Event.ANSWERED, "Voici.")
    assert "Renvoyer à l’assistance" in camille.get(f"/{reference}").text
    camille.post(f"/{reference}/reponse", text="Non.", event="sent_back")
    assert camille.behind.tickets()[0].status is Status.SENT_BACK
    camille.post(f"/{reference}/fermeture")
    camille.post(f"/{reference}/reponse", text="Encore.", event="reopened")
    assert camille.behind.tickets()[0].status is Status.SUBMITTED


def test_what_was_typed_stays_when_the_status_has_changed(camille: Owner) -> None:
    reference = camille.send()
    camille.take(reference, Event.ANSWERED, "Voici.")
    answer = camille.post(f"/{reference}/reponse", text="Une précision.", event="details_given")
    assert answer.status_code == 409
    assert "Une précision." in answer.text and "a changé" in answer.text


def test_another_s_absent_and_a_foreign_draft_are_the_same_page(
    camille: Owner, nadia: Owner
) -> None:
    sent, draft = nadia.send(), nadia.write(act="save", title="Secret de Nadia")
    kept = re.findall(r"TK-\d+", draft.headers["location"])[0]
    theirs = nadia.get(f"/{sent}").text
    assert "Facture bloquée" in theirs
    told = set()
    for reference in (sent, kept, "TK-000099", "TK-1", "x", "TK-000000", "%00"):
        answers = [
            camille.get(f"/{reference}"),
            camille.get(f"/{reference}/fermeture"),
            camille.get(f"/{reference}/suppression"),
            camille.get(f"/{reference}/fichiers/{uuid4()}"),
            camille.post(f"/{reference}/reponse", text="x", event="details_given"),
            camille.post(f"/{reference}/fermeture"),
            camille.post(f"/{reference}/suppression"),
            camille.post(f"/{reference}/avis", rating="5"),
        ]
        assert {each.status_code for each in answers} == {404}
        told |= {each.text for each in answers}
    assert len(told) == 1 and "Nadia" not in told.pop()
    assert [each.status for each in nadia.behind.tickets()] == [Status.SUBMITTED, Status.DRAFT]


def test_nobody_opens_the_file_of_another_or_of_their_other_ticket(
    camille: Owner, nadia: Owner
) -> None:
    nadia.write(("secret.txt", b"secret"))
    mine = camille.send()
    (first,) = camille.behind.do(lambda support: support.thread(1))
    file_id = first.payload["files"][0]["id"]
    assert nadia.get(f"/TK-000001/fichiers/{file_id}").status_code == 200
    for reference in ("TK-000001", mine):
        assert camille.get(f"/{reference}/fichiers/{file_id}").status_code == 404


def test_an_own_draft_is_answered_closed_and_rated_by_nobody(camille: Owner) -> None:
    camille.write(act="save")
    for path, data in (
        ("/TK-000001/reponse", {"text": "x", "event": "details_given"}),
        ("/TK-000001/fermeture", {}),
        ("/TK-000001/avis", {"rating": "5"}),
    ):
        assert camille.post(path, **data).status_code == 404


# The list --------------------------------------------------------------------------------


def test_the_list_shows_and_searches_their_own(camille: Owner, nadia: Owner) -> None:
    mine, theirs = camille.send(title="Facture perdue"), nadia.send(title="Facture perdue aussi")
    for query in ("", "?q=facture", f"?q={mine}", "?onglet=en-cours&q=perdues"):
        shown = camille.get(query).text
        assert mine in shown and theirs not in shown
    for query in (f"?q={theirs}", "?q=aussi"):
        shown = camille.get(query).text
        assert f"/mes-tickets/{theirs}" not in shown and "perdue aussi" not in shown
        assert "Aucune demande trouvée" in shown


def test_a_wild_page_number_is_the_nearest_page(camille: Owner) -> None:
    camille.send()
    for page in ("0", "-1", "999", "99999999999", "x", ""):
        assert camille.get(f"?page={page}").status_code == 200


def test_counts_stand_beside_the_tabs(camille: Owner) -> None:
    camille.send()
    camille.write(act="save", title="Tout autre")
    counts = re.findall(r"own-tabs__count\">\((\d+)\)", camille.get().text)
    assert counts == ["0", "1", "0", "1"]
