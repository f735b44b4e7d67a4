"""The public form of a ticket: what it refuses kindly, what it never loses, what is sent once."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from kit.clock import now
from kit.file_kinds import LIMIT
from kit.settings import Settings
from tests.clock import Clock, clock
from tests.ticketing.support import ADDRESS, Support
from tests.web.assistants import ScriptedAssistant
from tests.web.conftest import on_sqlite
from tests.web.senders import FIELDS, NASTY, TITLE, Sender
from ticketing.confirming import WITHIN
from ticketing.forgetting import forget_stale
from ticketing.models import UnconfirmedTicket
from web.app import create_app
from web.sent_here import AT_MOST, COOKIE

__all__ = ["clock"]
pytestmark = on_sqlite

TEXT = ("journal.txt", b"erreur 42")
OTHER_TEXT = ("copie.txt", b"erreur 43")
PROGRAM = ("jeu.exe", b"MZ\x90\x00\x03\x00\x00\x00")


@pytest.fixture
def sender(client: TestClient, database_url: str) -> Iterator[Sender]:
    yield Sender(client, database_url)
    client.cookies.clear()


def test_the_form_works_without_a_script_and_offers_to_log_in_first(sender: Sender) -> None:
    answer = sender.get("/ticket")
    assert answer.status_code == 200 and "noindex" in answer.headers["X-Robots-Tag"]
    page = answer.text
    assert page.index("Connectez-vous au portail") < page.index("<form")
    assert "<optgroup" in page and 'value="autre/question_generale"' in page
    assert re.findall(r"<script(?![^>]*src=)", page) == []


def test_a_ticket_is_sent_and_its_number_shown_on_another_page(sender: Sender) -> None:
    answer = sender.send(sender.fields(), TEXT)
    assert answer.status_code == 303
    page = sender.get(answer.headers["location"]).text
    (ticket,) = sender.tickets()
    assert ticket.reference in page and "Conservez ce numéro" in page
    assert TITLE not in page and ADDRESS not in page
    assert (ticket.email, ticket.category) == (ADDRESS, "connexion_compte")
    (mail,) = sender.mails()
    assert mail.kind == "ticket_acknowledged" and "/suivi/" in mail.text
    (first,) = sender.do(lambda support: support.thread(ticket.number))
    assert [each["name"] for each in first.payload["files"]] == ["journal.txt"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("pair", "", "Choisissez une catégorie"),
        ("pair", "connexion_compte/siret", "Choisissez une catégorie"),
        ("email", "personne", "adresse électronique complète"),
        ("email", "a@exemple.fr\r\nBcc: b@exemple.fr", "adresse électronique complète"),
        ("email_again", "autre@exemple.fr", "ne sont pas les mêmes"),
        ("title", " ", "Donnez un titre"),
        ("title", "x" * 201, "dépasse 200"),
        ("description", "", "Décrivez votre demande"),
        ("description", "x" * 10_001, "La description dépasse"),
    ],
)
def test_a_mistake_is_told_at_the_top_and_at_its_field_and_nothing_is_lost(
    sender: Sender, field: str, value: str, said: str
) -> None:
    answer = sender.send(sender.fields(**{field: value}), TEXT, proved=False)
    assert answer.status_code == 422
    assert answer.text.count(said) == 2
    assert f'href="#{field}"' in answer.text and f'aria-describedby="erreur-{field}' in answer.text
    for name, typed in FIELDS.items():
        if name not in (field, "pair"):
            assert typed in answer.text
    assert "Joindre journal.txt" in answer.text
    assert "<title>Erreur" in answer.text
    assert sender.tickets() == [] and sender.mails() == []


def test_a_refused_file_says_why_and_the_other_one_is_kept(sender: Sender) -> None:
    fields = sender.fields()
    refused = sender.send(fields, TEXT, PROGRAM)
    assert refused.status_code == 422
    assert "jeu.exe" in refused.text and "type de fichier n’est pas accepté" in refused.text
    kept = re.findall(r'name="kept" value="([^"]+)"', refused.text)
    answer = sender.send(fields | {"kept": kept[0]})
    assert answer.status_code == 303
    (ticket,) = sender.tickets()
    (first,) = sender.do(lambda support: support.thread(ticket.number))
    assert [each["id"] for each in first.payload["files"]] == kept


def test_a_file_that_is_too_large_is_told_kindly(sender: Sender) -> None:
    answer = sender.send(sender.fields(), ("gros.txt", b"a" * (LIMIT + 1)), TEXT)
    assert answer.status_code == 422
    assert "ce fichier dépasse 10 Mo" in answer.text.replace("\u00a0", " ")
    assert TITLE in answer.text and "Joindre journal.txt" in answer.text


def test_nobody_sends_the_waiting_file_of_another_form(sender: Sender) -> None:
    refused = sender.send(sender.fields(title=""), TEXT)
    (kept,) = re.findall(r'name="kept" value="([^"]+)"', refused.text)
    sender.send(sender.fields() | {"kept": kept})
    (ticket,) = sender.tickets()
    (first,) = sender.do(lambda support: support.thread(ticket.number))
    assert "files" not in first.payload


def test_files_of_a_form_that_was_never_sent_are_erased(sender: Sender, clock: Clock) -> None:
    sender.send(sender.fields(title=""), TEXT)
    assert sender.files() == 1
    clock.forward(days=1, seconds=1)
    purge(sender)
    assert sender.files() == 0


def purge(sender: Sender) -> None:
    async def purged(support: Support) -> None:
        async with support.database.writing.begin() as session:
            await forget_stale(session)

    sender.do(purged)


def test_sent_twice_it_is_one_ticket(sender: Sender) -> None:
    fields = sender.fields()
    answers = [sender.send(fields, TEXT) for _ in range(2)]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    again = sender.send(fields | {"proof": "spent"}, TEXT, proved=False)
    assert again.headers["location"] == answers[0].headers["location"]
    assert len(sender.tickets()) == len(sender.mails()) == 1


def files_of(sender: Sender) -> list[list[str]]:
    """The names of the files of each entry of the only ticket, in order."""
    (ticket,) = sender.tickets()
    thread = sender.do(lambda support: support.thread(ticket.number))
    return [[each["name"] for each in entry.payload.get("files", [])] for entry in thread]


def test_a_file_that_is_added_after_sending_joins_the_ticket(sender: Sender) -> None:
    """They went back, chose one more, and sent the same words again."""
    fields = sender.fields()
    first = sender.send(fields, TEXT)
    again = sender.send(fields, TEXT, OTHER_TEXT)
    assert again.headers["location"] == first.headers["location"]
    assert files_of(sender) == [["journal.txt"], ["copie.txt"]]
    sender.send(fields, OTHER_TEXT)  # that one is there
    changed = (OTHER_TEXT[0], OTHER_TEXT[1].replace(b"43", b"44"))
    sender.send(fields, changed)  # of the same name and size
    assert files_of(sender) == [["journal.txt"], ["copie.txt"], ["copie.txt"]]
    assert len(sender.mails()) == 1


def test_added_files_are_not_erased_with_what_was_never_sent(sender: Sender, clock: Clock) -> None:
    fields = sender.fields()
    sender.send(fields, TEXT)
    sender.send(fields, TEXT, OTHER_TEXT)
    clock.forward(days=1, seconds=1)
    purge(sender)
    assert sender.files() == 2


@pytest.mark.parametrize("confirmed", [False, True])
def test_a_file_that_is_added_before_or_after_confirming_joins_the_ticket(
    sender: Sender, confirmed: bool
) -> None:
    fields = sender.fields()
    sender.send(fields, TEXT, proved=False)
    link = sender.link("/ticket/confirmer/")
    if confirmed:
        sender.post(link)
    sender.send(fields, TEXT, OTHER_TEXT, proved=False)
    assert len(sender.mails("ticket_confirmation")) == 1
    sender.post(link)
    together, apart = [["journal.txt", "copie.txt"]], [["journal.txt"], ["copie.txt"]]
    assert files_of(sender) == (apart if confirmed else together)


def test_the_same_form_with_files_that_were_kept_is_one_ticket(sender: Sender) -> None:
    refused = sender.send(sender.fields(pair=""), TEXT)
    (kept,) = re.findall(r'name="kept" value="([^"]+)"', refused.text)
    (form_id,) = re.findall(r'name="form_id" value="([^"]+)"', refused.text)
    fields = sender.fields(form_id=form_id, kept=kept)
    answers = [sender.send(fields | {"act": act}) for act in ("", "anyway")]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert len(sender.tickets()) == 1


def test_a_double_click_makes_one_ticket(sender: Sender) -> None:
    fields = sender.fields(proof=sender.proof())
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: sender.send(fields, proved=False), range(2)))
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert len(sender.tickets()) == 1


def test_what_was_changed_in_between_is_another_ticket(sender: Sender) -> None:
    fields = sender.fields()
    sender.send(fields)
    sender.send(fields | {"title": "Un tout autre sujet", "act": "anyway"})
    assert len(sender.tickets()) == 2


@pytest.mark.parametrize("proof", ["x", "e30=", "é"])
def test_a_wrong_proof_keeps_what_was_typed(sender: Sender, proof: str) -> None:
    answer = sender.send(sender.fields(proof=proof), proved=False)
    assert answer.status_code == 422
    assert "n’est plus valable" in answer.text and TITLE in answer.text
    assert sender.tickets() == []


def test_a_proof_serves_one_ticket(sender: Sender) -> None:
    proof = sender.proof()
    assert sender.send(sender.fields(proof=proof), proved=False).status_code == 303
    other = sender.fields(proof=proof, title="Autre chose")
    assert sender.send(other, proved=False).status_code == 422
    assert len(sender.tickets()) == 1


# Near-duplicates -------------------------------------------------------------------------


def test_similar_tickets_are_counted_and_never_named(sender: Sender) -> None:
    sender.send(sender.fields())
    (known,) = sender.tickets()
    fields = sender.fields(title="Ma facture est bloquée")
    asked = sender.send(fields)
    assert asked.status_code == 200 and "Une demande semblable existe déjà" in asked.text
    assert known.reference not in asked.text and TITLE not in asked.text
    assert "Ma facture est bloquée" in asked.text
    assert len(sender.tickets()) == 1
    answer = sender.send(fields | {"act": "anyway"})
    assert answer.status_code == 303 and len(sender.tickets()) == 2


@pytest.mark.parametrize("title", ["Facture", "Où en est mon brouillon", "Fact bloq", "Ma facture"])
def test_no_word_of_somebodys_ticket_is_found_out_by_guessing(sender: Sender, title: str) -> None:
    sender.send(sender.fields(description="Elle reste en brouillon depuis la facture 42."))
    assert sender.send(sender.fields(title=title)).status_code == 303


def again(sender: Sender, **changed: str) -> int:
    """The answer to another ticket about the same: 200 when they are told, 303 when it is sent."""
    return sender.send(sender.fields(title="Ma facture est bloquée", **changed)).status_code


def test_without_the_cookie_of_the_browser_nobody_is_told(sender: Sender) -> None:
    sender.send(sender.fields())
    assert again(sender) == 200
    sender.client.cookies.clear()
    assert again(sender) == 303
    (named,) = [mail for mail in sender.mails() if "semblable" in mail.text]
    assert named.to == ADDRESS


def test_a_cookie_that_is_forged_or_of_other_tickets_tells_nothing(sender: Sender) -> None:
    sender.send(sender.fields())
    ours = sender.client.cookies[COOKIE]
    sender.client.cookies.clear()
    sender.send(sender.fields(title="Tout autre chose"))
    others = sender.client.cookies[COOKIE]
    forged = (ours[:-4] + "AAAA", ours[:20] + others[20:], ours + "A", "x", "é", "A" * 5_000)
    for value in (others, *forged):
        sender.client.cookies.clear()
        headers = [(b"Cookie", f"{COOKIE}={value}".encode()), (b"Accept", b"text/html")]
        fields = sender.fields(title="Ma facture est bloquée", proof=sender.proof())
        answer = sender.client.post("/ticket", data=fields, headers=headers, follow_redirects=False)
        assert answer.status_code == 303, value


def test_ones_own_cookie_tells_nothing_of_another_address(sender: Sender) -> None:
    other = "personne@exemple.fr"
    sender.do(lambda support: support.open(title=TITLE, email=other))
    sender.send(sender.fields())
    assert again(sender, email=other, email_again=other) == 303


def test_the_cookie_is_for_the_form_alone_and_kept_from_scripts(
    sender: Sender, settings: Settings, assistant: ScriptedAssistant
) -> None:
    cookie = sender.send(sender.fields()).headers["set-cookie"].lower()
    parts = {each.strip() for each in cookie.split(";")[1:]}
    assert parts == {"httponly", "samesite=lax", "path=/ticket", "max-age=2592000"}
    safe = Settings(**settings.model_dump() | {"public_url": "https://assistance.example"})
    with TestClient(create_app(safe, assistant)) as client:
        encrypted = Sender(client, str(safe.database_url))
        answer = encrypted.send(encrypted.fields(title="Autre chose"))
    assert "; secure" in answer.headers["set-cookie"].lower()


def test_a_confirmed_ticket_is_of_the_browser_that_confirmed_it(sender: Sender) -> None:
    sender.send(sender.fields(), proved=False)
    path = sender.link("/ticket/confirmer/")
    assert COOKIE not in sender.client.cookies
    sender.post(path)
    assert again(sender) == 200


def test_the_cookie_holds_the_last_ones(sender: Sender) -> None:
    sender.send(sender.fields())
    sizes = []
    for number in range(AT_MOST):
        assert again(sender) == 200
        sender.send(sender.fields(title=f"Sujet {number}"))
        sizes.append(len(sender.client.cookies[COOKIE]))
    assert sizes[-1] == sizes[-2] and again(sender) == 303


def test_whether_there_are_any_costs_a_proof_each_time(sender: Sender) -> None:
    sender.send(sender.fields())
    fields = sender.fields(title="Facture bloquée encore", proof=sender.proof())
    assert "semblable" in sender.send(fields, proved=False).text
    assert sender.send(fields, proved=False).status_code == 422


def test_a_link_to_them_goes_to_their_address_alone(sender: Sender) -> None:
    sender.send(sender.fields())
    for email in (ADDRESS, "personne@exemple.fr"):
        fields = sender.fields(email=email, email_again=email, act="link")
        answer = sender.send(fields, proved=False)
        assert answer.status_code == 200 and "Un lien vient d’être envoyé" in answer.text
    (mail,) = sender.mails("ticket_link")
    assert mail.to == ADDRESS
    assert len(sender.tickets()) == 1


# Without a proof: confirmed by mail ------------------------------------------------------


def test_without_a_proof_a_mailed_link_makes_the_ticket(sender: Sender) -> None:
    answer = sender.send(sender.fields(), TEXT, proved=False)
    assert answer.headers["location"] == "/ticket/courriel"
    assert "Un courriel vient d’être envoyé" in sender.get("/ticket/courriel").text
    assert sender.tickets() == []
    (mail,) = sender.mails()
    assert (mail.kind, mail.to) == ("ticket_confirmation", ADDRESS)
    assert TITLE not in f"{mail.subject} {mail.text} {mail.html}"  # it carries nobody's message
    path = sender.link("/ticket/confirmer/")
    for _ in range(2):
        assert "Envoyer ma demande" in sender.get(path).text
    assert sender.tickets() == []  # to look changes nothing
    sent = sender.post(path)
    (ticket,) = sender.tickets()
    assert ticket.reference in sender.get(sent.headers["location"]).text
    (first,) = sender.do(lambda support: support.thread(ticket.number))
    assert [each["name"] for each in first.payload["files"]] == ["journal.txt"]


def test_a_title_that_grew_while_it_was_masked_is_confirmed_all_the_same(sender: Sender) -> None:
    sender.send(sender.fields(title="mdp: Az1! " * 20), proved=False)
    assert sender.post(sender.link("/ticket/confirmer/")).status_code == 303
    assert len(sender.tickets()) == 1


def test_a_confirmation_that_is_refused_says_why(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender.send(sender.fields(), proved=False)
    path = sender.link("/ticket/confirmer/")
    monkeypatch.setattr("ticketing.routing.listed", dict)  # the categories changed meanwhile
    answer = sender.post(path)
    assert answer.status_code == 422 and "Choisissez une catégorie" in answer.text


def test_confirmed_twice_it_is_one_ticket(sender: Sender) -> None:
    sender.send(sender.fields(), proved=False)
    path = sender.link("/ticket/confirmer/")
    places = {sender.post(path).headers["location"] for _ in range(2)}
    places.add(sender.get(path).headers["location"])
    assert len(places) == 1 and len(sender.tickets()) == 1


def test_sent_twice_without_a_proof_it_is_one_mail(sender: Sender) -> None:
    fields = sender.fields()
    for _ in range(2):
        sender.send(fields, TEXT, proved=False)
    assert len(sender.mails()) == 1


def test_similar_tickets_are_told_before_it_is_confirmed(sender: Sender) -> None:
    """From whichever browser: who follows the mailed link has shown whose address it is."""
    sender.send(sender.fields())
    sender.client.cookies.clear()
    sender.send(sender.fields(title="Facture bloquée"), proved=False)
    path = sender.link("/ticket/confirmer/")
    asked = sender.post(path)
    assert "Une demande semblable existe déjà" in asked.text and len(sender.tickets()) == 1
    assert sender.post(path, {"act": "anyway"}).status_code == 303
    assert len(sender.tickets()) == 2
    assert "TK-000001" in sender.mails("ticket_acknowledged")[-1].text


def test_after_a_day_the_link_is_like_an_invented_one(sender: Sender, clock: Clock) -> None:
    sender.send(sender.fields(), proved=False)
    path = sender.link("/ticket/confirmer/")
    clock.forward(seconds=WITHIN.total_seconds())
    answers = [sender.get(path), sender.post(path), sender.get("/ticket/confirmer/x")]
    answers.append(sender.get("/ticket/envoyee/x"))
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert sender.tickets() == []


def test_what_was_confirmed_keeps_its_files_when_the_rest_is_erased(sender: Sender) -> None:
    sender.send(sender.fields(), TEXT, proved=False)
    sender.post(sender.link("/ticket/confirmer/"))

    async def purge(support: Support) -> None:
        async with support.database.writing.begin() as session:
            old = now() - timedelta(seconds=1)
            await session.execute(update(UnconfirmedTicket).values(expires_at=old))
            await forget_stale(session)

    sender.do(purge)
    assert sender.files() == 1


# What is hostile -------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["pair", "email", "email_again", "title", "description", "act"])
def test_what_people_type_is_text_and_nothing_else(sender: Sender, field: str) -> None:
    answer = sender.send(sender.fields(**{field: NASTY, "form_id": NASTY}), proved=False)
    assert "<script>alert(1)" not in answer.text
    shown = sender.send(sender.fields(**{field: NASTY}), (NASTY + ".txt", b"x"), PROGRAM)
    assert "<script>alert(1)" not in shown.text


def test_a_title_with_line_ends_becomes_one_line_in_mails(sender: Sender) -> None:
    sender.send(sender.fields(title="Bonjour\r\nBcc: tous@exemple.fr"))
    (ticket,) = sender.tickets()
    assert ticket.title == "Bonjour Bcc: tous@exemple.fr"
    (mail,) = sender.mails()
    assert mail.to == ADDRESS and "\n" not in mail.subject


def test_secrets_are_masked_also_while_it_waits(sender: Sender) -> None:
    sender.send(sender.fields(description="mon mot de passe est Azerty12!"), proved=False)

    async def kept(support: Support) -> str:
        async with support.database.reading() as session:
            from sqlalchemy import select

            return str(await session.scalar(select(UnconfirmedTicket.fields)))

    assert "Azerty12" not in sender.do(kept)


def test_another_site_cannot_post_it(sender: Sender) -> None:
    headers = {"Origin": "https://elsewhere.example"}
    answer = sender.client.post("/ticket", data=sender.fields(), headers=headers)
    assert answer.status_code == 403


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"--x\r\nbroken"])
def test_a_broken_form_is_refused(sender: Sender, body: bytes) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Accept": "text/html"}
    assert sender.client.post("/ticket", content=body, headers=headers).status_code in (400, 422)


def test_who_asks_for_confirmations_without_end_waits_and_loses_nothing(
    settings: Settings, assistant: ScriptedAssistant
) -> None:
    counting = Settings(**settings.model_dump() | {"rate_limits": "on"})
    with TestClient(create_app(counting, assistant)) as client:
        sender = Sender(client, str(counting.database_url))
        titles = [f"Sujet {word}" for word in ("un", "deux", "trois", "quatre")]
        answers = [sender.send(sender.fields(title=each), proved=False) for each in titles]
        assert [each.status_code for each in answers] == [303, 303, 303, 429]
        assert "réessayez plus tard" in answers[3].text and "Sujet quatre" in answers[3].text
        assert len(sender.mails()) == 3
