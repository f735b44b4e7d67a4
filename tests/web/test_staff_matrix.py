"""Who of the team may do what: every route and frame × every kind of person × theirs or not.

One row for each route that knows the team, and for each frame of the console and kind of chat; all
other routes are blind to the cookie of the team. What is foreign answers as what is absent.
"""

import asyncio
import shutil
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from kit.files import FileStore
from livechat.access import Doorkeeper, Key
from livechat.protocol import CloseCode
from staff.access import COOKIE, LOGIN
from tests.clock import Clock, clock
from tests.staff.people import ORIGIN
from tests.web import test_access_matrix, test_console
from tests.web.staff_world import CONSOLE, EVERYBODY, MORNING, OUTSIDERS, STAFF, World, build
from tests.web.talks import Json, Line, new_id
from tests.web.test_access_matrix import routes_of

__all__ = ["clock"]

OWNER = ("owner",)
READERS = ("owner", "supervisor", "administrator")  # of a chat that is the owner's, or offered
OVERSEERS = ("supervisor", "administrator")
ADMINISTRATOR = ("administrator",)
TRIAGE = ("support", *OVERSEERS)
NOBODY = ()


# Routes ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """Who passes, and what they get; all others of `gate` are told that there is no such thing.

    `gate`: whose role opens the route at all. The rest of the team gets `refused`, who is not
    logged in is sent to the login page (401 by the API), unless it is `hidden` from them.
    """

    who: Collection[str]
    status: int
    gate: Collection[str]
    refused: int = 403
    hidden: bool = False
    ask: dict[str, Any] = field(default_factory=dict)  # the form, query or file of the request

    def expected(self, who: str, path: str, *, absent: bool) -> int:
        if who in OUTSIDERS and not self.hidden:
            return 401 if path.startswith("/api/") else 303
        if who not in self.gate:
            return self.refused
        return self.status if who in self.who and not absent else 404


def for_(gate: Collection[str], status: int = 200, **ask: Any) -> Row:
    """Everybody whose role opens it."""
    return Row(gate, status, gate, ask=ask)


def in_console(who: Collection[str], status: int = 200, **ask: Any) -> Row:
    """Of those who have the console, whom the chat concerns."""
    return Row(who, status, CONSOLE, ask=ask)


def mails(status: int = 200) -> Row:
    """For all but administrators there is no such page."""
    return Row(ADMINISTRATOR, status, ADMINISTRATOR, refused=404, hidden=True)


def on_tickets(status: int = 200, **ask: Any) -> Row:
    """Whoever works on tickets; advisors learn nothing of them."""
    return Row(TRIAGE, status, TRIAGE, refused=404, ask=ask)


FILE = {"data": {"client_id": new_id()}, "files": {"file": ("note.txt", b"bonjour")}}
DONE = {"json": {"outcome": "done"}}  # before it began: a conflict for whoever may say so
TAKEN = {"json": {"member_id": "OWNER"}}
AT_NIGHT = {"json": {"starts": ["2026-11-25T02:00:00Z"]}}  # when nobody calls
MEMBER = {"name": "Nora", "role": "support", "capacity": "2"}
REPLY = {"shortcut": "salut", "title": "Salut", "text": "Bonjour !"}
PAIR = {"pair": "connexion_compte/mot_de_passe"}
RULE = {"route": "metier", "first_answer": "5", "solution": "20"}
NAMED = {"data": {"name": "Paie"}}
ANSWER = {"event": "answered", "text": "Voici."}
TRAINING = {
    "title": "Déposer une facture",
    "theme": "compte_depot",
    "kind": "webinar",
    "day": "2026-12-01",
    "start": "10:00",
    "end": "11:00",
}
CLOSURE = {"day": "2026-12-24", "reason": "réveillon"}

# A new route of the team: one line here, and one in tests/web/test_access_matrix.py.
ROUTES: dict[tuple[str, str], Row] = {
    ("GET", "/agents"): for_(CONSOLE),
    ("GET", "/api/agents/canned"): for_(CONSOLE),
    ("GET", "/api/agents/help"): for_(CONSOLE, params={"q": "facture"}),
    ("GET", "/api/agents/conversations/{conversation_id}"): in_console(READERS),
    ("POST", "/api/agents/chats/{chat_id}/files"): in_console(OWNER, 201, **FILE),
    ("GET", "/api/agents/conversations/{conversation_id}/files/{file_id}"): in_console(READERS),
    ("GET", "/api/agents/appointments"): for_(CONSOLE),
    ("POST", "/api/agents/appointments/{appointment_id}/outcome"): in_console(READERS, 409, **DONE),
    ("POST", "/api/agents/appointments/{appointment_id}/take"): in_console(READERS, 204, **TAKEN),
    ("GET", "/api/agents/slots"): for_(CONSOLE),
    ("GET", "/api/agents/slots?chat_id={chat_id}"): in_console(OWNER),
    ("GET", "/api/agents/callbacks"): for_(CONSOLE),
    ("POST", "/api/agents/callbacks/{reference}/proposal"): for_(CONSOLE, 409, **AT_NIGHT),
    ("POST", "/equipe/deconnexion"): for_(STAFF, 303),
    ("GET", "/equipe/mot-de-passe"): for_(STAFF),
    ("POST", "/equipe/mot-de-passe"): for_(STAFF, 422, data={"password": "court"}),
    ("GET", "/equipe"): for_(STAFF),
    ("GET", "/equipe/membres"): for_(ADMINISTRATOR),
    ("POST", "/equipe/membres"): for_(ADMINISTRATOR, data=MEMBER | {"email": "n@exemple.fr"}),
    ("GET", "/equipe/membres/{member_id}"): for_(ADMINISTRATOR),
    ("POST", "/equipe/membres/{member_id}"): for_(ADMINISTRATOR, 303, data=MEMBER),
    ("POST", "/equipe/membres/{member_id}/desactivation"): for_(ADMINISTRATOR, 303),
    ("POST", "/equipe/membres/{member_id}/reactivation"): for_(ADMINISTRATOR, 303),
    ("GET", "/equipe/horaires"): for_(ADMINISTRATOR),
    ("POST", "/equipe/horaires"): for_(ADMINISTRATOR, 303, data=CLOSURE),
    ("POST", "/equipe/horaires/{exception_id}/suppression"): for_(ADMINISTRATOR, 303),
    ("GET", "/equipe/reponses"): for_(ADMINISTRATOR),
    ("POST", "/equipe/reponses"): for_(ADMINISTRATOR, 303, data=REPLY),
    ("GET", "/equipe/reponses/{reply_id}"): for_(ADMINISTRATOR),
    ("POST", "/equipe/reponses/{reply_id}"): for_(ADMINISTRATOR, 303, data=REPLY),
    ("POST", "/equipe/reponses/{reply_id}/suppression"): for_(ADMINISTRATOR, 303),
    ("GET", "/equipe/categories"): for_(ADMINISTRATOR),
    ("GET", "/equipe/categories/{category}/{subcategory}"): for_(ADMINISTRATOR),
    ("POST", "/equipe/categories/{category}/{subcategory}"): for_(ADMINISTRATOR, 303, data=RULE),
    ("POST", "/equipe/categories/{category}/{subcategory}/origine"): for_(ADMINISTRATOR, 303),
    ("GET", "/equipe/formations"): for_(OVERSEERS),
    ("GET", "/equipe/formations/nouvelle"): for_(OVERSEERS),
    ("POST", "/equipe/formations/nouvelle"): for_(OVERSEERS, 303, data=TRAINING),
    ("GET", "/equipe/formations/{session_id}"): for_(OVERSEERS),
    ("POST", "/equipe/formations/{session_id}"): for_(OVERSEERS, 303, data=TRAINING),
    ("GET", "/equipe/formations/{session_id}/annulation"): for_(OVERSEERS),
    ("POST", "/equipe/formations/{session_id}/annulation"): for_(OVERSEERS, 303),
    ("GET", "/tickets"): on_tickets(),
    ("GET", "/tickets/export.csv"): on_tickets(),
    ("POST", "/tickets/colonnes"): on_tickets(303, data={"columns": "title"}),
    ("POST", "/tickets/vues"): on_tickets(422, data={"name": ""}),
    ("POST", "/tickets/vues/{queue_id}"): Row(("support",), 303, TRIAGE, 404, ask=NAMED),
    ("POST", "/tickets/vues/{queue_id}/suppression"): Row(("support",), 303, TRIAGE, 404),
    ("POST", "/tickets/bulk"): on_tickets(303, data={"act": "take", "numbers": "0"}),
    ("GET", "/tickets/{number}"): on_tickets(),
    ("GET", "/tickets/{number}/fichiers/{file_id}"): on_tickets(),
    ("POST", "/tickets/{number}/look"): on_tickets(),
    ("POST", "/tickets/{number}/prendre"): on_tickets(409),  # it is a colleague's
    ("POST", "/tickets/{number}/relacher"): on_tickets(409),
    ("POST", "/tickets/{number}/affectation"): on_tickets(303, data={"assignee": "fair"}),
    ("POST", "/tickets/{number}/transfert"): on_tickets(422, data={"route": "moon"}),
    ("POST", "/tickets/{number}/categorie"): on_tickets(303, data=PAIR),
    ("POST", "/tickets/{number}/priorite"): on_tickets(303, data={"priority": "1"}),
    ("POST", "/tickets/{number}/etiquettes"): on_tickets(303, data={"tag": "paie"}),
    ("POST", "/tickets/{number}/note"): on_tickets(303, data={"text": "Vu."}),
    ("POST", "/tickets/{number}/liens/revocation"): on_tickets(303),
    ("POST", "/tickets/{number}/fusion"): on_tickets(422, data={"into": "TK-999999"}),
    ("POST", "/tickets/{number}/division"): on_tickets(422, data={"title": "Autre"}),
    ("POST", "/tickets/{number}/reponse"): on_tickets(409, data=ANSWER),
    ("POST", "/tickets/{number}/reponse/retrait"): on_tickets(409),
    ("GET", "/courriels"): mails(),
    ("GET", "/courriels/{mail_id}"): mails(),
    ("GET", "/courriels/{mail_id}/pieces/{number}"): mails(),
    ("POST", "/courriels/essai"): for_(ADMINISTRATOR, 303),
    ("POST", "/courriels/{mail_id}/essai"): for_(ADMINISTRATOR, 303),
}
OF_THE_TEAM = ("/agents", "/api/agents", "/equipe", "/courriels", "/tickets")
COMING_IN = {  # asked before anybody is logged in
    ("GET", "/equipe/connexion"),
    ("POST", "/equipe/connexion"),
    ("GET", "/equipe/invitation/{token}"),
    ("POST", "/equipe/invitation/{token}"),
}
ROWS = {(method, path.partition("?")[0]) for method, path in ROUTES}
BLIND = test_access_matrix.ROUTES.keys() - ROWS  # to the cookie of the team


# Frames ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Try:
    """Who passes when they send this frame about such a chat; how all others are refused.

    `code` None: they are not answered, and nothing happens. `answer`: what who passes is told all
    the same, for want of more than rights.
    """

    who: Collection[str]
    code: str | None = "not_found"
    answer: str | None = None
    fields: Json = field(default_factory=dict)  # other than those in tests/web/test_console.py


# A new frame: one line for each kind of chat that makes a difference, and one in test_console.py.
FRAMES: dict[tuple[str, str], Try] = {
    ("watch", "active"): Try(READERS),
    ("watch", "offered"): Try(READERS),
    ("watch", "waiting"): Try(OVERSEERS),
    ("watch", "over"): Try(READERS),
    ("say", "active"): Try(OWNER),
    ("say", "offered"): Try(NOBODY),
    ("say", "over"): Try(NOBODY),
    ("note", "active"): Try(READERS),
    ("note", "waiting"): Try(OVERSEERS),
    ("finish", "active"): Try(OWNER),
    ("finish", "offered"): Try(NOBODY),
    ("finish", "over"): Try(OWNER),
    ("transfer", "active"): Try(READERS),
    ("transfer", "offered"): Try(OVERSEERS),
    ("transfer", "waiting"): Try(OVERSEERS),
    ("transfer", "over"): Try(NOBODY),
    ("propose", "active"): Try(OWNER),
    ("read", "active"): Try(OWNER),
    ("retract", "active"): Try(OWNER, fields={"seq": "SAID"}),
    ("accept", "offered"): Try(OWNER, "conflict"),
    ("accept", "waiting"): Try(NOBODY, "conflict"),
    ("accept", "active"): Try(OWNER, "conflict"),  # sent again
    ("decline", "offered"): Try(OWNER, None),
    ("typing", "active"): Try(OWNER, None),
    ("status", "active"): Try(CONSOLE, None),
    ("unwatch", "active"): Try(CONSOLE, None),
    ("heartbeat", "active"): Try(CONSOLE, None),
}
CLOSED = dict.fromkeys(OUTSIDERS, CloseCode.LOG_IN_AGAIN) | {"support": CloseCode.REFUSED}


# The world -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> World:
    path = tmp_path_factory.mktemp("staff") / "claudia.db"
    shutil.copy(sqlite_template, path)
    with pytest.MonkeyPatch.context() as patch:
        moved = Clock()
        patch.setattr("kit.clock.datetime", moved)
        moved.put_at(MORNING)
        return asyncio.run(build(path))


@pytest.fixture
def database_url(template: World, tmp_path: Path) -> str:
    """In the place of an empty one (tests/conftest.py)."""
    shutil.copy(template.path, tmp_path / "claudia.db")
    return f"sqlite:///{tmp_path / 'claudia.db'}"


@pytest.fixture(autouse=True)
def _morning(clock: Clock) -> None:
    clock.put_at(MORNING)


class Crowd:
    """Everybody who may ask, before one application."""

    def __init__(self, client: TestClient, world: World, path: Path) -> None:
        self.client = client
        self.world = world
        self._path = path

    def headers(self, who: str, conversation_id: UUID) -> dict[str, str]:
        """The user is the one whose conversation it is about, with their own token."""
        self.client.cookies.clear()
        headers = {"Origin": ORIGIN}
        if who == "user":
            doorkeeper: Doorkeeper = self.client.app.state.doorkeeper  # type: ignore[attr-defined]
            token = doorkeeper._sign(Key(conversation_id, 0))
            headers["Authorization"] = f"Bearer {token}"
        elif who != "nobody":
            headers["Cookie"] = f"{COOKIE}={self.world.cookies[who]}"
        return headers

    def ask(self, who: str, method: str, path: str, values: Json, **ask: Any) -> Response:
        accept = "application/json" if path.startswith("/api/") else "text/html"
        headers = self.headers(who, self.world.cases["active"]["owner"].conversation_id)
        headers["Accept"] = accept
        if isinstance(body := ask.get("json"), dict):
            owner = str(self.world.members["owner"])
            ask["json"] = {name: owner if v == "OWNER" else v for name, v in body.items()}
        url = path.format_map(values)
        return self.client.request(method, url, headers=headers, follow_redirects=False, **ask)

    def values(self, path: str, *, absent: bool) -> Json:
        """What the path names: things that are there, or as many that never were."""
        case = self.world.cases["active"]["owner"]
        there: Json = {name: str(id_) for name, id_ in self.world.objects.items()}
        there |= {"conversation_id": str(case.conversation_id), "chat_id": str(case.chat_id)}
        if path.startswith("/tickets/") and not absent:
            there |= self._ticket()
        elif "{file_id}" in path and not absent:
            there["file_id"] = self._send_file(there)
        names = {*there, "file_id"}
        plain = ("token", "file", "article", "section", "ticket_id", "reference")
        common = {"number": "0", **dict.fromkeys(plain, "x")}
        return common | ({name: str(uuid4()) for name in names} if absent else there)

    def _ticket(self) -> Json:
        """The ticket that is there, and its file."""
        store: FileStore = self.client.app.state.files  # type: ignore[attr-defined]
        path = store.path_of(self.world.ticket_file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"bonjour")
        return {"number": str(self.world.ticket), "file_id": str(self.world.ticket_file)}

    def _send_file(self, values: Json) -> str:
        """The owner sends one; its id."""
        path = "/api/agents/chats/{chat_id}/files"
        assert self.ask("owner", "POST", path, values, **FILE).status_code == 201
        others = self.world.ticket_file.hex
        (found,) = self._read("SELECT id FROM stored_files WHERE id != ?", others)
        return str(UUID(found))

    def state(self, kind: str, who: str) -> tuple[Any, ...]:
        """All of a chat that frames could change, and how much was written in its logs."""
        case = self.world.cases[kind][who]
        chat, conversation = case.chat_id.hex, case.conversation_id.hex
        columns = "state, advisor_id, skill, wrap_up, read_by_advisor"
        row = self._read(f"SELECT {columns} FROM chats WHERE id = ?", chat)
        logs = (
            "conversation_log WHERE type != 'queue' AND conversation_id = ?",
            "staff_log WHERE conversation_id = ?",
            "typing_hints WHERE conversation_id = ?",
        )
        written = [self._read(f"SELECT count(*) FROM {log}", conversation) for log in logs]
        return (row, *written)

    def _read(self, query: str, *values: str) -> tuple[Any, ...]:
        with closing(sqlite3.connect(self._path)) as database:
            found: tuple[Any, ...] = database.execute(query, values).fetchone()
        return found

    def at_screen(self, who: str, path: str = test_console.SOCKET) -> Any:
        headers = self.headers(who, self.world.cases["active"]["owner"].conversation_id)
        return self.client.websocket_connect(path, headers=headers)


@pytest.fixture
def crowd(client: TestClient, template: World, tmp_path: Path) -> Iterator[Crowd]:
    yield Crowd(client, template, tmp_path / "claudia.db")
    client.cookies.clear()


# Complete --------------------------------------------------------------------------------


def test_every_route_of_the_team_has_its_row(app: FastAPI) -> None:
    served = {(method, path) for method, path in routes_of(app) if method not in ("HEAD", "WS")}
    of_the_team = {each for each in served if each[1].startswith(OF_THE_TEAM)}
    assert of_the_team == ROWS | COMING_IN
    assert served == ROWS | BLIND  # where all routes have a row


def test_every_frame_of_the_console_has_its_rows() -> None:
    assert {type_ for type_, _ in FRAMES} == test_console.FRAMES.keys()


# Routes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path"), ROUTES, ids=lambda value: value)
def test_who_of_the_team_may_call(crowd: Crowd, method: str, path: str) -> None:
    row, found, expected, said_nothing = ROUTES[method, path], {}, {}, set()
    named = "{" in path
    for absent in (True, False) if named else (False,):
        values = crowd.values(path, absent=absent)
        # Who passes comes last: what they do changes what the others are compared with.
        for who in sorted(EVERYBODY, key=row.who.__contains__):
            answer = crowd.ask(who, method, path, values, **row.ask)
            found[who, absent] = answer.status_code
            expected[who, absent] = row.expected(who, path, absent=absent)
            if answer.status_code == 404:
                said_nothing.add(answer.text)
            if who in OUTSIDERS and answer.status_code == 303:
                assert answer.headers["location"].split("?suite=")[0] == LOGIN
    assert found == expected
    assert len(said_nothing) <= 1  # foreign or absent: nobody can tell


@pytest.mark.parametrize("who", STAFF)
def test_all_other_routes_are_blind_to_the_cookie_of_the_team(crowd: Crowd, who: str) -> None:
    differ = {}
    for method, path in sorted(BLIND):
        body, statuses = test_access_matrix.ROUTES[method, path]
        answer = crowd.ask(who, method, path, crowd.values(path, absent=False), json=body)
        if answer.status_code != statuses[0]:
            differ[method, path] = answer.status_code
    assert differ == {}


# Sockets ---------------------------------------------------------------------------------


@pytest.mark.parametrize("who", CLOSED)
def test_no_frame_is_obeyed_of_who_has_no_console(crowd: Crowd, who: str) -> None:
    before = crowd.state("active", "owner")
    for type_, kind in FRAMES:
        with crowd.at_screen(who) as session:
            line = Line(session)
            line.send(type_, **fields_of(crowd, type_, kind, "owner"))
            assert line.hear() == {"type": "closed", "code": CLOSED[who]}
    assert crowd.state("active", "owner") == before


@pytest.mark.parametrize("who", STAFF)
def test_the_cookie_of_the_team_joins_no_conversation_as_its_user(crowd: Crowd, who: str) -> None:
    case = crowd.world.cases["active"]["owner"]
    path = f"/api/conversations/{case.conversation_id}/socket"
    with crowd.at_screen(who, path) as session:
        line = Line(session)
        line.send("join", token=crowd.world.cookies[who])
        assert line.hear() == {"type": "closed", "code": CloseCode.LOG_IN_AGAIN}


@pytest.mark.parametrize(("type_", "kind"), FRAMES, ids=lambda value: value)
def test_who_of_the_team_may_send(crowd: Crowd, type_: str, kind: str) -> None:
    row, found, expected = FRAMES[type_, kind], {}, {}
    for who in CONSOLE:
        before = crowd.state(kind, who)
        passes = row.who is CONSOLE
        with crowd.at_screen(who) as session:
            line = Line(session)
            for absent in (True, False):
                fields = fields_of(crowd, type_, kind, who, absent=absent)
                found[who, absent] = told = answer_to(line, type_, fields)
                expected[who, absent] = refusal(row.code)
                if who in row.who and not absent:
                    expected[who, absent] = refusal(row.answer)
                    passes = True
                if told and not passes:
                    assert crowd.state(kind, who) == before
        assert passes or crowd.state(kind, who) == before
    assert found == expected


def refusal(code: str | None) -> Json | None:
    """The whole of it: nothing else tells a foreign chat from one that never was."""
    return {"type": "failed", "code": code} if code else None


def fields_of(crowd: Crowd, type_: str, kind: str, who: str, *, absent: bool = False) -> Json:
    """The fields of the frame, about the chat of this kind that is there for this principal."""
    case = crowd.world.cases[kind][who]
    named = {"CHAT": case.chat_id, "CONVERSATION": case.conversation_id}
    if absent:
        named = {name: uuid4() for name in named}
    known = {name: str(id_) for name, id_ in named.items()} | {"SAID": case.said}
    fields = test_console.FRAMES[type_][0] | FRAMES[type_, kind].fields
    return {name: known.get(str(value), value) for name, value in fields.items()}


def answer_to(line: Line, type_: str, fields: Json) -> Json | None:
    """How it was refused, if it was. Who is refused is sent nothing of any conversation."""
    line.send(type_, **fields)
    line.send("heartbeat")
    heard = line.hear_until("heartbeat")
    failed = [frame for frame in heard if frame["type"] == "failed"]
    if not failed:
        return None
    assert not [frame for frame in heard if frame["type"] in ("event", "staff_event")]
    return {name: value for name, value in failed[0].items() if name != "client_id"}
