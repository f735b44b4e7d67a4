"""Following a ticket without an account: nobody learns of one by guessing, and nothing personal
shows before the mailed code.
"""

import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from kit.settings import Settings
from tests.clock import Clock, clock
from tests.ticketing.support import ADDRESS, PAIR, Support
from tests.web.assistants import ScriptedAssistant
from tests.web.conftest import on_sqlite
from tests.web.senders import NASTY, Sender
from ticketing import links
from ticketing.following import ByLink
from ticketing.lifecycle import Event, Status
from ticketing.models import Ticket
from web.app import create_app

__all__ = ["clock"]
pytestmark = on_sqlite

TEXT = "Je ne reçois pas le courriel"
SECRET = "Le code engagement est 4711."
ALWAYS = "Si une demande porte ce numéro et cette adresse"
FILE = ("journal.txt", b"erreur 42")


@pytest.fixture
def sender(client: TestClient, database_url: str) -> Iterator[Sender]:
    yield Sender(client, database_url)
    client.cookies.clear()


async def take(support: Support, number: int) -> None:
    await support.triage.take(await support.hire("Claire"), number)


async def reply(support: Support, number: int, event: Event, text: str) -> None:
    claire = await support.hire("Claire")
    await support.triage.take(claire, number)
    await support.triage.reply(claire, number, event, text, at_once=True)


# Asking for a link -----------------------------------------------------------------------


def ask(sender: Sender, reference: str, email: str) -> tuple[int, str, str]:
    answer = sender.post("/suivi", {"reference": reference, "email": email})
    shown = sender.get(answer.headers["location"]).text
    sender.do(lambda support: support.link_requests.go())  # the application's own may be slower
    return answer.status_code, answer.headers["location"], shown


@pytest.mark.parametrize("reference", ["TK-000001", "tk-1", "1", " TK 000001 "])
def test_a_link_is_mailed_to_who_has_both(sender: Sender, reference: str) -> None:
    sender.open()
    before = len(sender.mails())
    _, _, shown = ask(sender, reference, ADDRESS.upper())
    assert ALWAYS in shown
    mail = sender.mails()[-1]
    assert len(sender.mails()) == before + 1
    assert (mail.kind, mail.to) == ("ticket_link", ADDRESS)
    assert sender.get(sender.link()).status_code == 200


def test_the_answer_is_the_same_whatever_there_is(sender: Sender) -> None:
    sender.open()
    sender.do(lambda support: support.open(email="autre@exemple.fr"))
    before = len(sender.mails())
    told = {
        ask(sender, "TK-000001", "autre@exemple.fr"),  # foreign
        ask(sender, "TK-000099", ADDRESS),  # absent
        ask(sender, "TK-000002", ADDRESS),
    }
    assert len(sender.mails()) == before
    told.add(ask(sender, "TK-000001", ADDRESS))
    assert len(told) == 1


@pytest.mark.parametrize(
    ("reference", "email", "field"),
    [("ma facture", ADDRESS, "reference"), ("TK-000001", "personne", "email"), ("", "", "email")],
)
def test_what_is_no_number_and_no_address_is_asked_for_again(
    sender: Sender, reference: str, email: str, field: str
) -> None:
    answer = sender.post("/suivi", {"reference": reference, "email": email})
    assert answer.status_code == 422 and f'href="#{field}"' in answer.text


def test_the_number_stands_in_the_form_for_who_comes_from_the_chat(sender: Sender) -> None:
    assert 'value="TK-000042"' in sender.get("/suivi?reference=TK-000042").text
    assert "<script>alert(1)" not in sender.get(f"/suivi?reference={NASTY}").text
    answer = sender.post("/suivi", {"reference": NASTY, "email": NASTY})
    assert "<script>alert(1)" not in answer.text


# The link --------------------------------------------------------------------------------


def test_invented_foreign_expired_and_revoked_links_give_the_same_page(
    sender: Sender, clock: Clock
) -> None:
    number, path = sender.open()
    _, other = sender.open()

    async def revoke(support: Support) -> None:
        async with support.database.writing.begin() as session:
            await links.revoke_all(session, await session.get_one(Ticket, number))

    sender.do(revoke)
    paths = [path, "/suivi/x", "/suivi/TK-000001", other + "A", other[:-1]]
    answers = [sender.get(each) for each in paths]
    for end in ("/fermeture", f"/fichiers/{'0' * 32}", "/fichiers/x"):
        answers.append(sender.get(path + end))
    for end in ("/reponse", "/fermeture", "/avis", "/code", "/code/envoi", "/nouveau-lien"):
        answers.append(sender.post(path + end))
    for end in ("/adresse", "/adresse/code"):
        answers.append(sender.post(path + end, {"email": ADDRESS, "code": "123456"}))
    clock.forward(days=links.LINK_LASTS.days + 1)
    answers.append(sender.get(other))
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert "Ce lien n’est plus valable" in answers[0].text and 'href="/suivi"' in answers[0].text


