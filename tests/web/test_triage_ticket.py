"""The page of one ticket: who may do what there, what it shows, what it never loses."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from httpx2 import Response
from sqlalchemy import func, select, update
from starlette.datastructures import QueryParams
from starlette.testclient import TestClient

from kit.clock import now
from kit.database import Database
from kit.file_kinds import LIMIT
from kit.files import StoredFile
from staff.models import Role, StaffMember
from staff.replies import Draft, keep_reply
from tests.clock import Clock, clock
from tests.staff.people import Browser, Office
from tests.ticketing.support import Support
from tests.web.conftest import on_sqlite
from ticketing.following import ByLink
from ticketing.lifecycle import Event, Status
from ticketing.models import HeldReply, Ticket, TicketEntry
from web.ticket_bulk_pages import bulk_notice

__all__ = ["clock"]
pytestmark = on_sqlite

NASTY = "<script>alert(1)</script>"
ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt;"


class Desk:
    """The team before one application, and the tickets behind it."""

    def __init__(self, client: TestClient, url: str) -> None:
        self.client = client
        self._url = url
        self._office = Office(url)
        self._colleagues = 0

    def hire(self, name: str = "claire", role: Role = Role.SUPPORT) -> Browser:
        self._office.hire(f"{name}@exemple.fr", role)
        browser = Browser(self.client)
        browser.log_in(f"{name}@exemple.fr")
        return browser

    def do[T](self, work: Callable[[Support], Awaitable[T]]) -> T:
        async def done() -> T:
            database = Database(self._url)
            try:
                return await work(Support(database))
            finally:
                await database.close()

        return asyncio.run(done())

    def open(self, **given: Any) -> int:
        ticket: Ticket = self.do(lambda support: support.open(**given))
        return ticket.number

    def ticket(self, number: int) -> Ticket:
        return self.do(lambda support: support.find(number))

    def member(self, name: str) -> UUID:
        async def found(support: Support) -> UUID:
            query = select(StaffMember.id).where(StaffMember.email == f"{name}@exemple.fr")
            async with support.database.reading() as session:
                return (await session.scalars(query)).one()

        return self.do(found)

    def send_held(self, number: int) -> Status:
        """The seconds during which a reply may be taken back are over. The status then."""

        async def sent(support: Support) -> Status:
            async with support.database.writing.begin() as session:
                await session.execute(update(HeldReply).values(due_at=now() - timedelta(seconds=1)))
            await support.rounds.go()
            return (await support.find(number)).status

        return self.do(sent)

    def stored_files(self) -> int:
        async def counted(support: Support) -> int:
            async with support.database.reading() as session:
                return await session.scalar(select(func.count()).select_from(StoredFile)) or 0

        return self.do(counted)

    def thread(self, number: int) -> list[TicketEntry]:
        return list(self.do(lambda support: support.thread(number)))


@pytest.fixture
def desk(client: TestClient, database_url: str) -> Iterator[Desk]:
    yield Desk(client, database_url)
    client.cookies.clear()


def test_the_thread_is_told_in_words_oldest_first(desk: Desk) -> None:
    claire = desk.hire()
    number = desk.open(structure="Mairie de Nulle-Part", service="Achats")
    assert claire.post(f"/tickets/{number}/prendre").headers["location"].endswith("fait=prise")
    claire.post(f"/tickets/{number}/note", text="Compte verrouillé ?")
    page = claire.get(f"/tickets/{number}").text
    places = [
        page.index(words) for words in ("Demande envoyée", "Ticket pris", "Compte verrouillé ?")
    ]
    assert places == sorted(places)
    for words in ("Interne, invisible", "Mairie de Nulle-Part", "Achats", "Expliquer", "Claire"):
        assert words in page
    assert "compte_technique/reinitialiser" in page  # a help answer that is near


def test_a_reply_that_could_not_leave_is_told_and_kept_as_a_note(desk: Desk) -> None:
    """Its sender closed the ticket during the seconds in which it was held back."""
    claire = desk.hire()
    number = desk.open()
    claire.post(f"/tickets/{number}/prendre")
    claire.post(f"/tickets/{number}/reponse", event="answered", text="Trop tard.")

    async def close(support: Support) -> None:
        await support.following.close(await support.sender(number))

    desk.do(close)
    assert desk.send_held(number) is Status.CLOSED
    page = plain(claire.get(f"/tickets/{number}?fait=retiree").text)
    assert "La réponse n’est pas partie" in page and "gardée en note" in page
    assert "Trop tard." in page


def test_both_due_times_are_explained(desk: Desk) -> None:
    claire = desk.hire()
    number = desk.open()
    page = plain(claire.get(f"/tickets/{number}").text)
    assert re.search(r"Première réponse : objectif [^.]+ ouvrées\. Temps compté : 0 h 00\.", page)
    assert re.search(r"Solution : objectif [^.]+ ouvrées\. Temps compté", page)
    claire.post(f"/tickets/{number}/prendre")
    claire.post(f"/tickets/{number}/reponse", event="answered", text="Voici.")
    desk.send_held(number)
    page = plain(claire.get(f"/tickets/{number}").text)
    assert re.search(
        r"Première réponse : objectif [^.]+\. Faite le [^.]+, dans les temps : il", page
    )
    assert re.search(r"Solution : objectif [^.]+ ouvrées\. Temps compté", page)


def plain(page: str) -> str:
    """Its words, whatever the elements and the spaces between them."""
    return " ".join(re.sub(r"<[^>]+>", "", page).split())


def test_a_ticket_of_the_chat_shows_what_led_to_it(desk: Desk) -> None:
    claire = desk.hire()
    number = desk.open(
        conversation_id=uuid4(),
        explanation="Le lien ne marche pas.",
        disliked_answer="mot_de_passe/oublie",
        transcript="Usager : bonjour",
    )
    page = claire.get(f"/tickets/{number}").text
    for words in ("Le lien ne marche pas.", "Mot de passe oublié", "Usager : bonjour"):
        assert words in page


def test_what_people_wrote_is_text_and_nothing_else(desk: Desk) -> None:
    claire = desk.hire()
    number = desk.open(title=NASTY, description=NASTY, structure=NASTY, explanation=NASTY)
    other = desk.open(title=NASTY)
    claire.post(f"/tickets/{number}/prendre")
    claire.post(f"/tickets/{number}/etiquettes", tag=NASTY)
    claire.post(f"/tickets/{number}/note", text=NASTY)
    upload(claire, number, "<img src=x onerror=alert(1)>.txt", event="answered", text=NASTY)
    for path in (f"/tickets/{number}", f"/tickets/{other}"):
        page = claire.get(path).text
        assert NASTY not in page and "<img" not in page
        assert ESCAPED in page
    refused = claire.post(f"/tickets/{number}/fusion", into=f'"{NASTY}')
    assert refused.status_code == 422
    assert NASTY not in refused.text


BUTTONS = {
    "take": 'id="take"',
    "release": 'id="release"',
    "answer": 'id="answer"',
    "ask": 'id="ask"',
    "transfer": "/transfert",
    "merge": "/fusion",
    "assign": "/affectation",
}


def test_buttons_are_what_the_status_allows(desk: Desk) -> None:
    claire, david = desk.hire(), desk.hire("david")
    number = desk.open()

    def buttons(who: Browser) -> set[str]:
        page = who.get(f"/tickets/{number}").text
        return {name for name, mark in BUTTONS.items() if mark in page}

    assert buttons(claire) == {"take", "transfer", "merge", "assign"}
    claire.post(f"/tickets/{number}/prendre")
    assert buttons(claire) == {"release", "answer", "ask", "transfer", "merge", "assign"}
    assert buttons(david) == {"transfer", "merge", "assign"}
    answer(claire, number, event="details_asked")
    desk.send_held(number)
    assert buttons(claire) == {"answer", "merge", "assign"}
    answer(claire, number)
    desk.send_held(number)
    assert buttons(claire) == {"merge"}
    desk.do(lambda support: close(support, number))
    assert buttons(claire) == set()


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.SUPERVISOR, Role.ADMINISTRATOR])
def test_each_act_is_done_by_whoever_works_on_tickets(desk: Desk, role: Role) -> None:
    member = desk.hire(role=role)
    number, other = desk.open(), desk.open()
    for act, form, said in ACTS:
        asked = {name: value.format(other=f"TK-{other:06d}") for name, value in form.items()}
        made = member.post(f"/tickets/{number}/{act}", **asked)
        assert made.status_code == 303, act
        assert made.headers["location"].endswith(f"?fait={said}")
        page = member.get(made.headers["location"])
        assert 'role="status"' in page.text and page.status_code == 200


ACTS: list[tuple[str, dict[str, str], str]] = [
    ("prendre", {}, "prise"),
    ("note", {"text": "Vu."}, "note"),
    ("priorite", {"priority": "1"}, "priorite"),
    ("etiquettes", {"tag": "paie"}, "etiquette"),
    ("etiquettes", {"remove": "paie"}, "etiquette"),
    ("categorie", {"pair": "raccordement/piste"}, "categorie"),
    ("liens/revocation", {}, "liens"),
    ("relacher", {}, "relache"),
    ("transfert", {"route": "metier", "note": "Pour eux."}, "transfert"),
    ("division", {"entries": "1", "title": "Autre", "pair": ""}, "division"),
    ("fusion", {"into": "{other}"}, "fusion"),
]


def test_advisors_and_strangers_learn_nothing(desk: Desk) -> None:
    alice, stranger = desk.hire("alice", Role.ADVISOR), Browser(desk.client)
    number = desk.open()
    absent = set()
    acts = [(act, form) for act, form, _ in ACTS] + [("reponse/retrait", {}), ("look", {})]
    for act, form in [*acts, ("affectation", {"assignee": "fair"}), ("reponse", {})]:
        for asked in (number, 999):
            refused = alice.post(f"/tickets/{asked}/{act}", **form)
            assert refused.status_code == 404, act
            absent.add(refused.text)
        login = stranger.post(f"/tickets/{number}/{act}", **form)
        assert (login.status_code, login.headers["location"]) == (303, "/equipe/connexion")
    assert alice.get(f"/tickets/{number}").text in absent
    assert len(absent) == 1
    assert [entry.event for entry in desk.thread(number)] == [Event.SUBMITTED]


def test_forms_of_other_sites_change_nothing(desk: Desk) -> None:
    claire = desk.hire()
    number = desk.open()
    for origin in (None, "https://evil.example"):
        assert claire.post(f"/tickets/{number}/prendre", origin).status_code == 403
    assert desk.ticket(number).assignee_id is None


def test_drafts_are_their_senders_alone(desk: Desk) -> None:
    claire = desk.hire()
    number = desk.open()
    desk.do(lambda support: make_draft(support, number))
    assert claire.get(f"/tickets/{number}").status_code == 404
    assert claire.post(f"/tickets/{number}/look").status_code == 404
    assert claire.post(f"/tickets/{number}/note", text="Vu.").status_code == 404


@pytest.mark.parametrize("number", ["x", "0", "-1", "99999999999999999999", "1.5", "%31x"])
def test_what_is_no_number_is_no_ticket(desk: Desk, number: str) -> None:
    assert desk.hire().get(f"/tickets/{number}").status_code == 404


# Conflicts -------------------------------------------------------------------------------


def test_of_two_who_take_it_one_is_told(desk: Desk) -> None:
    claire, david = desk.hire(), desk.hire("david")
    number = desk.open()
    claire.post(f"/tickets/{number}/prendre")
    late = david.post(f"/tickets/{number}/prendre")
    assert late.status_code == 409
    assert "Un collègue vient de prendre ce ticket." in late.text


def test_a_reply_is_kept_when_a_colleague_has_the_ticket_meanwhile(desk: Desk) -> None:
    claire, david = desk.hire(), desk.hire("david")
    number = desk.open()
    claire.post(f"/tickets/{number}/prendre")
    to = str(desk.member("david"))
    david.post(f"/tickets/{number}/affectation", assignee=to)
    refused = answer(claire, number, text="Un long texte.")
    assert refused.status_code == 409
    assert "Un long texte." in refused.text and "conservé" in refused.text
    assert "readonly" in refused.text


def test_a_reply_is_kept_when_its_sender_has_closed_the_ticket(desk: Desk) -> None:
    claire = desk.hire()
    number = desk.open()
    claire.post(f"/tickets/{number}/prendre")
    desk.do(lambda support: close(support, number))
    refused = answer(claire, number, text="Un long texte.")
    assert refused.status_code == 409
    assert "Un long texte." in refused.text


def test_files_that_were_sent_up_are_kept_with_a_refused_reply(desk: Desk) -> None:
    claire = desk.hire()
    number = desk.open()
    claire.post(f"/tickets/{number}/prendre")
    refused = upload(claire, number, "guide.txt", event="answered", text="")
    assert refused.status_code == 422
    assert "Joindre guide.txt" in refused.text
    (kept,) = re.findall(r'name="kept" value="([^"]+)"', refused.text)
    assert answer(claire, number, text="Voici.", kept=kept).status_code == 303
    desk.send_held(number)
    assert [file["name"] for file in desk.thread(number)[-1].payload["files"]] == ["guide.txt"]


def test_what_was_typed_before_the_ticket_was_taken_is_there_after(desk: Desk) -> None:
    claire = desk.hire()
    number = desk.open()
    refused = answer(claire, number, text="Déjà écrit.")
    assert refused.status_code == 409
    taken = claire.post(f"/tickets/{number}/prendre", reply="Déjà écrit.")
    assert taken.status_code == 200
    assert "Déjà écrit.</textarea>" in taken.text


def test_other_refusals_keep_what_was_typed_too(desk: Desk) -> None:
    claire = desk.hire()
    number = desk.open()
    for act, form, field in (
        ("note", {"text": " " * 3}, "note"),
        ("etiquettes", {"tag": "x" * 41}, "tag"),
        ("fusion", {"into": "TK-999999"}, "into"),
        ("division", {"title": "Un titre"}, "title"),
        ("transfert", {"route": "support", "note": "Une note."}, "route"),
    ):
        refused = claire.post(f"/tickets/{number}/{act}", **form)
        assert refused.status_code in (409, 422), act
        assert f'href="#{field}"' in refused.text and f'id="{field}"' in refused.text
        assert [v for v in form.values() if v.strip() and v not in refused.text] in (
            [],
            ["support"],
        )


# Replies ---------------------------------------------------------------------------------


def test_a_reply_is_held_back_and_taken_back_with_its_files(desk: Desk) -> None:
    claire = desk.hire()
    number = desk.open()
    claire.post(f"/tickets/{number}/prendre")
    upload(claire, number, "guide.txt", event="details_asked", text="Quel SIRET ?")
    page = claire.get(f"/tickets/{number}").text
    assert "Annuler l’envoi" in page and "sera envoyée dans" in page
    again = answer(claire, number, text="Encore.")
    assert again.status_code == 409 and "Encore." in again.text
    back = claire.post(f"/tickets/{number}/reponse/retrait")
    assert back.status_code == 200
    assert "Quel SIRET ?</textarea>" in back.text and "Joindre guide.txt" in back.text
    assert desk.send_held(number) == Status.ASSIGNED
    late = claire.post(f"/tickets/{number}/reponse/retrait")
    assert late.status_code == 409 and "Trop tard" in late.text


def test_colleagues_see_a_reply_that_is_about_to_go_but_do_not_take_it_back(desk: Desk) -> None:
    claire, david = desk.hire(), desk.hire("david")
    number = desk.open()
    claire.post(f"/tickets/{number}/prendre")
    answer(claire, number)
    assert "Annuler l’envoi" not in david.get(f"/tickets/{number}").text
    assert david.post(f"/tickets/{number}/reponse/retrait").status_code == 409
    assert desk.send_held(number) == Status.ANSWERED


def test_a_prepared_reply_is_put_in_without_scripts(desk: Desk) -> None:
    claire = desk.hire()
    number = desk.open(structure="Mairie")
    text = "Bonjour {{ structure | madame }}, {{ role }}.\n{{ conseiller }}"
    reply = desk.do(lambda support: keep(support, Draft("salut", "Salut", text)))
    claire.post(f"/tickets/{number}/prendre")
    page = answer(claire, number, event="insert", text="Déjà là.", canned=str(reply))
    assert page.status_code == 200
    assert "Déjà là.\n\nBonjour Mairie,.\nClaire</textarea>" in page.text
    assert len(desk.thread(number)) == 2


def test_nobody_attaches_what_somebody_else_sent_up(desk: Desk) -> None:
    claire, david = desk.hire(), desk.hire("david")
    first, second = desk.open(), desk.open()
    claire.post(f"/tickets/{first}/prendre")
    refused = upload(claire, first, "guide.txt", event="answered", text="")
    (kept,) = re.findall(r'name="kept" value="([^"]+)"', refused.text)
    david.post(f"/tickets/{second}/prendre")
    answer(david, second, kept=kept)
    desk.send_held(second)
    assert "files" not in desk.thread(second)[-1].payload


# Files -----------------------------------------------------------------------------------


def test_files_are_attachments_of_their_own_ticket_only(desk: Desk) -> None:
    claire, alice = desk.hire(), desk.hire("alice", Role.ADVISOR)
    number, other = desk.open(), desk.open()
    claire.post(f"/tickets/{number}/prendre")
    upload(claire, number, "été.html", b"<b>gras</b>", event="answered", text="Voici.")
    desk.send_held(number)
    (file,) = desk.thread(number)[-1].payload["files"]
    path = f"/tickets/{number}/fichiers/{file['id']}"
    found = claire.get(path)
    assert found.content == b"<b>gras</b>"
    assert found.headers["content-disposition"].startswith("attachment")
    assert found.headers["x-content-type-options"] == "nosniff"
    assert found.headers["content-type"].startswith("text/plain")
    assert claire.get(f"/tickets/{other}/fichiers/{file['id']}").status_code == 404
    assert alice.get(path).status_code == 404
    assert Browser(desk.client).get(path).status_code == 303


def test_a_file_that_is_none_of_ours_is_refused_and_the_text_kept(desk: Desk) -> None:
    claire = desk.hire()
    number = desk.open()
    claire.post(f"/tickets/{number}/prendre")
    refused = upload(claire, number, "x.exe", b"MZ\x00\x01", event="answered", text="Voici.")
    assert refused.status_code == 422
    assert "Voici.</textarea>" in refused.text and "PNG, JPEG" in refused.text


def test_a_file_that_is_too_large_and_too_many_of_them_cost_no_text(desk: Desk) -> None:
    claire = desk.hire()
    number = desk.open()
    claire.post(f"/tickets/{number}/prendre")
    large = upload(claire, number, "x.txt", b"x" * (LIMIT + 1), event="answered", text="Voici.")
    assert large.status_code == 413
    assert "Voici.</textarea>" in large.text and "10 Mo au plus" in large.text
    files = [("files", (f"{each}.txt", b"bonjour")) for each in range(6)]
    form = {"event": "answered", "text": "Voici."}
    many = claire.ask("POST", f"/tickets/{number}/reponse", data=form, files=files)
    assert many.status_code == 422
    assert "Voici.</textarea>" in many.text and "cinq fichiers au plus" in many.text
    assert desk.stored_files() == 0


def test_without_having_taken_it_no_file_is_taken_in(desk: Desk) -> None:
    claire = desk.hire()
    number = desk.open()
    refused = upload(claire, number, "guide.txt", event="answered", text="Voici.")
    assert refused.status_code == 409
    assert desk.stored_files() == 0


# Who else looks --------------------------------------------------------------------------


def test_those_who_look_know_of_each_other_for_a_while(desk: Desk, clock: Clock) -> None:
    claire, david = desk.hire(), desk.hire("david")
    number = desk.open()
    assert look(claire, number)["looking"] == []
    assert look(david, number)["looking"] == ["Claire"]
    assert look(claire, number)["looking"] == ["David"]
    assert "Regarde aussi ce ticket\u00a0: David" in claire.get(f"/tickets/{number}").text
    clock.forward(seconds=60)
    assert look(claire, number)["looking"] == []


def test_the_open_page_is_told_what_came(desk: Desk) -> None:
    claire, david = desk.hire(), desk.hire("david")
    number = desk.open()
    david.post(f"/tickets/{number}/note", text="Vu.")
    assert look(claire, number, after=1) == {
        "looking": [],
        "last_seq": 2,
        "said": False,
        "held": False,
        "sent": False,
    }
    desk.do(lambda support: write(support, number))
    assert look(claire, number, after=2)["said"] is True


def test_a_page_that_counts_beyond_any_entry_is_refused(desk: Desk) -> None:
    claire, number = desk.hire(), desk.open()
    assert claire.post(f"/tickets/{number}/look", after=str(10**30)).status_code == 422


@pytest.mark.parametrize(
    ("act", "form", "field", "described"),
    [
        ("note", {"text": ""}, "note", "refusal"),
        ("priorite", {"priority": "x"}, "priority", "refusal"),
        ("fusion", {"into": "x"}, "into", "refusal into-hint"),
    ],
)
def test_a_refused_field_is_described_by_why(
    desk: Desk, act: str, form: dict[str, str], field: str, described: str
) -> None:
    claire, number = desk.hire(), desk.open()
    page = claire.post(f"/tickets/{number}/{act}", **form).text
    tag = re.search(rf'<\w+ [^>]*id="{field}"[^>]*>', page)
    assert tag and f'aria-describedby="{described}" aria-invalid="true"' in tag[0]
    assert 'id="refusal"' in page and page.count("aria-invalid") == 1


# Many ------------------------------------------------------------------------------------


def test_a_bulk_act_leads_back_to_the_list_with_what_became_of_it(desk: Desk) -> None:
    claire, david = desk.hire(), desk.hire("david")
    numbers = [desk.open() for _ in range(3)]
    david.post(f"/tickets/{numbers[0]}/prendre")
    back = claire.ask(
        "POST",
        "/tickets/bulk",
        data={"numbers": [str(n) for n in numbers], "act": "take", "back": "?etat=x&lot=tag"},
    )
    assert back.status_code == 303
    url = urlsplit(back.headers["location"])
    assert (url.scheme, url.netloc, url.path) == ("", "", "/tickets")
    assert url.query == "etat=x&lot=take&faits=2&refus=taken_already-1"
    assert bulk_notice(QueryParams(url.query)) == "2 tickets pris, 1 déjà pris par un collègue."


@pytest.mark.parametrize(
    "back", ["https://evil.example/?a=b", "//evil.example", "\\evil", "?a=b", "//[?x"]
)
def test_a_bulk_act_leads_nowhere_else(desk: Desk, back: str) -> None:
    gone = desk.hire().post("/tickets/bulk", act="take", numbers="x", back=back)
    assert gone.headers["location"].startswith("/tickets?")


# -----------------------------------------------------------------------------------------


def answer(who: Browser, number: int, event: str = "answered", **fields: str) -> Response:
    form = {"event": event, "text": "Voici."} | fields
    return who.post(f"/tickets/{number}/reponse", **form)


def upload(
    who: Browser, number: int, name: str, content: bytes = b"bonjour", **fields: str
) -> Response:
    files = {"files": (name, content)}
    return who.ask("POST", f"/tickets/{number}/reponse", data=fields, files=files)


def look(who: Browser, number: int, after: int = 0) -> dict[str, Any]:
    answered = who.post(f"/tickets/{number}/look", after=str(after))
    assert answered.status_code == 200
    found: dict[str, Any] = answered.json()
    return found


async def sender_of(support: Support, number: int) -> ByLink:
    return await support.sender(number)


async def close(support: Support, number: int) -> None:
    await support.following.close(await sender_of(support, number))


async def write(support: Support, number: int) -> None:
    await support.following.write(await sender_of(support, number), "Alors ?")


async def make_draft(support: Support, number: int) -> None:
    async with support.database.writing.begin() as session:
        (await session.get_one(Ticket, number)).status = Status.DRAFT


async def keep(support: Support, draft: Draft) -> UUID:
    async with support.database.writing.begin() as session:
        return (await keep_reply(session, draft)).id
