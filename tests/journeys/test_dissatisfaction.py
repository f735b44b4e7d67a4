"""When the assistant does not help: a person is offered, in and out of hours, never forced."""

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.chat import Chat

QUESTION = "comment modifier mon adresse de connexion ?"


def thumb_down_and_explain(chat: Chat) -> Locator:
    chat.ask(QUESTION)
    chat.vote("Pas utile").click()
    expect(chat.vote("Pas utile")).to_have_attribute("aria-pressed", "true")
    expect(chat.messages.last).to_contain_text("Décrivez-le en une phrase")
    return chat.ask("le bouton modifier est grisé chez moi")


@pytest.mark.usefixtures("open_today")
def test_a_thumb_down_in_opening_hours_leads_to_the_offer_of_an_advisor(chat: Chat) -> None:
    offer = thumb_down_and_explain(chat)
    expect(offer).to_contain_text("heure de Paris")
    for label in ("Parler à un conseiller", "Ouvrir un ticket", "Non merci, continuer ici"):
        expect(offer.get_by_role("button", name=label)).to_be_enabled()


@pytest.mark.usefixtures("closed_today")
def test_a_thumb_down_out_of_hours_says_when_they_open_and_offers_a_ticket(chat: Chat) -> None:
    offer = thumb_down_and_explain(chat)
    expect(offer).to_contain_text("Ils reviennent")
    expect(offer).to_contain_text("heure de Paris")
    expect(offer.get_by_role("button", name="Parler à un conseiller")).to_have_count(0)
    offer.get_by_role("button", name="Ouvrir un ticket").click()
    expect(chat.answer()).to_contain_text("À quelle adresse")
    summary = chat.ask("a.dupont@exemple.fr")
    expect(summary).to_contain_text("Titre : le bouton modifier est grisé chez moi")
    expect(summary).to_contain_text(QUESTION)
    chat.choice("Envoyer la demande").click()
    expect(chat.answer()).to_contain_text("TK-")


def test_two_misunderstood_messages_in_a_row_lead_to_the_offer(chat: Chat) -> None:
    first = chat.ask("quelle est la recette de la tarte aux pommes")
    expect(first.get_by_role("button", name="Ouvrir un ticket")).to_have_count(0)
    second = chat.ask("combien de pattes a une araignée")
    expect(second.get_by_role("button", name="Ouvrir un ticket")).to_be_enabled()


def test_refusing_the_offer_goes_back_to_the_conversation(chat: Chat) -> None:
    chat.ask("je veux parler à un humain")
    chat.choice("Non merci, continuer ici").click()
    expect(chat.answer()).to_contain_text("continuons ici")
    chat.expect_source(chat.ask(QUESTION), "adresses/modifier_connexion")


def test_a_vote_may_change_and_survives_a_reload(chat: Chat) -> None:
    chat.ask(QUESTION)
    chat.vote("Utile").click()
    expect(chat.vote("Utile")).to_have_attribute("aria-pressed", "true")
    chat.page.reload()
    expect(chat.vote("Utile")).to_have_attribute("aria-pressed", "true")
    expect(chat.vote("Pas utile")).to_have_attribute("aria-pressed", "false")