def test_before_the_code_the_page_shows_what_is_not_personal(sender: Sender) -> None:
    number, path = sender.open(files=[])
    sender.do(lambda support: reply(support, number, Event.ANSWERED, SECRET))
    answer = sender.get(path)
    for words in ("TK-000001", "Mot de passe perdu", "Répondue", "Réponse de l’assistance"):
        assert words in answer.text
    for words in (TEXT, SECRET, ADDRESS, "Claire", "Renvoyer à l’assistance", "/fermeture"):
        assert words not in answer.text
    assert "a…@exemple.fr" in answer.text
    assert answer.headers["Referrer-Policy"] == "strict-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]


def test_before_the_code_nothing_is_done(sender: Sender) -> None:
    number, path = sender.open()
    answers = [
        sender.post(f"{path}/reponse", {"text": "Bonjour", "event": "details_given"}, [FILE]),
        sender.post(f"{path}/fermeture"),
        sender.post(f"{path}/avis", {"rating": "5"}),
        sender.post(f"{path}/nouveau-lien"),
    ]
    assert {answer.status_code for answer in answers} == {422}
    assert sender.files() == 0
    ticket = sender.do(lambda support: support.find(number))
    assert (ticket.status, ticket.last_seq) == (Status.SUBMITTED, 1)
    assert sender.get(f"{path}/fermeture").headers["location"] == path


def test_a_mailed_code_opens_it_for_an_hour_in_this_browser(sender: Sender, clock: Clock) -> None:
    _, path = sender.open()
    sender.post(f"{path}/code/envoi")
    answer = sender.post(f"{path}/code", {"code": f" {sender.code()} "})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("visit=") and f"Path={path};" in cookie
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie
    assert TEXT in sender.get(path).text and ADDRESS in sender.get(path).text
    kept = dict(sender.client.cookies)
    sender.client.cookies.clear()
    assert TEXT not in sender.get(path).text
    clock.forward(seconds=links.VISIT_LASTS.total_seconds())
    late = sender.client.get(path, headers={"Cookie": f"visit={kept['visit']}"})
    assert TEXT not in late.text


def test_two_tickets_may_be_open_in_one_browser(sender: Sender) -> None:
    _, first = sender.open()
    _, second = sender.open()
    sender.unmask(first)
    assert TEXT not in sender.get(second).text
    sender.unmask(second)
    assert TEXT in sender.get(first).text and TEXT in sender.get(second).text


def test_the_cookie_of_one_ticket_opens_no_other(sender: Sender) -> None:
    _, first = sender.open()
    _, second = sender.open()
    sender.unmask(first)
    visit = next(cookie.value for cookie in sender.client.cookies.jar)
    replayed = sender.client.get(second, headers={"Cookie": f"visit={visit}"})
    assert replayed.status_code == 200 and TEXT not in replayed.text


def test_a_wrong_code_is_told_kindly_and_counted(sender: Sender) -> None:
    _, path = sender.open()
    sender.post(f"{path}/code/envoi")
    code = sender.code()
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for _ in range(links.CODE_ATTEMPTS):
        answer = sender.post(f"{path}/code", {"code": wrong})
        assert answer.status_code == 422 and "pas le bon" in answer.text
        assert wrong not in answer.text and TEXT not in answer.text
    assert sender.post(f"{path}/code", {"code": code}).status_code == 422
    sender.unmask(path)  # a new one is mailed


def test_a_code_serves_once(sender: Sender) -> None:
    _, path = sender.open()
    sender.unmask(path)
    assert sender.post(f"{path}/code", {"code": sender.code()}).status_code == 422


# What its sender does --------------------------------------------------------------------


@pytest.fixture
def mine(sender: Sender) -> tuple[int, str]:
    """A ticket that is open in this browser: its number and its path."""
    number, path = sender.open()
    sender.unmask(path)
    return number, path


