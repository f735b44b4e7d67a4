"""Things done, not only explained: an invoice followed, a mail sent again, a training booked."""

import re
import sqlite3
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from chorus.breaker import PAUSE_S
from tests.chorus.piste_server import (
    CLIENT_ID,
    CLIENT_SECRET,
    LOGIN,
    PASSWORD,
    PERSONAL,
    SEARCH,
    TOKEN,
    PisteServer,
    Status,
    serving,
)
from tests.journeys.chat import Chat
from tests.journeys.conftest import NewContext
from tests.journeys.demo import Demo
from tests.journeys.service import Service
from tests.journeys.test_ticket_in_chat import mail_to

REJECTED, DRAFT = "FA-1007", "FA-1001"


@pytest.fixture
def camille(demo: Demo) -> Chat:
    demo.sign_in("Camille")
    return demo.open_chat()


def shown(text: str) -> re.Pattern[str]:
    """With ordinary blanks for those of French typography."""
    return re.compile(r"\s+".join(map(re.escape, text.split())))


# An invoice --------------------------------------------------------------------------------------


def test_an_invoice_is_found_corrected_looked_into_and_written_about(camille: Chat) -> None:
    question = camille.ask("je veux savoir où en est une facture")
    expect(question).to_contain_text("Tapez seulement son numéro")
    answer = camille.ask(REJECTED)
    for part in ("Rejetée", "nouvelle facture", "inventées"):
        expect(answer).to_contain_text(part)
    expect(camille.ask(f"non, c'est {DRAFT}")).to_contain_text("Brouillon")
    camille.ask(f"et {REJECTED} ?")
    camille.choice("Voir le détail").click()
    expect(camille.answer()).to_contain_text("Montant")
    camille.choice("Lire le commentaire du destinataire").click()
    expect(camille.answer()).to_contain_text("Commentaire du destinataire")
    expect(camille.messages.filter(has_text=re.compile("Durand|Le Gall"))).to_have_count(0)
    camille.choice("Écrire au destinataire").click()
    expect(camille.answer()).to_contain_text(REJECTED)
    summary = camille.ask("Je ne comprends pas le motif de ce rejet.")
    expect(summary).to_contain_text("Facture rejetée")
    camille.choice("Envoyer la demande").click()
    expect(camille.answer()).to_contain_text("Votre demande est envoyée")


def test_another_question_an_unknown_number_and_stopping(camille: Chat) -> None:
    camille.ask("où en est ma facture")
    back = camille.ask("comment modifier mon adresse de connexion ?")
    expect(back).to_contain_text("Revenons à votre demande")
    expect(camille.ask("FA-9999")).to_contain_text(shown("Je ne trouve pas le numéro « FA-9999 »"))
    expect(camille.ask("VAL-501")).to_contain_text(shown("Je ne trouve pas le numéro « VAL-501 »"))
    expect(camille.ask("laisse tomber")).to_contain_text("j’arrête la recherche")


def test_of_two_with_one_number_the_user_chooses(camille: Chat) -> None:
    expect(camille.ask("où en est ma facture F-0042 ?")).to_contain_text("Lequel vous intéresse")
    camille.answer().get_by_role("button").nth(1).click()
    expect(camille.answer()).to_contain_text("Mise en paiement")


def test_who_is_not_connected_reads_what_a_login_would_change(chat: Chat) -> None:
    answer = chat.ask("où en est ma facture ?")
    expect(answer).to_contain_text("Si vous vous connectez")
    chat.expect_source(answer, "suivi_facture/suivre")


# A mail about an account -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "address", "subject"),
    [
        (
            "Bonjour, je ne trouve pas le mail avec le lien pour activer mon compte",
            "nouveau@example.org",
            "activ",
        ),
        ("j'ai oublié mon mot de passe", "louis@example.org", "mot de passe"),
    ],
    ids=["activation", "password"],
)
def test_a_mail_is_sent_to_the_address_that_is_typed(
    chat: Chat, service: Service, question: str, address: str, subject: str
) -> None:
    expect(chat.ask(question)).to_contain_text("écrivez ici")
    said = chat.ask(address)
    expect(said).to_contain_text("C’est demandé")
    assert subject in mail_to(service, address)[0]
    unknown = chat.ask("non, c'est personne.du.tout@exemple.fr")
    expect(unknown).to_contain_text("C’est demandé")
    assert _mails_to(service, "personne.du.tout@exemple.fr") == 0


def test_a_bad_address_is_refused_kindly_and_the_form_can_be_left(chat: Chat) -> None:
    chat.ask("lien d'activation jamais reçu")
    chat.choice("Faire renvoyer ce courriel").click()
    expect(chat.answer()).to_contain_text("À quelle adresse électronique vous êtes-vous inscrit")
    expect(chat.ask("a.dupont@exemple")).to_contain_text("ne semble pas complète")
    expect(chat.ask("non merci")).to_contain_text("je n’envoie rien")


def test_who_lost_the_mailbox_writes_a_ticket_that_says_so(chat: Chat) -> None:
    chat.ask("j'ai oublié mon mot de passe")
    chat.ask("ancienne.boite@exemple.fr")
    chat.choice("Je n’ai plus accès à cette boîte").click()
    expect(chat.answer()).to_contain_text("ancienne.boite@exemple.fr")
    chat.ask("La nouvelle adresse est compta@exemple.fr.")
    summary = chat.ask("compta@exemple.fr")
    expect(summary).to_contain_text("Adresse de connexion invalide")
    expect(summary).to_contain_text("ancienne.boite@exemple.fr")


