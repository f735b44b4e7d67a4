"""A ticket written in the chat: what is missing is asked, another subject meanwhile is answered."""

import re
import sqlite3
import time

from playwright.sync_api import expect

from tests.journeys.chat import Chat
from tests.journeys.demo import Demo
from tests.journeys.service import Service

PROBLEM = "Le bouton Modifier reste grisé depuis lundi. J’ai essayé deux navigateurs."
QUESTION = "comment modifier mon adresse de connexion ?"
ADDRESS = "bouton.grise@exemple.fr"  # of this journey alone


def mail_to(service: Service, address: str) -> tuple[str, str]:
    """The subject and the text of the last mail to this address, once there is one."""
    query = 'SELECT subject, text FROM outbox_mails WHERE "to" = ? ORDER BY created_at DESC LIMIT 1'
    for _ in range(40):
        with sqlite3.connect(service.folder / "var" / "claudia.db", timeout=20) as database:
            row = database.execute(query, (address,)).fetchone()
        database.close()
        if row:
            return str(row[0]), str(row[1])
        time.sleep(0.3)
    raise AssertionError("No mail was promised.")


def reference_in(chat: Chat) -> str:
    """What the log says of the ticket, with the link that opens nothing by itself."""
    link = chat.place.locator(".note a").last
    expect(link).to_contain_text(re.compile(r"TK-\d{6}"))
    found = re.search(r"TK-\d{6}", link.inner_text())
    assert found is not None
    expect(link).to_have_attribute("href", re.compile(rf"/suivi\?reference={found[0]}$"))
    return found[0]


def test_a_change_of_subject_in_the_middle_and_the_number_and_the_mail_at_the_end(
    chat: Chat, service: Service
) -> None:
    expect(chat.ask("ouvrez-moi un ticket")).to_contain_text("Voulez-vous ouvrir un ticket")
    expect(chat.ask("oui")).to_contain_text("Décrivez votre problème")
    chat.ask(PROBLEM)
    answer = chat.ask(QUESTION)  # the subject is asked for, or the address
    expect(answer).to_contain_text("Revenons à votre demande")
    chat.expect_source(chat.place.locator(".message--assistant"), "adresses/modifier_connexion")
    if "Quel sujet" in answer.inner_text():
        chat.choice("Autre – Question générale").click()
    expect(chat.messages.last).to_contain_text("À quelle adresse")
    expect(chat.ask("a.dupont@exemple")).to_contain_text("ne semble pas complète")
    summary = chat.ask(ADDRESS)
    for shown in ("Le bouton Modifier reste grisé depuis lundi", "deux navigateurs", ADDRESS):
        expect(summary).to_contain_text(shown)
    chat.choice("Envoyer la demande").click()
    expect(chat.answer()).to_contain_text("Votre demande est envoyée")
    reference = reference_in(chat)
    subject, text = mail_to(service, ADDRESS)
    assert reference in subject + text
    assert f"{service.address}/suivi/" in text
    expect(chat.ask("où en est mon ticket ?")).to_contain_text(f"{reference} : Envoyée")


def test_it_is_left_and_taken_up_again_by_who_is_connected(demo: Demo) -> None:
    demo.sign_in("Camille")
    chat = demo.open_chat()
    offer = chat.ask("je veux ouvrir un ticket")
    offer.get_by_role("button", name="Ouvrir un ticket").click()
    expect(chat.answer()).to_contain_text("Décrivez votre problème")
    expect(chat.ask("laisse tomber")).to_contain_text("Je garde ce que vous avez écrit")
    chat.ask("un ticket").get_by_role("button", name="Ouvrir un ticket").click()
    expect(chat.answer()).to_contain_text("Décrivez votre problème")
    expect(chat.ask("j'ai oublié mon mot de passe chorus")).to_contain_text("Mot de passe")
    expect(chat.messages.last).to_contain_text("camille")
    chat.choice("Modifier").click()
    chat.choice("La description").click()
    expect(chat.answer()).to_contain_text("Décrivez votre problème")
    chat.ask("Le courriel de réinitialisation du mot de passe n’arrive pas")
    expect(chat.messages.last).to_contain_text("Titre : Le courriel de réinitialisation")
    chat.choice("Envoyer la demande").click()
    expect(chat.answer()).to_contain_text("Votre demande est envoyée")
    reference_in(chat)