def write(sender: Sender, path: str, text: str, event: str, *files: tuple[str, bytes]) -> str:
    """Where it leads."""
    answer = sender.post(f"{path}/reponse", {"text": text, "event": event}, files)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_from_the_first_message_to_the_rating(sender: Sender, mine: tuple[int, str]) -> None:
    number, path = mine
    assert write(sender, path, "Encore un détail.", "details_given").endswith("details_given")
    sender.do(lambda support: reply(support, number, Event.DETAILS_ASKED, "Quel numéro ?"))
    shown = sender.get(path).text
    assert "Précision attendue" in shown and "Quel numéro ?" in shown and "(Claire)" in shown
    write(sender, path, "Le 123.", "details_given", FILE)
    sender.do(lambda support: _answer_as_assignee(support, number, "Voici la marche à suivre."))
    assert "Renvoyer à l’assistance" in sender.get(path).text
    assert "Fermer votre demande" in sender.get(f"{path}/fermeture").text
    assert sender.do(lambda support: support.find(number)).status is Status.ANSWERED
    closed = sender.post(f"{path}/fermeture")
    assert "Votre demande est fermée" in sender.get(closed.headers["location"]).text
    rated = sender.post(f"{path}/avis", {"rating": "4"})
    assert "enregistrée : 4 sur 5" in sender.get(rated.headers["location"]).text.replace(
        "\u00a0", " "
    )
    write(sender, path, "Cela recommence.", "reopened")
    ticket = sender.do(lambda support: support.find(number))
    assert (ticket.status, ticket.rating) == (Status.SUBMITTED, 4)


async def _answer_as_assignee(support: Support, number: int, text: str) -> None:
    from staff.models import StaffMember

    async with support.database.reading() as session:
        ticket = await session.get_one(Ticket, number)
        member = await session.get_one(StaffMember, ticket.assignee_id)
    await support.triage.reply(member, number, Event.ANSWERED, text, at_once=True)


def test_the_buttons_are_what_the_status_allows(sender: Sender, mine: tuple[int, str]) -> None:
    _, path = mine
    shown = sender.get(path).text
    assert "Envoyer le message" in shown and "Fermer ma demande" in shown
    assert "Rouvrir ma demande" not in shown and 'name="rating"' not in shown
    sender.post(f"{path}/fermeture")
    shown = sender.get(path).text
    assert "Rouvrir ma demande" in shown and 'name="rating"' in shown
    assert "Fermer ma demande" not in shown
    assert sender.post(f"{path}/fermeture").status_code == 409


def test_an_answer_that_was_sent_twice_is_there_once(sender: Sender, mine: tuple[int, str]) -> None:
    _, path = mine
    form = sender.get(path).text
    client_id = re.findall(r'name="id" value="([^"]+)"', form)[0]
    fields = {"text": "Une fois.", "event": "details_given", "id": client_id}
    for _ in range(2):
        assert sender.post(f"{path}/reponse", fields).status_code == 303
    assert sender.get(path).text.count("Une fois.") == 1


def test_what_was_meant_otherwise_is_kept_and_told(sender: Sender, mine: tuple[int, str]) -> None:
    number, path = mine
    sender.do(lambda support: reply(support, number, Event.ANSWERED, "Voici."))
    fields = {"text": "Un détail en plus.", "event": "details_given"}
    answer = sender.post(f"{path}/reponse", fields, [FILE])
    assert answer.status_code == 409
    assert "a changé pendant que vous écriviez" in answer.text
    assert "Un détail en plus." in answer.text and "Joindre journal.txt" in answer.text
    assert sender.do(lambda support: support.find(number)).status is Status.ANSWERED


def test_an_empty_answer_is_asked_for_again(sender: Sender, mine: tuple[int, str]) -> None:
    answer = sender.post(f"{mine[1]}/reponse", {"text": " ", "event": "details_given"})
    assert answer.status_code == 422 and 'href="#text"' in answer.text


def test_a_file_goes_out_as_an_attachment_to_who_entered_a_code(
    sender: Sender, mine: tuple[int, str]
) -> None:
    _, path = mine
    write(sender, path, "Voici.", "details_given", FILE)
    (url,) = re.findall(r'href="([^"]+/fichiers/[^"]+)"', sender.get(path).text)
    answer = sender.get(url)
    assert answer.content == FILE[1]
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    _, other = sender.open()
    sender.unmask(other)
    assert sender.get(url.replace(path, other)).status_code == 404  # foreign
    sender.client.cookies.clear()
    assert sender.get(url).headers["location"] == path


def test_a_refused_file_loses_nothing_of_the_answer(sender: Sender, mine: tuple[int, str]) -> None:
    _, path = mine
    fields = {"text": "Voir la pièce.", "event": "details_given"}
    answer = sender.post(f"{path}/reponse", fields, [FILE, ("jeu.exe", b"MZ\x90\x00\x03\x00")])
    assert answer.status_code == 422
    assert "jeu.exe" in answer.text and "Voir la pièce." in answer.text
    kept = re.findall(r'name="kept" value="([^"]+)"', answer.text)
    assert sender.post(f"{path}/reponse", fields | {"kept": kept}).status_code == 303
    assert "journal.txt</a>" in sender.get(path).text