def _mails_to(service: Service, address: str) -> int:
    with sqlite3.connect(service.folder / "var" / "claudia.db", timeout=20) as database:
        count = 'SELECT count(*) FROM outbox_mails WHERE "to" = ?'
        found: int = database.execute(count, (address,)).fetchone()[0]
    database.close()
    return found


# A training --------------------------------------------------------------------------------------


def test_a_training_is_booked_confirmed_by_mail_and_given_back(
    camille: Chat, service: Service
) -> None:
    answer = camille.ask("quand a lieu le prochain webinaire ?")
    expect(answer).to_contain_text("Prochaines sessions")
    answer.get_by_role("button").first.click()
    expect(camille.answer()).to_contain_text("Vous êtes inscrit à")
    _, text = mail_to(service, "camille@example.org")
    assert "/formations/inscription/" in text
    expect(camille.ask("je veux annuler ma formation")).to_contain_text("Vous êtes inscrit à")
    camille.answer().get_by_role("button", name=re.compile("^Annuler")).first.click()
    expect(camille.answer()).to_contain_text("est annulée")


def test_who_is_not_connected_tells_where_the_confirmation_goes(chat: Chat) -> None:
    answer = chat.ask("je veux m'inscrire à une formation")
    answer.get_by_role("button").first.click()
    expect(chat.answer()).to_contain_text("À quelle adresse")
    expect(chat.ask("formation.chat@exemple.fr")).to_contain_text("Vous êtes inscrit à")


# In every form -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wish", "button", "question", "left"),
    [
        (
            "lien d'activation jamais reçu",
            "Faire renvoyer ce courriel",
            "À quelle adresse électronique",
            "je n’envoie rien",
        ),
        (
            "j'ai oublié mon mot de passe",
            "Faire envoyer ce courriel",
            "adresse de connexion",
            "je n’envoie rien",
        ),
        ("je veux m'inscrire à une formation", "", "À quelle adresse", "je ne vous inscris pas"),
    ],
    ids=["activation", "password", "training"],
)
def test_another_question_is_answered_in_the_middle_and_the_form_is_left(
    chat: Chat, wish: str, button: str, question: str, left: str
) -> None:
    answer = chat.ask(wish)
    if button:
        chat.choice(button).click()
    else:
        answer.get_by_role("button").first.click()
    expect(chat.answer()).to_contain_text(question)
    back = chat.ask("comment activer les notifications de facturation ?")
    expect(back).to_contain_text("Revenons à votre demande")
    expect(back).to_contain_text(question)
    answers = chat.place.locator(".message--assistant").filter(has_text="Facturation")
    chat.expect_source(answers.last, "notifications/activer")
    expect(chat.ask("laisse tomber")).to_contain_text(left)


def test_a_wrong_address_of_a_training_is_corrected(chat: Chat, service: Service) -> None:
    chat.ask("je veux m'inscrire à une formation").get_by_role("button").first.click()
    expect(chat.answer()).to_contain_text("À quelle adresse")
    chat.ask("formation.fausse@exemple.fr")
    said = chat.ask("non, c'est formation.juste@exemple.fr")
    expect(said).to_contain_text("formation.juste@exemple.fr")
    assert "/formations/inscription/" in mail_to(service, "formation.juste@exemple.fr")[1]


def test_the_technical_account_of_a_primary_manager_has_its_rule(camille: Chat) -> None:
    answer = camille.ask("comment réinitialiser le mot de passe de mon compte technique ?")
    camille.expect_source(answer, "compte_technique/reinitialiser")
    expect(answer).to_contain_text("424 jours")


# The real client ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def connected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, PisteServer]]:
    """A service of its own that asks the API of PISTE, which a local server stands for."""
    with serving() as piste:
        environment = {
            "CLAUDIA_PISTE_CLIENT_ID": CLIENT_ID,
            "CLAUDIA_PISTE_CLIENT_SECRET": CLIENT_SECRET,
            "CLAUDIA_PISTE_TECHNICAL_LOGIN": LOGIN,
            "CLAUDIA_PISTE_TECHNICAL_PASSWORD": PASSWORD,
            "CLAUDIA_PISTE_API_URL": f"{piste.url}/cpro",
            "CLAUDIA_PISTE_OAUTH_URL": f"{piste.url}{TOKEN}",
        }
        with Service(tmp_path_factory.mktemp("connected"), environment).running() as running:
            yield running, piste


def test_the_api_of_piste_is_asked_and_its_absence_is_said(
    connected: tuple[Service, PisteServer], new_context: NewContext
) -> None:
    service, piste = connected
    piste.holds("F-2026-7", code="demo-camille", status="SUSPENDUE")
    piste.holds("F-2026-8", code="demo-nadia")
    demo = Demo.open(new_context().new_page(), service.address)
    demo.sign_in("Camille")
    chat = demo.open_chat()
    answer = chat.ask("où en est ma facture F-2026-7 ?")
    expect(answer).to_contain_text("Suspendue")
    expect(answer).not_to_contain_text("inventées")
    expect(chat.ask("et F-2026-8 ?")).to_contain_text("Je ne trouve pas")
    chat.ask("annule")
    piste.fail(SEARCH, *[Status(503)] * 20)
    expect(chat.ask("et F-2026-7 ?")).to_contain_text("Je n’arrive pas à consulter le portail")
    piste.faults.clear()
    time.sleep(PAUSE_S + 1)  # it is left alone for so long
    chat.choice("Réessayer").click()
    expect(chat.answer()).to_contain_text("Suspendue")
    everything = "".join(chat.texts()).lower() + service.log().lower()
    assert not [each for each in PERSONAL if each in everything]
    # This host site has no call for mails about accounts: nothing is promised.
    expect(chat.ask("j'ai oublié mon mot de passe")).not_to_contain_text("écrivez ici")
