"""A ticket whose sender lives in their mailbox: real servers for what leaves and what comes in."""

import asyncio
import smtplib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from threading import Event as Flag
from threading import Thread

import pytest
from playwright.sync_api import expect

from setup.ports import free_loopback_port
from tests.journeys.conftest import NewContext
from tests.journeys.service import Service
from tests.journeys.test_ticket import answer, asker
from tests.journeys.triage import behind
from tests.kit.postal import PostOffice, opened
from ticketing.lifecycle import Status

LONGEST_WAIT_S = 30
US = "assistance@localhost"


@contextmanager
def post_office() -> Iterator[PostOffice]:
    """The sender's mail server, in a thread of its own."""
    office: list[PostOffice] = []
    is_open, closes = Flag(), Flag()

    async def serve() -> None:
        async with opened() as server:
            office.append(server)
            is_open.set()
            await asyncio.to_thread(closes.wait)

    thread = Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert is_open.wait(LONGEST_WAIT_S)
    yield office[0]
    closes.set()
    thread.join()


def delivered(office: PostOffice, address: str, words: str) -> EmailMessage:
    """Their last mail whose subject has these words, once it is there."""
    deadline = time.monotonic() + LONGEST_WAIT_S
    while time.monotonic() < deadline:
        found = [each for each in office.received if each["To"] == address]
        if found and words in found[-1]["Subject"]:
            return found[-1]
        time.sleep(0.2)
    raise AssertionError(f"No mail about {words!r} came: {office.subjects}")


def reply(mail: EmailMessage, text: str) -> bytes:
    """As Outlook in French writes it, the quotation under it."""
    said = EmailMessage()
    said["From"], said["To"] = mail["To"], US
    said["Subject"] = f"RE: {mail['Subject']}"
    said["Message-ID"] = f"<{abs(hash(text))}@exemple.fr>"
    said["In-Reply-To"] = said["References"] = mail["Message-ID"]
    said.set_content(
        f"{text}\n\n________________________________\nDe : Assistance <{US}>\n"
        f"Envoyé : mardi 24 novembre 2026 10:12\nÀ : {mail['To']}\nObjet : {mail['Subject']}\n\n"
        "Bonjour,\nnotre texte d’avant.\n"
    )
    return said.as_bytes()


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as opened_office:
        yield opened_office


@pytest.fixture
def mailing(
    office: PostOffice, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Service, int]]:
    """A service of its own whose mails leave, and where answers come in: with the port for them.

    Any process of a service sends what is due: one without a server would keep it.
    """
    port = free_loopback_port()
    settings = {"CLAUDIA_SMTP_URL": office.url, "CLAUDIA_MAIL_IN": f"lmtp://127.0.0.1:{port}"}
    with Service(tmp_path_factory.mktemp("mailing"), settings).running() as running:
        yield running, port


def test_from_the_form_by_mail_to_the_closing(
    new_context: NewContext, office: PostOffice, mailing: tuple[Service, int]
) -> None:
    service, port = mailing
    user = asker(new_context, service)
    user.fill()
    user.press("Envoyer ma demande")
    number = user.number()
    first = delivered(office, user.email, "est enregistrée")
    with smtplib.LMTP("127.0.0.1", port) as server:
        server.sendmail(user.email, [US], reply(first, "C’est la facture 123."))
    said = behind(service, lambda support: support.thread(number))[-1]
    assert said.text == "C’est la facture 123."
    answer(service, number, "Fanny")
    second = delivered(office, user.email, "Une réponse")
    body = second.get_body(("plain",))
    assert body is not None and "Cherchez-la ici." in body.get_content()
    with smtplib.LMTP("127.0.0.1", port) as server:
        server.sendmail(user.email, [US], reply(second, "Elle n’y est pas."))
    sent_back = behind(service, lambda support: support.find(number))
    assert sent_back.status is Status.SENT_BACK
    link = body.get_content().partition("/suivi/")[2].split()[0]
    user.page.goto(f"{service.address}/suivi/{link}")
    user.state("Renvoyée à l’assistance")
    user.press("Recevoir un code")
    words = delivered(office, user.email, "Votre code").get_body(("plain",))
    assert words is not None
    code = next(w for w in words.get_content().split() if w.isdigit() and len(w) == 6)
    user.page.get_by_label("Code reçu par courriel").fill(code)
    user.press("Afficher")
    expect(user.page.get_by_text("Elle n’y est pas.")).to_be_visible()
    expect(user.page.get_by_text("notre texte d’avant")).to_have_count(0)
    user.page.get_by_role("link", name="Fermer ma demande").click()
    user.press("Fermer ma demande")
    user.state("Fermée")
    delivered(office, user.email, "est fermée")