def test_what_people_wrote_is_text_and_nothing_else(sender: Sender) -> None:
    number, path = sender.open(title=NASTY, description=NASTY)
    sender.unmask(path)
    write(sender, path, NASTY, "details_given", (NASTY + ".txt", b"x"))
    sender.do(lambda support: reply(support, number, Event.DETAILS_ASKED, NASTY))
    for end in ("", "/fermeture", f"?fait={NASTY}"):
        shown = sender.get(path + end).text
        assert "<script>alert(1)" not in shown and "&lt;script&gt;" in shown
    for field in ("text", "event", "id", "kept"):
        fields = {"text": "x", "event": "closed"} | {field: NASTY}
        assert "<script>alert(1)" not in sender.post(f"{path}/reponse", fields).text


def test_internal_notes_are_not_theirs(sender: Sender, mine: tuple[int, str]) -> None:
    number, path = mine

    async def note(support: Support) -> None:
        await support.triage.note(await support.hire("Nora"), number, "Client difficile.")

    sender.do(note)
    assert "Client difficile" not in sender.get(path).text


def test_all_links_are_void_and_a_new_one_is_mailed(sender: Sender, mine: tuple[int, str]) -> None:
    _, path = mine
    answer = sender.post(f"{path}/nouveau-lien")
    assert "Un nouveau lien" in sender.get(answer.headers["location"]).text
    assert sender.get(path).status_code == 404
    fresh = sender.link()
    assert fresh != path and sender.get(fresh).status_code == 200


def test_what_was_merged_leads_to_the_other(sender: Sender, mine: tuple[int, str]) -> None:
    number, path = mine
    into = sender.do(lambda support: support.open()).number

    async def merge(support: Support) -> None:
        from sqlalchemy import update

        async with support.database.writing.begin() as session:
            await session.execute(
                update(Ticket)
                .where(Ticket.number == number)
                .values(status=Status.CLOSED, merged_into=into)
            )

    sender.do(merge)
    shown = sender.get(path).text
    assert f"TK-{into:06d}" in shown and "Rouvrir ma demande" not in shown


# A ticket without an address -------------------------------------------------------------


def without_address(sender: Sender) -> tuple[int, str]:
    async def made(support: Support) -> tuple[int, str]:
        ticket = await support.open(email=None)
        async with support.database.writing.begin() as session:
            url = await links.issue(session, await session.get_one(Ticket, ticket.number))
        return ticket.number, "/suivi/" + url.rpartition("/")[2]

    return sender.do(made)


def test_without_an_address_the_link_opens_it_and_one_may_be_added(sender: Sender) -> None:
    number, path = without_address(sender)
    assert TEXT in sender.get(path).text
    asked = sender.post(f"{path}/adresse", {"email": "b.durand@exemple.fr"})
    assert asked.status_code == 200 and "b.durand@exemple.fr" in asked.text
    assert sender.do(lambda support: support.find(number)).email is None
    assert sender.mails("ticket_code")[-1].to == "b.durand@exemple.fr"
    code = {"code": sender.code()}
    other = sender.post(f"{path}/adresse/code", {"email": "pirate@exemple.fr"} | code)
    assert other.status_code == 422  # the code is of the address that it was mailed to
    done = sender.post(f"{path}/adresse/code", {"email": "b.durand@exemple.fr"} | code)
    assert TEXT in sender.get(done.headers["location"]).text
    assert sender.do(lambda support: support.find(number)).email == "b.durand@exemple.fr"
    assert sender.mails()[-1].kind == "ticket_acknowledged"
    sender.client.cookies.clear()
    assert TEXT not in sender.get(path).text  # from now on a code opens it


def test_a_known_address_is_not_replaced(sender: Sender, mine: tuple[int, str]) -> None:
    _, path = mine
    answer = sender.post(f"{path}/adresse", {"email": "pirate@exemple.fr"})
    assert answer.status_code == 409
    assert all(mail.to == ADDRESS for mail in sender.mails())


# Limits ----------------------------------------------------------------------------------


def test_links_and_codes_are_not_mailed_without_end(
    settings: Settings, assistant: ScriptedAssistant
) -> None:
    counting = Settings(**settings.model_dump() | {"rate_limits": "on"})
    with TestClient(create_app(counting, assistant)) as client:
        sender = Sender(client, str(counting.database_url))
        _, path = sender.open(**PAIR)
        told = {ask(sender, "TK-000001", ADDRESS) for _ in range(8)}
        assert len(told) == 1 and len(sender.mails("ticket_link")) == 4
        statuses = [sender.post(f"{path}/code/envoi").status_code for _ in range(7)]
        assert statuses == [303] * 6 + [429]
        assert len(sender.mails("ticket_code")) == 6


def test_a_sender_by_link_is_refused_by_the_service_itself(sender: Sender) -> None:
    _, path = sender.open()
    token = path.rpartition("/")[2]

    async def read(support: Support) -> bool:
        seen = await support.following.read(ByLink(token))
        return any(line.text or line.files for line in seen.lines)

    assert not sender.do(read)
